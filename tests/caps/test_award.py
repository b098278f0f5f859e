"""Caps on any single award: each is measured by itself, however many a recipient has."""

import pytest

from tests.books import Books, capped, stopping
from tests.builders import allocation, cap
from vru_ledger.caps import award
from vru_ledger.domain.money import Pence

TOTAL = cap("TOTAL", "amount", 1_000)
ONE_AWARD = cap("ONE-AWARD", "award", 50)


def test_an_award_is_a_bucket_of_its_own():
    new = allocation(amount_pence=Pence(50))
    assert award.keys(ONE_AWARD, new) == (capped("ONE-AWARD", "ALPHA-0001"),)
    assert award.adds(ONE_AWARD, new, {}) == {capped("ONE-AWARD", "ALPHA-0001"): 50}


def test_many_awards_at_the_limit_pass_and_one_a_penny_over_does_not():
    books = Books([TOTAL, ONE_AWARD])
    for at in range(1, 6):
        assert books.put(allocation(amount_pence=Pence(50), award=f"ALPHA-{at:04}")) == []
    over = allocation(amount_pence=Pence(51), award="ALPHA-0006")
    assert stopping(books.put(over)) == ["ONE-AWARD: £0.01 over its limit of £0.50 for ALPHA-0006"]


def test_an_award_to_another_kind_of_recipient_is_not_measured():
    books = Books([TOTAL, ONE_AWARD.replace(only="a-and-e")])
    assert books.put(allocation(amount_pence=Pence(500))) == []
    site = allocation(recipient="SITE", recipient_kind="a-and-e", award="ALPHA-0002")
    assert stopping(books.put(site.replace(amount_pence=Pence(51))))


def test_a_limit_is_read_and_shown_as_money():
    assert award.read("£50,000") == 5_000_000
    assert award.show(5_000_000) == "£50,000.00"
    with pytest.raises(ValueError, match="is nothing"):
        award.read("0")
