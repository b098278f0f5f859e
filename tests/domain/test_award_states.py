"""The states of an award, one by one, and what may follow in each."""

import pytest

from vru_ledger.domain.award_states import LEGAL, MEANINGS, Happened, Life, life_of
from vru_ledger.domain.steps import STEPS

TO = {
    "allocate": "committed",
    "propose": "proposed",
    "approve": "committed",
    "claim": "payable",
    "pay": "disbursed",
}


def life(held: dict[str, int], *told: str) -> Life:
    """Tell a life: 'propose Ada', 'reverse 2 Bob', in the order of the entries."""
    happened: list[Happened] = []
    for number, one in enumerate(told, 1):
        kind, *rest = one.split()
        reverses = int(rest.pop(0)) if kind == "reverse" else None
        undone = happened[reverses - 1].kind if reverses else ""
        to = {"approve": "proposed", "reject": "proposed"}.get(undone, TO.get(kind, ""))
        if kind == "amend+":
            kind, to = "amend", "proposed"
        happened.append(Happened(number, kind, rest[0] if rest else "Ada", to, reverses))
    return life_of(held, happened)


@pytest.mark.parametrize(
    ("state", "held", "told"),
    [
        ("proposed", {"proposed": 5}, ["propose"]),
        ("committed", {"committed": 5}, ["allocate"]),
        ("committed", {"committed": 5}, ["propose", "approve"]),
        ("committed", {"committed": 5, "proposed": 2}, ["allocate", "amend+"]),
        ("active", {"committed": 4, "payable": 1}, ["allocate", "claim"]),
        ("active", {"payable": 5}, ["allocate", "claim"]),
        ("active", {"committed": 4, "disbursed": 1}, ["allocate", "advance"]),
        ("active", {"committed": 4, "recoverable": 1}, ["allocate", "advance", "clawback"]),
        ("suspended", {"committed": 5}, ["allocate", "suspend"]),
        ("committed", {"committed": 5}, ["allocate", "suspend", "resume"]),
        ("suspended", {"committed": 5}, ["allocate", "suspend", "resume", "suspend"]),
        ("committed", {"committed": 5}, ["allocate", "suspend", "reverse 2"]),
        ("suspended", {"committed": 5}, ["allocate", "suspend", "resume", "reverse 3"]),
        ("complete", {"disbursed": 5}, ["allocate", "claim", "pay"]),
        ("complete", {"disbursed": 4, "recoverable": 1}, ["allocate", "claim", "pay", "clawback"]),
        ("closed", {"disbursed": 5}, ["allocate", "claim", "pay", "close"]),
        ("closed", {}, ["allocate", "close"]),
        ("closed", {"committed": 5}, ["allocate", "suspend", "close"]),
        ("committed", {"committed": 5}, ["allocate", "close", "reverse 2"]),
        ("empty", {}, ["allocate", "amend"]),
        ("empty", {}, ["propose", "approve", "amend"]),
        ("empty", {}, ["propose", "amend"]),
        ("empty", {}, ["allocate", "amend", "amend+", "reject"]),
        ("empty", {}, ["propose", "approve", "amend+", "withdraw", "amend"]),
        ("rejected", {}, ["propose", "reject"]),
        ("withdrawn", {}, ["propose", "withdraw"]),
        ("withdrawn", {}, ["propose", "reject", "reverse 2", "withdraw"]),
        ("proposed", {"proposed": 5}, ["propose", "reject", "reverse 2"]),
        ("reversed", {}, ["allocate", "reverse 1"]),
        ("reversed", {}, ["propose", "approve", "reverse 2", "reverse 1"]),
    ],
)
def test_what_an_award_holds_and_what_happened_to_it_say_its_state(
    state: str, held: dict[str, int], told: list[str]
):
    assert life(held, *told).state == state


def test_every_state_has_a_meaning_and_every_step_it_allows_is_one():
    assert LEGAL.keys() == MEANINGS.keys()
    assert {step for steps in LEGAL.values() for step in steps} == STEPS.keys() - {"reverse"}


def test_nothing_follows_where_an_award_is_over():
    for state in ("rejected", "withdrawn", "reversed"):
        assert LEGAL[state] == ()


def test_a_proposed_amendment_may_be_decided_in_any_state():
    for told in (["allocate", "amend+"], ["allocate", "suspend", "amend+"]):
        of = life({"committed": 1, "proposed": 1}, *told)
        assert {"approve", "reject", "withdraw"} <= {*of.legal()}
    assert "approve" not in life({"committed": 1}, "allocate").legal()


@pytest.mark.parametrize(
    ("possible", "held", "told"),
    [
        ("amend claim advance suspend close", {"committed": 5}, ["allocate"]),
        ("amend claim reject-claim pay advance suspend", {"committed": 4, "payable": 1}, ["claim"]),
        ("amend clawback close", {"disbursed": 5}, ["claim", "pay"]),
        ("amend clawback recover write-off", {"disbursed": 4, "recoverable": 1}, ["pay"]),
        ("resume amend clawback close", {"committed": 1, "disbursed": 4}, ["suspend"]),
        ("clawback", {"disbursed": 5}, ["close"]),
    ],
)
def test_of_what_may_follow_only_that_is_told_which_has_something_to_move(
    possible: str, held: dict[str, int], told: list[str]
):
    assert " ".join(life(held, "allocate", *told).possible()) == possible


@pytest.mark.parametrize(
    ("proposers", "told"),
    [
        (("Ada",), ["propose Ada"]),
        (("Ada", "Bob"), ["propose Ada", "amend+ Bob"]),
        ((), ["propose Ada", "approve Bob"]),
        (("Cy",), ["propose Ada", "approve Bob", "amend+ Cy"]),
        ((), ["propose Ada", "approve Bob", "amend+ Cy", "reject Bob"]),
        # Who puts an approved award back among the proposals may not approve it either.
        (("Ada", "Cy"), ["propose Ada", "approve Bob", "reverse 2 Cy"]),
        (("Ada", "Cy"), ["propose Ada", "reject Bob", "reverse 2 Cy"]),
    ],
)
def test_proposers_are_all_who_asked_since_the_last_decision_that_stands(
    proposers: tuple[str, ...], told: list[str]
):
    assert life({"proposed": 1}, *told).proposers == proposers


def test_an_award_is_promised_once_it_was_allocated_or_approved():
    assert life({}, "allocate", "amend").is_promised()
    assert life({}, "propose", "approve", "amend").is_promised()
    assert not life({"proposed": 1}, "propose").is_promised()
    assert not life({}, "propose", "amend").is_promised()
    assert not life({"proposed": 1}, "propose", "approve", "reverse 2").is_promised()


def test_only_what_was_not_undone_stands():
    standing = life({}, "allocate", "claim", "reverse 2", "suspend").standing
    assert [one.number for one in standing] == [1, 4]
