"""Whether somebody is writing to a ledger's file right now, and who."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from vru_ledger.domain.findings import Finding
from vru_ledger.store.doctor_mounts import holders
from vru_ledger.store.sqlite import connect


def of_locks(place: str) -> Iterator[Finding]:
    """Yield a finding if somebody else holds the one writer's lock."""
    try:
        with closing(connect(place, wait=0)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # Whatever else is wrong shows when the ledger is opened.
        if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF != sqlite3.SQLITE_BUSY:
            return
        who = ", ".join(holders(place)) or "somebody else"
        yield Finding(
            code="locked",
            message=f"{who} is writing to {place}",
            remedy="wait for it; if it hangs, end that process, and what it began is undone",
            severity="warning",
        )
