"""Opening a ledger: a file by its path, a server's by its address."""

from __future__ import annotations

from collections.abc import Callable

from vru_ledger.errors import LedgerUnusable
from vru_ledger.store.database import Database, is_url, masked


def must_be_known(place: str) -> None:
    """Raise LedgerUnusable unless an address is one of PostgreSQL's."""
    if not place.startswith(("postgresql://", "postgres://")):
        raise LedgerUnusable(
            f"{masked(place)} is not the address of a ledger",
            "an address begins with postgresql://",
        )


def open_database(
    place: str, *, wait: float = 30.0, on_wait: Callable[[], None] | None = None
) -> Database:
    """Open the ledger at a path or a postgresql:// address. Raises LedgerUnusable.

    `wait` is how many seconds to wait for another writer; `on_wait` is called once if we must.
    """
    if is_url(place):
        must_be_known(place)
        from vru_ledger.store import postgresql

        return postgresql.open_ledger(place, wait=wait, on_wait=on_wait)
    from vru_ledger.store import sqlite

    return sqlite.open_ledger(place, wait=wait, on_wait=on_wait)
