"""How a fund's money goes down, year by year: what is left, and what its plans would leave."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund
from vru_ledger.domain.stages import PAID, PAID_MEANS
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import financial_year, year_name
from vru_ledger.reports import across
from vru_ledger.reports import monitoring_by_period as by_period
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.store import figures, register
from vru_ledger.store.database import Session

TITLE = "Burn-down: what is left of each fund, year by year, and what its plans would leave"

MEASURES = {
    "authority": "money the fund may commit, as it stands; every year goes down from it",
    "planned": by_period.PLANNED_MEANS,
    "paid": f"in the year {PAID_MEANS}",
    "planned_left": "authority - all that is planned to the end of the year",
    "left": "authority - all that was paid to the end of the year; of this year, to date",
    "behind": "left - planned left: above zero, less was paid than planned",
}

NOT_YET = "not yet"


class Row(Value):
    """One year of one fund. `paid`, `left` and `behind` are None where the year is to come."""

    TOLD: ClassVar[Told] = {
        "fund_name": {"heading": "fund name"},
        "fy": {"heading": "year"},
        "planned_left": {"heading": "planned left"},
        "paid": {"absent": NOT_YET},
        "left": {"absent": NOT_YET},
        "behind": {"absent": NOT_YET},
    }

    fund: str
    fund_name: str
    fy: str
    authority: Pence
    planned: Pence
    paid: Pence | None
    planned_left: Pence
    left: Pence | None
    behind: Pence | None


def answer(session: Session, query: Query) -> Answer:
    """Return a row for each year of each fund that has a plan or a payment, from its first to last.

    Nothing adds up to a total: authority stands in every year of its fund.
    """
    allow(query, "burndown", ("fund",))
    told = meta(session, query)
    day = counted_to(session, query)
    asked = query.replace(by=("fund",))
    planned = _by_year(by_period.planned_by_month(session, asked, ("fund",)))
    paid = _by_year(across.flows(session, asked, ("fund",), PAID))
    authority = figures.authority_of_funds(session, query)
    names = {one.code: one.name for one in register.everything(session, Fund)}
    rows = [
        row
        for fund in sorted({*planned, *paid})
        for row in _years(
            fund,
            names.get(fund, fund),
            authority.get(fund, 0),
            planned.get(fund, {}),
            paid.get(fund, {}),
            day,
        )
    ]
    sums = f"planned {format_pounds(sum(row.planned for row in rows))}"
    sums += f", paid {format_pounds(sum(row.paid or 0 for row in rows))}"
    return Answer(
        name="burndown",
        title=f"Burn-down by year, to {day.isoformat()}",
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("fund_name", "authority", "paid", "planned", "behind"),
        charted=("left", "planned_left"),
        meta={**told, "counted_to": day.isoformat()},
        measures=MEASURES,
        notes=[
            *narrowing(told),
            *([] if rows else ["nothing is planned and nothing was paid"]),
            "no total: authority stands in every year of its fund",
            f"{sums} in all years; {standing(told)}",
        ],
    )


def _by_year(flows: Mapping[tuple[str, ...], Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return pence by fund and financial year; what has no day is in the year ''."""
    found: dict[str, dict[str, int]] = {}
    for (fund,), months in flows.items():
        for month, pence in months.items():
            year = financial_year(date.fromisoformat(f"{month}-01")) if month else ""
            of = found.setdefault(fund, {})
            of[year] = of.get(year, 0) + pence
    return {fund: of for fund, of in found.items() if any(of.values())}


def _years(
    fund: str,
    name: str,
    authority: int,
    planned: Mapping[str, int],
    paid: Mapping[str, int],
    day: date,
) -> Iterator[Row]:
    """Yield the years from the first that has anything to the last; none between is left out."""
    dated = sorted(year for year in (*planned, *paid) if year)
    this = financial_year(day)
    first, last = (dated[0], dated[-1]) if dated else (this, this)
    meant, done = 0, paid.get("", 0)
    for starts in range(int(first[:4]), int(last[:4]) + 1):
        year = year_name(starts)
        meant += planned.get(year, 0)
        done += paid.get(year, 0)
        in_year = paid.get(year, 0) + (paid.get("", 0) if year == first else 0)
        to_come = year > this and not in_year
        yield Row(
            fund=fund,
            fund_name=name,
            fy=year,
            authority=Pence(authority),
            planned=Pence(planned.get(year, 0)),
            paid=None if to_come else Pence(in_year),
            planned_left=Pence(authority - meant),
            left=None if to_come else Pence(authority - done),
            behind=None if to_come else Pence(meant - done),
        )
