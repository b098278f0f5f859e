"""Entries as the chain has them, whatever else is kept beside: number, text and hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vru_ledger.store.database import Session


class EntryText(NamedTuple):
    """An entry's number, the text that was hashed, the hash before it and its own."""

    number: int
    fact: str
    previous_hash: str
    hash: str


def of_ledger(session: Session) -> Iterator[EntryText]:
    """Yield every entry of a ledger of any version, in the order of their numbers."""
    rows = session.stream("SELECT number, fact, previous_hash, hash FROM entries ORDER BY number")
    return (EntryText(*row) for row in rows)
