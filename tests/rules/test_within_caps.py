"""No cap is passed, a repair is never refused, and it is said by how much."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import Books, capped
from tests.builders import allocation, cap
from vru_ledger.domain.entries import Allocation, CapSet
from vru_ledger.domain.money import Pence
from vru_ledger.position import Balance, Key
from vru_ledger.rules.case import Breach
from vru_ledger.rules.within_caps import within_caps

EACH = cap("EACH", "amount", 1_000, per=("recipient",))
HERE = capped("EACH", "ONE")


def of(pence: int, **more: object) -> Allocation:
    return allocation(amount_pence=Pence(pence), **more)


def said(limit: CapSet, new: Allocation, held: dict[Key, int] | None = None) -> list[Breach]:
    """Judge an allocation where these balances hold so much already."""
    books = Books([limit])
    for key, much in (held or {}).items():
        books.held[key] = books.balance(key)._replace(held=much)
    return list(within_caps(books.case(new)))


def test_one_penny_over_is_refused_and_says_by_how_much():
    assert said(EACH, of(401), {HERE: 600}) == [
        Breach(
            "within-caps", "stop", "EACH: £0.01 over its limit of £10.00 for ONE", "EACH", over=1
        )
    ]


@pytest.mark.parametrize("pence", [1, 399, 400])
def test_up_to_the_limit_passes_in_silence(pence: int):
    assert said(EACH, of(pence), {HERE: 600}) == []


def test_of_a_cap_that_warns_the_same_is_a_warning():
    [breach] = said(EACH.replace(severity="warn"), of(401), {HERE: 600})
    assert (breach.severity, breach.over) == ("warn", 1)
    assert breach.sentence == "EACH: £0.01 over its limit of £10.00 for ONE"


def test_a_cap_that_tracks_says_nothing():
    assert said(EACH.replace(severity="track"), of(10_000), {HERE: 600}) == []


@pytest.mark.parametrize(
    ("pence", "severity", "sentence"),
    [
        (401, "warn", "EACH: £0.01 over its limit of £10.00 for ONE, within its tolerance"),
        (450, "warn", "EACH: £0.50 over its limit of £10.00 for ONE, within its tolerance"),
        (451, "stop", "EACH: £0.01 over its limit of £10.00 and tolerance of £0.50 for ONE"),
    ],
)
def test_within_its_tolerance_a_cap_warns_and_past_it_stops(pence, severity, sentence):
    [breach] = said(EACH.replace(tolerance=50), of(pence), {HERE: 600})
    assert (breach.severity, breach.sentence) == (severity, sentence)


def test_past_its_tolerance_a_cap_that_warns_still_warns():
    [breach] = said(EACH.replace(tolerance=50, severity="warn"), of(451), {HERE: 600})
    assert (breach.severity, breach.over) == ("warn", 1)
    assert breach.sentence == (
        "EACH: £0.01 over its limit of £10.00 and tolerance of £0.50 for ONE"
    )


def test_a_cap_that_is_over_already_lets_nothing_more_pass():
    [breach] = said(EACH, of(1), {HERE: 1_500})
    assert (breach.severity, breach.over) == ("stop", 501)


@pytest.mark.parametrize("change", [-1, -499, -500, -1_500, 0])
def test_a_change_back_towards_the_limit_passes_even_when_it_stays_over(change: int):
    books = Books([EACH])
    books.held[HERE] = Balance(1_500, None, 1_000, 500)
    assert list(within_caps(books.case(of(1), {HERE: change}))) == []


@given(st.integers(), st.integers(0), st.integers(max_value=0))
def test_a_reduction_passes_every_ceiling(held, limit, change):
    books = Books([EACH.replace(limit=limit)])
    books.held[HERE] = Balance(held, None, limit)
    assert list(within_caps(books.case(of(1), {HERE: change}))) == []


@given(st.integers(0, 10**13), st.integers(1, 10**13), st.integers(1, 10**13))
def test_a_breach_is_what_ends_over_the_limit_and_by_exactly_so_much(held, limit, pence):
    breaches = said(EACH.replace(limit=limit), of(pence), {HERE: held})
    over = held + pence - limit
    assert [breach.over for breach in breaches] == ([over] if over > 0 else [])
    assert all(breach.severity == "stop" for breach in breaches)


def test_another_recipient_and_another_kind_are_not_in_the_way():
    assert said(EACH, of(1_000, recipient="TWO"), {HERE: 1_000}) == []
    assert said(EACH.replace(only="a-and-e"), of(5_000), {HERE: 1_000}) == []


def test_a_count_says_how_many_recipients():
    count = cap("COUNT", "recipients", 8)
    [breach] = said(count, of(1), {capped("COUNT"): 8})
    assert breach.sentence == "COUNT: 1 recipient over its limit of 8"
    [breach] = said(count, of(1), {capped("COUNT"): 9})
    assert breach.sentence == "COUNT: 2 recipients over its limit of 8"
    member = Key("member", "ALPHA", "COUNT", "|ONE")
    assert said(count, of(1), {capped("COUNT"): 8, member: 5}) == []


def test_a_last_day_says_both_days():
    ends = cap("ENDS", "end", 20230331)
    [breach] = said(ends, of(1, term_to=date(2023, 4, 30)))
    assert breach.severity == "stop"
    assert breach.sentence == "ENDS: the term would end on 2023-04-30, after 2023-03-31"
    assert said(ends, of(1)) == []


def test_a_share_is_of_the_authority_there_is():
    share = cap("SHARE", "share", 1250, per=("recipient",))
    books = Books([share], money={("HO", "2021/22"): 8_000})
    assert list(within_caps(books.case(of(1_000)))) == []
    [breach] = within_caps(books.case(of(1_001)))
    assert breach.sentence == "SHARE: £0.01 over its limit of £10.00 for ONE"


def test_every_cap_that_would_be_passed_speaks_in_the_order_of_the_caps():
    limits = [cap("A", "award", 5), cap("B", "amount", 7), cap("C", "amount", 9)]
    breaches = list(within_caps(Books(limits).case(of(8))))
    assert [(breach.cap, breach.over) for breach in breaches] == [("A", 3), ("B", 1)]


def test_only_an_allocation_is_measured():
    assert list(within_caps(Books([EACH]).case(EACH))) == []
