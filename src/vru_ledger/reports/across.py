"""Periods as columns: which there are, and rows that have one for each."""

# No annotations from __future__: the types of the rows' fields are read as the program runs.
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import month, period_bounds, periods_of
from vru_ledger.domain.query import Query
from vru_ledger.domain.stages import AUTHORITY, HELD, MEASURES
from vru_ledger.domain.value import Value, ValueType
from vru_ledger.domain.years import financial_year, quarter, year_bounds, year_name
from vru_ledger.errors import BadInput, LedgerContradicts
from vru_ledger.reports import dimensions, proof
from vru_ledger.reports.meta import meta, narrowing, standing
from vru_ledger.store import figures, register, turnovers
from vru_ledger.store.database import Session
from vru_ledger.store.figures import Group

MOST = 120
"""Columns: ten years of months. More than that are of no use to anybody."""

UNDATED = "no day"
"""Where what entries without a day moved is shown."""


@cache
def row_type(texts: tuple[str, ...], periods: tuple[str, ...], summed: bool) -> Any:
    """Return the type of rows with these texts, pence for each period, and in all if `summed`."""
    money = (*periods, *(("total",) if summed else ()))
    fields = {**dict.fromkeys(texts, str | None), **dict.fromkeys(money, Pence)}
    told = {**dimensions.TOLD, **{name: {"absent": ""} for name in money}}
    namespace = {"__annotations__": fields, "TOLD": told, "__doc__": "One group, period by period."}
    return ValueType("Row", (Value,), namespace)


def named(day: date, size: str) -> str:
    """Return the period of a size that a day falls in."""
    if size == "year":
        return financial_year(day)
    return quarter(day) if size == "quarter" else month(day).name


def of_month(text: str, size: str) -> str:
    """Return the period that a month, '2022-03', falls in; `UNDATED` for no month."""
    return named(date(int(text[:4]), int(text[5:7]), 1), size) if text else UNDATED


def between(first: date, last: date, size: str) -> tuple[str, ...]:
    """Return the periods from the one that a day falls in to that of another. Raises BadInput."""
    if size == "year":
        years = range(int(financial_year(first)[:4]), int(financial_year(last)[:4]) + 1)
        found = [year_name(year) for year in years]
    else:
        found = periods_of(first, last, monthly=size == "month")
    if len(found) > MOST:
        raise BadInput(
            f"that would be {len(found)} columns, and {MOST} are the most",
            "show years, or fewer of them: --since DATE --until DATE",
        )
    return tuple(found)


def last_day(period: str) -> date:
    """Return the last day of a period."""
    return period_bounds(period)[1] if "-" in period else year_bounds(period)[1]


def span(months: Iterable[str], query: Query, size: str) -> tuple[str, ...]:
    """Return the periods that months fall in, without a gap, as far as the query's days go."""
    dated = sorted(month for month in months if month)
    first = query.since or (_first(dated[0]) if dated else None)
    last = query.until or (_first(dated[-1]) if dated else None)
    return between(first, last, size) if first and last and first <= last else ()


def whole(query: Query) -> list[str]:
    """Say that a first or last day shows all of the period that it falls in; nothing without."""
    return [f"each {query.periods} is shown whole"] if query.since or query.until else []


def _first(month_: str) -> date:
    return date(int(month_[:4]), int(month_[5:7]), 1)


def position(session: Session, query: Query) -> Answer:
    """Return what was held at the end of each period: of a stage, or of all that is allocated.

    Raises BadInput for a dimension or a filter that only entries know.
    """
    by = dimensions.asked(query, tuple(name for name in dimensions.SHOWN_AS if name != "recipient"))
    if query.recipient or query.award or query.kind:
        raise BadInput(
            "the position by period knows no recipient, award or kind",
            "ask for one day: --recipient NAME --as-of DATE",
        )
    stages = (query.stage,) if query.stage else HELD
    moment = query.moment()
    turned = turnovers.by_month(session, moment, query.fund, stages=stages)
    sums = _by_keys(session, turned, by, query)
    periods = span((month_ for of in sums.values() for month_ in of), query, query.periods)
    rows_of = row_type(dimensions.shown(by), periods, False)
    ends = [last_day(period).isoformat()[:7] for period in periods]
    columns = dimensions.names(session, by, query.known_at)
    rows = []
    for keys in sorted(sums, key=lambda keys: [(not key, key) for key in keys]):
        held = {
            period: Pence(sum(pence for month_, pence in sums[keys].items() if month_ <= end))
            for period, end in zip(periods, ends, strict=True)
        }
        told = dimensions.fields(by, Group(keys, "", ()), columns)
        if any(held.values()):
            rows.append(rows_of(**told, **held))
    shown = (*dimensions.shown(by), *periods)
    if periods and not query.until:
        _must_be_the_same(session, query, by, sum(getattr(row, periods[-1]) for row in rows))
    total = proof.summed(rows_of, rows, periods, **{shown[0]: "total"})
    measure = query.stage or "allocated"
    told = meta(session, query.replace(by=by))
    return Answer(
        name="position",
        title=f"Position by {dimensions.in_words(by)}: {measure} at the end of each "
        f"{query.periods}",
        row_type=rows_of,
        rows=rows,
        shown=shown,
        total=total if periods else None,
        drop_first=(
            *(dimensions.SHOWN_AS[n][1] for n in by if n != "fy" and n != "theme"),
            *periods,
        ),
        meta=told,
        measures=dict.fromkeys(periods, f"{MEASURES[measure]}; at the end of the period"),
        notes=[*narrowing(told), *_said(session, query, measure, periods, total), standing(told)],
        levels=dimensions.levels(by),
    )


def _must_be_the_same(session: Session, query: Query, by: Sequence[str], pence: int) -> None:
    """Raise LedgerContradicts unless the last period ends with what is held: asked of balances."""
    asked = query.replace(since=None, until=None, periods="")
    sums = dict(zip(figures.COLUMNS, figures.Figures(session).total(by, asked), strict=True))
    held = sums[query.stage] if query.stage else sum(sums[stage] for stage in HELD)
    if held != pence:
        raise LedgerContradicts(f"the last period ends with {pence}p, and {held}p are held")


def _by_keys(
    session: Session, turned: Sequence[Any], by: Sequence[str], query: Query
) -> dict[tuple[str, ...], dict[str, int]]:
    """Return pence by group and month, of the lines that the filters let through."""
    from vru_ledger.domain.register import Area, Fund

    theme_of = {one.code: one.theme for one in register.everything(session, Fund)}
    bcu_of = {one.code: one.bcu for one in register.everything(session, Area)}
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    for month_, fund, stage, source, fy, area, pence in turned:
        line: Mapping[str, str] = {
            "fund": fund,
            "source": source,
            "fy": fy,
            "area": area,
            "bcu": bcu_of.get(area, ""),
            "theme": theme_of.get(fund, ""),
        }
        asked = ("source", "fy", "area", "bcu")
        if all(getattr(query, name) in ("", line[name]) for name in asked):
            of = sums.setdefault(tuple(line[name] for name in by), {})
            of[month_] = of.get(month_, 0) + (-pence if stage == AUTHORITY else pence)
    return sums


def _said(
    session: Session, query: Query, measure: str, periods: Sequence[str], total: Any
) -> list[str]:
    if not periods:
        return ["nothing is dated in any period"]
    said = [f"what has no day counts in every {query.periods}", *whole(query)]
    if query.as_of and query.as_of < last_day(periods[-1]):
        said.append(f"the last {query.periods} is as of {query.as_of.isoformat()}")
    said.append(proof.said({f"{measure} at the end of {periods[-1]}": getattr(total, periods[-1])}))
    return said


def flows(
    session: Session, query: Query, by: Sequence[str], stages: Sequence[str]
) -> dict[tuple[str, ...], dict[str, int]]:
    """Return what entries of each month moved into stages, in pence, by the query's dimensions."""
    turned = turnovers.by_month(session, query.moment(), query.fund, stages=stages)
    return _by_keys(session, turned, by, query)
