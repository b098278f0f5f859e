"""Caps on the last day of an award's term."""

from datetime import date

import pytest

from tests.books import Books, capped, stopping
from tests.builders import allocation, cap
from vru_ledger.caps import bounds, end, missing
from vru_ledger.position import Balance

TOTAL = cap("TOTAL", "amount", 10**9)
ENDS = cap("ENDS", "end", 20230331)
HERE = capped("ENDS", "ALPHA-0001")


def test_an_award_holds_the_last_day_of_its_term():
    assert end.keys(ENDS, allocation()) == (HERE,)
    assert end.adds(ENDS, allocation(), {HERE: Balance(0)}) == {HERE: 20230331}
    books = Books([TOTAL, ENDS])
    assert books.put(allocation()) == []
    assert books.balance(HERE) == Balance(20230331, None, 20230331)


def test_the_last_day_passes_and_the_day_after_does_not():
    books = Books([TOTAL, ENDS])
    late = allocation(term_to=date(2023, 4, 1))
    assert stopping(books.put(late)) == ["ENDS: the term would end on 2023-04-01, after 2023-03-31"]
    assert books.put(allocation(term_to=date(2023, 3, 31))) == []


def test_a_term_that_comes_nearer_to_the_limit_passes_even_when_it_is_late():
    late = {HERE: Balance(20230630, None, 20230331)}
    assert end.adds(ENDS, allocation(term_to=date(2023, 5, 31)), late)[HERE] < 0


def test_an_award_without_a_term_moves_nothing_and_is_missing_it():
    new = allocation(term_to=None)
    assert end.adds(ENDS, new, {HERE: Balance(0)}) == {HERE: 0}
    assert missing(ENDS, new) == ("term",)
    assert missing(ENDS, allocation()) == ()


def test_what_is_promised_does_not_depend_on_when_it_is_dated():
    books = Books([TOTAL, ENDS])
    assert stopping(books.put(allocation(dated=date(2024, 1, 1)))) == []


def test_a_last_day_has_no_other_ceiling_than_itself():
    assert bounds(ENDS, 0) == (20230331, 20230331)


@pytest.mark.parametrize(
    ("text", "limit"), [("2023-03-31", 20230331), ("31/03/2023", 20230331), ("29/2/2024", 20240229)]
)
def test_a_limit_is_read_and_shown_as_a_day(text: str, limit: int):
    assert end.read(text) == limit
    assert end.read(end.show(limit)) == limit


@pytest.mark.parametrize("text", ["", "2023", "2023-02-29", "20230331", "April 2023", "0"])
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a da"):
        end.read(text)
