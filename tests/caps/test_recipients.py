"""Caps on how many recipients hold money, each counted once however often they are given some."""

import pytest

from tests.books import Books, capped, stopping
from tests.builders import allocation, cap
from vru_ledger.caps import recipients
from vru_ledger.domain.entries import Allocation
from vru_ledger.domain.money import Pence
from vru_ledger.position import Balance, Key

TOTAL = cap("TOTAL", "amount", 10_000)
COUNT = cap("COUNT", "recipients", 2)
MEMBER = Key("member", "ALPHA", "COUNT", "|ONE")


def to(recipient: str, award: int, **more: object) -> Allocation:
    told = {"recipient": recipient, "award": f"ALPHA-{award:04}", "amount_pence": Pence(10)}
    return allocation(**{**told, **more})


def test_a_recipient_is_counted_when_their_holding_leaves_zero():
    new = allocation(amount_pence=Pence(10))
    assert recipients.keys(COUNT, new) == (capped("COUNT"), MEMBER)
    assert recipients.adds(COUNT, new, {MEMBER: Balance(0)}) == {capped("COUNT"): 1, MEMBER: 10}
    assert recipients.adds(COUNT, new, {MEMBER: Balance(5)}) == {capped("COUNT"): 0, MEMBER: 10}


def test_the_ninth_consortium_is_refused_and_the_eight_can_be_given_more():
    books = Books([TOTAL, cap("COUNT", "recipients", 8)])
    for at in range(1, 9):
        assert books.put(to(f"NET-{at}", at)) == []
    assert stopping(books.put(to("NET-9", 9))) == ["COUNT: 1 recipient over its limit of 8"]
    assert books.put(to("NET-1", 10)) == []
    assert books.balance(capped("COUNT")).held == 8


def test_two_kinds_are_two_counts():
    books = Books(
        [
            TOTAL,
            cap("AE", "recipients", 8, only="a-and-e"),
            cap("MTC", "recipients", 4, only="major-trauma-centre"),
        ]
    )
    for kind, most in (("a-and-e", 8), ("major-trauma-centre", 4)):
        for at in range(1, most + 1):
            assert books.put(to(f"{kind}-{at}", at, recipient_kind=kind)) == []
        over = to(f"{kind}-more", 99, recipient_kind=kind)
        assert len(stopping(books.put(over))) == 1
    assert books.balance(capped("AE")).held == 8
    assert books.balance(capped("MTC")).held == 4


def test_a_recipient_in_two_buckets_is_counted_in_each():
    books = Books([TOTAL, cap("COUNT", "recipients", 1, per=("area",))])
    assert books.put(to("ONE", 1)) == []
    assert books.put(to("ONE", 2, area="E2")) == []
    assert stopping(books.put(to("TWO", 3, area="E2"))) == [
        "COUNT: 1 recipient over its limit of 1 for E2"
    ]
    assert books.balance(capped("COUNT", "E1")).held == 1
    assert books.balance(capped("COUNT", "E2")).held == 1


def test_a_tolerance_is_so_many_recipients_more():
    books = Books([TOTAL, COUNT.replace(tolerance=1)])
    assert books.put(to("ONE", 1)) == []
    assert books.put(to("TWO", 2)) == []
    [warned] = books.put(to("SITE", 3))
    assert (warned.severity, warned.sentence) == (
        "warn",
        "COUNT: 1 recipient over its limit of 2, within its tolerance",
    )
    assert stopping(books.put(to("WARD", 4))) == [
        "COUNT: 1 recipient over its limit of 2 and tolerance of 1"
    ]


@pytest.mark.parametrize(("text", "limit"), [("8", 8), (" 12 ", 12), ("999999999", 999_999_999)])
def test_a_limit_is_a_whole_number(text: str, limit: int):
    assert recipients.read(text) == limit
    assert recipients.show(limit) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "8.0", "1e1", "08", "+8", "eight", "\uff18", "1_0", "9" * 5_000, "8\n"]
)
def test_what_is_no_whole_number_above_zero_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a whole number above zero, like 8") as caught:
        recipients.read(text)
    assert len(str(caught.value)) < 120
