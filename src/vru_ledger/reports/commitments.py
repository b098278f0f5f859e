"""Commitments: what is undrawn of each award, how old the promise is, and when its term ends."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.stages import MEASURES as STAGES
from vru_ledger.domain.value import Value
from vru_ledger.reports import proof
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.store import undrawn
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, Figures

TITLE = "Commitments: what is undrawn of each award, its age and the end of its term"

MEASURES = {
    "age_days": "days from the day the award was made",
    "term": "open, ended (its last day is past), or no end given; one that has ended is an "
    "exception",
    "days_left": "days to the last day of the term, below zero once it is past",
    "committed": STAGES["committed"],
    "payable": STAGES["payable"],
    "undrawn": "committed + payable: promised and not yet paid",
}
_FILTERS = ("fund", "recipient", "area", "bcu", "source", "fy", "award")
_MONEY = ("committed", "payable", "undrawn")


class Row(Value):
    """One award of which something is undrawn. Ages are None where no day is known."""

    TOLD: ClassVar[Told] = {
        "recipient": {"machine_only": True},
        "name": {"heading": "recipient"},
        "fy": {"heading": "year"},
        "made": {"absent": "-"},
        "term_to": {"absent": "-"},
    }

    award: str
    fund: str
    recipient: str
    name: str
    title: str
    fy: str
    made: date | None
    age_days: int | None
    term_to: date | None
    days_left: int | None
    term: str
    committed: Pence
    payable: Pence
    undrawn: Pence


def answer(session: Session, query: Query) -> Answer:
    """Return the awards with anything undrawn, by fund and number, read as they are asked for.

    A ledger of any size fits: no more than one row is held.
    """
    allow(query, "commitments", _FILTERS, exceptions=True)
    day = counted_to(session, query)
    told = meta(session, query)
    total = _total(session, query)
    rows = proof.tied(_rows(session, query, day), total, _MONEY)
    notes: list[str] = []
    if query.exceptions:
        found, notes = proof.only_exceptions(
            list(rows), lambda row: row.term == "ended", ("undrawn",)
        )
        rows, total = iter(found), proof.summed(Row, found, _MONEY, award="total")
    return Answer(
        name="commitments",
        title=f"Commitments: undrawn by award, to {day.isoformat()}",
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        total=total,
        drop_first=(
            *("title", "days_left", "fy", "payable", "made", "fund", "committed", "age_days"),
            *("term_to", "term", "name"),
        ),
        meta={**told, "counted_to": day.isoformat()},
        measures=MEASURES,
        notes=[
            *narrowing(told),
            *notes,
            f"{proof.said({'undrawn': total.undrawn})}; {standing(told)}",
        ],
        levels=(("fund",), ("award",)),
    )


def _total(session: Session, query: Query) -> Row:
    sums = dict(zip(COLUMNS, Figures(session).total(("area",), query), strict=True))
    committed, payable = Pence(sums["committed"]), Pence(sums["payable"])
    return proof.summed(  # type: ignore[no-any-return]  # a Row
        Row,
        (),
        (),
        award="total",
        committed=committed,
        payable=payable,
        undrawn=Pence(committed + payable),
    )


def _rows(session: Session, query: Query, day: date) -> Iterator[Row]:
    for one in undrawn.undrawn(session, query):
        made = date.fromisoformat(one.dated) if one.dated else None
        last = date.fromisoformat(one.term_to) if one.term_to else None
        yield Row(
            award=one.award,
            fund=one.fund,
            recipient=one.recipient,
            name=one.recipient_name,
            title=one.title,
            fy=one.fy,
            made=made,
            age_days=(day - made).days if made else None,
            term_to=last,
            days_left=(last - day).days if last else None,
            term="no end given" if last is None else "ended" if last < day else "open",
            committed=Pence(one.committed),
            payable=Pence(one.payable),
            undrawn=Pence(one.committed + one.payable),
        )
