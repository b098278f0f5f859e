"""Profile and actual, period by period: what was planned, what became payable or was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import period_bounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund
from vru_ledger.reports import across, dimensions, proof
from vru_ledger.reports.meta import meta, narrowing, standing
from vru_ledger.store import plans, register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import Group

Flows = dict[tuple[str, ...], dict[str, int]]

PLANNED_MEANS = (
    "what the plans in force plan, no more than was delivered and is committed, less what came back"
)

_SAID = (
    "nothing is spread by days: a quarter's plan is in its last month where months are asked for"
)


def answer(session: Session, query: Query, by: Sequence[str]) -> Answer:
    """Return for each group its profile, its actual, and actual - profile, by period."""
    actual = across.flows(session, query, by, ("payable", "disbursed"))
    return side_by_side(
        session,
        query,
        by,
        name="monitoring",
        what="profile and actual",
        flows=actual,
        words=("profile", "actual", "actual - profile"),
        meanings="profile: planned in the period; "
        "actual: by how much payable + disbursed grew in it",
    )


def side_by_side(
    session: Session,
    query: Query,
    by: Sequence[str],
    *,
    name: str,
    what: str,
    flows: Flows,
    words: tuple[str, str, str],
    meanings: str,
) -> Answer:
    """Return three rows for each group: what was planned, what happened, and their difference."""
    months = {month for of in flows.values() for month in of}
    planned = planned_by_month(session, query, by)
    months |= {month for of in planned.values() for month in of}
    periods: tuple[str, ...] = across.span(months, query, query.periods)
    if any("" in of for of in flows.values()) and not query.since:
        periods = (across.UNDATED, *periods)
    fields = (*dimensions.shown(by), "measure")
    row_type = across.row_type(fields, periods, True)
    named = dimensions.names(session, by, query.known_at)
    rows: list[Any] = []
    for keys in sorted({**flows, **planned}, key=lambda keys: [(not key, key) for key in keys]):
        told = dimensions.fields(by, Group(keys, "", ()), named)
        happened = _by_period(flows.get(keys, {}), query.periods)
        meant = _by_period(planned.get(keys, {}), query.periods)
        less = {one: happened.get(one, 0) - meant.get(one, 0) for one in periods}
        if any(happened.values()) or any(meant.values()):
            for word, pence in zip(words, (meant, happened, less), strict=True):
                shown = {one: Pence(pence.get(one, 0)) for one in periods}
                rows.append(
                    row_type(**told, measure=word, **shown, total=Pence(sum(shown.values())))
                )
    told = meta(session, query)
    sums = {word: sum(row.total for row in rows if row.measure == word) for word in words[:2]}
    return Answer(
        name=name,
        title=f"{what.capitalize()} by {dimensions.in_words(by)}, {query.periods} by "
        f"{query.periods}",
        row_type=row_type,
        rows=rows,
        shown=(*fields, *periods, "total"),
        drop_first=(*(field for field in fields if field.endswith("_name")), *periods),
        across=periods,
        meta=told,
        measures={"measure": meanings},
        notes=[
            *narrowing(told),
            *across.whole(query),
            meanings,
            *([_SAID] if query.periods == "month" else []),
            f"{proof.said(sums)}; {standing(told)}",
        ],
    )


def planned_by_month(session: Session, query: Query, by: Sequence[str]) -> Flows:
    """Return what the plans in force plan, by group and by the last month of each period."""
    theme_of = {one.code: one.theme for one in register.everything(session, Fund)}
    sums: Flows = {}
    for planned in plans.in_force(session, query):
        plan = planned.plan
        keys = tuple(
            theme_of.get(plan.fund, "") if name == "theme" else _property(plan, name) for name in by
        )
        of = sums.setdefault(keys, {})
        for period, pence in planned.flows():
            month = period_bounds(period)[1].isoformat()[:7]
            of[month] = of.get(month, 0) + pence
    return sums


def _property(plan: Any, name: str) -> str:
    return str(getattr(plan, name))


def _by_period(of_months: Mapping[str, int], size: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for month, pence in of_months.items():
        period = across.of_month(month, size)
        sums[period] = sums.get(period, 0) + pence
    return sums
