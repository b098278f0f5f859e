"""Figures for reports: what every stage holds by any dimensions, from balances or from movements.

Balances answer at once whatever the ledger's size, but know only now and each by few dimensions;
what they cannot say is summed from movements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area, Fund
from vru_ledger.domain.stages import AUTHORITY, HELD, STAGES
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Row, Session

_CODES_AT_ONCE = 200

Sums = tuple[int, ...]
"""Pence of the authority and of each stage, in the order of COLUMNS."""

COLUMNS = (AUTHORITY, *STAGES)
NOTHING: Sums = (0,) * len(COLUMNS)

OF_AWARDS = ("recipient", "area", "bcu")
"""Dimensions that only promised money has: authority and unallocated belong to no recipient."""


class Group(NamedTuple):
    """What one group holds. `keys` are its codes, in the order asked for; empty is none given."""

    keys: tuple[str, ...]
    recipient_name: str
    sums: Sums


class _Line(NamedTuple):
    """What one stage holds, by everything that balances of stages know."""

    fund: str
    source: str
    fy: str
    area: str
    bcu: str
    theme: str
    stage: str
    pence: int


def columns_told(by: Sequence[str], query: Query) -> tuple[str, ...]:
    """Return the columns that a question can have an answer in.

    The stage asked for; else those of promised money, where the question is about recipients,
    areas or awards; else all.
    """
    if query.stage:
        return (query.stage,)
    narrowed = query.recipient or query.area or query.bcu or query.award
    return HELD if narrowed or any(name in OF_AWARDS for name in by) else COLUMNS


class Figures:
    """One moment's figures, for as many questions as a report has."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lines: dict[str, list[_Line]] = {}

    def groups(self, by: Sequence[str], query: Query) -> Iterable[Group]:
        """Return the groups that hold anything, in the order of their codes; none given is last.

        Columns that cannot be told are 0. A list where it comes from balances of stages; otherwise
        read from the session as it is asked for.
        """
        told = columns_told(by, query)
        if _from_stages(by, query):
            return list(_told(_grouped_lines(self._lines_of(query), by), told))
        if _from_recipients(by, query, told):
            return _told(of_recipients(self._session, by, query), told)
        return _told(of_movements(self._session, by, query, told), told)

    def total(self, by: Sequence[str], query: Query) -> Sums:
        """Return what the groups must add up to, found by another way where there is one."""
        told = columns_told(by, query)
        found: Iterable[Group]
        if _from_stages((), query):
            found = _grouped_lines(self._lines_of(query), ())
        elif _from_recipients((), query, told):
            found = of_recipients(self._session, (), query)
        else:
            found = of_movements(self._session, (), query, told)
        return next((group.sums for group in _told(found, told)), NOTHING)

    def _lines_of(self, query: Query) -> Iterator[_Line]:
        """Yield the balances of stages that the filters let through."""
        if query.fund not in self._lines:
            self._lines[query.fund] = _lines(self._session, query)
        for line in self._lines[query.fund]:
            if (
                query.source in ("", line.source)
                and query.fy in ("", line.fy)
                and query.area in ("", line.area)
                and query.bcu in ("", line.bcu)
            ):
                yield line


def _of_balances(query: Query) -> bool:
    """Say whether the question is about what is held, not about some of the entries."""
    return not query.kind and query.since is None and query.until is None


def _from_stages(by: Sequence[str], query: Query) -> bool:
    return _of_balances(query) and "recipient" not in by and not (query.recipient or query.award)


def _from_recipients(by: Sequence[str], query: Query, told: Sequence[str]) -> bool:
    beyond = query.area or query.bcu or query.source or query.fy or query.award
    known = all(name in _OF_RECIPIENTS for name in by)
    now = _of_balances(query) and query.moment().is_now()
    return now and known and not beyond and all(name in HELD for name in told)


def _told(found: Iterable[Group], told: Sequence[str]) -> Iterator[Group]:
    """Yield groups with nothing in the columns that are not told, if anything is left."""
    kept = [name in told for name in COLUMNS]
    for group in found:
        sums = tuple(pence if keep else 0 for pence, keep in zip(group.sums, kept, strict=True))
        if any(sums):
            yield Group(group.keys, group.recipient_name, sums)


def _lines(session: Session, query: Query) -> list[_Line]:
    """Return the balances of stages, of all funds or one, at the query's time: a few thousand."""
    from vru_ledger.store.books import books_at

    theme_of = {one.code: one.theme for one in register.everything(session, Fund)}
    bcu_of = {one.code: one.bcu for one in register.everything(session, Area)}
    found = []
    for key, pence in books_at(session, query.moment()).stage_balances(query.fund):
        source, fy, area = key.bucket.split("|")
        found.append(
            _Line(
                *(key.fund, source, fy, area, bcu_of.get(area, "")),
                *(theme_of.get(key.fund, ""), key.name, pence),
            )
        )
    return found


def _grouped_lines(lines: Iterable[_Line], by: Sequence[str]) -> Iterator[Group]:
    """Yield lines added up by some of their properties, in the order of the codes."""
    column = {name: index for index, name in enumerate(COLUMNS)}
    places = [_Line._fields.index(name) for name in by]
    sums: dict[tuple[str, ...], list[int]] = {}
    for line in lines:
        held: Any = line
        keys = tuple([held[place] for place in places])
        if keys not in sums:
            sums[keys] = [0] * len(COLUMNS)
        sums[keys][column[line.stage]] += line.pence
    for keys in sorted(sums, key=lambda keys: [(not key, key) for key in keys]):
        yield Group(keys, "", tuple(sums[keys]))


OF_MOVEMENTS = {
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


def of_recipients(session: Session, by: Sequence[str], query: Query) -> Iterator[Group]:
    """Yield what is held for recipients, grouped by any of fund, recipient and theme.

    Only the query's fund and recipient count. In the order of the codes.
    """
    wanted, values = ["b.scope = 'recipient'"], []
    if query.fund:
        wanted.append("b.fund = ?")
        values.append(query.fund)
    elif query.recipient:
        wanted.append("b.fund IN (SELECT code FROM funds)")
    if query.recipient:
        # With everything before it the bucket is found by key, not by reading all recipients.
        wanted.append(f"b.name IN ({', '.join('?' * len(HELD))}) AND b.bucket = ?")
        values += [*HELD, query.recipient]
    tables = "balances b" + (" JOIN funds f ON f.code = b.fund" if "theme" in by else "")
    return _grouped(session, by, _OF_RECIPIENTS, "b.name", "b.held", tables, wanted, values)


def of_movements(
    session: Session, by: Sequence[str], query: Query, told: Sequence[str] = COLUMNS
) -> Iterator[Group]:
    """Yield the movements that a query asks for, of the stages `told`, summed by any dimensions.

    An entry without a day counts always, except where the query has a first day (`since`). In the
    order of the codes.
    """
    tables = "movements m"
    wanted = ledger.Conditions(
        Query(
            recipient=query.recipient,
            award=query.award,
            kind=query.kind,
            since=query.since,
            until=query.until,
            as_of=query.as_of,
            known_at=query.known_at,
        )
    )
    if query.award:
        # Every entry that moves money of an award names it, and is found by it.
        wanted.add("e.award = ?", query.award)
        wanted.add("m.award = ?", query.award)
    if wanted.texts:
        # Entries first: SQLite keeps the order of a CROSS JOIN; the other way takes longer.
        tables = "entries e CROSS JOIN movements m"
        wanted.add("m.entry = e.number")
    if "bcu" in by or query.bcu:
        tables += " LEFT JOIN areas a ON a.code = m.area"
    if "theme" in by:
        tables += " JOIN funds f ON f.code = m.fund"
    if len(told) < len(COLUMNS):
        wanted.add(f"m.stage IN ({', '.join('?' * len(told))})", *told)
    for name in ("fund", "source", "recipient", "area", "bcu", "fy"):
        if value := getattr(query, name):
            wanted.add(f"{OF_MOVEMENTS[name]} = ?", value)
    # Authority is the stages' counterpart: its movements are below zero as it grows.
    pence = f"CASE m.stage WHEN '{AUTHORITY}' THEN -m.pence ELSE m.pence END"
    return _grouped(
        session, by, OF_MOVEMENTS, "m.stage", pence, tables, wanted.texts, wanted.parameters
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
    keys = [f"{expressions[name]} AS by_{name}" for name in by]
    sql = f"SELECT {''.join(f'{key}, ' for key in keys)}{stage} AS stage, SUM({pence}) AS pence"
    sql += f" FROM {tables}"
    if wanted:
        sql += f" WHERE {' AND '.join(wanted)}"
    sql += f" GROUP BY {', '.join(str(number) for number in range(1, len(by) + 2))}"
    # Names are joined to the groups, not to every row that is summed.
    name, join = "''", ""
    if "recipient" in by:
        name, join = "r.name", " LEFT JOIN recipients r ON r.code = g.by_recipient"
    told = [f"g.by_{key}" for key in by]
    order = "".join(f" CASE {key} WHEN '' THEN 1 ELSE 0 END, {key}," for key in told)
    sql = (
        f"SELECT {''.join(f'{key}, ' for key in told)}{name}, g.stage, CAST(g.pence AS BIGINT)"
        f" FROM ({sql}) g{join} ORDER BY{order} g.stage"
    )
    return _side_by_side(session.stream(sql, values), len(by))


def _side_by_side(rows: Iterator[Row], keys: int) -> Iterator[Group]:
    """Yield a group for the rows of the same keys, each of which tells one stage."""
    column = {name: index for index, name in enumerate(COLUMNS)}
    for group, of_stages in groupby(rows, key=lambda row: row[: keys + 1]):
        sums = [0] * len(COLUMNS)
        for *_, stage, pence in of_stages:
            sums[column[stage]] = pence
        yield Group(group[:keys], group[keys] or "", tuple(sums))


def authority_of_funds(session: Session, query: Query) -> dict[str, int]:
    """Return the whole authority of each fund, in pence, at the time that a query asks for."""
    then = Query(as_of=query.as_of, known_at=query.known_at)
    return {group.keys[0]: group.sums[0] for group in Figures(session).groups(("fund",), then)}


def recipient_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the names of these recipients, by code."""
    asked = sorted(codes)
    found: dict[str, str] = {}
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
