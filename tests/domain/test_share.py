"""Shares of a whole, rounded down, so that 100.0% is said only of what is full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vru_ledger.domain.share import format_share, share_of


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 600, "0.0%"),
        (75, 600, "12.5%"),
        (1, 3, "33.3%"),
        (2, 3, "66.6%"),
        (999_999, 1_000_000, "99.9%"),
        (600, 600, "100.0%"),
        (601, 600, "100.1%"),
        (7_000, 600, "1,166.6%"),
        (1, 10**15, "0.0%"),
    ],
)
def test_a_share_is_rounded_down_to_a_tenth_of_a_per_cent(part: int, whole: int, said: str):
    share = share_of(part, whole)
    assert share is not None
    assert format_share(share) == said


@pytest.mark.parametrize("whole", [0, -1])
def test_of_nothing_there_is_no_share(whole: int):
    assert share_of(1, whole) is None


def test_a_share_below_zero_keeps_its_sign():
    assert format_share(-125) == "-12.5%"
    assert format_share(-1) == "-0.1%"


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_hundred_per_cent_is_said_of_what_is_full_and_of_nothing_less(part, whole):
    share = share_of(part, whole)
    assert share is not None
    assert (share >= 1000) == (part >= whole)
    assert share * whole <= part * 1000 < (share + 1) * whole
