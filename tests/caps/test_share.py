"""Caps on a share of the fund's authority, kept exactly and in whole pence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import Books, capped, stopping
from tests.builders import allocation, cap
from vru_ledger.caps import bounds, share
from vru_ledger.domain.money import Pence

TOTAL = cap("TOTAL", "amount", 10**12)


@given(st.integers(1, 10_000), st.integers(0, 10**13))
def test_the_ceiling_is_the_most_whole_pence_that_keep_the_share(basis_points, authority):
    limit, ceiling = bounds(cap("S", "share", basis_points), authority)
    assert limit == ceiling
    assert ceiling * 10_000 <= basis_points * authority
    assert (ceiling + 1) * 10_000 > basis_points * authority


@pytest.mark.parametrize(
    ("basis_points", "authority", "ceiling"),
    [
        (1250, 110_000_000, 13_750_000),
        (1250, 7, 0),
        (1250, 8, 1),
        (1250, 15, 1),
        (1250, 16, 2),
        (10_000, 123, 123),
        (1, 9_999, 0),
        (1, 10_000, 1),
        (3_333, 100, 33),
        (5_000, 0, 0),
    ],
)
def test_a_share_is_rounded_down_to_the_penny(basis_points: int, authority: int, ceiling: int):
    assert bounds(cap("S", "share", basis_points), authority).ceiling == ceiling


def test_a_fund_without_authority_has_no_share_to_give():
    books = Books([TOTAL, cap("S", "share", 10_000)], money={})
    refused = stopping(books.put(allocation(amount_pence=Pence(1))))
    assert refused[0] == "S: £0.01 over its limit of £0.00"


def test_an_eighth_for_each_recipient_is_kept_to_the_penny():
    books = Books(
        [TOTAL, cap("S", "share", 1250, per=("recipient",))], money={("HO", "2021/22"): 1_001}
    )
    assert books.put(allocation(amount_pence=Pence(125))) == []
    assert stopping(books.put(allocation(amount_pence=Pence(1), award="ALPHA-0002"))) == [
        "S: £0.01 over its limit of £1.25 for ONE"
    ]
    other = allocation(amount_pence=Pence(125), recipient="TWO", award="ALPHA-0003")
    assert books.put(other) == []
    assert books.balance(capped("S", "ONE")).held == 125


def test_the_tolerance_of_a_share_is_pence_or_a_share_of_the_share():
    assert bounds(cap("S", "share", 1_000, tolerance=7), 1_000) == (100, 107)
    assert bounds(cap("S", "share", 1_000, tolerance_bp=1_000), 1_000) == (100, 110)


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("12.5%", 1250, "12.50%"),
        ("0.01%", 1, "0.01%"),
        ("100%", 10_000, "100.00%"),
        ("100.00%", 10_000, "100.00%"),
        (" 7% ", 700, "7.00%"),
        ("007.05%", 705, "7.05%"),
    ],
)
def test_a_share_is_read_to_a_hundredth_of_a_per_cent(text: str, limit: int, shown: str):
    assert share.read(text) == limit
    assert share.show(limit) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("0%", "0.00%", "100.01%", "101%", "12.5", "12.555%", "-5%", "%", "1e1%", ".5%", "5 %"),
        *("\uff15%", "5%\n", "1,5%", "NaN%", "9" * 5_000 + "%", ""),
    ],
)
def test_what_is_no_share_is_refused_with_how_to_write_one(text: str):
    with pytest.raises(ValueError, match=r"is not a share from 0\.01% to 100%, like 12\.5%") as no:
        share.read(text)
    assert len(str(no.value)) < 120
