"""Entries from several files, put together in the order of the chain; kept on disk meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from vru_ledger.domain.chain import GENESIS
from vru_ledger.store.entry_texts import EntryText
from vru_ledger.store.ledger import Head
from vru_ledger.store.sqlite_errors import meaning

_COLUMNS = "number, fact, previous_hash, hash"


@contextmanager
def heap_in(made: str, new: str) -> Iterator[Heap]:
    """Yield an empty heap in the file `made`; what its disk refuses is said of the file `new`."""
    heap = None
    try:
        heap = Heap(made)
        yield heap
    except sqlite3.Error as error:
        raise meaning(error, new) or error from error
    finally:
        if heap is not None:
            heap.close()


class Heap:
    """Every entry that was found, once; a million of them take no memory."""

    def __init__(self, made: str) -> None:
        self._connection = sqlite3.connect(made, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE found (number INTEGER, fact TEXT, previous_hash TEXT, hash TEXT UNIQUE,"
            " own INTEGER)"
        )

    def add(self, found: Iterable[EntryText], *, own: bool) -> None:
        """Take in entries of the file that is to be saved, or of one that may fill its gaps."""
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?, ?)", ((*one, own) for one in found)
        )
        self._connection.execute("COMMIT")
        self._connection.execute("CREATE INDEX IF NOT EXISTS follows ON found (previous_hash)")

    def count(self) -> int:
        """Return how many entries were found."""
        return int(self._connection.execute("SELECT count(*) FROM found").fetchone()[0])

    def of_others(self, last: int) -> int:
        """Return how many entries up to `last` only other files have."""
        found = self._connection.execute(
            "SELECT count(*) FROM found WHERE NOT own AND number <= ?", (last,)
        )
        return int(found.fetchone()[0])

    def newest(self) -> int:
        """Return the highest number of an entry that the own file has."""
        found = self._connection.execute("SELECT COALESCE(max(number), 0) FROM found WHERE own")
        return int(found.fetchone()[0])

    def chain(self, last: int) -> Iterator[EntryText]:
        """Yield the entries from the first one to entry `last`, each by the hash before it."""
        for text, _ in self._walk():
            if text.number > last:
                return
            yield text

    def reach(self, told: Head) -> tuple[int, bool]:
        """Return how far the chain leads, and whether it would have led on into another ledger.

        What only another file has is believed where it leads to what was read of the own file, or
        where nothing of that is left behind. `told` is the head that the own file tells, if it can.
        """
        last = end = 0
        astray = False
        for text, own in self._walk():
            end = text.number
            last = end if own else last
            astray = astray or (text.number == told.number and text.hash != told.hash)
        row = self._connection.execute("SELECT 1 FROM found WHERE own AND number > ?", (last,))
        if end > last and (astray or row.fetchone()):
            return last, True
        return end, False

    def _walk(self) -> Iterator[tuple[EntryText, bool]]:
        """Yield entry after entry from the first, and whether it is the own file's.

        Where several follow the same, the own file's is taken, or the one that leads further.
        """
        hash_, number = GENESIS, 0
        while following := self._after(hash_, number):
            best = following[0]
            if len(following) > 1:
                best = max(following, key=lambda one: (one[1], self._length(one[0])))
            yield best
            hash_, number = best[0].hash, best[0].number

    def _after(self, hash_: str, number: int) -> list[tuple[EntryText, bool]]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS}, own FROM found WHERE previous_hash = ? AND number = ?"
            " ORDER BY own DESC, hash",
            (hash_, number + 1),
        )
        return [(EntryText(*row[:4]), bool(row[4])) for row in rows]

    def _length(self, first: EntryText) -> int:
        length, following = 0, [(first, True)]
        while following:
            length += 1
            text, _ = following[0]
            following = self._after(text.hash, text.number)
        return length

    def beyond(self, number: int) -> Iterator[EntryText]:
        """Yield the own file's entries after entry `number`, in the order of their numbers."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM found WHERE number > ? AND own ORDER BY number, hash",
            (number,),
        )
        return (EntryText(*row) for row in rows)

    def gaps(self, newest: int) -> list[tuple[int, int]]:
        """Return which entries from 1 to `newest` were not found: first and last of each gap."""
        gaps, last = [], 0
        rows = self._connection.execute(
            "SELECT DISTINCT number FROM found WHERE number <= ? ORDER BY number", (newest,)
        )
        for (number,) in rows:
            if number > last + 1:
                gaps.append((last + 1, number - 1))
            last = number
        return [*gaps, (last + 1, newest)] if newest > last else gaps

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
