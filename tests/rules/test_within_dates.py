"""An allocation that is dated after a last day is recorded, and said aloud."""

from datetime import date

import pytest

from tests.books import Books
from tests.builders import allocation, cap
from vru_ledger.domain.entries import CapSet
from vru_ledger.rules import judge, stops
from vru_ledger.rules.case import Breach
from vru_ledger.rules.within_dates import within_dates

TOTAL = cap("TOTAL", "amount", 10**9)
ENDS = cap("ENDS", "end", 20230331)
LATE = date(2023, 4, 1)


def said(dated: date | None, *limits: CapSet, **more: object) -> list[Breach]:
    return list(within_dates(Books([TOTAL, *limits]).case(allocation(dated=dated, **more))))


def test_the_last_day_itself_is_in_time():
    assert said(date(2023, 3, 31), ENDS) == []
    assert said(date(1999, 12, 31), ENDS) == []


def test_the_day_after_is_a_warning_that_names_both_days():
    assert said(LATE, ENDS) == [
        Breach(
            "within-dates",
            "warn",
            "ENDS: dated 2023-04-01, after the last day 2023-03-31; that is no reason to refuse it",
            "ENDS",
        )
    ]


def test_a_late_date_stops_nothing():
    breaches = judge(Books([TOTAL, ENDS]).case(allocation(dated=LATE)))
    assert [breach.rule for breach in breaches] == ["within-dates"]
    assert not stops(breaches)


def test_an_allocation_without_a_date_counts_from_the_beginning():
    assert said(None, ENDS) == []


def test_a_fund_without_a_last_day_is_never_late():
    assert said(date(2099, 1, 1)) == []


def test_each_last_day_that_is_passed_speaks():
    later = cap("LATER", "end", 20240331)
    assert [breach.cap for breach in said(LATE, ENDS, later)] == ["ENDS"]
    assert [b.cap for b in said(date(2024, 4, 1), ENDS, later)] == ["ENDS", "LATER"]


def test_a_last_day_for_another_kind_of_recipient_says_nothing():
    only = ENDS.replace(only="a-and-e")
    assert said(LATE, only) == []
    assert len(said(LATE, only, recipient="SITE", recipient_kind="a-and-e")) == 1


@pytest.mark.parametrize(("severity", "speaks"), [("stop", 1), ("warn", 1), ("track", 0)])
def test_a_last_day_that_is_only_tracked_says_nothing(severity: str, speaks: int):
    assert len(said(LATE, ENDS.replace(severity=severity))) == speaks


def test_only_an_allocation_is_late():
    assert list(within_dates(Books([ENDS]).case(TOTAL.replace(dated=date(2099, 1, 1))))) == []
