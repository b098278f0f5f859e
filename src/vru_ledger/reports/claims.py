"""Claims that wait to be paid, and for how long."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.award_states import waiting
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.value import Value
from vru_ledger.reports import proof
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.store import awards, figures, undrawn
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, Figures

TITLE = "Claims: what waits to be paid, and for how long"

BANDS = ((30, "up to 30 days"), (60, "31 to 60 days"), (90, "61 to 90 days"))
"""Ages that claims are sorted into; what is older is over 90 days."""
LATE = 30
"""Days after which a claim is an exception."""

MEASURES = {
    "claimed": "what was claimed",
    "waiting": "what of it is not paid; what was paid or rejected is of the oldest claims first",
    "age_days": "days since the day of the claim",
    "band": f"the age: {', '.join(word for _, word in BANDS)}, over {BANDS[-1][0]} days. A claim "
    f"that waits over {LATE} days is an exception",
}
_FILTERS = ("fund", "recipient", "area", "bcu", "source", "fy", "award")


class Row(Value):
    """One claim of which something is payable."""

    TOLD: ClassVar[Told] = {
        "recipient": {"machine_only": True},
        "name": {"heading": "recipient"},
        "entry": {"absent": ""},
        "dated": {"absent": "-"},
        "claimed": {"absent": ""},
    }

    award: str
    fund: str
    recipient: str
    name: str
    entry: int | None
    ref: str
    dated: date | None
    claimed: Pence | None
    waiting: Pence
    age_days: int | None
    band: str


def answer(session: Session, query: Query) -> Answer:
    """Return the claims that wait, of each award the oldest first."""
    allow(query, "claims", _FILTERS, exceptions=True)
    day = counted_to(session, query)
    told = meta(session, query)
    rows = list(_rows(session, query, day))
    sums = dict(zip(COLUMNS, Figures(session).total(("area",), query), strict=True))
    total = proof.summed(Row, (), (), award="total", waiting=Pence(sums["payable"]))
    list(proof.tied(rows, total, ("waiting",)))
    notes: list[str] = []
    if query.exceptions:
        rows, notes = proof.only_exceptions(
            rows, lambda row: (row.age_days or 0) > LATE, ("waiting",)
        )
        total = proof.summed(Row, rows, ("waiting",), award="total")
    return Answer(
        name="claims",
        title=f"Claims waiting to be paid, to {day.isoformat()}",
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        total=total,
        drop_first=("fund", "entry", "claimed", "ref", "band", "dated", "name"),
        meta={**told, "counted_to": day.isoformat()},
        measures=MEASURES,
        notes=[
            *narrowing(told),
            *notes,
            *_by_band(rows),
            f"{proof.said({'waiting': total.waiting})}; {standing(told)}",
        ],
        levels=(("fund",), ("award",)),
    )


def _by_band(rows: list[Row]) -> Iterator[str]:
    sums: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.age_days or 0):
        sums[row.band] = sums.get(row.band, 0) + row.waiting
    if sums:
        yield "waiting: " + ", ".join(f"{band} {format_pounds(p)}" for band, p in sums.items())


def _rows(session: Session, query: Query, day: date) -> Iterator[Row]:
    found = undrawn.holding(session, "payable", query)
    made = {award: awards.made(session, award) for award, _ in found}
    asked = [
        (one, pence)
        for award, pence in found
        if (one := made[award]) is not None and concerns(session, one, query)
    ]
    names = figures.recipient_names(session, {one.recipient for one, _ in asked})
    for one, pence in asked:
        happened = awards.happened(session, one.award, query.moment())
        for claim, part in waiting(happened, ("claim",), "payable", pence):
            entry: Any = awards.told_of(session, claim.number) if claim else None
            dated = entry.dated if claim else None
            age = (day - dated).days if dated else None
            yield Row(
                award=one.award,
                fund=one.fund,
                recipient=one.recipient,
                name=names.get(one.recipient, ""),
                entry=claim.number if claim else None,
                ref=entry.ref if claim else "no claim by then",
                dated=dated,
                claimed=Pence(claim.amount_pence) if claim else None,
                waiting=Pence(part),
                age_days=age,
                band=band(age),
            )


def concerns(session: Session, one: awards.Made, query: Query) -> bool:
    """Say whether an award is among those that a query asks for."""
    unit = one.bcu
    if query.bcu:
        row = session.row("SELECT bcu FROM areas WHERE code = ?", (one.area,))
        unit = row[0] if row else ""
    return (
        query.recipient in ("", one.recipient)
        and query.award in ("", one.award)
        and query.area in ("", one.area)
        and query.bcu in ("", unit)
        and query.source in ("", one.source)
        and query.fy in ("", one.fy)
    )


def band(age_days: int | None) -> str:
    """Return the band of an age; of a claim without a day it is not known."""
    if age_days is None:
        return "no day given"
    return next((word for most, word in BANDS if age_days <= most), f"over {BANDS[-1][0]} days")
