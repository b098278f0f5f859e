"""Plans: pence that add up, periods of UK financial years, and facts that come back."""

import json
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import PENCE, STORED_TEXT
from vru_ledger.domain.chain import entry_of, fact_of
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import month, parse_part, period_bounds, periods_of
from vru_ledger.domain.profiles import Instalment, MilestoneMet, Profile, counted, in_order, spread
from vru_ledger.domain.years import financial_year, quarter

DAYS = st.dates(date(1990, 4, 1), date(2099, 12, 31))
PERIODS = DAYS.map(quarter) | DAYS.map(lambda day: month(day).name)
OF_AWARD: dict[str, Any] = {
    "fund": "F",
    "recipient": "R",
    "award": "F-0001",
    "recipient_kind": "charity",
}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2023, 3, 31), "2022/23-P12"),
        (date(2023, 4, 1), "2023/24-P01"),
        (date(2022, 12, 25), "2022/23-P09"),
        (date(2023, 1, 1), "2022/23-P10"),
        (date(2024, 2, 29), "2023/24-P11"),
    ],
)
def test_months_count_from_april(day: date, name: str):
    assert month(day).name == name
    first, last = period_bounds(name)
    assert first.day == 1
    assert first <= day <= last


def test_a_leap_february_has_its_day():
    assert period_bounds("2023/24-P11") == (date(2024, 2, 1), date(2024, 2, 29))
    assert period_bounds("2022/23-P11") == (date(2023, 2, 1), date(2023, 2, 28))
    assert period_bounds("2022/23-P09") == (date(2022, 12, 1), date(2022, 12, 31))
    assert period_bounds("2022/23-Q4") == (date(2023, 1, 1), date(2023, 3, 31))


@given(day=DAYS)
def test_every_day_lies_in_its_month_and_that_in_its_quarter(day: date):
    first, last = period_bounds(month(day).name)
    opens, closes = period_bounds(quarter(day))
    assert opens <= first <= day <= last <= closes
    assert financial_year(first) == financial_year(last) == month(day).name[:7]


@pytest.mark.parametrize(
    ("typed", "period"),
    [
        ("2022/23-Q3", "2022/23-Q3"),
        (" fy2022/23-q3 ", "2022/23-Q3"),
        ("2022-23-Q1", "2022/23-Q1"),
        ("2022/23-P09", "2022/23-P09"),
        ("2022-12", "2022/23-P09"),
        ("2023-03", "2022/23-P12"),
        ("2023-04", "2023/24-P01"),
    ],
)
def test_periods_are_read_as_people_write_them(typed: str, period: str):
    assert parse_part(typed) == period


@pytest.mark.parametrize(
    "typed", ["", "2022/23", "2022/23-Q5", "2022/23-P13", "2022/23-P00", "Q1/2025", "2022-13"]
)
def test_what_is_no_period_is_refused(typed: str):
    with pytest.raises(ValueError, match=r"quarter or a month|financial year"):
        parse_part(typed)


@given(first=DAYS, days=st.integers(0, 2_000), monthly=st.booleans())
def test_periods_follow_each_other_without_a_gap(first: date, days: int, monthly: bool):
    last = date.fromordinal(min(first.toordinal() + days, date(2099, 12, 31).toordinal()))
    bounds = [period_bounds(one) for one in periods_of(first, last, monthly=monthly)]
    assert bounds[0][0] <= first
    assert bounds[-1][0] <= last <= bounds[-1][1]
    for (_, closes), (opens, _) in pairwise(bounds):
        assert opens.toordinal() == closes.toordinal() + 1


@given(pence=PENCE, many=st.integers(1, 60))
def test_an_award_is_parted_to_the_penny_and_the_odd_ones_come_first(pence: int, many: int):
    periods = periods_of(date(2021, 4, 1), date(2026, 3, 31), monthly=True)[:many]
    if pence < many:
        with pytest.raises(ValueError, match="cannot be parted"):
            spread(pence, periods)
        return
    amounts = [one.amount_pence for one in spread(pence, periods)]
    assert sum(amounts) == pence
    assert max(amounts) - min(amounts) <= 1
    assert amounts == sorted(amounts, reverse=True)


INSTALMENTS = st.lists(
    st.builds(Instalment, period=PERIODS, amount_pence=PENCE, milestone=STORED_TEXT), max_size=6
)


@given(instalments=INSTALMENTS)
def test_payments_stand_in_the_order_of_their_periods(instalments: list[Instalment]):
    ordered = in_order(instalments)
    opens = [period_bounds(one.period)[0] for one in ordered]
    assert opens == sorted(opens)
    assert sorted(ordered) == sorted(instalments)


@given(instalments=INSTALMENTS, version=st.integers(1, 99), name=STORED_TEXT)
def test_a_plan_and_a_milestone_come_back_from_their_facts(
    instalments: list[Instalment], version: int, name: str
):
    profile = Profile(
        **OF_AWARD, amount_pence=Pence(0), instalments=tuple(instalments), version=version
    )
    met = MilestoneMet(**OF_AWARD, amount_pence=Pence(0), milestone=name)
    for entry in (profile, met):
        fact = fact_of(entry, 1, "Ada", "2021-04-01T09:00:00Z")
        assert entry_of(json.loads(fact)) == entry
        assert list(entry.movements()) == []
        assert entry.held() == 0
    assert profile.total_pence() == sum(one.amount_pence for one in instalments)


@pytest.mark.parametrize(
    "instalment",
    [
        {"period": "2022/23-Q1"},
        {"period": 1, "amount_pence": 1},
        {"period": "2022/23-Q1", "amount_pence": "1"},
        {"period": "2022/23-Q1", "amount_pence": 1, "more": ""},
        "2022/23-Q1",
        None,
    ],
)
def test_a_fact_whose_payments_are_none_is_not_read(instalment: object):
    told = {**OF_AWARD, "kind": "profile", "amount_pence": 0, "instalments": [instalment]}
    with pytest.raises(ValueError, match="not that of a profile entry"):
        entry_of(told)


def test_what_is_done_and_what_can_be_are_of_the_oldest_payments_first():
    planned = [Instalment(f"2021/22-Q{n}", Pence(100)) for n in (1, 2, 3, 4)]

    def told(done: int, can: int) -> list[tuple[int, int]]:
        return [(paid, left) for _, paid, left in counted(planned, done, can)]

    assert told(120, 280) == [(100, 0), (20, 80), (0, 100), (0, 100)]
    assert told(120, 130) == [(100, 0), (20, 80), (0, 50), (0, 0)]
    assert told(0, 0) == [(0, 0)] * 4
    assert told(500, 100) == [(100, 0)] * 4
    assert told(0, -1) == [(0, 0)] * 4
