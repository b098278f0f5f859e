"""Copy a ledger to a file or a server: the same chain, checked whole before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from vru_ledger.actions.check import check_within
from vru_ledger.domain.chain import GENESIS, link
from vru_ledger.domain.value import Value
from vru_ledger.errors import AlreadyThere, Interrupted, LedgerUnusable
from vru_ledger.store import ledger, rows, soundness
from vru_ledger.store.creation import create
from vru_ledger.store.database import Database, Row, Session
from vru_ledger.store.ledger import Head

Told = Callable[[str, int, float], None]
"""What is being done, with how many rows so far, and what share of all that is, from 0 to 1."""


class Copied(Value):
    """The head of both ledgers, and how many entries were written to the first meanwhile."""

    head: Head
    missed: int


class _Unsound(Exception):
    """Something is wrong with what is copied; the text says what."""


def copy(
    source: Database,
    place: str,
    *,
    wait: float = 30.0,
    on_wait: Callable[[], None] | None = None,
    on_progress: Told | None = None,
) -> Copied:
    """Write every entry of a ledger in a new one, and everything that follows from it.

    Each entry is taken under the hash that it has. Before anything is kept, the new ledger is
    checked as `check` does it: all else is worked out again from the entries, and compared. Raises
    AlreadyThere, Interrupted, LedgerUnusable; whatever fails, nothing is left at `place`.
    """
    with ExitStack() as stack:
        reading = stack.enter_context(source.read())
        head, made = ledger.head(reading), ledger.made(reading)

        def load(session: Session) -> None:
            _load(reading, session, head, on_progress)
            # The check takes its time, and no server lets a reader stand still for long.
            stack.close()

        def look(session: Session) -> None:
            _must_be_sound(session, head, on_progress)

        try:
            create(place, made.by, made.at, look, load, wait=wait, on_wait=on_wait)
        except AlreadyThere as error:
            error.hint = "copy to another place, or move away what is there"
            raise
        except KeyboardInterrupt:
            raise Interrupted("interrupted: nothing was copied, unless it was all there") from None
        except (_Unsound, rows.Unfit) as error:
            raise LedgerUnusable(
                f"{source.place} is not sound, and nothing of it was kept: {error}",
                "see all that is wrong with it: vru-ledger check",
            ) from None
    with source.read() as reading:
        return Copied(head, ledger.head(reading).number - head.number)


def _load(reading: Session, session: Session, head: Head, on_progress: Told | None) -> None:
    """Write all rows of one ledger into the empty tables of another."""
    tables = rows.tables()
    for place, table in enumerate(tables):
        found = rows.stored(reading, table)
        if table == "entries":
            found = _chained(found, head)
        written, there = 0, max(1, soundness.how_many(reading, table)) if on_progress else 1
        for some in rows.put(session, table, found):
            written += some
            if on_progress:
                share = (place + written / there) / len(tables)
                on_progress(f"{table} copied", written, share / 2)
    rows.put_head(session, *head)


def _chained(entries: Iterator[Row], head: Head) -> Iterator[Row]:
    """Yield entries as they are, each after the one before. Raises _Unsound."""
    number, hash_ = 0, GENESIS
    for row in entries:
        number += 1
        *_, fact, previous_hash, stored = row
        if row[0] != number or previous_hash != hash_ or link(hash_, fact) != stored:
            raise _Unsound(f"entry {number} is not on the chain as it was written")
        hash_ = stored
        yield row
    if (number, hash_) != head:
        raise _Unsound(f"entry {number} is not on the chain as it was written")


def _must_be_sound(session: Session, head: Head, on_progress: Told | None) -> None:
    def tell(entries: int) -> None:
        if on_progress:
            on_progress("entries checked", entries, (1 + entries / max(1, head.number)) / 2)

    checked = check_within(session, on_progress=tell)
    if not checked.sound:
        first = next(one for one in checked.findings if one.severity == "error")
        raise _Unsound(f"{first.place()}: {first.message}" if first.place() else first.message)
