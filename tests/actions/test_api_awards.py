"""An award's whole life from Python: the same steps, refusals and previews as on the terminal."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import POUND
from vru_ledger import Ledger, open_ledger
from vru_ledger.actions.award import StepRequest
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment
from vru_ledger.errors import (
    AlreadyThere,
    AuthorityMissing,
    BadInput,
    EntryRefused,
    KeyConflict,
    NotFound,
)

DAY = date(2021, 4, 1)
AWARD = "MYENDS-0001"


@pytest.fixture
def ada(ledger: Path) -> Iterator[Ledger]:
    with open_ledger(ledger, actor="Ada Analyst") as opened:
        yield opened


@pytest.fixture
def bob(ledger: Path) -> Iterator[Ledger]:
    with open_ledger(ledger, actor="Bob Board") as opened:
        yield opened


def pounds(ada: Ledger) -> dict[str, int]:
    return {stage: pence // POUND for stage, pence in ada.award(AWARD).life.held.items()}


def test_an_award_lives_from_proposal_to_closing(ada: Ledger, bob: Ledger):
    ada.allocate("MYENDS", "Hackney", 750_000 * POUND, on=DAY, propose=True)
    assert ada.award("myends-0001").life.state == "proposed"
    with pytest.raises(AuthorityMissing):
        ada.approve(AWARD)
    assert bob.approve(AWARD, on=DAY, decision="PCD 1644").life.state == "committed"
    ada.claim(AWARD, 100_000 * POUND, ref="Claim 1")
    ada.reject_claim(AWARD, 6_250 * POUND, reason="No receipts")
    ada.pay(AWARD, None, ref="BACS 1")
    ada.pay(AWARD, 10_000 * POUND, advance=True)
    assert pounds(ada) == {"committed": 646_250, "disbursed": 103_750}
    ada.amend(AWARD, -46_250 * POUND, reason="Less of it")
    ada.amend(AWARD, 1_000 * POUND, reason="More of it", propose=True)
    bob.reject(AWARD, reason="Not this year")
    ada.amend(AWARD, 2_000 * POUND, reason="More of it", propose=True)
    ada.withdraw(AWARD, reason="It is enough")
    ada.suspend(AWARD, reason="Accounts are late")
    with pytest.raises(EntryRefused, match="is suspended"):
        ada.claim(AWARD, 1)
    ada.resume(AWARD)
    ada.clawback(AWARD, 5_000 * POUND, reason="Not spent")
    ada.recover(AWARD, 4_000 * POUND)
    ada.write_off(AWARD, None, reason="Dissolved", decision="DD2738")
    closed = ada.close_award(AWARD)
    assert (closed.life.state, closed.entry.amount_pence) == ("closed", 600_000 * POUND)
    assert pounds(ada) == {"disbursed": 99_750}
    assert ada.check().findings == []


def test_entries_are_undone_once_and_the_newest_by_name(ada: Ledger):
    made = ada.allocate("MYENDS", "Hackney", 100, on=DAY).recorded.number
    claimed = ada.claim(AWARD, 40).recorded.number
    assert ada.reverse(claimed, reason="A slip").recorded.number == claimed + 1
    with pytest.raises(AlreadyThere):
        ada.reverse(claimed, reason="Again")
    assert ada.undo(reason="All of it", key="U").original.number == made
    assert ada.undo(reason="All of it", key="U").already
    assert ada.award(AWARD).life.state == "reversed"
    with pytest.raises(NotFound):
        ada.reverse(10**9, reason="None such")


def test_several_awards_are_decided_together_or_not_at_all(ada: Ledger, bob: Ledger):
    for name in ("Hackney", "Newham"):
        ada.allocate("MYENDS", name, 100, on=DAY, propose=True)
    ada.allocate("MYENDS", "Brent", 100, on=DAY)
    requests = [StepRequest(kind="approve", award=f"MYENDS-000{at}", dated=DAY) for at in (1, 2, 3)]
    with pytest.raises(EntryRefused, match="MYENDS-0003"):
        bob.steps(requests)
    assert ada.award(AWARD).life.state == "proposed"
    assert len(bob.steps(requests[:2])) == 2


def test_plans_milestones_and_restatements_have_calls_too(ada: Ledger):
    ada.allocate("MYENDS", "Hackney", 900, on=DAY, profile="3")
    payments = [
        Instalment("2021/22-Q1", Pence(300)),
        Instalment("2021/22-Q2", Pence(600), "survey"),
    ]
    assert ada.profile(AWARD, payments, on=DAY).entry == ada.award(AWARD).life.profile
    with pytest.raises(EntryRefused, match="waits for the milestone 'survey'"):
        ada.claim(AWARD, 301)
    ada.milestone(AWARD, "survey", on=DAY)
    ada.claim(AWARD, 301)
    with pytest.raises(EntryRefused, match="went on since"):
        ada.restate(AWARD, 10, reason="wrong")
    ada.allocate("MYENDS", "Newham", 900, on=DAY)
    assert ada.restate("MYENDS-0002", -10, reason="wrong").made.entry.amount_pence == 890
    assert ada.check().findings == []


CALLS: dict[str, Callable[[Ledger], Any]] = {
    "claim": lambda ledger: ledger.claim(AWARD, 40, preview=True),
    "amend": lambda ledger: ledger.amend(AWARD, -40, reason="less", preview=True),
    "pay": lambda ledger: ledger.pay(AWARD, 40, advance=True, preview=True),
    "suspend": lambda ledger: ledger.suspend(AWARD, reason="late", preview=True),
    "close": lambda ledger: ledger.close_award(AWARD, preview=True),
    "undo": lambda ledger: ledger.undo(reason="slip", preview=True),
    "restate": lambda ledger: ledger.restate(AWARD, 1, reason="wrong", preview=True),
    "profile": lambda ledger: ledger.profile(
        AWARD, [Instalment("2021/22-Q1", Pence(100))], preview=True
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_preview_leaves_the_ledger_as_it_was(ada: Ledger, name: str):
    ada.allocate("MYENDS", "Hackney", 100, on=DAY)
    before = ada.head()
    assert CALLS[name](ada)
    assert ada.head() == before


@pytest.mark.parametrize("amount", [1.5, "1", True, 2.0])
def test_amounts_are_whole_pence(ada: Ledger, amount: Any):
    ada.allocate("MYENDS", "Hackney", 100, on=DAY)
    for call in (
        lambda: ada.claim(AWARD, amount),
        lambda: ada.amend(AWARD, amount, reason="more"),
        lambda: ada.restate(AWARD, amount, reason="more"),
    ):
        with pytest.raises(TypeError, match="whole pence"):
            call()


@pytest.mark.parametrize("amount", [0, -1, 10**18, 2**64])
def test_amounts_are_above_zero_and_not_beyond_all_measure(ada: Ledger, amount: int):
    ada.allocate("MYENDS", "Hackney", 100, on=DAY)
    with pytest.raises(BadInput):
        ada.claim(AWARD, amount)
    with pytest.raises(BadInput):
        ada.amend(AWARD, 0, reason="nothing")


def test_a_key_records_once_and_reasons_are_needed(ada: Ledger):
    ada.allocate("MYENDS", "Hackney", 100, on=DAY)
    first = ada.claim(AWARD, 40, on=DAY, key="C")
    assert ada.claim(AWARD, 40, on=DAY, key="C").recorded == first.recorded
    with pytest.raises(KeyConflict):
        ada.claim(AWARD, 41, on=DAY, key="C")
    with pytest.raises(BadInput, match="reason"):
        ada.amend(AWARD, -1, reason="")
    with pytest.raises(BadInput, match="reason"):
        ada.amend(AWARD, -1, reason="a\x1b[31mb")
