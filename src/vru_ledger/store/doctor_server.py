"""Settings of a PostgreSQL server under which it may lose what it acknowledged."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.findings import Finding
from vru_ledger.store.database import Session

_ON = ("fsync", "full_page_writes")


def of_server(session: Session) -> Iterator[Finding]:
    """Yield each setting that makes a server unfit for money, and whether it takes no writes."""
    for name in _ON:
        row = session.row(f"SHOW {name}")
        if row and row[0] != "on":
            yield Finding(
                code="server-unsafe",
                message=f"the server runs with {name} = {row[0]}: a crash can damage the ledger",
                remedy=f"have whoever looks after it set {name} = on",
                severity="warning",
            )
    row = session.row("SELECT pg_is_in_recovery()")
    if row and row[0]:
        yield Finding(
            code="read-only",
            message="the server is a standby, which takes no writes",
            remedy="write to the primary; reports work here",
            severity="warning",
        )
