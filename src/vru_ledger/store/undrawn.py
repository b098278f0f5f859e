"""What is undrawn of every award, and the few awards of which a stage holds anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Session

UNDRAWN = ("committed", "payable")
_FILTERS = ("fund", "recipient", "area", "bcu", "source", "fy")


class Undrawn(NamedTuple):
    """An award of which something is undrawn; days are ISO text, None where there is none."""

    award: str
    fund: str
    recipient: str
    recipient_name: str
    title: str
    fy: str
    dated: str | None
    term_to: str | None
    committed: int
    payable: int


def undrawn(session: Session, query: Query) -> Iterator[Undrawn]:
    """Yield the awards with anything committed or payable, by fund and number, as they are read."""
    wanted, values = _of_awards(query)
    if query.moment().is_now():
        held = ", ".join(
            "COALESCE((SELECT b.held FROM balances b WHERE b.scope = 'award' AND b.fund = a.fund"
            f" AND b.name = '{stage}' AND b.bucket = a.ref), 0) AS {stage}"
            for stage in UNDRAWN
        )
        tables = "awards a"
    else:
        held = ", ".join(f"h.{stage}" for stage in UNDRAWN)
        then, before = _held_then(query)
        tables = f"({then}) h JOIN awards a ON a.ref = h.award"
        values = [*before, *values]
    rows = session.stream(
        "SELECT * FROM (SELECT a.ref, a.fund, a.recipient, r.name, a.title, a.fy, e.dated,"
        f" a.term_to, {held}, a.number FROM {tables} JOIN recipients r ON r.code = a.recipient"
        f" JOIN entries e ON e.number = a.entry WHERE {' AND '.join(wanted)}) u"
        " WHERE u.committed + u.payable <> 0 ORDER BY u.fund, u.number",
        values,
    )
    for row in rows:
        yield Undrawn(*row[:-1])


def _of_awards(query: Query) -> tuple[list[str], list[Any]]:
    wanted, values = ["1 = 1"], []
    for name in _FILTERS:
        if value := getattr(query, name):
            # The same unit as figures by area count it in: that of the area, as it is now.
            column = "(SELECT x.bcu FROM areas x WHERE x.code = a.area)" if name == "bcu" else ""
            wanted.append(f"{column or f'a.{name}'} = ?")
            values.append(value)
    if query.award:
        wanted.append("a.ref = ?")
        values.append(query.award)
    return wanted, values


def _held_then(query: Query) -> tuple[str, list[Any]]:
    """Return the SQL of what these stages held of each award at an earlier moment."""
    times = ledger.Conditions(
        Query(
            **{name: getattr(query, name) for name in ("fund", "recipient", "award")},
            as_of=query.as_of,
            known_at=query.known_at,
        )
    )
    times.add("m.entry = e.number")
    times.add(f"m.stage IN {UNDRAWN}")
    sums = ", ".join(
        f"CAST(SUM(CASE m.stage WHEN '{stage}' THEN m.pence ELSE 0 END) AS BIGINT) AS {stage}"
        for stage in UNDRAWN
    )
    return (
        f"SELECT m.award, {sums} FROM entries e CROSS JOIN movements m{times.where()}"
        " GROUP BY m.award",
        times.parameters,
    )


def holding(session: Session, stage: str, query: Query) -> list[tuple[str, int]]:
    """Return the awards of which a stage holds anything, and how much, by fund and award.

    Of the query's fund and time only; by an index, so that what waits is found among a million.
    """
    found: list[tuple[str, int]] = []
    funds = [query.fund] if query.fund else [one.code for one in register.everything(session, Fund)]
    for fund in funds:
        if query.moment().is_now():
            rows = session.rows(
                "SELECT bucket, held FROM balances WHERE scope = 'award' AND fund = ?"
                " AND name = ? AND held > 0 ORDER BY bucket",
                (fund, stage),
            )
        else:
            times = ledger.Conditions(Query(as_of=query.as_of, known_at=query.known_at))
            rows = session.rows(
                "SELECT m.award, CAST(SUM(m.pence) AS BIGINT) FROM movements m"
                " CROSS JOIN entries e WHERE m.fund = ? AND m.stage = ? AND e.number = m.entry"
                f"{''.join(f' AND {text}' for text in times.texts)}"
                " GROUP BY m.award HAVING SUM(m.pence) <> 0 ORDER BY m.award",
                (fund, stage, *times.parameters),
            )
        found += [(award, pence) for award, pence in rows]
    return found
