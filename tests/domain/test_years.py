"""Dates, terms, financial years from 1 April to 31 March, and their quarters."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import ANY_TEXT, DAYS, FIRST_YEARS
from vru_ledger.domain.years import (
    financial_year,
    parse_date,
    parse_financial_year,
    parse_term,
    quarter,
    quarter_bounds,
    year_bounds,
    year_name,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-03-31", date(2022, 3, 31)),
        ("31/03/2022", date(2022, 3, 31)),
        ("1/4/2022", date(2022, 4, 1)),
        (" 2024-02-29 ", date(2024, 2, 29)),
        ("29/02/2000", date(2000, 2, 29)),
        ("1990-01-01", date(1990, 1, 1)),
        ("31/12/2099", date(2099, 12, 31)),
    ],
)
def test_a_date_is_read_in_both_ways_of_writing_it(text: str, day: date):
    assert parse_date(text) == day


@given(DAYS)
def test_every_day_is_read_in_both_ways_of_writing_it(day: date):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day}/{day.month}/{day.year}") == day
    assert parse_date(f"{day.day:02}/{day.month:02}/{day.year}") == day


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2021-02-29",
        "29/02/2100",
        "2022-00-10",
        "2022-13-01",
        "31/04/2022",
        "0/1/2022",
        "0000-01-01",
    ],
)
def test_a_day_that_is_not_in_the_calendar_is_refused_as_such(text: str):
    with pytest.raises(ValueError, match="is not a day of the calendar"):
        parse_date(text)


@pytest.mark.parametrize(
    "text", ["1989-12-31", "1921-04-01", "2100-01-01", "2201-04-01", "0001-01-01", "9999-12-31"]
)
def test_a_day_of_another_age_is_refused_with_the_years_there_are(text: str):
    with pytest.raises(ValueError, match="is not between 1990 and 2099"):
        parse_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022",
        "2022-3-31",
        "22-03-31",
        "31-03-2022",
        "03/31/22",
        "20220331",
        "2022-W13-4",
        "2022/03/31",
        "2022-03-31T00:00:00",
        "2022-03-31\n",
        "\uff12\uff10\uff12\uff12-03-31",
        "31 March 2022",
        "tomorrow",
        "9" * 5_000,
    ],
)
def test_what_is_not_a_date_is_refused_with_how_to_write_one(text: str):
    with pytest.raises(ValueError, match="2022-03-31 or 31/03/2022") as caught:
        parse_date(text)
    assert len(str(caught.value)) < 150


def test_a_british_date_is_never_read_as_an_american_one():
    assert parse_date("04/05/2022") == date(2022, 5, 4)
    with pytest.raises(ValueError, match="not a day of the calendar"):
        parse_date("03/31/2022")


def test_a_term_has_a_first_and_a_last_day_or_only_a_last():
    both = date(2021, 4, 1), date(2023, 3, 31)
    assert parse_term("2021-04-01..2023-03-31") == both
    assert parse_term("01/04/2021..31/03/2023") == both
    assert parse_term(" ..2023-03-31 ") == (None, date(2023, 3, 31))
    assert parse_term("2023-03-31..2023-03-31") == (both[1], both[1])


@pytest.mark.parametrize("text", ["", "2021-04-01", "2021-04-01..", "..", "2021-04-01 to 2022"])
def test_what_is_not_a_term_is_refused_with_how_to_write_one(text: str):
    with pytest.raises(ValueError, match="write it like"):
        parse_term(text)


@pytest.mark.parametrize(
    "text", ["2021-04-01...2023-03-31", "2021-04-01..2022-04-01..2023-03-31", "x..2023-03-31"]
)
def test_a_term_of_what_are_not_two_dates_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a date"):
        parse_term(text)


def test_a_term_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before it begins"):
        parse_term("2023-03-31..2023-03-30")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2022/23", "2022/23"),
        ("2022-23", "2022/23"),
        ("FY2022/23", "2022/23"),
        ("fy 2022-23", "2022/23"),
        ("2022-2023", "2022/23"),
        ("2022/2023", "2022/23"),
        (" 2022/23 ", "2022/23"),
        ("1999/00", "1999/00"),
        ("1999-2000", "1999/00"),
        ("2009/10", "2009/10"),
        ("2099/2100", "2099/00"),
    ],
)
def test_a_financial_year_is_read_in_every_way_of_writing_it(text: str, name: str):
    assert parse_financial_year(text) == name


@pytest.mark.parametrize("text", ["2022", "FY2022", "fy 2022", " 2022 "])
def test_a_bare_year_is_refused_and_both_that_it_may_mean_are_named(text: str):
    with pytest.raises(ValueError, match="can mean 2021/22 or 2022/23: write which"):
        parse_financial_year(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2022/24", "2022's is 2022/23"),
        ("2022/22", "2022's is 2022/23"),
        ("2022/2024", "2022's is 2022/23"),
        ("2022/2122", "2022's is 2022/23"),
        ("1999/99", "1999's is 1999/00"),
        ("1800/01", "is not between 1990 and 2099"),
        ("0000/01", "is not between 1990 and 2099"),
        ("2100-01", "is not between 1990 and 2099"),
        ("0022", "write it like 2022/23"),
        ("22/23", "write it like 2022/23"),
        ("2022/3", "write it like 2022/23"),
        ("2022/023", "write it like 2022/23"),
        ("2022/23/24", "write it like 2022/23"),
        ("Q1/2025", "write it like 2022/23"),
        ("\uff12\uff10\uff12\uff12/23", "write it like 2022/23"),
        ("2022/23\n", "write it like 2022/23"),
        ("", "write it like 2022/23"),
        ("9" * 5_000, "write it like 2022/23"),
    ],
)
def test_what_is_not_a_financial_year_is_refused_with_what_is(text: str, said: str):
    with pytest.raises(ValueError, match=said) as caught:
        parse_financial_year(text)
    assert len(str(caught.value)) < 150


@given(ANY_TEXT)
def test_any_text_is_read_or_refused_in_a_sentence(text: str):
    for read in (parse_date, parse_term, parse_financial_year, quarter_bounds):
        try:
            read(text)
        except ValueError as refused:
            assert 0 < len(str(refused)) < 1_000  # noqa: PT017 - most texts are refused


@pytest.mark.parametrize(
    ("day", "name", "quarter_name"),
    [
        (date(2022, 3, 31), "2021/22", "2021/22-Q4"),
        (date(2022, 4, 1), "2022/23", "2022/23-Q1"),
        (date(2022, 6, 30), "2022/23", "2022/23-Q1"),
        (date(2022, 7, 1), "2022/23", "2022/23-Q2"),
        (date(2022, 9, 30), "2022/23", "2022/23-Q2"),
        (date(2022, 10, 1), "2022/23", "2022/23-Q3"),
        (date(2022, 12, 31), "2022/23", "2022/23-Q3"),
        (date(2023, 1, 1), "2022/23", "2022/23-Q4"),
        (date(2024, 2, 29), "2023/24", "2023/24-Q4"),
        (date(2000, 3, 31), "1999/00", "1999/00-Q4"),
        (date(2000, 4, 1), "2000/01", "2000/01-Q1"),
    ],
)
def test_a_day_falls_in_its_year_and_quarter(day: date, name: str, quarter_name: str):
    assert financial_year(day) == name
    assert quarter(day) == quarter_name


def test_a_year_runs_from_1_april_to_31_march():
    assert year_bounds("2022/23") == (date(2022, 4, 1), date(2023, 3, 31))
    assert year_bounds("1999/00") == (date(1999, 4, 1), date(2000, 3, 31))


@pytest.mark.parametrize(
    ("name", "opens", "closes"),
    [
        ("2022/23-Q1", date(2022, 4, 1), date(2022, 6, 30)),
        ("2022/23-Q2", date(2022, 7, 1), date(2022, 9, 30)),
        ("2022/23-q3", date(2022, 10, 1), date(2022, 12, 31)),
        ("FY2022-23-Q4", date(2023, 1, 1), date(2023, 3, 31)),
    ],
)
def test_a_quarter_has_a_first_and_a_last_day(name: str, opens: date, closes: date):
    assert quarter_bounds(name) == (opens, closes)


@pytest.mark.parametrize("text", ["2022/23", "2022/23-Q5", "2022/23-Q0", "Q1/2025", "2022/23 Q1"])
def test_what_is_not_a_quarter_is_refused_with_how_to_write_one(text: str):
    with pytest.raises(ValueError, match="2022/23-Q3"):
        quarter_bounds(text)


def test_a_quarter_of_a_bare_year_is_refused_like_the_year():
    with pytest.raises(ValueError, match="2021/22 or 2022/23"):
        quarter_bounds("2022-Q1")


@given(FIRST_YEARS)
@example(1999)
@example(2099)
def test_a_year_reads_back_and_has_a_day_more_when_its_february_leaps(first: int):
    name = year_name(first)
    assert parse_financial_year(name) == name
    assert parse_financial_year(f"FY{first}-{first + 1}") == name
    opens, closes = year_bounds(name)
    leaps = (first + 1) % 4 == 0 and ((first + 1) % 100 != 0 or (first + 1) % 400 == 0)
    assert (closes - opens).days + 1 == (366 if leaps else 365)


@given(st.dates(date(1991, 1, 1), date(2098, 12, 31)))
def test_every_day_is_in_the_bounds_of_its_year_and_quarter_and_of_no_other(day: date):
    for bounds, name_of in ((year_bounds, financial_year), (quarter_bounds, quarter)):
        opens, closes = bounds(name_of(day))
        assert opens <= day <= closes
        assert name_of(opens) == name_of(closes) == name_of(day)
        assert name_of(opens - timedelta(1)) != name_of(day) != name_of(closes + timedelta(1))


@given(FIRST_YEARS)
def test_four_quarters_fill_a_year_without_a_gap(first: int):
    name = year_name(first)
    quarters = [quarter_bounds(f"{name}-Q{number}") for number in (1, 2, 3, 4)]
    assert (quarters[0][0], quarters[3][1]) == year_bounds(name)
    for (_, closes), (opens, _) in pairwise(quarters):
        assert opens == closes + timedelta(1)
