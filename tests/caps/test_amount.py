"""Caps on pence: over the whole fund, per recipient, per year, and per several of these at once."""

import pytest

from tests.books import Books, capped, stopping
from tests.builders import allocation, cap
from vru_ledger.caps import amount
from vru_ledger.domain.money import Pence

TOTAL = cap("TOTAL", "amount", 1_000)


def test_an_allocation_adds_its_pence_to_its_bucket():
    each = cap("EACH", "amount", 500, per=("recipient",))
    new = allocation(amount_pence=Pence(70))
    assert amount.keys(each, new) == (capped("EACH", "ONE"),)
    assert amount.adds(each, new, {}) == {capped("EACH", "ONE"): 70}


@pytest.mark.parametrize(
    ("per", "bucket"),
    [
        ((), ""),
        (("recipient",), "ONE"),
        (("kind",), "charity"),
        (("area",), "E1"),
        (("bcu",), "BCU-1"),
        (("financial-year",), "2021/22"),
        (("source",), "HO"),
        (("purpose",), "youth"),
        (("financial-year", "recipient"), "2021/22|ONE"),
        (("recipient", "financial-year"), "ONE|2021/22"),
    ],
)
def test_a_bucket_is_named_by_what_the_cap_counts_per(per: tuple[str, ...], bucket: str):
    [key] = amount.keys(cap("C", "amount", 1, per=per), allocation())
    assert key == capped("C", bucket)


def test_the_last_penny_passes_and_the_next_does_not():
    books = Books([TOTAL])
    assert books.put(allocation(amount_pence=Pence(999))) == []
    assert books.put(allocation(amount_pence=Pence(1), award="ALPHA-0002")) == []
    assert stopping(books.put(allocation(amount_pence=Pence(1), award="ALPHA-0003"))) == [
        "TOTAL: £0.01 over its limit of £10.00"
    ]
    assert books.balance(capped("TOTAL")).held == 1_000


def test_one_bucket_that_is_full_leaves_the_others_room():
    books = Books([TOTAL, cap("EACH", "amount", 400, per=("recipient",))])
    assert books.put(allocation(amount_pence=Pence(400))) == []
    assert stopping(books.put(allocation(amount_pence=Pence(1), award="ALPHA-0002"))) == [
        "EACH: £0.01 over its limit of £4.00 for ONE"
    ]
    other = allocation(amount_pence=Pence(400), award="ALPHA-0003", recipient="TWO")
    assert books.put(other) == []


def test_a_cap_on_one_kind_of_recipient_does_not_count_another():
    books = Books([TOTAL, cap("AE", "amount", 100, only="a-and-e")])
    assert books.put(allocation(amount_pence=Pence(500))) == []
    site = allocation(recipient="SITE", recipient_kind="a-and-e", award="ALPHA-0002")
    assert books.put(site.replace(amount_pence=Pence(100))) == []
    assert stopping(books.put(site.replace(amount_pence=Pence(1), award="ALPHA-0003")))
    assert books.balance(capped("AE")).held == 100


def test_all_caps_that_are_passed_speak_and_not_only_the_first():
    books = Books(
        [
            TOTAL,
            cap("EACH", "amount", 10, per=("recipient",)),
            cap("YEAR", "amount", 20, per=("financial-year",)),
        ]
    )
    assert stopping(books.put(allocation(amount_pence=Pence(1_001)))) == [
        "TOTAL: £0.01 over its limit of £10.00",
        "EACH: £9.91 over its limit of £0.10 for ONE",
        "YEAR: £9.81 over its limit of £0.20 for 2021/22",
    ]


def test_myends_stops_one_penny_past_its_cap_and_not_before():
    each = cap("MYENDS-EACH", "amount", 75_000_000, per=("recipient",))
    fund = cap("MYENDS-FUND", "amount", 600_000_000)
    for pence, passes in ((74_999_999, True), (75_000_000, True), (75_000_001, False)):
        refused = stopping(Books([each, fund]).put(allocation(amount_pence=Pence(pence))))
        assert (refused == []) == passes


def test_a_limit_is_read_and_shown_as_money():
    assert amount.read("750k") == 75_000_000
    assert amount.show(75_000_000) == "£750,000.00"
    with pytest.raises(ValueError, match="is not an amount"):
        amount.read("12.5%")
