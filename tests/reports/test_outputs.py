"""Outputs have a cost only where the money and the count are of one thing."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import funded, ledger_of, registered
from tests.reports.asking import ask
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.money import LARGEST_PENCE, Pence
from vru_ledger.domain.register import Output, Programme
from vru_ledger.errors import BadInput
from vru_ledger.reports.outputs import cost_for_each
from vru_ledger.store.database import Database


def output(code: str, value: int, **more: Any) -> Output:
    told: dict[str, Any] = {"subject": code, "output": "people", "kind": "actual", **more}
    return Output(code=code, value=value, **told)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = ledger_of(
        *funded("CBT", 1_000_000_000),
        *funded("DIVERT", 90_000_000),
        Funding(fund="CBT", amount_pence=Pence(250_000), dated=date(2023, 1, 1)),
        registered(
            output("CBT-CHILDREN", 2500, subject="Cbt Fund", fund="CBT", kind="target"),
            output("DIVERT-PEOPLE", 1169, subject="DIVERT", approximate=True),
            output("VRU", 80_000, period="2020"),
            Programme(code="PROG", name="A programme"),
        ),
    )
    yield made
    made.close()


def test_cost_is_the_funds_whole_authority_divided_where_it_may_be(database: Database):
    _, rows = ask(database, "outputs")
    assert [(row.output, row.cost) for row in rows] == [
        ("CBT-CHILDREN", 400_100),
        ("DIVERT-PEOPLE", None),
        ("VRU", None),
    ]
    [then] = ask(database, "outputs", fund="CBT", as_of=date(2022, 12, 31))[1]
    assert then.cost == 400_000


def test_a_fund_has_the_outputs_that_are_about_it(database: Database):
    assert [row.output for row in ask(database, "outputs", fund="CBT")[1]] == ["CBT-CHILDREN"]
    assert [row.output for row in ask(database, "outputs", fund="DIVERT")[1]] == ["DIVERT-PEOPLE"]


def test_what_nobody_published_is_not_made_up(database: Database):
    rows = ask(database, "outputs")[1]
    assert [row.period for row in rows] == [None, None, "2020"]
    assert [row.approximate for row in rows] == [False, True, False]


def test_programmes_without_an_amount_stand_apart(database: Database):
    answer, _ = ask(database, "outputs")
    assert [row.amount for row in answer.apart[0].rows] == [None]
    assert ask(database, "outputs", fund="CBT")[0].apart == []
    assert answer.total is None


def test_a_filter_that_outputs_know_nothing_of_is_refused(database: Database):
    with pytest.raises(BadInput, match="cannot be narrowed by recipient") as refusal:
        ask(database, "outputs", recipient="ONE")
    assert refusal.value.hint == "it takes --fund"


@given(st.integers(1, LARGEST_PENCE), st.integers(1, 10**9))
def test_a_cost_is_rounded_half_up_to_the_penny(pence: int, value: int):
    cost = cost_for_each(pence, value)
    assert cost is not None
    assert (2 * cost - 1) * value <= 2 * pence < (2 * cost + 1) * value


def test_nothing_is_divided_by_nothing():
    assert cost_for_each(100, 0) is None
    assert cost_for_each(0, 100) is None
    assert cost_for_each(5, 2) == 3
