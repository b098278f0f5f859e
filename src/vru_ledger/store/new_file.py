"""The file of a new ledger: made beside its place, and named only when it is whole."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import tempfile
from contextlib import suppress

from vru_ledger.errors import AlreadyThere, LedgerUnusable, OutcomeUnknown
from vru_ledger.store.database import Database
from vru_ledger.store.sqlite import SQLite, connect
from vru_ledger.store.sqlite_errors import meaning

HIDDEN = ".vru-ledger-"
"""How the name of a file begins that is not whole yet, or was left by who was killed."""


def must_be_free(place: str) -> None:
    """Raise AlreadyThere if a file is at `place`, or what a database of that name has left."""
    try:
        found = os.lstat(place)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise cannot_be_made(place, error) from None
    else:
        if stat.S_ISREG(found.st_mode) and not found.st_size:
            raise AlreadyThere(
                f"{place} is already there, and empty; nothing was touched",
                "remove it if nobody needs it, or name another file with --db",
            )
        raise AlreadyThere(
            f"{place} is already there; nothing was touched",
            "name another file with --db, or move this one away",
        )
    for left in (f"{place}-journal", f"{place}-wal"):
        # The next to open the new file would take it for its own, and spoil it.
        if os.path.lexists(left):
            raise AlreadyThere(
                f"{left} is there, left by another database of that name; nothing was touched",
                "name another file with --db, or move this one away",
            )


def begin_file(place: str) -> tuple[Database, str]:
    """Open a new, empty file in the folder of `place`, and return its path too.

    Only its owner can read it. It is no ledger to anybody until `put_in_place` names it so: who is
    killed before leaves nothing at `place`.
    """
    made = begin_name(place)
    try:
        return Database(SQLite(connect(made), place), place), made
    except sqlite3.Error as error:
        let_go(made)
        raise meaning(error, place) or error from error


def begin_name(place: str) -> str:
    """Make an empty file in the folder of `place` that only its owner can read; return its path."""
    try:
        handle, made = tempfile.mkstemp(dir=os.path.dirname(place) or ".", prefix=HIDDEN)
        os.close(handle)
    except (OSError, ValueError) as error:
        raise cannot_be_made(place, error) from None
    return made


def let_go(made: str) -> None:
    """Remove a file that is needed no more; where even that is refused, it is in nobody's way."""
    with suppress(OSError):
        os.unlink(made)


def put_in_place(made: str, place: str) -> None:
    """Give a whole new ledger its name. Raises AlreadyThere if somebody else was quicker."""
    must_be_free(place)
    try:
        try:
            # Unlike a renaming, this never takes the place of another file.
            os.link(made, place)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            os.close(os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            os.replace(made, place)
    except FileExistsError:
        raise AlreadyThere(
            f"{place} is already there; nothing was touched",
            "name another file with --db, or move this one away",
        ) from None
    except (OSError, ValueError) as error:
        raise cannot_be_made(place, error) from None
    keep_name(place)


def put_over(made: str, place: str) -> None:
    """Give a whole new file the name of one that is there, and who may use it, in one step."""
    try:
        _let_the_same_use(made, place)
        os.replace(made, place)
    except (OSError, ValueError) as error:
        raise cannot_be_made(place, error) from None
    keep_name(place)


def _let_the_same_use(made: str, place: str) -> None:
    """Give a file the owner, group and permissions of another, as far as we may."""
    was = os.stat(place)
    for owner, group in ((was.st_uid, -1), (-1, was.st_gid)):
        with suppress(OSError):
            os.chown(made, owner, group)
    mode = stat.S_IMODE(was.st_mode) & 0o777 | stat.S_IRUSR | stat.S_IWUSR
    if os.stat(made).st_gid != was.st_gid:
        mode &= ~stat.S_IRWXG  # What one group may is nothing that another was given.
    os.chmod(made, mode)


def keep_name(place: str) -> None:
    """Make sure that a power cut does not take a file's name away again."""
    folder = os.open(os.path.dirname(place) or ".", os.O_RDONLY)
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:  # A file system that has nothing to keep.
            raise OutcomeUnknown(*lost_while_made(place, error.strerror or "")) from None
    finally:
        os.close(folder)


_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What a file system answers that knows no second names: some network and memory-card ones."""


def lost_while_made(place: str, reason: str) -> tuple[str, str]:
    """Say that nobody knows whether a new ledger is there, and how to find out."""
    return (
        f"{place} failed while the ledger was being kept ({reason}): it may be there, or may not",
        "see whether it is: vru-ledger status",
    )


def cannot_be_made(place: str, error: Exception) -> LedgerUnusable:
    """Say that the system does not let a file be made, and what to do."""
    reason = getattr(error, "strerror", None) or str(error)
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return LedgerUnusable(
        f"{place} cannot be made ({reason})",
        "make room, then run it again" if full else "check the folder and your permission",
    )
