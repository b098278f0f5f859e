"""Who a fund may be given to: those it lists, and those of its kinds."""

import pytest

from tests.books import ALPHA, Books
from tests.builders import allocation, cap, registered
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund
from vru_ledger.rules.case import Breach
from vru_ledger.rules.listed_recipient import listed_recipient

TOTAL = cap("TOTAL", "amount", 10**9)


def said(fund: Fund, *, listed: bool, **more: object) -> list[Breach]:
    books = Books([TOTAL], fund=fund, listed=listed)
    return list(listed_recipient(books.case(allocation(**more))))


def test_a_closed_fund_is_refused_to_somebody_it_does_not_list():
    assert said(ALPHA.replace(closed=True), listed=False) == [
        Breach(
            "listed-recipient",
            "stop",
            "Alpha Fund goes only to the recipients it lists, and ONE is not one of them",
        )
    ]


def test_a_closed_fund_goes_to_those_it_lists():
    assert said(ALPHA.replace(closed=True), listed=True) == []


def test_an_open_fund_goes_to_anybody():
    assert said(ALPHA, listed=False) == []
    assert said(ALPHA, listed=True) == []


@pytest.mark.parametrize(
    ("kind", "passes"),
    [("charity", True), ("a-and-e", True), ("borough", False), ("a-and", False), ("", False)],
)
def test_a_fund_for_some_kinds_goes_to_recipients_of_these(kind: str, passes: bool):
    fund = ALPHA.replace(kinds="charity,a-and-e")
    assert (said(fund, listed=False, recipient_kind=kind) == []) == passes


def test_a_refusal_names_the_kinds_that_the_fund_is_for():
    [breach] = said(ALPHA.replace(kinds="charity,a-and-e"), listed=False, recipient_kind="borough")
    assert breach.severity == "stop"
    assert breach.sentence == (
        "Alpha Fund goes to recipients of kind charity or a-and-e, and ONE is of kind borough"
    )


@pytest.mark.parametrize("closed", [True, False])
def test_being_listed_is_no_way_round_the_kinds(closed: bool):
    fund = ALPHA.replace(kinds="a-and-e", closed=closed)
    [breach] = said(fund, listed=True)
    assert breach.sentence == (
        "Alpha Fund goes to recipients of kind a-and-e, and ONE is of kind charity"
    )
    assert said(fund, listed=True, recipient_kind="a-and-e") == []


def test_who_is_closed_out_is_told_so_once_even_if_of_the_wrong_kind():
    fund = ALPHA.replace(closed=True, kinds="a-and-e")
    assert len(said(fund, listed=False)) == 1


@pytest.mark.parametrize(
    "entry", [registered(), Funding(fund="ALPHA", amount_pence=Pence(1)), TOTAL.replace(limit=2)]
)
def test_only_an_allocation_has_a_recipient(entry):
    books = Books([TOTAL], fund=ALPHA.replace(closed=True))
    assert list(listed_recipient(books.case(entry))) == []
