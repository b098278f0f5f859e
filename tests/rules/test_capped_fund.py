"""Nothing is allocated from a fund whose total nothing stops."""

import pytest

from tests.books import Books
from tests.builders import allocation, cap
from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.rules.capped_fund import capped_fund
from vru_ledger.rules.case import Breach

REFUSAL = Breach(
    "capped-fund",
    "stop",
    "Alpha Fund has no cap that stops its total, so nothing can be allocated",
)


def said(*caps: CapSet) -> list[Breach]:
    return list(capped_fund(Books(caps).case(allocation())))


@pytest.mark.parametrize(
    "caps",
    [
        [],
        [cap("C", "amount", 10**9, per=("recipient",))],
        [cap("C", "amount", 10**9, only="charity")],
        [cap("C", "amount", 10**9, severity="warn")],
        [cap("C", "amount", 10**9, severity="track")],
        [cap("C", "share", 10_000, per=("source",))],
        [cap("C", "award", 10**9)],
        [cap("C", "recipients", 8)],
        [cap("C", "end", 20230331)],
        [cap("C", "award", 1), cap("D", "amount", 10**9, severity="warn")],
    ],
)
def test_a_fund_without_a_cap_that_stops_its_total_gives_nothing(caps: list[CapSet]):
    assert said(*caps) == [REFUSAL]


@pytest.mark.parametrize(
    "caps",
    [
        [cap("C", "amount", 10**9)],
        [cap("C", "amount", 1)],
        [cap("C", "share", 5_000)],
        [cap("C", "recipients", 8), cap("D", "amount", 10**9)],
    ],
)
def test_a_cap_on_all_its_money_that_stops_is_enough(caps: list[CapSet]):
    assert said(*caps) == []


def test_authority_and_limits_need_no_cap():
    books = Books()
    for entry in (Funding(fund="ALPHA", amount_pence=Pence(1)), cap("C", "amount", 1)):
        assert list(capped_fund(books.case(entry))) == []
