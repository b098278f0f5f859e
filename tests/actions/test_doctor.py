"""The doctor names what is wrong with a ledger, says what to do, and harms nothing by looking."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.builders import give, with_everything
from tests.conftest import Run
from vru_ledger.actions.doctor import Diagnosed, doctor
from vru_ledger.errors import LedgerUnusable
from vru_ledger.store import doctor_mounts
from vru_ledger.store.doctor_mounts import Mount, mount_of
from vru_ledger.store.opening import open_database

HOT = bytes.fromhex("d9d505f920a163d7")


def header(at: int, content: bytes) -> Callable[[Path], object]:
    """Return what writes over a file's first bytes."""

    def write(path: Path) -> None:
        whole = path.read_bytes()
        path.write_bytes(whole[:at] + content + whole[at + len(content) :])

    return write


def zeroed(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(bytes(4096) + whole[4096:])


def another_database(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    path.chmod(0o600)


def wal(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA user_version=2")
    connection.close()


def beside(ending: str, content: bytes) -> Callable[[Path], object]:
    return lambda path: Path(f"{path}{ending}").write_bytes(content)


def without_guard(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER entries_stay")
    connection.close()


def moved_away(path: Path) -> None:
    beside("-journal", HOT)(path)
    path.unlink()


def a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("elsewhere.db")


ILLS: dict[str, tuple[Callable[[Path], object], str, bool]] = {
    "gone": (lambda path: path.unlink(), "absent", False),
    "moved without its journal": (moved_away, "moved-without-journal", False),
    "a link to nothing": (a_link_to_nothing, "link-broken", False),
    "empty": (lambda path: path.write_bytes(b""), "empty", False),
    "notes": (lambda path: path.write_bytes(b"my notes"), "not-a-ledger", False),
    "a workbook": (lambda path: path.write_bytes(b"PK\3\4" + bytes(200)), "not-a-ledger", False),
    "its first page lost": (zeroed, "header-lost", False),
    "another program's": (another_database, "foreign", False),
    "newer": (header(60, b"\0\0\0\x63"), "newer", False),
    "older": (header(60, b"\0\0\0\1"), "older", False),
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:99_999]), "cut-short", False),
    "in WAL mode": (wal, "wal-mode", True),
    "another's WAL": (beside("-wal", b"x" * 99), "journal-of-another", False),
    "a journal left": (beside("-journal", HOT + bytes(504)), "journal-left", True),
    "open to all": (lambda path: path.chmod(0o644), "open-to-all", True),
    "two names": (lambda path: os.link(path, f"{path}.too"), "two-names", True),
    "left over": (lambda path: path.with_name(".vru-ledger-x1").touch(), "left-over", True),
    "a guard gone": (without_guard, "guard-missing", True),
}


def codes(found: Diagnosed) -> list[str]:
    """Return what was found."""
    return [one.code for one in found.findings]


def test_a_sound_ledger_is_well(ledger: Path):
    found = doctor(str(ledger))
    assert (found.findings, found.usable, found.entries) == ([], True, 30)


@pytest.mark.parametrize("ill", ILLS)
def test_each_ill_is_named_with_what_to_do(ledger: Path, run: Run, ill: str):
    spoil, code, usable = ILLS[ill]
    spoil(ledger)
    found = doctor(str(ledger))
    assert code in codes(found)
    assert found.usable is usable
    for one in found.findings:
        assert one.message
        assert one.remedy
    done = run("doctor")
    if "journal" not in code and code != "wal-mode":  # Those are mended by being opened.
        assert done.exit_code == (4 if usable else 8), done
        assert code in done.stdout


def test_looking_at_what_cannot_be_used_changes_nothing(ledger: Path):
    sound = ledger.read_bytes()
    for spoil, _, usable in ILLS.values():
        if usable:
            continue
        for left in ledger.parent.iterdir():
            left.unlink()
        ledger.write_bytes(sound)
        ledger.chmod(0o600)
        spoil(ledger)
        before = {
            path.name: path.read_bytes() if path.exists() else b""
            for path in ledger.parent.iterdir()
        }
        doctor(str(ledger))
        after = {
            path.name: path.read_bytes() if path.exists() else b""
            for path in ledger.parent.iterdir()
        }
        assert after == before


def test_a_damaged_page_is_found_wherever_it_is(ledger: Path):
    whole = ledger.read_bytes()
    page = 4096
    silent = []
    pages = len(whole) // page
    for number in range(1, pages):
        ledger.write_bytes(whole[: number * page] + b"\xa5" * page + whole[(number + 1) * page :])
        found = doctor(str(ledger))
        if found.usable or not found.findings:
            silent.append(number)
    sys.stdout.write(f"{pages - 1} pages damaged one at a time, {len(silent)} not found\n")
    assert silent == []


def test_who_is_writing_is_named(ledger: Path):
    writing = sqlite3.connect(ledger, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    found = doctor(str(ledger), wait=0.1)
    assert codes(found) == ["locked"]
    assert found.usable
    writing.execute("ROLLBACK")
    writing.execute("BEGIN EXCLUSIVE")
    found = doctor(str(ledger), wait=0.1)
    assert set(codes(found)) == {"locked"}
    assert not found.usable
    writing.close()


def test_the_process_that_writes_is_named_by_its_number(ledger: Path, run: Run):
    if not Path("/proc/locks").exists():
        pytest.skip("only Linux tells who holds a lock")
    writing = sqlite3.connect(ledger, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    done = run("doctor")
    writing.close()
    assert done.exit_code == 4
    assert f"process {os.getpid()} (" in done.stdout


def test_a_file_that_may_not_be_written_is_said_to_be_read_only(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is read-only to root, who runs some tests: so the system is asked in its place."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.R_OK and access(path, mode))
    assert codes(doctor(str(ledger))) == ["read-only"]


MOUNTS = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /home rw,relatime shared:9 - nfs4 server:/home rw,vers=4.2
31 30 0:41 / /home/ada/My\\040Drive rw - fuse.rclone drive: rw
32 21 8:2 / /media/stick ro,nosuid - vfat /dev/sdb1 ro
33 21 0:50 / /shared rw - cifs //server/shared rw
""".splitlines()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/ledger.db", Mount("/", "ext4", False)),
        ("/home/ada/ledger.db", Mount("/home", "nfs4", False)),
        ("/home/ada/My Drive/ledger.db", Mount("/home/ada/My Drive", "fuse.rclone", False)),
        ("/homes/ledger.db", Mount("/", "ext4", False)),
        ("/media/stick/ledger.db", Mount("/media/stick", "vfat", True)),
        ("/shared/ledger.db", Mount("/shared", "cifs", False)),
    ],
)
def test_where_a_file_lies_is_read_from_the_kernels_table(path: str, expected: Mount):
    found = mount_of(path, MOUNTS)
    assert found == expected
    assert found.network is (expected.kind not in ("ext4", "vfat"))


@pytest.mark.parametrize(
    ("mount", "code"),
    [(Mount("/m", "nfs4", False), "network"), (Mount("/m", "ext4", True), "read-only")],
)
def test_a_network_and_a_read_only_mount_are_said(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, mount: Mount, code: str
):
    monkeypatch.setattr("vru_ledger.store.doctor_file.mount_of", lambda path: mount)
    assert codes(doctor(str(ledger))) == [code]


def test_a_system_that_tells_nothing_of_mounts_and_locks_is_no_ill(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("vru_ledger.store.doctor_file.mount_of", lambda path: None)
    monkeypatch.setattr(doctor_mounts, "holders", lambda path: [])
    assert codes(doctor(str(ledger))) == []


def test_a_copy_of_a_ledger_without_its_journal_is_found(ledger: Path, tmp_path: Path):
    """Half of a large entry is in the file already, and the journal was not copied with it."""
    writing = sqlite3.connect(ledger, isolation_level=None)
    writing.execute("PRAGMA cache_size=1")
    writing.execute("PRAGMA ignore_check_constraints=ON")
    for (name,) in writing.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger'"
    ).fetchall():
        writing.execute(f"DROP TRIGGER {name}")
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("UPDATE balances SET held = held + 1")
    writing.execute("UPDATE recipients SET name = name || ' and others'")
    copy = shutil.copy(ledger, tmp_path / "half.db")
    writing.execute("ROLLBACK")
    writing.close()
    found = doctor(str(copy))
    assert any(one.severity == "error" for one in found.findings)


def on_a_server(url: str) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in doctor(url).findings]


def test_what_a_server_may_lose_is_said_of_one_that_waits_for_no_disk(postgres_url: str):
    """The tests' own server is such a one."""
    with_everything(postgres_url).close()
    assert [message.partition(":")[0] for code, message in on_a_server(postgres_url)] == [
        "the server runs with fsync = off",
        "the server runs with full_page_writes = off",
    ]


def test_a_commit_waits_for_the_server_whatever_database_and_role_are_told(postgres_url: str):
    with_everything(postgres_url).close()
    before = on_a_server(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        [name] = connection.execute("SELECT current_database()").fetchone() or ()
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    assert on_a_server(postgres_url) == before
    database = open_database(postgres_url)
    assert database.driver.connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    database.close()


def test_a_database_that_may_only_be_read_says_so_before_anybody_writes(postgres_url: str):
    with_everything(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        [name] = connection.execute("SELECT current_database()").fetchone() or ()
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    found = dict(on_a_server(postgres_url))
    assert found["read-only"].startswith(f"the server lets ledger only read {name}")
    database = open_database(postgres_url)
    with pytest.raises(LedgerUnusable, match="can only be read; nothing was written") as refused:
        give(database, "ALPHA", "TWO", 1, source="CR")
    assert "vru-ledger doctor" in refused.value.hint
    database.close()
