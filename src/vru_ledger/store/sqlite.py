"""SQLite in the configuration that was proved: who writes locks first, and what is kept is on disk.

The rollback journal with synchronous=EXTRA lost no acknowledged commit in simulated power cuts,
where the default (FULL) did; the driver starts no transactions of its own.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from vru_ledger.errors import LedgerError, LedgerUnreadable, LedgerUnusable
from vru_ledger.store.database import NO_SCHEMA, VERSION, Database, Row, damaged_because
from vru_ledger.store.sqlite_errors import (
    CANNOT_UNDO,
    busy,
    code_of,
    half_written,
    link_broken,
    meaning,
    meaning_of_commit,
    not_a_ledger,
    wrong_version,
)

APPLICATION_ID = 0x5652554C
"""'VRUL' in the file's header: tells a ledger from any other database before it is read."""

_PRAGMAS = (
    "foreign_keys=ON",
    # Without it INSERT OR REPLACE removes a row and no DELETE trigger is told.
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "synchronous=EXTRA",
    # Of what a single statement would undo; the journal that survives a crash is untouched by it.
    "temp_store=MEMORY",
)
_LARGEST_KEPT_JOURNAL = 1 << 20
"""Bytes of a journal that is kept between writes; what a large write leaves is cut down to it."""

WAIT = 30.0
"""Seconds to wait for somebody else, unless told."""

_OF_THE_SYSTEM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
"""What keeps a file from being opened although nothing in it need be wrong."""

PATIENCE = 0.25
"""Seconds of waiting before somebody is told that we wait."""


class SQLite:
    """The driver for a ledger in one file."""

    dialect = "sqlite"
    errors = sqlite3.Error

    def __init__(
        self,
        connection: sqlite3.Connection,
        place: str,
        on_wait: Callable[[], None] | None = None,
        wait: float = WAIT,
        *,
        waiting: float | None = None,
    ) -> None:
        self.connection = connection
        self.place = place
        self.file: tuple[int, int] | None = None
        self.on_wait = on_wait
        self._wait = wait
        self._waiting = wait if waiting is None else waiting  # What the connection does by now.
        self._writes = 0

    def sql(self, text: str) -> str:
        """Return `text` as it is: the driver's parameters are question marks."""
        return text

    def stream(self, sql: str, parameters: Sequence[Any]) -> Iterator[Row]:
        """Yield rows as SQLite finds them."""
        return iter(self.connection.execute(sql, parameters))

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows one after another by one prepared statement."""
        self.connection.executemany(_insert(table, columns), rows)

    def begin_write(self, wait: float) -> None:
        """Take the write lock before anything is read, so that what was true stays true."""
        self._wait = wait
        if self._writes == 1:
            self._keep_journal()
        self.patiently("BEGIN IMMEDIATE")

    def _keep_journal(self) -> None:
        """Keep the journal's file from one write to the next, until the ledger is let go of.

        Who writes once removes it, so that a ledger is one file. Who writes more than once would
        make and remove it each time, which is an eighth of what a write costs. A journal that
        begins with zeros is none; they are synced before a write is acknowledged.
        """
        self.connection.execute(f"PRAGMA journal_size_limit={_LARGEST_KEPT_JOURNAL}")
        self.connection.execute("PRAGMA journal_mode=PERSIST")

    def patiently(self, statement: str) -> sqlite3.Cursor:
        """Run what may have to wait; a short wait is tried first, and then `on_wait` is told, once.

        So the next write need not change how long the connection waits, which is a statement of
        its own: nearly always nobody has to wait at all.
        """
        patience = min(PATIENCE, self._wait)
        self._wait_for(patience)
        try:
            return self.connection.execute(statement)
        except sqlite3.OperationalError as error:
            if code_of(error) & 0xFF != sqlite3.SQLITE_BUSY or patience >= self._wait:
                raise
            self.tell_waiting()
            self._wait_for(self._wait - patience)
            return self.connection.execute(statement)

    def tell_waiting(self) -> None:
        """Let it be known that we wait, unless it is known."""
        on_wait, self.on_wait = self.on_wait, None
        if on_wait:
            on_wait()

    def wait_whole(self) -> None:
        """Let what is not run patiently, a copy for one, wait for as long as we were told to."""
        self._wait_for(self._wait)

    def _wait_for(self, wait: float) -> None:
        if wait != self._waiting:
            self.connection.execute(f"PRAGMA busy_timeout={max(0, round(wait * 1000))}")
            self._waiting = wait

    def begin_read(self) -> None:
        """Begin a transaction whose first query fixes the moment that is read."""
        self.connection.execute("BEGIN")
        # The first read takes the shared lock, so an error of the file shows here.
        self.patiently("SELECT 1 FROM head").fetchone()
        self.wait_whole()

    def again(self) -> SQLite | None:
        """Begin to read the same moment on another connection, which any thread may use.

        To be called while this one reads. None if it is not sure to be the same: in memory, while
        somebody waits to commit, or if another file has come to lie there.
        """
        if self.file is None:
            return None
        try:
            second = SQLite(connect(self.place, wait=0, threads=True), self.place, wait=0)
        except sqlite3.Error:
            return None
        try:
            second.begin_read()
            [(mode,)] = second.connection.execute("PRAGMA journal_mode").fetchall()
            if mode != "wal" and which_file(self.place) == self.file:
                return second
        except sqlite3.Error:
            pass  # Whoever looks at the file says what is wrong with it.
        second.close()
        return None

    def commit(self) -> None:
        """Keep what was written, waiting for whoever is still reading.

        A COMMIT that found somebody reading has kept nothing and undone nothing: it is run again.
        """
        self.patiently("COMMIT")
        self._writes += 1

    def close(self) -> None:
        """Let go of the file, and remove the journal that was kept; not one that others use."""
        if self._writes > 1:
            with suppress(sqlite3.Error):  # What was acknowledged is safe whether it goes or not.
                self.connection.execute("PRAGMA journal_mode=DELETE")
        self.connection.close()

    def should_retry(self, error: Exception) -> bool:
        """Return False: the writer is alone from the first statement on."""
        return False

    def translate(self, error: Exception) -> LedgerError | None:
        """Return what an error of SQLite means to somebody at a terminal."""
        return meaning(error, self.place)

    def translate_commit(self, error: Exception) -> LedgerError | None:
        """Return what an error of COMMIT means: after a lock nothing was kept, else who knows."""
        return meaning_of_commit(error, self.place)


def connect(
    place: str, *, create: bool = False, wait: float = WAIT, threads: bool = False
) -> sqlite3.Connection:
    """Connect to a file with the pragmas that were proved; `create` allows it to be new.

    With `threads` it may be used by another thread than this, one at a time.
    """
    # A URI made from the path: no character of a file's name can mean anything else.
    try:
        path = Path(place).absolute()
    except FileNotFoundError:
        raise LedgerUnreadable(
            f"{place} cannot be opened: the folder that you are in is gone",
            "go to one that is there, or name the ledger's file from the root",
        ) from None
    uri = path.as_uri() + f"?mode={'rwc' if create else 'rw'}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=not threads
    )
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def open_ledger(
    place: str, *, wait: float = WAIT, on_wait: Callable[[], None] | None = None
) -> Database:
    """Open the ledger in a file. Raises LedgerUnusable if there is none or it is something else."""
    database, version = open_of_any_version(place, wait=wait, on_wait=on_wait)
    if version != VERSION:
        database.close()
        raise wrong_version(place, version)
    return database


def open_of_any_version(
    place: str, *, wait: float = WAIT, on_wait: Callable[[], None] | None = None
) -> tuple[Database, int]:
    """Open a ledger whatever the version of its tables, which is returned too."""
    keeps_wal = _look_before_opening(place)
    file = which_file(place)
    try:
        driver = _patient_driver(place, wait, on_wait)
    except UnicodeDecodeError as error:
        raise damaged_because(place, NO_SCHEMA) from error
    except sqlite3.Error as error:
        if code_of(error) & 0xFF == sqlite3.SQLITE_NOTADB:
            raise not_a_ledger(place) from error
        if code_of(error) & 0xFF == sqlite3.SQLITE_BUSY:
            raise busy(place) from error
        if code_of(error) & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise damaged_because(place, str(error)) from error
        if code_of(error) in CANNOT_UNDO:
            raise half_written(place) from error
        broken = code_of(error) & 0xFF in _OF_THE_SYSTEM
        raise (LedgerUnreadable if broken else LedgerUnusable)(
            f"{place} cannot be opened ({error})",
            "check your permission for the file and its folder, and the disk",
        ) from error
    connection = driver.connection
    driver.file = file if file == which_file(place) else None
    try:
        application = driver.patiently("PRAGMA application_id").fetchone()[0]
        version = driver.patiently("PRAGMA user_version").fetchone()[0]
        driver.wait_whole()
    except sqlite3.Error as error:
        connection.close()
        raise driver.translate(error) or error from error
    if application != APPLICATION_ID:
        connection.close()
        raise not_a_ledger(place)
    if keeps_wal:
        _leave_wal(driver)
    return Database(driver, place, wait), version


def _patient_driver(place: str, wait: float, on_wait: Callable[[], None] | None) -> SQLite:
    """Connect to a file in which somebody may be writing, and let it be known if we must wait."""
    patience = min(PATIENCE, wait)
    try:
        return SQLite(connect(place, wait=patience), place, on_wait, wait, waiting=patience)
    except sqlite3.OperationalError as error:
        if code_of(error) & 0xFF != sqlite3.SQLITE_BUSY or patience >= wait:
            raise
        if on_wait:
            on_wait()
        rest = wait - patience
        return SQLite(connect(place, wait=rest), place, None, wait, waiting=rest)


def which_file(place: str) -> tuple[int, int] | None:
    """Return the device and inode of a file, whatever it is called; None if it is gone."""
    try:
        found = os.stat(place)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _leave_wal(driver: SQLite) -> None:
    """Go back to the rollback journal, in which nothing that was acknowledged is lost.

    Raises LedgerUnusable if that cannot be: another program has the file open, or it is read-only.
    """
    try:
        [(mode,)] = driver.connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        why = "another program has it open"
    except sqlite3.Error as error:
        mode, why = "wal", str(error)
    if mode != "delete":
        driver.connection.close()
        raise LedgerUnreadable(
            f"{driver.place} was put into WAL mode, in which a power cut can lose what was "
            f"acknowledged, and cannot be put back ({why})",
            "close the other program, or get permission to write, and run it again",
        )


def _look_before_opening(place: str) -> bool:
    """Say whether a file is in WAL mode, which its header tells.

    Raises LedgerUnusable unless `place` is a regular file that begins as SQLite's do.
    """
    try:
        found = os.stat(place)
        if stat.S_ISREG(found.st_mode):
            with open(place, "rb") as file:
                header = file.read(20)
        else:
            raise LedgerUnusable(f"{place} is not a file", "name the ledger's file with --db")
    except FileNotFoundError:
        if os.path.islink(place):
            raise link_broken(place) from None
        raise LedgerUnusable(
            f"there is no ledger at {place}",
            "make one with vru-ledger init, or name another with --db",
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LedgerUnusable(
            f"{place} cannot be opened ({reason})", "check the path and your permission"
        ) from None
    if not header.startswith(b"SQLite format 3\x00"):
        raise not_a_ledger(place)
    return b"\x02" in header[18:20]


@lru_cache
def _insert(table: str, columns: str) -> str:
    """Return the statement that writes a row of a table."""
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"


def mark(database: Database) -> None:
    """Write into the file's header what it is, inside the transaction that makes it."""
    database.driver.connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    database.driver.connection.execute(f"PRAGMA user_version={VERSION}")


def in_memory() -> Database:
    """Open a ledger that vanishes: what `check` loads a seed file into."""
    connection = sqlite3.connect(":memory:", timeout=WAIT, isolation_level=None)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return Database(SQLite(connection, "memory"), "memory")
