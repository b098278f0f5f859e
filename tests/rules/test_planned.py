"""Plans that add up to their award, and payments that wait for their milestone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import Books, stopping
from tests.rules.test_legal_step import step
from vru_ledger.domain.award_states import Happened, Life
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment, MilestoneMet, Profile
from vru_ledger.rules.case import Breach
from vru_ledger.rules.planned import planned

BOOKS = Books()
FIELDS = {
    name: getattr(step("claim"), name)
    for name in ("fund", "recipient", "award", "recipient_kind", "area", "bcu", "source", "fy")
}


def profile(
    *pence: int, version: int = 1, milestones: tuple[str, ...] = (), **more: Any
) -> Profile:
    names = (*milestones, *[""] * len(pence))
    instalments = tuple(
        Instalment(f"2021/22-P{at:02}", Pence(p), name)
        for at, (p, name) in enumerate(zip(pence, names, strict=False), 1)
    )
    return Profile(
        **FIELDS, amount_pence=Pence(0), **{"instalments": instalments, "version": version, **more}
    )


def promised(pence: int, of: Profile | None = None, **more: Any) -> Life:
    made = Happened(1, "allocate", "Ada", "committed", None, "", pence)
    told = {"held": {"committed": pence}, "standing": (made,), "profile": of, **more}
    return Life(state="committed", versions=1 if of else 0, **told)


def said(new: AwardEntry, life: Life) -> list[Breach]:
    return list(planned(BOOKS.case(new).replace(life=life)))


def test_a_plan_of_all_the_award_is_right_and_a_penny_off_is_not():
    assert said(profile(60, 40), promised(100)) == []
    for payments, how in (((60, 39), "£0.01 too little"), ((60, 41), "£0.01 too much")):
        [sentence] = stopping(said(profile(*payments), promised(100)))
        assert sentence.endswith(f"and ALPHA-0001 to £1.00: {how}")
    assert stopping(said(profile(), promised(100)))


@given(pence=st.lists(st.integers(1, 10**9), min_size=1, max_size=12), off=st.integers(-9, 9))
def test_a_plan_passes_only_if_it_adds_up(pence: list[int], off: int):
    total = sum(pence)
    if total + off > 0:
        assert (said(profile(*pence), promised(total + off)) == []) == (off == 0)


def test_versions_are_counted_and_payments_are_of_something_in_order():
    assert "version 3" in stopping(said(profile(100, version=3), promised(100)))[0]
    late, early = Instalment("2021/22-Q2", Pence(50)), Instalment("2021/22-Q1", Pence(50))
    [sentence] = stopping(said(profile(instalments=(late, early)), promised(100)))
    assert "order" in sentence
    nothing = (Instalment("2021/22-Q1", Pence(0)), Instalment("2021/22-Q2", Pence(100)))
    [sentence] = stopping(said(profile(instalments=nothing), promised(100)))
    assert "of nothing" in sentence


def test_an_amendment_that_is_only_proposed_is_not_planned_yet():
    asked = Happened(2, "amend", "Ada", "proposed", None, "", 50)
    first = Happened(1, "allocate", "Ada", "committed", None, "", 100)
    life = promised(100).replace(held={"committed": 100, "proposed": 50}, standing=(first, asked))
    assert said(profile(100), life) == []
    assert stopping(said(profile(150), life))


def waiting(claimed: int = 0, met: tuple[str, ...] = ()) -> Life:
    happened = [Happened(1, "allocate", "Ada", "committed", None, "", 100)]
    if claimed:
        happened.append(Happened(2, "claim", "Ada", "payable", None, "", claimed))
    of = profile(30, 40, 30, milestones=("", "survey", "report"))
    return promised(100, of, standing=tuple(happened), met=met)


@pytest.mark.parametrize("kind", ["claim", "advance"])
def test_what_waits_for_a_milestone_is_not_claimed_nor_paid_before_need(kind: str):
    assert said(step(kind, 30), waiting()) == []
    [breach] = said(step(kind, 31), waiting())
    assert breach.over == 1
    assert breach.sentence == (
        "ALPHA-0001 waits for the milestone 'survey': £0.30 may be claimed before it is met, and "
        "£0.00 is"
    )
    assert said(step(kind, 1), waiting(30))[0].over == 1
    assert said(step(kind, 40), waiting(30, ("survey",))) == []
    assert "'report'" in said(step(kind, 41), waiting(30, ("survey",)))[0].sentence
    assert said(step(kind, 70), waiting(30, ("survey", "report"))) == []


def test_a_later_milestone_frees_nothing_while_an_earlier_one_is_open():
    assert said(step("claim", 31), waiting(met=("report",)))[0].over == 1


def test_what_was_claimed_before_it_was_planned_is_not_paid_either():
    assert said(step("pay", 31), waiting(50))[0].over == 1
    assert said(step("pay", 30), waiting(50)) == []


def test_a_milestone_is_one_of_the_plan_and_met_once():
    met = MilestoneMet(**FIELDS, amount_pence=Pence(0), milestone="survey")
    assert said(met, waiting()) == []
    assert "met already" in said(met, waiting(met=("survey",)))[0].sentence
    [breach] = said(met.replace(milestone="other"), waiting())
    assert breach.sentence == (
        "ALPHA-0001 has no milestone 'other'; it waits for 'survey', 'report'"
    )
    assert said(met, promised(100))[0].sentence.endswith("it waits for none")


def test_an_award_that_changes_says_that_its_plan_no_longer_adds_up():
    down = step("amend", 10, from_stage="committed", to_stage="unallocated")
    [breach] = said(down, promised(100, profile(100)))
    assert breach.severity == "warn"
    assert "comes to £0.90 and its planned payments to £1.00" in breach.sentence
    assert said(down, promised(100)) == []
    asked = step("amend", 10, from_stage="unallocated", to_stage="proposed")
    assert said(asked, promised(100, profile(100))) == []
    life = promised(100, profile(100)).replace(held={"committed": 100, "proposed": 10})
    life = life.replace(
        standing=(*life.standing, Happened(2, "amend", "Ada", "proposed", None, "", 10))
    )
    [breach] = said(step("approve", 10), life)
    assert "comes to £1.10" in breach.sentence
    assert said(step("reject", 10), life) == []
