"""Version 1, of vru-ledger 0.1.0: allocations, caps, funds and the register."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.position import Balance, Key
from vru_ledger.store import entry_texts
from vru_ledger.store.database import Session
from vru_ledger.store.entry_texts import EntryText


def entries(session: Session) -> Iterator[EntryText]:
    """Yield every entry: the texts are what they are today, and so are the chain's columns."""
    return entry_texts.of_ledger(session)


def balances(session: Session) -> Iterator[tuple[Key, Balance]]:
    """Yield every balance; authority of a line had no certainty yet, so none is missing."""
    rows = session.stream(
        "SELECT scope, fund, name, bucket, held, floor, ceiling, grandfathered FROM balances"
    )
    for row in rows:
        yield Key(*row[:4]), Balance(*row[4:])


def made(session: Session) -> tuple[str, str]:
    """Return by whom the ledger was made, and when."""
    row = session.row("SELECT created_by, created_at FROM ledger")
    return (str(row[0]), str(row[1])) if row else ("unknown", "")
