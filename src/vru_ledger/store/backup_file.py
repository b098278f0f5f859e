"""A ledger's file copied while others write, and given other contents as one change."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from vru_ledger.errors import LedgerBusy, LedgerUnusable
from vru_ledger.store import new_file, sqlite
from vru_ledger.store.database import Database, Row, Session
from vru_ledger.store.sqlite import SQLite, connect
from vru_ledger.store.sqlite_errors import code_of, meaning

Progress = Callable[[float], None]
"""Told how much of a file is copied, from 0 to 1."""

_PAGES = 1_000
"""Pages of a step: between two steps somebody else may write."""

_PATIENCE = 5
"""How often a copy begins again because somebody wrote, before writers are made to wait."""


class Moved(Exception):
    """Somebody wrote between our look at a ledger and our change of it."""


@contextmanager
def beside(place: str) -> Iterator[str]:
    """Yield a new, empty file in the folder of `place`; unless it is given a name, it goes."""
    made = new_file.begin_name(place)
    try:
        yield made
    finally:
        for left in (made, f"{made}-journal"):
            new_file.let_go(left)


def copy_online(
    database: Database, made: str, called: str, on_progress: Progress | None = None
) -> None:
    """Copy an open ledger into the file `made`, as it is at one moment, while others write.

    SQLite begins again when somebody else wrote meanwhile. After the fifth time all is copied in
    one step, which writers wait for. `called` is what the copy is going to be called. Raises
    LedgerUnusable.
    """
    source = database.driver.connection
    target = sqlite3.connect(made, isolation_level=None)
    left_before, begun = 1 << 62, 0

    def told(status: int, left: int, total: int) -> None:
        nonlocal left_before, begun
        _must_not_wait(status, database.place)
        # A step that comes no further has begun again.
        begun += left >= left_before
        left_before = left
        if begun == _PATIENCE:
            raise Moved
        if on_progress and total:
            on_progress(1 - left / total)

    try:
        try:
            source.backup(target, pages=_PAGES, progress=told, sleep=0)
        except Moved:
            source.backup(
                target, progress=lambda *status: _must_not_wait(status[0], database.place)
            )
    except sqlite3.Error as error:
        # What is only read is never full, and is never written.
        of_copy = code_of(error) & 0xFF == sqlite3.SQLITE_FULL or code_of(error) in _OF_WRITING
        raise meaning(error, called if of_copy else database.place) or error from error
    finally:
        target.close()
    try:
        sync(made)
    except OSError as error:
        raise new_file.cannot_be_made(called, error) from None


_OF_WRITING = (
    *(sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC),
    *(sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_DELETE),
)


def _must_not_wait(status: int, place: str) -> None:
    """Raise LedgerBusy if a step of a copy has waited for as long as we wait: Python never ends."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise LedgerBusy(
            f"somebody else is using {place}; nothing was changed",
            "run it again, or wait longer with --wait SECONDS",
        )


def sync(made: str) -> None:
    """Make sure that a power cut leaves a file as it is now."""
    handle = os.open(made, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def named(database: Database, place: str) -> Database:
    """Return an open database that calls itself what its file is going to be called."""
    driver: Any = database.driver
    driver.place = database.place = place
    return database


def kept_name(place: str, why: str) -> str:
    """Return a name beside `place` that nothing has: 'ledger.db.before-restore', then '-2'."""
    name, count = f"{place}.{why}", 2
    while any(os.path.lexists(f"{name}{ending}") for ending in ("", "-journal", "-wal")):
        name, count = f"{place}.{why}-{count}", count + 1
    return name


class Opened:
    """A ledger that nobody else can write, from before we look at it until we change it.

    Its new contents come by SQLite's own backup, in one transaction: whoever waits for the lock,
    or has the file open, sees them afterwards, and a crash leaves the old ones.
    """

    def __init__(self, place: str, wait: float, on_wait: Callable[[], None] | None) -> None:
        self.place, self.wait = place, wait
        self._handle = -1
        self.database, self.version = sqlite.open_of_any_version(place, wait=wait, on_wait=on_wait)
        # Before any lock: closing a file gives up the locks that this process has on it.
        self._handle = os.open(place, os.O_RDONLY)
        self._counter = b""

    @contextmanager
    def locked(self) -> Iterator[Session]:
        """Read the ledger while nobody can write to it."""
        driver = self.database.driver
        try:
            driver.begin_write(self.wait)
            self._counter = self._changes()
            yield Session(driver)
        except sqlite3.Error as error:
            raise driver.translate(error) or error from error
        finally:
            with suppress(sqlite3.Error):
                driver.connection.execute("ROLLBACK")

    def _changes(self) -> bytes:
        """Return how many transactions have changed the file, as its header counts them."""
        return os.pread(self._handle, 4, 24)

    def keep(self, kept: str) -> None:
        """Copy the ledger, while it is locked, into a file that gets the name `kept`."""
        # SQLite copies nothing out of a connection that is itself about to write. Nor may the file
        # be opened and closed by anything but SQLite now: that would give up our lock.
        reading = Database(SQLite(connect(self.place, wait=self.wait), self.place), self.place)
        try:
            with beside(kept) as copy:
                copy_online(reading, copy, kept)
                new_file.put_in_place(copy, kept)
        finally:
            reading.close()

    def become(self, made: str) -> None:
        """Take on the contents of the file `made`, all or nothing.

        Raises Moved if somebody wrote since we looked, LedgerBusy if somebody reads for too long.
        """
        source, target = connect(made), connect(self.place, wait=self.wait)
        driver = SQLite(target, self.place)
        [[pages]] = source.execute("PRAGMA page_count").fetchall()
        looked = False

        def told(status: int, *_: int) -> None:
            nonlocal looked
            _must_not_wait(status, self.place)
            # From the first step on nobody else can write, and it is never the last one.
            if not looked and self._changes() != self._counter:
                raise Moved
            looked = True

        try:
            source.backup(target, pages=min(_PAGES, max(1, pages // 2)), progress=told)
        except sqlite3.Error as error:
            raise driver.translate(error) or error from error
        finally:
            source.close()
            target.close()

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def put_aside(place: str, kept: str) -> None:
    """Give what is at `place`, and what belongs to it, the name `kept` as well. Raises if it fails.

    The journals lose their old name: the next file of that name would take them for its own.
    """
    try:
        os.link(place, kept)
        for ending in ("-journal", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.rename(f"{place}{ending}", f"{kept}{ending}")
    except OSError as error:
        raise LedgerUnusable(
            f"{place} cannot be kept as {kept} ({error.strerror})",
            f"move it away by hand, and run it again without --force: mv {place} {kept}",
        ) from None


def entries_lacking(present: Session, other: Session) -> tuple[int, int]:
    """Return how many entries `present` has that `other` lacks, and the newest that both have.

    A chain is the same up to where two ledgers part, so the place is found by halving.
    """
    newest = _newest(present)
    low, high = 0, min(newest, _newest(other))
    while low < high:
        middle = (low + high + 1) // 2
        if _hash(present, middle) == _hash(other, middle):
            low = middle
        else:
            high = middle - 1
    return newest - low, low


def _newest(session: Session) -> int:
    found = session.row("SELECT COALESCE(MAX(number), 0) FROM entries")
    return int(found[0]) if found else 0


def _hash(session: Session, number: int) -> Row | None:
    return session.row("SELECT hash FROM entries WHERE number = ?", (number,))
