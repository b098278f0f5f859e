"""Settings of a server under which it may lose what it acknowledged, or takes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.store.database import Session

_HOLDING = """
SELECT a.pid, COALESCE(a.usename::text, 'somebody'), COALESCE(host(a.client_addr), ''),
  COALESCE(a.state, ''), string_agg(DISTINCT c.relname::text, ', ')
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation
WHERE l.granted AND l.pid <> pg_backend_pid() AND l.mode <> 'AccessShareLock'
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
GROUP BY 1, 2, 3, 4 ORDER BY 1
"""


def of_locks(session: Session) -> Iterator[Finding]:
    """Yield who holds a lock that a writer, or even a reader, may wait for. Waits for nobody."""
    for pid, user, address, state, tables in session.rows(_HOLDING):
        where = f" from {address}" if address else ""
        idle = ", and does nothing" if state.startswith("idle") else ""
        yield Finding(
            code="locked",
            message=f"{shown(user)}{where} is writing (process {pid} of the server, which holds "
            f"{shown(tables)}){idle}",
            remedy="wait for them; if it hangs, they end that, or whoever looks after the server: "
            f"SELECT pg_terminate_backend({pid})",
            severity="warning",
        )


_ON = ("fsync", "full_page_writes")


def of_server(session: Session) -> Iterator[Finding]:
    """Yield each setting that makes a server unfit for money, and whether it takes no writes.

    Whether a commit waits for the disk (synchronous_commit) every connection of ours says itself.
    """
    for name in _ON:
        row = session.row(f"SHOW {name}")
        if row and row[0] != "on":
            yield Finding(
                code="server-unsafe",
                message=f"the server runs with {name} = {row[0]}: a crash can damage the ledger",
                remedy=f"have whoever looks after it set {name} = on",
                severity="warning",
            )
    row = session.row(
        "SELECT pg_is_in_recovery(), reset_val = 'on', quote_ident(current_database()),"
        " quote_ident(current_user) FROM pg_settings WHERE name = 'default_transaction_read_only'"
    )
    standby, reads, database, user = row or (False, False, "", "")
    if reads and not standby:
        yield Finding(
            code="read-only",
            message=f"the server lets {user} only read {database} (default_transaction_read_only)",
            remedy=f"have whoever looks after it say: ALTER ROLE {user} IN DATABASE {database} SET"
            " default_transaction_read_only = off",
            severity="warning",
        )
    if standby:
        yield Finding(
            code="read-only",
            message="the server is a standby, which takes no writes",
            remedy="write to the primary; reports work here",
            severity="warning",
        )
