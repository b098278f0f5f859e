"""Whatever somebody names as a file is read if it is one, and otherwise refused with a reason."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vru_ledger.errors import ExitCode, FileUnreadable
from vru_ledger.exchange.input_file import open_input, read_bytes, read_text

MOST = 1_000


def refused(path: Path | str) -> FileUnreadable:
    """Try to read `path`, which must be refused at once, with something to do about it."""
    began = time.monotonic()
    with pytest.raises(FileUnreadable) as caught:
        read_text(path, MOST)
    assert time.monotonic() - began < 2
    assert caught.value.hint
    assert caught.value.exit_code == ExitCode.USAGE
    return caught.value


def test_a_text_file_is_read_as_it_is(tmp_path: Path):
    (tmp_path / "a").write_bytes("£750,000\r\nŵ\n".encode())
    assert read_text(tmp_path / "a", MOST) == "£750,000\r\nŵ\n"


def test_a_byte_order_mark_is_dropped(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_text(tmp_path / "a", MOST) == "a: 1"


def test_a_file_of_the_most_bytes_is_read_and_one_byte_more_is_refused(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"x" * MOST)
    assert len(read_bytes(tmp_path / "a", MOST)) == MOST
    (tmp_path / "a").write_bytes(b"x" * (MOST + 1))
    assert "larger than 1,000 bytes" in refused(tmp_path / "a").message


def test_a_file_that_hides_its_size_is_still_refused_when_it_is_large():
    path = Path("/proc/self/smaps")
    assert path.stat().st_size == 0
    assert "larger than 1,000 bytes" in refused(path).message


def test_a_sparse_file_of_a_terabyte_is_refused_before_it_is_read(tmp_path: Path):
    with (tmp_path / "a").open("wb") as file:
        file.truncate(1 << 40)
    assert "larger" in refused(tmp_path / "a").message


def test_a_missing_file_is_named(tmp_path: Path):
    assert refused(tmp_path / "nowhere.yaml").message == f"there is no file {tmp_path}/nowhere.yaml"


def test_a_file_taken_for_a_folder_is_explained(tmp_path: Path):
    (tmp_path / "a").write_text("x")
    assert "not a folder" in refused(tmp_path / "a" / "b").hint


def test_a_folder_is_refused(tmp_path: Path):
    assert refused(tmp_path).message == f"{tmp_path} is a folder"


def test_a_pipe_that_nobody_writes_to_is_refused_without_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "a")
    assert refused(tmp_path / "a").message == f"{tmp_path}/a is a pipe"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/random"])
def test_a_device_is_refused(device: str):
    assert refused(device).message == f"{device} is a device"


def test_a_socket_is_refused(tmp_path: Path):
    path = tmp_path / "a"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        assert "is a socket" in refused(path).message


def test_a_link_that_leads_back_to_itself_is_refused(tmp_path: Path):
    (tmp_path / "a").symlink_to(tmp_path / "a")
    assert "leads back to itself" in refused(tmp_path / "a").message


def test_a_link_to_a_file_is_read(tmp_path: Path):
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert read_text(tmp_path / "b", MOST) == "x"


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Read as one whom permissions bind: they do not bind root."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path):
    (tmp_path / "a").write_text("secret")
    (tmp_path / "a").chmod(0)
    with as_somebody_else():
        assert refused(tmp_path / "a").message == f"you may not read {tmp_path}/a"


@pytest.mark.parametrize("name", ["a\0b", "\udc80\0", "n" * 5_000, ""])
def test_a_name_that_no_file_can_have_is_refused(name: str):
    assert refused(name).message


def test_a_name_that_steers_the_terminal_is_shown_escaped(tmp_path: Path):
    said = refused(tmp_path / "\x1b[31m\u202e").message
    assert "\x1b" not in said
    assert "\\u001B[31m\\u202E" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ok\nmin\xe9\n", "byte 7, on line 2, does not belong there"),
        (b"\xef\xbb\xbfa\xff", "byte 5, on line 1"),
        ("a: 1".encode("utf-16"), "it looks like UTF-16"),
        (b"PK\x03\x04\xff", "it looks like a spreadsheet"),
        (b"\x1f\x8b\xff", "it looks compressed"),
        (b"\xed\xa0\x80", "byte 1"),  # A surrogate is no character, however it is written.
    ],
)
def test_what_is_not_utf_8_is_refused_and_not_repeated(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "a").write_bytes(content)
    problem = refused(tmp_path / "a")
    assert said in problem.message
    assert "min" not in problem.message


def test_an_opened_file_is_closed_whatever_happens(tmp_path: Path):
    (tmp_path / "a").write_text("x")
    before = set(os.listdir("/proc/self/fd"))
    refused(tmp_path)
    with open_input(tmp_path / "a", MOST) as file:
        assert file.read() == b"x"
    assert file.closed
    assert set(os.listdir("/proc/self/fd")) == before
