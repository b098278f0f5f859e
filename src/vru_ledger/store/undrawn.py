"""What is undrawn of every award, and the few awards of which a stage holds anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
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
    """Yield the awards with anything committed or payable, by fund and number, as they are read.

    Award by award, in the order of an index: nothing is sorted or grouped first, so that a million
    need no more memory than one.
    """
    held, values = _held(query)
    wanted, of_awards = _of_awards(query)
    rows = session.stream(
        "SELECT a.ref, a.fund, a.recipient, r.name, a.title, a.fy, n.dated,"
        f" a.term_to, {', '.join(held)} FROM awards a JOIN recipients r ON r.code = a.recipient"
        f" JOIN entries n ON n.number = a.entry WHERE {' AND '.join(wanted)}"
        " ORDER BY a.fund, a.number",
        [*values, *of_awards],
    )
    for row in rows:
        if row[-2] or row[-1]:
            yield Undrawn(*row)


class Ended(NamedTuple):
    """A fund's awards of which something is undrawn when their term is past.

    How many, pence in all, and the day on which the first of them ended.
    """

    fund: str
    awards: int
    pence: int
    first: date


def ended(session: Session, query: Query, day: date) -> list[Ended]:
    """Return for each fund what is undrawn of awards whose term ended before a day."""
    held, values = _held(query)
    wanted, of_awards = _of_awards(query)
    rows = session.rows(
        "SELECT u.fund, COUNT(*), CAST(SUM(u.committed + u.payable) AS BIGINT), MIN(u.term_to)"
        " FROM (SELECT a.fund AS fund, a.term_to AS term_to,"
        f" {', '.join(f'{one} AS {stage}' for one, stage in zip(held, UNDRAWN, strict=True))}"
        f" FROM awards a WHERE {' AND '.join(wanted)} AND a.term_to < ?) u"
        " WHERE u.committed + u.payable <> 0 GROUP BY u.fund ORDER BY u.fund",
        [*values, *of_awards, day.isoformat()],
    )
    return [
        Ended(fund, many, pence, date.fromisoformat(first)) for fund, many, pence, first in rows
    ]


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
    if query.known_at is not None:
        wanted.append("a.entry <= ?")
        values.append(query.known_at)
    return wanted, values


def _held(query: Query) -> tuple[list[str], list[Any]]:
    """Return the SQL of what each stage holds of an award `a`, at the query's moment."""
    if query.moment().is_now():
        return [
            "COALESCE((SELECT b.held FROM balances b WHERE b.scope = 'award' AND b.fund = a.fund"
            f" AND b.name = '{stage}' AND b.bucket = a.ref), 0)"
            for stage in UNDRAWN
        ], []
    times = ledger.Conditions(Query(as_of=query.as_of, known_at=query.known_at))
    texts = "".join(f" AND {text}" for text in times.texts)
    return [
        "COALESCE((SELECT CAST(SUM(m.pence) AS BIGINT) FROM entries e CROSS JOIN movements m"
        f" WHERE e.award = a.ref AND m.entry = e.number AND m.stage = '{stage}'{texts}), 0)"
        for stage in UNDRAWN
    ], times.parameters * len(UNDRAWN)


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
