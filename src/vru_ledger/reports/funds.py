"""The funds: what each is, how much it may commit, and who may receive it."""

from collections.abc import Iterator

from vru_ledger.domain.answer import Answer, Fact
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import ANY, Query, at_moment
from vru_ledger.domain.register import Fund
from vru_ledger.domain.stages import MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.reports import caps, recipients, sources
from vru_ledger.reports.meta import allow, meta, narrowing, standing
from vru_ledger.store import register
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session
from vru_ledger.store.present_books import Books

TITLE = "The funds, their authority, and who may receive them"


class Row(Value):
    """One fund."""

    fund: str
    name: str
    theme: str
    authority: Pence
    goes_to: str
    term: str
    citation: str


def answer(session: Session, query: Query) -> Answer:
    """Return every fund, or the one that is asked for."""
    allow(query, "funds", ("fund",))
    told = meta(session, query)
    books = books_at(session, query.moment())
    books.stage_balances()
    rows = [
        _row(books, fund)
        for fund in register.everything(session, Fund, query.known_at)
        if query.fund in ("", fund.code)
    ]
    total = Row("total", "", "", Pence(sum(row.authority for row in rows)), "", "", "")
    return Answer(
        name="funds",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=("fund", "name", "theme", "authority", "goes_to", "term", "citation"),
        total=total,
        drop_first=("citation", "theme", "term", "goes_to", "name"),
        meta=told,
        measures={"authority": MEASURES["authority"]},
        notes=[*narrowing(told), standing(told)],
    )


def _row(books: Books, fund: Fund) -> Row:
    return Row(
        fund.code,
        fund.name,
        fund.theme,
        Pence(books.authority(fund.code)),
        goes_to(books.session, fund, books.moment.known_at),
        fund.term_words or (f"to {fund.term_to.isoformat()}" if fund.term_to else ""),
        fund.citation,
    )


def goes_to(session: Session, fund: Fund, known_at: int | None = None) -> str:
    """Say who may receive a fund: '8 listed recipients, no others'."""
    listed = len(register.listed(session, fund.code, known_at))
    kinds = fund.kinds.replace(",", " or ")
    if fund.closed:
        return f"{listed} listed recipients, no others"
    return f"any of kind {kinds}" if kinds else "anybody"


def one(session: Session, fund: Fund, query: Query = ANY) -> Answer:
    """Return what is known of one fund, with its caps and its recipients beside."""
    query = query.replace(fund=fund.code)
    books = books_at(session, query.moment())
    row = _row(books, fund)
    lines = books.lines(fund.code)
    return Answer(
        name="fund",
        title=f"{fund.name} ({fund.code})",
        row_type=Fact,
        rows=list(_facts(fund, row, lines)),
        shown=("fact", "value"),
        notes=at_moment(query.moment()),
        apart=(
            *sources.of_fund(books, fund.code),
            caps.answer(session, query),
            recipients.answer(session, query),
        ),
    )


def _facts(fund: Fund, row: Row, lines: list[tuple[str, str, int]]) -> Iterator[Fact]:
    from vru_ledger.domain.money import format_pounds

    yield Fact("code", fund.code)
    yield Fact("name", fund.name)
    yield Fact("theme", fund.theme or "not published")
    yield Fact("authority", format_pounds(row.authority))
    for source, year, pence in lines:
        of = " ".join(part for part in (source, year) if part) or "no source or year given"
        yield Fact("unallocated", f"{format_pounds(pence)} ({of})")
    yield Fact("goes to", row.goes_to)
    yield Fact("last day of a term", fund.term_to.isoformat() if fund.term_to else "not published")
    for name, value in (("in words", fund.term_words), ("note", fund.note)):
        if value:
            yield Fact(name, value)
    yield Fact("source", fund.citation or "none given")
