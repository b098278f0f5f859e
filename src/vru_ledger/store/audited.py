"""What an auditor asks for: who approved whom, how often; and what was entered late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vru_ledger.domain.entries import Recorded
from vru_ledger.domain.query import Query
from vru_ledger.domain.steps import Approval
from vru_ledger.store import ledger
from vru_ledger.store.database import Session


class Pair(NamedTuple):
    """Who asked and who approved: how often, and pence in all."""

    asked: str
    approved: str
    times: int
    pence: int


def pairs(session: Session, query: Query) -> list[Pair]:
    """Return who approved what somebody asked for, of awards and of authority, most often first."""
    wanted = ledger.Conditions(query.replace(kind=Approval.KIND))
    of_awards = (
        "SELECT (SELECT p.actor FROM entries p WHERE p.award = e.award AND p.to_stage = 'proposed'"
        " AND p.number < e.number ORDER BY p.number DESC LIMIT 1) AS asked,"
        f" e.actor AS approved, e.amount_pence AS pence FROM entries e{wanted.where()}"
    )
    others = ledger.Conditions(query.replace(kind="", award="", recipient=""))
    others.add("e.proposal IS NOT NULL")
    others.add("p.number = e.proposal")
    of_authority = (
        "SELECT p.actor AS asked, e.actor AS approved, e.amount_pence AS pence"
        f" FROM entries e CROSS JOIN entries p{others.where()}"
    )
    sides, values = [of_awards], [*wanted.parameters]
    if not (query.award or query.recipient):
        sides.append(of_authority)
        values += others.parameters
    rows = session.rows(
        "SELECT asked, approved, COUNT(*), CAST(SUM(pence) AS BIGINT)"
        f" FROM ({' UNION ALL '.join(sides)}) a WHERE asked IS NOT NULL"
        " GROUP BY asked, approved ORDER BY COUNT(*) DESC, asked, approved",
        values,
    )
    return [Pair(*row) for row in rows]


_DAYS_LATE = {
    "sqlite": "julianday(substr(e.recorded_at, 1, 10)) - julianday(e.dated)",
    "postgresql": "substr(e.recorded_at, 1, 10)::date - e.dated::date",
}


def late(session: Session, query: Query, most: int) -> Iterator[Recorded]:
    """Yield the entries recorded more than `most` days after their day, or of another period.

    The database counts the days: nearly every entry of a ledger is a few days late, and none of
    those is read.
    """
    wanted = ledger.Conditions(query)
    wanted.add(f"({_DAYS_LATE[session.dialect]} > ? OR e.fact LIKE ?)", most, '%"relates_to":%')
    yield from ledger.entries_where(session, " AND ".join(wanted.texts), wanted.parameters)


def of_kinds(session: Session, kinds: tuple[str, ...], query: Query) -> list[Recorded]:
    """Return the entries of these kinds, oldest first."""
    found = [
        recorded for kind in kinds for recorded in ledger.entries(session, query.replace(kind=kind))
    ]
    return sorted(found, key=lambda one: one.number)


def actor_of(session: Session, number: int) -> str:
    """Return who wrote an entry."""
    row = session.row("SELECT actor FROM entries WHERE number = ?", (number,))
    return str(row[0]) if row else ""
