"""Funding sources: the money of each, how sure it is, and on which terms it comes."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import ANY, Query, at_moment
from vru_ledger.domain.register import Fund, FundingSource
from vru_ledger.domain.stages import MEASURES, NO_TERMS
from vru_ledger.domain.value import Value
from vru_ledger.errors import NotFound
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import authority, register
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session
from vru_ledger.store.present_books import Books

TITLE = "Funding sources: how sure their money is, and on which terms it comes"

LINES = {
    **{name: MEASURES[name] for name in ("authority", "unallocated")},
    "expected": "of the authority, what the funder has not confirmed",
    "covered": "of what is expected, what another source stands in for",
    "free": "unallocated, less what is expected and not covered: what can be promised",
    "use_by": "the last day on which it may be used",
}


class Row(Value):
    """One source. `use_by` is None where no last day is known."""

    TOLD: ClassVar[Told] = {"use_by": {"absent": "-"}}

    source: str
    name: str
    authority: Pence
    unallocated: Pence
    expected: Pence
    underwrites: Pence
    in_year_only: str
    use_by: date | None


class LineRow(Value):
    """One line of authority: a fund's money of one source and year."""

    TOLD: ClassVar[Told] = {"use_by": {"absent": "-"}}

    fund: str
    source: str
    fy: str
    authority: Pence
    unallocated: Pence
    expected: Pence
    covered: Pence
    free: Pence
    underwriter: str
    confirmed: Pence
    received: Pence
    in_year_only: str
    use_by: date | None


def answer(session: Session, query: Query) -> Answer:
    """Return every source, by code."""
    allow(query, "sources", ("source", "fund", "fy"))
    told = meta(session, query)
    lines = [
        line
        for fund, of in _everything(session, query).items()
        for line in of
        if query.fund in ("", fund) and query.fy in ("", line.fy)
    ]
    unknown = Pence(sum(line.authority for line in lines if not line.source))
    rows = []
    for one in register.everything(session, FundingSource, query.known_at):
        if query.source not in ("", one.code):
            continue
        mine = [line for line in lines if line.source == one.code]
        underwrites = sum(line.covers.get(one.code, 0) for line in lines)
        rows.append(
            Row(
                one.code,
                one.name,
                Pence(sum(line.authority for line in mine)),
                Pence(sum(line.unallocated for line in mine)),
                Pence(sum(line.said.get("expected", 0) for line in mine)),
                Pence(underwrites),
                "yes" if one.in_year_only else "no",
                one.use_by,
            )
        )
    return Answer(
        name="sources",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("underwrites", "in_year_only", "use_by", "name", "expected"),
        meta=told,
        measures={
            **{name: LINES[name] for name in ("authority", "unallocated", "expected", "use_by")},
            "underwrites": "what is only expected of others, and this source stands in for",
            "in_year_only": "whether its money ends with its financial year",
        },
        notes=[
            *narrowing(told),
            *([_of_no_source(unknown)] if not query.source else []),
            standing(told),
        ],
    )


def _of_no_source(pence: Pence) -> str:
    return f"{format_pounds(pence)} of authority, of which no source is known, is in no row"


def one(session: Session, source: FundingSource, query: Query = ANY) -> Answer:
    """Return one source, its lines in every fund, and those that it underwrites, by then.

    Raises NotFound if it was not registered by the time that the query asks for.
    """
    query, moment = query.replace(source=source.code), query.moment()
    told = list(answer(session, query).rows)
    if not told:
        raise NotFound(
            f"{source.code} was not registered yet, {' '.join(at_moment(moment))}",
            f"as it is now: vru-ledger source show {source.code}",
        )
    lines = _everything(session, query)
    mine = [
        row_of(fund, line)
        for fund, of_fund in lines.items()
        for line in of_fund
        if line.source == source.code or source.code in line.covers
    ]
    return Answer(
        name="source",
        title=f"{source.name} ({source.code})",
        row_type=Row,
        rows=told,
        shown=tuple(Row.FIELDS),
        drop_first=("underwrites", "in_year_only", "use_by", "name", "expected"),
        meta=meta(session, query),
        notes=at_moment(moment),
        apart=(of_lines(mine, "Its money, and what it underwrites"),),
    )


def of_fund(books: Books, fund: str) -> list[Answer]:
    """Return a fund's lines of authority, if more is known of them than how much they hold."""
    lines = books.of_authority(fund)
    if not any(line.said or line.terms != NO_TERMS for line in lines):
        return []
    return [of_lines([row_of(fund, line) for line in lines], "Its money, by source and year")]


def of_lines(rows: list[LineRow], title: str) -> Answer:
    """Return lines of authority as an answer, added up."""
    pence = ("authority", "unallocated", "expected", "covered", "free", "confirmed", "received")
    sums: dict[str, Any] = {name: Pence(sum(getattr(row, name) for row in rows)) for name in pence}
    texts: dict[str, Any] = {
        "fund": "total",
        "source": "",
        "fy": "",
        "underwriter": "",
        "in_year_only": "",
    }
    return Answer(
        name="lines",
        title=title,
        row_type=LineRow,
        rows=rows,
        shown=tuple(LineRow.FIELDS),
        total=LineRow(**texts, **sums, use_by=None) if rows else None,
        drop_first=(
            *("confirmed", "received", "underwriter", "in_year_only", "use_by"),
            *("covered", "expected"),
        ),
        measures=LINES,
    )


def row_of(fund: str, line: authority.Line) -> LineRow:
    """Return a line of authority as a row."""
    return LineRow(
        fund=fund,
        source=line.source or "none given",
        fy=line.fy or "none given",
        authority=Pence(line.authority),
        unallocated=Pence(line.unallocated),
        expected=Pence(line.said.get("expected", 0)),
        covered=Pence(sum(line.covers.values())),
        free=Pence(line.unallocated - line.floor),
        underwriter=", ".join(sorted(line.covers)),
        confirmed=Pence(line.said.get("confirmed", 0)),
        received=Pence(line.said.get("received", 0)),
        in_year_only="yes" if line.terms.in_year_only else "no",
        use_by=line.terms.use_by,
    )


def _everything(session: Session, query: Query = ANY) -> dict[str, list[authority.Line]]:
    """Return every fund's lines of authority, by a query's moment."""
    books = books_at(session, query.moment())
    return {fund.code: books.of_authority(fund.code) for fund in register.everything(session, Fund)}
