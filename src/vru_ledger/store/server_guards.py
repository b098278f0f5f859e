"""The guards of a ledger on a server: the script that makes them, and what a server cannot have."""

from __future__ import annotations

import re
from pathlib import Path

from vru_ledger.store.database import Session, statements

TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)")


def script() -> str:
    """Return the script that makes every guard."""
    return Path(__file__).with_name("guards_postgresql.sql").read_text(encoding="utf-8")


def make(session: Session) -> None:
    """Make every guard that this server can have."""
    left_out = cannot_have(session)
    for statement in statements(script()):
        trigger = TRIGGER.match(statement)
        if not (trigger and f"guard {trigger[1]}" in left_out):
            session.run_script(statement)


def cannot_have(session: Session) -> frozenset[str]:
    """Return the guards that this server has no means to keep, as 'guard entries_whole'.

    YugabyteDB calls itself PostgreSQL 15.12-YB-2025.2 or the like, and has no constraint triggers:
    https://github.com/yugabyte/yugabyte-db/issues/31342
    """
    return frozenset({"guard entries_whole"} if "-YB-" in version(session) else ())


def version(session: Session) -> str:
    """Return how the server calls itself."""
    row = session.row("SELECT pg_catalog.version()")
    return str(row[0]) if row else ""
