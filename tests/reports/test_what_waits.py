"""What waits, waits since its own day, and every report on payments says the same is behind."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import POUND
from tests.reports.asking import ask, busy
from vru_ledger import Ledger
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment
from vru_ledger.store.database import Database

AWARD, HELD = "ALPHA-0002", 2_600 * POUND
"""An award, and what it comes to."""


@pytest.fixture
def database() -> Iterator[Database]:
    """A ledger in which £600 of an award were paid, and £250 demanded back: £150, then £100."""
    made = busy()
    ada = Ledger(made, "Ada", "")
    ada.pay(AWARD, 600 * POUND, advance=True, on=date(2022, 1, 5))
    ada.clawback(AWARD, 150 * POUND, on=date(2022, 5, 1), reason="Not spent")
    ada.clawback(AWARD, 100 * POUND, on=date(2022, 5, 25), reason="Nor this")
    yield made
    made.close()


def owed_back(database: Database, today: date) -> list[tuple[int, int]]:
    """Say of what is owed back too long: days, and pounds."""
    _, rows = ask(database, "exceptions", today=today, award=AWARD)
    return [(row.age_days, row.amount // POUND) for row in rows if row.what == "owed back"]


def test_a_new_demand_makes_no_old_one_younger(database: Database):
    assert owed_back(database, date(2022, 6, 1)) == [(31, 150)]
    assert owed_back(database, date(2022, 6, 25)) == [(55, 150), (31, 100)]


def test_what_comes_back_is_of_the_oldest_demand(database: Database):
    ada = Ledger(database, "Ada", "")
    ada.recover(AWARD, 120 * POUND, on=date(2022, 6, 1))
    assert owed_back(database, date(2022, 6, 25)) == [(55, 30), (31, 100)]
    ada.recover(AWARD, 30 * POUND, on=date(2022, 6, 2))
    assert owed_back(database, date(2022, 6, 25)) == [(31, 100)]


def test_a_proposed_amendment_makes_no_old_proposal_younger():
    database = busy()
    ada = Ledger(database, "Ada", "")
    asked: dict[str, Any] = {"source": "CR", "on": date(2022, 4, 1), "propose": True}
    made = ada.allocate("ALPHA", "TWO", 10 * POUND, **asked)
    ada.amend(made.entry.award, 5 * POUND, on=date(2022, 4, 20), reason="More")
    _, rows = ask(database, "exceptions", today=date(2022, 4, 21), award=made.entry.award)
    assert [(row.what, row.age_days, row.amount) for row in rows] == [
        ("proposal", 20, 10 * POUND),
    ]
    database.close()


def test_a_claim_that_was_written_late_is_paid_in_the_order_of_its_day(database: Database):
    ada = Ledger(database, "Ada", "")
    ada.claim(AWARD, 50 * POUND, on=date(2022, 6, 30))
    late = ada.claim(AWARD, 40 * POUND, on=date(2022, 3, 31))
    ada.pay(AWARD, 45 * POUND, on=date(2022, 7, 1))
    _, rows = ask(database, "claims", today=date(2022, 7, 2), award=AWARD)
    assert [(row.dated, row.waiting) for row in rows] == [(date(2022, 6, 30), 45 * POUND)]
    assert late.recorded.number not in {row.entry for row in rows}


def test_what_came_back_leaves_later_payments_where_they_are_planned(database: Database):
    ada = Ledger(database, "Ada", "")
    each = Pence(300 * POUND)
    last = Pence(HELD - 3 * each)
    ada.profile(
        AWARD,
        [*(Instalment(f"2022/23-Q{n}", each) for n in (1, 2, 3)), Instalment("2022/23-Q4", last)],
        on=date(2022, 4, 1),
    )
    ada.recover(AWARD, 250 * POUND, on=date(2022, 6, 1))
    _, rows = ask(database, "payments", award="", fund="ALPHA", today=date(2023, 1, 1))
    planned = {row.period: row.planned for row in rows}
    # £600 were paid for the first two quarters; £250 of it came back on 1 June, in the first.
    assert planned == {
        **dict.fromkeys((period for period in planned if period < "2022/23-Q1"), 0),
        "2022/23-Q1": each - 250 * POUND,
        "2022/23-Q2": each,
        "2022/23-Q3": each,
        "2022/23-Q4": last,
    }
    assert sum(row.difference for row in rows if row.state == "past") == -each
    late = [
        row.amount
        for row in ask(database, "exceptions", today=date(2023, 1, 1), award=AWARD)[1]
        if row.what == "behind plan"
    ]
    assert late == [each]
    _, [monitored] = ask(database, "monitoring", fund="ALPHA", today=date(2023, 1, 1))
    assert monitored.profile - monitored.actual == each


def test_money_that_came_back_and_was_sent_again_is_planned_again(database: Database):
    ada = Ledger(database, "Ada", "")
    ada.profile(AWARD, [Instalment("2022/23-P03", Pence(HELD))], on=date(2022, 4, 1))
    back = ada.recover(AWARD, 100 * POUND, on=date(2022, 6, 1))
    ada.reverse(back.recorded.number, on=date(2022, 8, 1), reason="It bounced")
    asked: dict[str, Any] = {"fund": "ALPHA", "today": date(2023, 1, 1)}
    answer, rows = ask(database, "payments", **asked)
    planned = {row.period: row.planned for row in rows if row.planned}
    assert planned == {"2022/23-Q1": HELD - 100 * POUND, "2022/23-Q2": 100 * POUND}
    assert answer.total.planned == HELD
