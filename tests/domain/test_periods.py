"""Periods: years, quarters and months of the UK financial year, and which of them are closed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import ANY_TEXT
from vru_ledger.domain.periods import Period, first_open_day, holding, month, parse_period
from vru_ledger.domain.years import financial_year, quarter, year_bounds

LEAP_DAY = date(2024, 2, 29)
DAYS = st.dates(date(1990, 4, 1), date(2099, 3, 31))


@pytest.mark.parametrize(
    ("typed", "name", "first_day", "last_day"),
    [
        ("2021/22", "2021/22", date(2021, 4, 1), date(2022, 3, 31)),
        ("FY2021/22", "2021/22", date(2021, 4, 1), date(2022, 3, 31)),
        ("2022/23-Q1", "2022/23-Q1", date(2022, 4, 1), date(2022, 6, 30)),
        ("2022/23-Q2", "2022/23-Q2", date(2022, 7, 1), date(2022, 9, 30)),
        ("2022/23-Q3", "2022/23-Q3", date(2022, 10, 1), date(2022, 12, 31)),
        ("2022/23-q4", "2022/23-Q4", date(2023, 1, 1), date(2023, 3, 31)),
        ("2021/22-P01", "2021/22-P01", date(2021, 4, 1), date(2021, 4, 30)),
        ("2021/22-P9", "2021/22-P09", date(2021, 12, 1), date(2021, 12, 31)),
        ("2021/22-P10", "2021/22-P10", date(2022, 1, 1), date(2022, 1, 31)),
        ("2021/22-P12", "2021/22-P12", date(2022, 3, 1), date(2022, 3, 31)),
        ("2022-03", "2021/22-P12", date(2022, 3, 1), date(2022, 3, 31)),
        ("2022-04", "2022/23-P01", date(2022, 4, 1), date(2022, 4, 30)),
        ("2023/24-P11", "2023/24-P11", date(2024, 2, 1), LEAP_DAY),
        ("2022-02", "2021/22-P11", date(2022, 2, 1), date(2022, 2, 28)),
        ("1999/00", "1999/00", date(1999, 4, 1), date(2000, 3, 31)),
    ],
)
def test_a_period_is_read_as_people_write_it(
    typed: str, name: str, first_day: date, last_day: date
):
    assert parse_period(typed) == Period(name, first_day, last_day)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2022", "can mean 2021/22 or 2022/23"),
        ("2009-10", "can mean 2009/10 or October 2009"),
        ("2000-01", "can mean 2000/01 or January 2000"),
        ("2021/23", "2021's is 2021/22"),
        ("2021/22-P13", "P01 (April) to P12 (March)"),
        ("2021/22-P00", "P01 (April) to P12 (March)"),
        ("2021/22-Q5", "is not a period"),
        ("2022-13", "2022's is 2022/23"),
        ("1066-03", "not between 1990 and 2099"),
        ("Q4", "is not a period"),
        ("", "is not a period"),
    ],
)
def test_what_is_no_period_or_two_is_refused_and_says_why(typed: str, said: str):
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace(")", r"\)")):
        parse_period(typed)


@given(ANY_TEXT)
def test_any_text_is_a_period_or_a_value_error(text: str):
    try:
        period = parse_period(text)
    except ValueError:
        return
    assert parse_period(period.name) == period


@given(DAYS)
@example(LEAP_DAY)
@example(date(2022, 3, 31))
@example(date(2022, 4, 1))
def test_a_day_is_in_its_year_its_quarter_and_its_month_and_each_is_in_the_next(day: date):
    year, of_quarter, of_month = (
        parse_period(name) for name in (financial_year(day), quarter(day), month(day).name)
    )
    assert month(day) == of_month
    assert all(period.holds(day) for period in (year, of_quarter, of_month))
    for inner, outer in ((of_month, of_quarter), (of_quarter, year)):
        assert outer.first_day <= inner.first_day
        assert inner.last_day <= outer.last_day


@pytest.mark.parametrize("first", [2021, 2023])
@pytest.mark.parametrize("parts", ["Q", "P"])
def test_the_parts_of_a_year_follow_one_another_without_gap_or_overlap(first: int, parts: str):
    year = f"{first}/{(first + 1) % 100:02}"
    named = [f"{year}-Q{n}" for n in range(1, 5)]
    if parts == "P":
        named = [f"{year}-P{n:02}" for n in range(1, 13)]
    periods = [parse_period(name) for name in named]
    assert (periods[0].first_day, periods[-1].last_day) == year_bounds(year)
    for one, following in pairwise(periods):
        assert following.first_day == one.last_day + timedelta(1)


def test_the_fortnight_round_a_year_end_falls_in_the_right_year_quarter_and_month():
    days = [date(2022, 3, 25) + timedelta(n) for n in range(14)]
    assert [financial_year(day) for day in days] == ["2021/22"] * 7 + ["2022/23"] * 7
    assert [quarter(day) for day in days] == ["2021/22-Q4"] * 7 + ["2022/23-Q1"] * 7
    assert [month(day).name for day in days] == ["2021/22-P12"] * 7 + ["2022/23-P01"] * 7


@pytest.mark.parametrize(("year", "days"), [("2022/23", 365), ("2023/24", 366)])
def test_a_year_with_a_leap_day_has_366_days_and_the_leap_day_is_its_own(year: str, days: int):
    period = parse_period(year)
    assert (period.last_day - period.first_day).days + 1 == days
    assert period.holds(LEAP_DAY) == (days == 366)


QUARTER, YEAR = parse_period("2021/22-Q4"), parse_period("2021/22")


def test_the_first_open_day_is_the_day_after_everything_that_holds_the_day():
    assert first_open_day(date(2022, 2, 14), [QUARTER]) == date(2022, 4, 1)
    assert first_open_day(date(2021, 12, 31), [QUARTER]) == date(2021, 12, 31)
    assert first_open_day(date(2021, 5, 1), [QUARTER, YEAR]) == date(2022, 4, 1)
    april = parse_period("2022-04")
    assert first_open_day(date(2022, 2, 14), [april, QUARTER]) == date(2022, 5, 1)
    assert first_open_day(date(2022, 2, 14), []) == date(2022, 2, 14)


def test_of_several_closed_periods_the_one_that_ends_last_is_named():
    assert holding(date(2022, 2, 14), [QUARTER, parse_period("2022-02")]) == QUARTER
    assert holding(date(2022, 4, 1), [QUARTER, YEAR]) is None


@given(DAYS, st.lists(st.sampled_from([QUARTER, YEAR, parse_period("2022-04")])))
def test_the_first_open_day_is_open_and_none_before_it_is(day: date, closed: list[Period]):
    opens = first_open_day(day, closed)
    assert holding(opens, closed) is None
    between = (opens - day).days
    assert all(holding(day + timedelta(n), closed) for n in range(between))
