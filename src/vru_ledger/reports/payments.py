"""Payments: what is planned and what was paid, quarter by quarter."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator, Sequence
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.stages import PAID, PAID_MEANS
from vru_ledger.domain.value import Value
from vru_ledger.reports import across, dimensions, proof
from vru_ledger.reports import monitoring_by_period as by_period
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.store import plans
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, Figures, Group

TITLE = "Payments: planned and paid, quarter by quarter"

MEASURES = {
    "period": "the quarter in which a payment is planned, or was made",
    "planned": by_period.PLANNED_MEANS,
    "paid": PAID_MEANS,
    "difference": "paid - planned: below zero is behind the plan",
    "state": "past, now or to come, on the day that is counted to; what is past and was not paid "
    "as planned is an exception",
}
_FILTERS = ("fund", "source", "fy", "area", "bcu")
_MONEY = ("planned", "paid", "difference")
_BY = tuple(name for name in dimensions.SHOWN_AS if name != "recipient")


class Row(Value):
    """One quarter of one group."""

    TOLD: ClassVar[Told] = dimensions.TOLD

    fund: str | None = ""
    fund_name: str | None = ""
    source: str | None = ""
    source_name: str | None = ""
    area_name: str | None = ""
    area: str | None = ""
    bcu_name: str | None = ""
    bcu: str | None = ""
    fy: str | None = ""
    theme: str | None = ""
    period: str = ""
    planned: Pence = Pence(0)
    paid: Pence = Pence(0)
    difference: Pence = Pence(0)
    state: str = ""


def answer(session: Session, query: Query) -> Answer:
    """Return planned and paid by quarter and fund unless told; with `periods`, as columns."""
    filters = (*_FILTERS, "since", "until") if query.periods else _FILTERS
    allow(query, "payments", filters, by=True, periods=True, exceptions=not query.periods)
    by = dimensions.asked(query, _BY)
    query = query.replace(by=by)
    paid = across.flows(session, query, by, PAID)
    if query.periods:
        return by_period.side_by_side(
            session,
            query,
            by,
            name="payments",
            what="payments planned and paid",
            flows=paid,
            words=("planned", "paid", "paid - planned"),
            meanings=f"planned: {MEASURES['planned']}; paid: {MEASURES['paid']}",
        )
    day = counted_to(session, query)
    today = across.named(day, "quarter")
    rows = list(_rows(session, query, by, paid, today))
    total = _total(session, query)
    list(proof.tied(rows, total, _MONEY))
    notes: list[str] = []
    if query.exceptions:
        rows, notes = proof.only_exceptions(
            rows, lambda row: row.state == "past" and bool(row.difference), _MONEY[:2]
        )
        total = proof.summed(Row, rows, _MONEY)
    told = meta(session, query)
    shown = (*dimensions.shown(by), "period", "planned", "paid", "difference", "state")
    return Answer(
        name="payments",
        title=f"Payments by {dimensions.in_words(by)} and quarter, to {day.isoformat()}",
        row_type=Row,
        rows=rows,
        shown=shown,
        total=total.replace(**{shown[0]: "total"}),
        drop_first=(*(name for name in shown if name.endswith("_name")), "state", "difference"),
        charted=("paid", "planned"),
        meta={**told, "counted_to": day.isoformat()},
        measures=MEASURES,
        notes=[
            *narrowing(told),
            *notes,
            f"{proof.said({'planned': total.planned, 'paid': total.paid})}; {standing(told)}",
        ],
        levels=[*dimensions.levels(by), ("period",)],
    )


def _rows(
    session: Session, query: Query, by: Sequence[str], paid: by_period.Flows, today: str
) -> Iterator[Row]:
    planned = by_period.planned_by_month(session, query, by)
    named = dimensions.names(session, by, query.known_at)
    for keys in sorted({**paid, **planned}, key=lambda keys: [(not key, key) for key in keys]):
        sums: dict[str, list[int]] = {}
        for place, of in enumerate((planned.get(keys, {}), paid.get(keys, {}))):
            for month, pence in of.items():
                sums.setdefault(across.of_month(month, "quarter"), [0, 0])[place] += pence
        for period in sorted(sums):
            meant, done = sums[period]
            if meant or done:
                yield Row(
                    **dimensions.fields(by, Group(keys, "", ()), named),
                    period=period,
                    planned=Pence(meant),
                    paid=Pence(done),
                    difference=Pence(done - meant),
                    state=_state(period, today),
                )


def _state(period: str, today: str) -> str:
    if period == across.UNDATED:
        return ""
    return "past" if period < today else "now" if period == today else "to come"


def _total(session: Session, query: Query) -> Row:
    """Return what the rows come to: what is held, and the sum of every plan."""
    sums = dict(zip(COLUMNS, Figures(session).total(query.by, query), strict=True))
    paid = sum(sums[stage] for stage in PAID)
    planned = sum(pence for one in plans.in_force(session, query) for _, pence in one.flows())
    return Row(planned=Pence(planned), paid=Pence(paid), difference=Pence(paid - planned))
