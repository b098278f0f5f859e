"""The database's own check of a file, made while its entries are read, on a second connection.

Both see the same ledger. The first holds its read transaction's shared lock, so nobody can commit:
in the rollback journal, the only one in which a ledger is opened, a commit needs the file alone.
The second begins to read while the first does, and is of the same file, by device and inode.
Where that cannot be shown (in memory, while something is being written, another file of the same
name by now), the check is made on the first connection, before anything else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from vru_ledger.store import soundness
from vru_ledger.store.database import Database, Session
from vru_ledger.store.sqlite import SQLite


class Wholeness:
    """Whether a file is whole: looked up where it is first asked for."""

    def __init__(self, session: Session) -> None:
        self._whole = soundness.is_whole(session)
        self.is_known = True

    def is_whole(self) -> bool:
        """Say whether the database finds nothing wrong with the file."""
        return self._whole


class WholenessBeside(Wholeness):
    """Whether a file is whole, looked up by a thread: `is_whole` waits until that is known."""

    is_known = False

    def __init__(self, session: Session, connection: sqlite3.Connection) -> None:
        self._session = session
        self._connection = connection
        self._failed: Exception | None = None
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        try:
            with soundness.room_to_read(self._session):
                self._whole = soundness.is_whole(self._session)
        except Exception as error:  # It is raised where somebody waits for it.
            self._failed = error

    def is_whole(self) -> bool:
        """Say whether the database finds nothing wrong with the file."""
        self._thread.join()
        if self._failed:
            raise self._failed
        return self._whole

    def close(self) -> None:
        """Leave off, whether or not it is done."""
        while self._thread.is_alive():
            self._connection.interrupt()
            self._thread.join(0.05)
        self._connection.close()


@contextmanager
def beside(database: Database, session: Session) -> Iterator[Wholeness]:
    """Look a file through while the caller reads it in `session`, a read transaction."""
    driver = database.driver
    second = driver.again() if isinstance(driver, SQLite) else None
    if second is None:
        yield Wholeness(session)
        return
    looked = WholenessBeside(Session(second), second.connection)
    try:
        yield looked
    finally:
        looked.close()
