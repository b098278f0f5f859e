"""Nothing is promised that is not there, of its source and its year."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import Books
from tests.builders import allocation, cap
from vru_ledger.domain.money import Pence
from vru_ledger.position import Balance, Key
from vru_ledger.rules.case import Breach
from vru_ledger.rules.within_authority import within_authority

TOTAL = cap("TOTAL", "amount", 10**15)


def said(money: dict[tuple[str, str], int], pence: int, **more: object) -> list[Breach]:
    books = Books([TOTAL], money=money)
    return list(within_authority(books.case(allocation(amount_pence=Pence(pence), **more))))


def test_the_last_penny_of_the_authority_passes_and_the_next_does_not():
    assert said({("HO", "2021/22"): 500}, 500) == []
    assert said({("HO", "2021/22"): 500}, 501) == [
        Breach(
            "within-authority",
            "stop",
            "ALPHA has £5.00 unallocated from HO for 2021/22; this needs £5.01",
            over=1,
        )
    ]


@pytest.mark.parametrize(
    ("source", "fy", "of"),
    [
        ("", "", ""),
        ("HO", "", " from HO"),
        ("", "2021/22", " for 2021/22"),
        ("HO", "2021/22", " from HO for 2021/22"),
    ],
)
def test_a_refusal_says_what_is_there_of_which_source_and_year(source: str, fy: str, of: str):
    [breach] = said({(source, fy): 300}, 400, source=source, fy=fy)
    assert breach.sentence == f"ALPHA has £3.00 unallocated{of}; this needs £4.00"
    assert breach.over == 100


def test_a_fund_without_authority_has_nothing_to_give():
    [breach] = said({}, 1)
    assert breach.over == 1


def test_one_year_and_one_source_never_take_from_another():
    money = {("HO", "2022/23"): 500, ("CR", "2021/22"): 500}
    [breach] = said(money, 1)
    assert breach.over == 1
    assert said(money, 500, fy="2022/23") == []
    assert said(money, 500, source="CR") == []


def test_a_year_and_what_has_no_year_are_exactly_what_passes_together():
    money = {("HO", "2021/22"): 300, ("HO", ""): 200, ("CR", ""): 900}
    assert said(money, 500) == []
    [breach] = said(money, 501)
    assert breach.over == 1


def test_what_has_no_year_never_takes_from_the_years():
    [breach] = said({("HO", "2021/22"): 300, ("HO", ""): 200}, 201, fy="")
    assert breach.sentence == "ALPHA has £2.00 unallocated from HO; this needs £2.01"


def test_no_stage_of_an_award_falls_below_zero():
    key = Key("award", "ALPHA", "committed", "ALPHA-0001")
    books = Books([TOTAL])
    case = books.case(allocation()).replace(position={key: Balance(70)}, changes={key: -71})
    assert list(within_authority(case)) == [
        Breach(
            "within-authority", "stop", "ALPHA-0001 has £0.70 committed; this needs £0.71", over=1
        )
    ]
    assert list(within_authority(case.replace(changes={key: -70}))) == []


def test_a_balance_that_is_below_zero_already_may_rise():
    key = Key("stage", "ALPHA", "unallocated", "HO|2021/22|")
    case = Books([TOTAL]).case(allocation())
    assert list(within_authority(case.replace(position={key: Balance(-9)}, changes={key: 1}))) == []


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.integers(1, 10**13))
def test_it_is_refused_exactly_when_more_is_asked_for_than_there_is(own, unassigned, pence):
    money = {("HO", "2021/22"): own, ("HO", ""): unassigned}
    assert sum(breach.over for breach in said(money, pence)) == max(0, pence - own - unassigned)
