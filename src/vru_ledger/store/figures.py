"""Figures for reports: sums of movements, and balances grouped for a question; all in one query each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vru_ledger.domain.query import Query
from vru_ledger.domain.stages import AUTHORITY, STAGES
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

_CODES_AT_ONCE = 200

Sums = tuple[int, ...]
"""Pence of the authority and of each stage, in the order of COLUMNS."""

COLUMNS = (AUTHORITY, *STAGES)
NOTHING: Sums = (0,) * len(COLUMNS)


class Group(NamedTuple):
    """What one group holds. `keys` are its codes, in the order asked for; empty is none given."""

    keys: tuple[str, ...]
    recipient_name: str
    sums: Sums


class Line(NamedTuple):
    """What one stage holds by fund, source, year and area, in pence."""

    fund: str
    source: str
    fy: str
    area: str
    stage: str
    pence: int


_OF_MOVEMENTS = {
    "fund": "m.fund",
    "source": "m.source",
    "recipient": "COALESCE(m.recipient, '')",
    "area": "m.area",
    "bcu": "COALESCE(a.bcu, '')",
    "fy": "m.fy",
    "theme": "f.theme",
}
_OF_RECIPIENTS = {"fund": "b.fund", "recipient": "b.bucket", "theme": "f.theme"}
"""What balances of recipients can be grouped by."""


def lines(session: Session, fund: str = "") -> list[Line]:
    """Return what every stage holds by fund, source, year and area: a few thousand at most."""
    found = []
    for key, pence in ledger.stage_balances(session, fund):
        source, fy, area = key.bucket.split("|")
        found.append(Line(key.fund, source, fy, area, key.name, pence))
    return found


def of_recipients(session: Session, by: Sequence[str], query: Query) -> Iterator[Group]:
    """Yield what is held for recipients, grouped by any of fund, recipient and theme.

    Only the query's fund and recipient count. In the order of the codes; what holds nothing is
    left out.
    """
    wanted, values = ["b.scope = 'recipient'"], []
    for column, value in (("b.fund", query.fund), ("b.bucket", query.recipient)):
        if value:
            wanted.append(f"{column} = ?")
            values.append(value)
    tables = "balances b" + (" JOIN funds f ON f.code = b.fund" if "theme" in by else "")
    return _grouped(session, by, _OF_RECIPIENTS, "b.name", "b.held", tables, wanted, values)


def of_movements(session: Session, by: Sequence[str], query: Query) -> Iterator[Group]:
    """Yield the movements that a query asks for, summed by any dimensions.

    An entry without a day counts always, except where the query has a first day (`since`). In the
    order of the codes; what comes to nothing is left out.
    """
    tables = "movements m"
    times = ledger.Conditions(
        Query(
            kind=query.kind,
            since=query.since,
            until=query.until,
            as_of=query.as_of,
            known_at=query.known_at,
        )
    )
    if times.texts:
        tables += " JOIN entries e ON e.number = m.entry"
    if "bcu" in by or query.bcu:
        tables += " LEFT JOIN areas a ON a.code = m.area"
    if "theme" in by:
        tables += " JOIN funds f ON f.code = m.fund"
    for name in ("fund", "source", "recipient", "area", "bcu", "fy"):
        if value := getattr(query, name):
            times.add(f"{_OF_MOVEMENTS[name]} = ?", value)
    if query.award:
        times.add("m.award = ?", query.award)
    # Authority is the stages' counterpart: its movements are below zero as it grows.
    pence = f"CASE m.stage WHEN '{AUTHORITY}' THEN -m.pence ELSE m.pence END"
    return _grouped(
        session, by, _OF_MOVEMENTS, "m.stage", pence, tables, times.texts, times.parameters
    )


def _grouped(
    session: Session,
    by: Sequence[str],
    expressions: Mapping[str, str],
    stage: str,
    pence: str,
    tables: str,
    wanted: Sequence[str],
    values: Sequence[Any],
) -> Iterator[Group]:
    sums = [
        f"CAST(COALESCE(SUM(CASE {stage} WHEN '{name}' THEN {pence} ELSE 0 END), 0) AS BIGINT)"
        f" AS {name}"
        for name in COLUMNS
    ]
    keys = [f"{expressions[name]} AS by_{name}" for name in by]
    sql = f"SELECT {', '.join([*keys, *sums])} FROM {tables}"
    if wanted:
        sql += f" WHERE {' AND '.join(wanted)}"
    if by:
        sql += f" GROUP BY {', '.join(str(number) for number in range(1, len(by) + 1))}"
    # Names are joined to the groups, not to every row that is summed.
    name, join = "''", ""
    if "recipient" in by:
        name, join = "r.name", " LEFT JOIN recipients r ON r.code = g.by_recipient"
    columns = [*(f"g.by_{key}" for key in by), name, *(f"g.{column}" for column in COLUMNS)]
    order = ", ".join(f"CASE g.by_{key} WHEN '' THEN 1 ELSE 0 END, g.by_{key}" for key in by)
    sql = f"SELECT {', '.join(columns)} FROM ({sql}) g{join}"
    if order:
        sql += f" ORDER BY {order}"
    for row in session.stream(sql, values):
        found = Group(row[: len(by)], row[len(by)] or "", row[len(by) + 1 :])
        if any(found.sums):
            yield found


def authority_of_funds(session: Session, query: Query) -> dict[str, int]:
    """Return the whole authority of each fund, in pence, at the time that a query asks for."""
    if query.as_of is None and query.known_at is None:
        rows = session.rows(
            "SELECT fund, CAST(SUM(held) AS BIGINT) FROM balances"
            f" WHERE scope = 'stage' AND name = '{AUTHORITY}' GROUP BY fund"
        )
        return {fund: int(pence) for fund, pence in rows}
    then = Query(as_of=query.as_of, known_at=query.known_at)
    return {group.keys[0]: group.sums[0] for group in of_movements(session, ("fund",), then)}


def fullest(session: Session, fund: str, cap: str, most: int) -> list[tuple[str, int]]:
    """Return a cap's fullest buckets and what they hold, the fullest first."""
    rows = session.rows(
        "SELECT bucket, held FROM balances WHERE scope = 'cap' AND fund = ? AND name = ?"
        " ORDER BY held DESC, bucket DESC LIMIT ?",
        (fund, cap, most),
    )
    return sorted(((bucket, held) for bucket, held in rows), key=lambda row: (-row[1], row[0]))


def buckets(session: Session, fund: str, cap: str) -> Iterator[tuple[str, int]]:
    """Yield all of a cap's buckets and what they hold, the fullest first."""
    return session.stream(
        "SELECT bucket, held FROM balances WHERE scope = 'cap' AND fund = ? AND name = ?"
        " ORDER BY held DESC, bucket",
        (fund, cap),
    )


def recipient_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the names of these recipients, by code."""
    asked, found = sorted(codes), {}
    for start in range(0, len(asked), _CODES_AT_ONCE):
        some = asked[start : start + _CODES_AT_ONCE]
        rows = session.rows(
            f"SELECT code, name FROM recipients WHERE code IN ({', '.join('?' * len(some))})",
            some,
        )
        found.update(dict(rows))
    return found


def award(session: Session, ref: str) -> dict[str, str] | None:
    """Return the properties of an award that caps count per, and its fund, by name."""
    row = session.row(
        "SELECT fund, recipient, recipient_kind, area, bcu, fy, source, purpose FROM awards"
        " WHERE ref = ?",
        (ref,),
    )
    names = ("fund", "recipient", "kind", "area", "bcu", "financial-year", "source", "purpose")
    return dict(zip(names, row, strict=True)) if row else None


def funds_of_recipient(session: Session, recipient: str) -> set[str]:
    """Return the funds that a recipient has awards of, or is listed by."""
    rows = session.rows(
        "SELECT fund FROM awards WHERE recipient = ? UNION"
        " SELECT fund FROM listings WHERE recipient = ?",
        (recipient, recipient),
    )
    return {fund for (fund,) in rows}
