"""What a ledger's file looks like from outside, before anything opens it as a database."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator

from vru_ledger.domain.findings import Finding
from vru_ledger.store.database import VERSION
from vru_ledger.store.doctor_mounts import holders, mount_of
from vru_ledger.store.new_file import HIDDEN
from vru_ledger.store.sqlite import APPLICATION_ID
from vru_ledger.store.sqlite_errors import RESTORE, SALVAGE, link_broken, wrong_version

_SQLITE = b"SQLite format 3\x00"
_HOT = bytes.fromhex("d9d505f920a163d7")
"""How a journal begins that is to be rolled back."""

_OTHERS = (
    (b"PK\x03\x04", "a workbook, or another ZIP archive"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"%PDF", "a PDF"),
    (b"PGDMP", "a dump of PostgreSQL"),
    (b"version https://git-lfs", "what Git LFS keeps in a file's place"),
)
_LITTLE_ROOM = 16 << 20
"""Bytes free on a disk, below which the next large batch may not fit."""


def fatal(code: str, message: str, remedy: str) -> Finding:
    """Return what stops a ledger from being used at all."""
    return Finding(code=code, message=message, remedy=remedy)


def of_path(place: str) -> Iterator[Finding]:
    """Yield what stops the file from being opened: none there, no file, empty, something else."""
    try:
        found = os.stat(place)
    except FileNotFoundError:
        yield _absent(place)
        return
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield fatal(
            "unreachable",
            f"{place} cannot be reached ({reason})",
            "check the path, and your permission for its folder",
        )
        return
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
        yield fatal("not-a-file", f"{place} is {what}", "name the ledger's file with --db")
        return
    if not found.st_size:
        yield fatal(
            "empty",
            f"{place} is empty: a copy that never began, or a disk that was full",
            "go back to a backup: vru-ledger restore FILE --force",
        )
        return
    try:
        with open(place, "rb") as file:
            header = file.read(100)
    except OSError as error:
        yield fatal(
            "unreadable",
            f"{place} cannot be read ({error.strerror})",
            "ask whoever owns the file for permission to read and write"
            if error.errno in (errno.EACCES, errno.EPERM)
            else "the disk fails: copy what can be copied to another one, then run doctor on that",
        )
        return
    yield from _of_header(place, header, found.st_size)


def _absent(place: str) -> Finding:
    left = [f"{place}{end}" for end in ("-journal", "-wal") if os.path.lexists(f"{place}{end}")]
    if left:
        return fatal(
            "moved-without-journal",
            f"there is no ledger at {place}, but {left[0]} is there: the file was moved without it",
            f"put the ledger back beside {left[0]}, then run doctor again",
        )
    if os.path.islink(place):
        error = link_broken(place)
        return fatal("link-broken", error.message, error.hint)
    return fatal(
        "absent",
        f"there is no ledger at {place}",
        "name it with --db, make one with vru-ledger init, or restore a backup: "
        "vru-ledger restore FILE",
    )


def _of_header(place: str, header: bytes, size: int) -> Iterator[Finding]:
    """Yield what the first 100 bytes of a file tell, which SQLite's file format defines."""
    if not header.startswith(_SQLITE):
        if not header.strip(b"\0"):
            said = f"{place} begins with zeros: its first page is lost"
            yield fatal("header-lost", said, RESTORE)
            return
        what = next((said for begins, said in _OTHERS if header.startswith(begins)), "")
        said = f": it is {what}" if what else ""
        yield fatal(
            "not-a-ledger",
            f"{place} is not a ledger{said}",
            f"name the ledger's file with --db; if it was one, its beginning is lost: {SALVAGE}",
        )
        return
    page = int.from_bytes(header[16:18], "big")
    page = 65_536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    # The count is true only if whoever wrote last knew of it.
    if page and pages and header[24:28] == header[92:96] and size < pages * page:
        yield fatal(
            "cut-short",
            f"{place} has {size:,} bytes of the {pages * page:,} that it says: "
            "a copy that did not end, or a disk that was full",
            f"copy it again from the original, by its backup command; or {RESTORE}",
        )
        return
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        yield fatal(
            "foreign",
            f"{place} is another program's database",
            "name the ledger's file with --db",
        )
        return
    version = int.from_bytes(header[60:64], "big", signed=True)
    if version != VERSION:
        error = wrong_version(place, version)
        code = "newer" if version > VERSION else "older" if version > 0 else "header-lost"
        yield fatal(code, error.message, error.hint)
    yield from _of_wal(place, header)


def _of_wal(place: str, header: bytes) -> Iterator[Finding]:
    """Yield what a write-ahead log means, which this program never writes."""
    left = os.path.exists(f"{place}-wal")
    if header[18:20] == b"\1\1":
        if left and os.path.getsize(f"{place}-wal"):
            yield fatal(
                "journal-of-another",
                f"{place}-wal is there, and {place} is not in WAL mode: it is another file's",
                f"move it away before anything opens the ledger: mv {place}-wal {place}-wal.away",
            )
    elif b"\2" in header[18:20]:
        yield Finding(
            code="wal-mode",
            message=f"{place} was put into WAL mode by another program"
            + ("" if left else ", and its -wal file is not there"),
            remedy="the next command puts it back; if it was copied without its -wal file, its "
            "newest entries are missing: copy it again, with vru-ledger backup",
            severity="warning",
        )


def of_surroundings(place: str) -> Iterator[Finding]:
    """Yield what is wrong around a file: disk, folder, permissions, names, and what was left."""
    real = os.path.realpath(place)
    folder = os.path.dirname(real)
    found = os.stat(real)
    mount = mount_of(real)
    if mount and mount.network:
        yield _warning(
            "network",
            f"{place} is on {mount.folder}, a file system of another machine ({mount.kind}): "
            "locks and syncs may not hold there, so two writers can spoil it, and a power cut too",
            "move it to a disk of this machine, or share it on PostgreSQL: vru-ledger copy",
        )
    read_only = bool(mount and mount.read_only)
    yield from _of_permissions(place, real, folder, found.st_mode, read_only)
    if found.st_nlink > 1:
        yield _warning(
            "two-names",
            f"{place} is one file under {found.st_nlink} names: who opens it by another does not "
            "see its journal",
            "remove the other names; a copy is made with vru-ledger backup",
        )
    room = os.statvfs(folder)
    if room.f_bavail * room.f_frsize < _LITTLE_ROOM:
        yield _warning(
            "disk-full",
            f"the disk of {place} has {room.f_bavail * room.f_frsize:,} bytes left",
            "make room before the next batch",
        )
    left = sorted(name for name in _names(folder) if name.startswith(HIDDEN))
    if left:
        yield _warning(
            "left-over",
            f"{len(left)} of {folder}'s files were left by a command that was killed, or is running"
            f": {', '.join(left[:3])}{' ...' if len(left) > 3 else ''}",
            "remove them when no command is running",
        )


def _of_permissions(
    place: str, real: str, folder: str, mode: int, mounted_read_only: bool
) -> Iterator[Finding]:
    why = ""
    if mounted_read_only:
        why = "its file system is mounted read-only"
    elif not os.access(real, os.W_OK):
        why = "you may not write to the file"
    elif not os.access(folder, os.W_OK | os.X_OK):
        why = f"you may not make files in {folder}, which every write does"
    if why:
        yield _warning(
            "read-only",
            f"{place} can be read and not written: {why}",
            "ask whoever owns the file, and its folder, for permission to write; "
            "reports work meanwhile",
        )
    if mode & 0o007:
        yield _warning(
            "open-to-all",
            f"{place} can be {'changed' if mode & 0o002 else 'read'} by everybody on this machine",
            f"take that away: chmod o-rwx {place}",
        )
    if os.stat(folder).st_mode & 0o1002 == 0o002:
        yield _warning(
            "folder-open-to-all",
            f"anybody may replace files in {folder}",
            f"take that away: chmod o-w {folder}",
        )


def of_journal(place: str) -> Iterator[Finding]:
    """Yield what a journal means that lies beside the file, and that nobody is writing to."""
    try:
        with open(f"{place}-journal", "rb") as file:
            hot = file.read(8) == _HOT
    except OSError:
        return
    if hot and not holders(place):
        yield _warning(
            "journal-left",
            f"{place}-journal was left by a writer that was stopped before its entry was kept",
            "nothing needs to be done: whoever opens the ledger undoes what was half written; "
            "never remove such a file by hand",
        )


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _warning(code: str, message: str, remedy: str) -> Finding:
    return Finding(code=code, message=message, remedy=remedy, severity="warning")
