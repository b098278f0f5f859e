"""What is due of an award's plan: never more than the award can still pay."""

from datetime import date
from typing import Any

from tests.builders import POUND
from vru_ledger.domain.award_states import Happened, Life, life_of
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment, MilestoneMet, Profile
from vru_ledger.reports.profiles import due_by, said
from vru_ledger.store.awards import held_then

TODAY = date(2022, 1, 15)
"""In the last of four quarters with a payment of £100 planned in each."""

Step = tuple[str, str, str, int]
ALLOCATED: Step = ("allocate", "unallocated", "committed", 400)
MET: Step = ("milestone", "", "", 0)


def _life(*steps: Step, waits_from: str = "") -> Life:
    """Tell the life of an award of £400: steps, the stages their pounds left and entered."""
    planned = tuple(
        Instalment(period, Pence(100 * POUND), "Baseline" if period[-2:] == waits_from else "")
        for period in (f"2021/22-Q{quarter}" for quarter in (1, 2, 3, 4))
    )
    of: dict[str, Any] = {"award": "A-0001", "fund": "A", "recipient": "ONE", "recipient_kind": "x"}
    written = {
        "profile": Profile(**of, amount_pence=Pence(0), instalments=planned),
        "milestone": MilestoneMet(**of, amount_pence=Pence(0), milestone="Baseline"),
    }
    first = steps[0] if steps and steps[0][0] == "propose" else ALLOCATED
    told = [first, ("profile", "", "", 0), *(step for step in steps if step is not first)]
    happened = [
        Happened(number, kind, "Ada", to, None, leaves, pounds * POUND)
        for number, (kind, leaves, to, pounds) in enumerate(told, 1)
    ]
    return life_of(held_then(happened), happened, lambda number: written[happened[number - 1].kind])


def _due(life: Life) -> tuple[int, int]:
    found = due_by(life, TODAY)
    return found.due_pence // POUND, found.late_pence // POUND


def _cut(pounds: int) -> Step:
    return "amend", "committed", "unallocated", pounds


def _paid(pounds: int) -> list[Step]:
    return [("claim", "committed", "payable", pounds), ("pay", "payable", "disbursed", pounds)]


def test_what_is_planned_in_periods_that_have_begun_is_due_and_late_after_their_last_day():
    assert _due(_life()) == (400, 300)
    assert _due(_life(*_paid(120))) == (280, 180)


def test_an_award_that_was_cut_owes_no_more_than_it_can_still_pay():
    assert _due(_life(_cut(250))) == (150, 150)
    assert _due(_life(_cut(250), *_paid(120))) == (30, 30)


def test_of_an_award_that_was_paid_in_full_nothing_is_due():
    assert _due(_life(_cut(250), *_paid(150))) == (0, 0)


def test_what_came_back_is_not_due_again():
    back: list[Step] = [
        ("clawback", "disbursed", "recoverable", 50),
        ("recover", "recoverable", "unallocated", 50),
    ]
    assert _due(_life(*_paid(120), *back)) == (280, 180)


def test_nothing_is_due_of_an_award_that_is_closed_or_not_yet_approved():
    assert _due(_life(("close", "committed", "unallocated", 400))) == (0, 0)
    assert _due(_life(("propose", "unallocated", "proposed", 400))) == (0, 0)


def test_what_waits_for_a_milestone_and_what_comes_after_it_is_neither_due_nor_late():
    assert _due(_life(waits_from="Q2")) == (100, 100)
    assert _due(_life(MET, waits_from="Q2")) == (400, 300)
    assert _due(_life(*_paid(100), waits_from="Q2")) == (0, 0)


def test_the_next_payment_is_no_more_than_is_left_and_says_what_it_waits_for():
    early = date(2021, 5, 1)
    assert "next due: £50.00 in 2021/22-Q2" in list(said(_life(_cut(250)), early))
    assert "next due: £100.00 in 2021/22-Q2, if 'Baseline' is met" in list(
        said(_life(waits_from="Q2"), early)
    )
    closed = _life(("close", "committed", "unallocated", 400))
    assert not any(one.startswith("next due") for one in said(closed, early))


def test_only_what_is_owed_and_waits_for_no_milestone_may_be_paid_now():
    owed = ("claim", "committed", "payable", 250)
    assert _life(owed).pays_now_pence() == 250 * POUND
    assert _life(owed, waits_from="Q2").pays_now_pence() == 100 * POUND
    assert _life(*_paid(100), owed, waits_from="Q2").pays_now_pence() == 0
    assert _life(MET, owed, waits_from="Q2").pays_now_pence() == 250 * POUND
