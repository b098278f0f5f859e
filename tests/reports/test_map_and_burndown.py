"""The map and the burn-down say what plain SQL over the movements says."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import POUND, record, registered
from tests.reports.asking import COLUMNS, ask, figures
from tests.reports.lived import TODAY, lived
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area
from vru_ledger.domain.years import financial_year, year_bounds
from vru_ledger.errors import BadInput
from vru_ledger.store import plans, register
from vru_ledger.store.database import Database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A ledger in which every area but the last has a place on the map."""
    made = lived()
    with made.read() as session:
        areas = [one for one in register.everything(session, Area) if one.kind != "bcu"]
    placed = [
        one.replace(tile_row=1, tile_column=place) for place, one in enumerate(areas[:-1], start=1)
    ]
    record(made, registered(*placed))
    yield made
    made.close()


@pytest.mark.parametrize("stage", ["", "committed", "disbursed"])
@pytest.mark.parametrize("fund", ["", "ALPHA", "GAMMA"])
def test_a_tile_has_what_its_area_has_and_the_rest_is_said(
    database: Database, fund: str, stage: str
):
    answer, rows = ask(database, "map", fund=fund, stage=stage)
    sums = figures(database, ("area",), *(("m.fund = ?", fund) if fund else ("1 = 1",)))
    held = {
        area: of[COLUMNS.index(stage)] if stage else sum(of[2:]) for (area,), of in sums.items()
    }
    assert rows
    assert [row.amount for row in rows] == [held.get(row.area, 0) for row in rows]
    elsewhere = sum(held.values()) - sum(row.amount for row in rows)
    assert any("at no place" in note for note in answer.notes) == (elsewhere != 0)


def test_by_command_unit_every_tile_of_a_unit_has_what_the_unit_has(database: Database):
    _, rows = ask(database, "map", by=("bcu",))
    sums = figures(database, ("bcu",))
    with database.read() as session:
        bcu_of = {one.code: one.bcu for one in register.everything(session, Area)}
    assert any(row.amount for row in rows)
    for row in rows:
        unit = bcu_of[row.area]
        assert row.amount == (sum(sums.get((unit,), (0,) * 7)[2:]) if unit else 0)


@pytest.mark.parametrize("by", [("fund",), ("area", "fy")])
def test_a_map_by_anything_else_is_refused(database: Database, by: tuple[str, ...]):
    with pytest.raises(BadInput, match="by borough or by command unit"):
        ask(database, "map", by=by)


def test_burn_down_and_payments_say_the_same_was_paid():
    made = lived()
    for day in (date(2022, 5, 31), date(2022, 6, 1), date(2022, 6, 2), TODAY):
        # On these days money was demanded back, came back in part, and a part of it was lost.
        asked: dict[str, Any] = {"fund": "ALPHA", "as_of": day}
        _, years = ask(made, "burndown", **asked)
        answer, _ = ask(made, "payments", **asked)
        assert sum(row.paid or 0 for row in years) == answer.total.paid
        came_back = 100 * POUND if day >= date(2022, 6, 1) else 0
        before = 900 * POUND + 600 * POUND
        assert answer.total.paid == before - came_back
    made.close()


def test_what_is_left_is_authority_less_what_was_paid_by_the_end_of_each_year(database: Database):
    day = date(2031, 1, 1)
    _, rows = ask(database, "burndown", today=day)
    assert rows
    whole = figures(database, ("fund",))
    for row in rows:
        _, last = year_bounds(row.fy)
        before = (
            "(e.dated IS NULL OR e.dated <= ?) AND m.stage IN ('disbursed', 'recoverable')"
            " AND m.fund = ?"
        )
        paid = figures(database, (), before, last.isoformat(), row.fund).get((), (0,) * 7)
        done = paid[COLUMNS.index("disbursed")] + paid[COLUMNS.index("recoverable")]
        assert row.authority == whole[(row.fund,)][0]
        assert row.left == row.authority - done
        assert row.behind == row.left - row.planned_left


def test_what_is_planned_left_goes_down_by_the_plans_in_force(database: Database):
    _, rows = ask(database, "burndown", today=date(2031, 1, 1))
    planned: dict[tuple[str, str], int] = {}
    with database.read() as session:
        for one_plan in plans.in_force(session, Query()):
            for period, pence in one_plan.flows():
                year = one_plan.plan.fund, period[:7]
                planned[year] = planned.get(year, 0) + pence
    assert {(row.fund, row.fy): row.planned for row in rows if row.planned} == planned
    left: dict[str, int] = {}
    for row in rows:
        assert row.planned_left == left.get(row.fund, row.authority) - row.planned
        left[row.fund] = row.planned_left


def test_a_year_to_come_is_not_yet_told(database: Database):
    _, rows = ask(database, "burndown", today=date(2021, 6, 1), as_of=date(2021, 6, 1))
    for row in rows:
        assert (row.left is None) == (row.fy > financial_year(date(2021, 6, 1)))
