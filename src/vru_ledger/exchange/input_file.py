"""How any file that somebody names is opened: it is regular, small enough and text, or refused."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable

_LONGEST_PATH = 200

_NOT_REGULAR = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a pipe"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISSOCK, "is a socket"),
)
_WHY = {
    errno.ENOENT: ("there is no file {}", "check the name, and the folder you are in"),
    errno.ENOTDIR: ("there is no file {}", "a part of that path is a file, not a folder"),
    errno.EACCES: ("you may not read {}", "ask whoever owns it, or look at it with ls -l"),
    errno.EPERM: ("you may not read {}", "ask whoever owns it, or look at it with ls -l"),
    errno.ELOOP: ("{} is a link that leads back to itself", "name the file it should lead to"),
    errno.ENAMETOOLONG: ("no file can have a name as long as {}", "check the name"),
    errno.ENXIO: ("{} is a socket or a device, not a file", "name a file"),
}
_SIGNS = (
    (b"\xff\xfe", "it looks like UTF-16"),
    (b"\xfe\xff", "it looks like UTF-16"),
    (b"PK\x03\x04", "it looks like a spreadsheet or a zip file"),
    (b"\x1f\x8b", "it looks compressed"),
    (b"SQLite format 3\0", "it looks like a ledger or another database"),
)


def read_text(path: Path | str, most_bytes: int) -> str:
    """Read a UTF-8 text file of at most `most_bytes`; a byte order mark is dropped.

    Raises FileUnreadable, which tells what is wrong and never repeats what stands in the file.
    """
    content = read_bytes(path, most_bytes)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        # With a byte order mark the decoder counts from behind it.
        at = problem.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
    looks = next((said for sign, said in _SIGNS if content.startswith(sign)), "")
    line = content.count(b"\n", 0, at) + 1
    where = f"byte {at + 1:,}, on line {line:,}, does not belong there"
    raise FileUnreadable(
        f"{_named(path)} is not UTF-8 text: {looks or where}", "save it again as UTF-8 text"
    )


def read_bytes(path: Path | str, most_bytes: int) -> bytes:
    """Read a regular file of at most `most_bytes`. Raises FileUnreadable."""
    with open_input(path, most_bytes) as file:
        # One byte more than allowed: a file may grow, and some say that they hold nothing.
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise _too_large(path, most_bytes)
    return content


@contextmanager
def open_input(path: Path | str, most_bytes: int) -> Iterator[BinaryIO]:
    """Open a regular file of at most `most_bytes` for reading. Raises FileUnreadable.

    Nothing is waited for. A pipe, a device or a folder is refused once it is open, so that what
    was looked at is what is read.
    """
    try:
        # Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as problem:
        raise _unreadable(path, problem) from None
    try:
        # Before Python's own opening, which would speak of a folder in its own words.
        _must_be_regular(path, os.fstat(opened), most_bytes)
        with open(opened, "rb", closefd=False) as file:
            yield file
    except OSError as problem:
        raise _unreadable(path, problem) from None
    finally:
        os.close(opened)


def _must_be_regular(path: Path | str, status: os.stat_result, most_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        what = next((said for is_one, said in _NOT_REGULAR if is_one(status.st_mode)), "")
        raise FileUnreadable(f"{_named(path)} {what or 'is not a file'}", "name a file")
    if status.st_size > most_bytes:
        raise _too_large(path, most_bytes)


def _too_large(path: Path | str, most_bytes: int) -> FileUnreadable:
    return FileUnreadable(
        f"{_named(path)} is larger than {most_bytes:,} bytes, the most that is read here",
        "check that it is the right file, or divide it",
    )


def _unreadable(path: Path | str, problem: OSError | ValueError) -> FileUnreadable:
    """Say in our words why the system would not open or read a file."""
    if not isinstance(problem, OSError):
        # Python refuses a name with a NUL in it, or one it cannot encode, before asking.
        return FileUnreadable(f"no file can be called {_named(path)}", "check the name")
    said, hint = _WHY.get(problem.errno or 0, ("{} cannot be read", "try again, or copy it"))
    why = "" if problem.errno in _WHY else f": {problem.strerror}"
    return FileUnreadable(said.format(_named(path)) + why, hint)


def _named(path: Path | str) -> str:
    """Return the path as it can safely be printed: a name may steer a terminal too."""
    name = shown(str(path)) or "a file without a name"
    return name if len(name) <= _LONGEST_PATH else name[:_LONGEST_PATH] + "..."
