"""Which steps an award's state allows, what has to be undone first, and who may approve."""

from typing import Any

import pytest

from tests.books import Books, stopping
from tests.builders import ACTOR, allocation
from tests.domain.test_award_states import life
from vru_ledger.domain.award_states import LEGAL, Life
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import Pence
from vru_ledger.domain.steps import STEPS
from vru_ledger.rules.case import Case
from vru_ledger.rules.legal_step import legal_step
from vru_ledger.rules.second_person import second_person

BOOKS = Books()
HELD = {
    "proposed": {"proposed": 10},
    "committed": {"committed": 10},
    "active": {"committed": 10, "disbursed": 10},
    "suspended": {"committed": 10},
    "complete": {"disbursed": 10},
    "closed": {"disbursed": 10},
}


def step(kind: str, pence: int = 5, **more: Any) -> AwardEntry:
    made = allocation()
    names = ("fund", "recipient", "award", "recipient_kind", "area", "bcu", "source", "fy")
    told = {name: getattr(made, name) for name in names}
    if kind == "amend":
        told |= {"from_stage": "committed", "to_stage": "unallocated"}
    entry: AwardEntry = STEPS[kind](amount_pence=Pence(pence), **{**told, **more})
    return entry


def case(entry: AwardEntry, of: Life, actor: str = ACTOR) -> Case:
    return BOOKS.case(entry).replace(life=of, actor=actor)


def said(entry: AwardEntry, of: Life) -> list[str]:
    return stopping(legal_step(case(entry, of)))


TYPED = {"advance": "pay --advance", "reject-claim": "claim --reject"}

STANDING = life({}, "allocate").standing


@pytest.mark.parametrize("state", LEGAL)
def test_each_state_allows_its_own_steps_and_refuses_all_others_by_name(state: str):
    of = Life(state=state, held=HELD.get(state, {}), standing=STANDING)
    for kind in STEPS:
        if kind == "reverse":
            continue
        sentences = said(step(kind), of)
        if kind in LEGAL[state]:
            assert sentences == [], kind
            continue
        [sentence] = sentences
        assert sentence.startswith(f"ALPHA-0001 is {state} (")
        assert f"so {TYPED.get(kind, kind)} is not possible" in sentence
        may = [TYPED.get(one, one) for one in of.possible()]
        told = f"what may follow is {', '.join(may)}" if may else "nothing may follow"
        assert sentence.endswith(told)


@pytest.mark.parametrize("stage", ["proposed", "payable", "recoverable"])
def test_nothing_is_closed_while_somebody_waits(stage: str):
    of = Life(state="active", held={"committed": 10, stage: 5}, standing=STANDING)
    assert said(step("close"), of) == [f"ALPHA-0001 has £0.05 {stage}, so it cannot be closed yet"]


def test_closing_what_has_nothing_left_is_right_and_claiming_it_is_not():
    of = Life(state="complete", held={"disbursed": 5}, standing=STANDING)
    assert said(step("close", 0), of) == []
    of = Life(state="active", held={"disbursed": 5, "payable": 1}, standing=STANDING)
    assert said(step("claim", 0), of) == [
        "ALPHA-0001 has nothing committed, so claim is not possible"
    ]


def test_what_was_never_approved_grows_only_by_proposal():
    of = life({"proposed": 5}, "propose")
    up: dict[str, Any] = {"from_stage": "unallocated", "to_stage": "committed"}
    assert said(step("amend", **up), of) == [
        "ALPHA-0001 was not approved, so what is added to it is proposed as well"
    ]
    assert said(step("amend", **{**up, "to_stage": "proposed"}), of) == []
    assert said(step("amend", **up), life({"committed": 5}, "propose", "approve")) == []


def test_the_entry_that_made_an_award_is_undone_after_all_others():
    of = life({}, "allocate", "amend", "amend", "claim", "reverse 4", "suspend", "pay", "clawback")
    assert said(step("reverse", reverses=1, was="allocate"), of) == [
        "it made ALPHA-0001, so what followed is undone first: entry 8 (clawback), entry 7 (pay), "
        "entry 6 (suspend), entry 3 (amend), 1 more"
    ]
    assert said(step("reverse", reverses=2, was="amend"), of) == []
    assert said(step("reverse", reverses=1, was="allocate"), life({}, "allocate")) == []


def test_what_came_before_a_closing_is_undone_after_it():
    of = life({}, "allocate", "claim", "close", "clawback")
    assert said(step("reverse", reverses=2, was="claim"), of) == [
        "ALPHA-0001 was closed since, by entry 3, which is undone first"
    ]
    assert said(step("reverse", reverses=3, was="close"), of) == []
    assert said(step("reverse", reverses=4, was="clawback"), of) == []


def test_nobody_approves_what_they_proposed():
    of = life({"proposed": 5}, "propose Ada", "amend+ Bob")
    for actor, refused in (("Ada", True), ("Bob", True), ("Cy", False)):
        sentences = stopping(second_person(case(step("approve"), of, actor)))
        assert bool(sentences) == refused
        if refused:
            assert sentences == [f"{actor} proposed it, and whoever approves must be somebody else"]


@pytest.mark.parametrize("kind", ["reject", "withdraw", "amend"])
def test_who_proposed_may_do_anything_else_with_it(kind: str):
    of = life({"proposed": 5}, "propose Ada")
    assert stopping(second_person(case(step(kind), of, "Ada"))) == []
