"""What moved authority that was there: virements, carries, lapses and surrenders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vru_ledger.domain.authority import MOVES, AuthorityReversal
from vru_ledger.domain.entries import Funding, Recorded
from vru_ledger.domain.query import Query
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

LOGGED = (Funding.KIND, *MOVES, AuthorityReversal.KIND)
"""The kinds of entry that change how much authority a line has, besides an award's."""


class Moved(NamedTuple):
    """Pence by which a kind of entry changed a line of authority; what undoes one counts as it."""

    kind: str
    fund: str
    source: str
    fy: str
    pence: int


def moved(session: Session, query: Query) -> list[Moved]:
    """Return by how much each kind of move changed each line of authority, by a query's moment."""
    found = []
    for kind in MOVES:
        for tables, condition in (
            ("entries e CROSS JOIN movements m", ""),
            (
                "entries e CROSS JOIN entries u CROSS JOIN movements m",
                " AND u.number = e.reverses AND u.kind = ?",
            ),
        ):
            wanted = ledger.Conditions(
                Query(
                    kind=AuthorityReversal.KIND if condition else kind,
                    as_of=query.as_of,
                    known_at=query.known_at,
                )
            )
            rows = session.rows(
                "SELECT m.fund, m.source, m.fy, CAST(SUM(-m.pence) AS BIGINT)"
                f" FROM {tables}{wanted.where()}{condition}"
                " AND m.entry = e.number AND m.stage = 'authority'"
                " GROUP BY m.fund, m.source, m.fy",
                [*wanted.parameters, *([kind] if condition else [])],
            )
            found += [Moved(kind, *row) for row in rows]
    return found


def log(session: Session, query: Query) -> Iterator[tuple[Recorded, int | None]]:
    """Yield the entries that changed authority, oldest first, each with what undid it by then."""
    every = [
        recorded
        for kind in LOGGED
        if query.kind in ("", kind)
        for recorded in ledger.entries(session, query.replace(kind=kind, stage=""))
    ]
    for recorded in sorted(every, key=lambda one: one.number):
        yield recorded, ledger.answering(session, recorded.number, query.moment())
