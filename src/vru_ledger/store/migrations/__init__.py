"""How a ledger of an older version is read: one file per version, found by its number."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol

from vru_ledger.errors import LedgerUnusable
from vru_ledger.position import Balance, Key
from vru_ledger.store.database import VERSION, Session
from vru_ledger.store.entry_texts import EntryText


class OldTables(Protocol):
    """What a version's file says: how to read what a ledger of that version is."""

    def entries(self, session: Session) -> Iterator[EntryText]:
        """Yield every entry, in the order of the chain."""

    def balances(self, session: Session) -> Iterator[tuple[Key, Balance]]:
        """Yield every balance, to compare with what the entries come to now."""

    def made(self, session: Session) -> tuple[str, str]:
        """Return by whom the ledger was made, and when."""


def old_tables(place: str, version: int) -> OldTables:
    """Return what reads tables of `version`. Raises LedgerUnusable if nobody knows them."""
    try:
        found = import_module(f"vru_ledger.store.migrations.version_{version}")
    except ModuleNotFoundError:
        raise LedgerUnusable(
            f"{place} says that it is a ledger of version {version}, and no program ever made one "
            f"(this one knows 1 to {VERSION})",
            "it is damaged, or is something else: vru-ledger doctor",
        ) from None
    reads: OldTables = found
    return reads
