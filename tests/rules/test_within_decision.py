"""What goes over a decision is recorded, and said aloud."""

import pytest

from tests.books import Books
from tests.builders import POUND, allocation, cap
from vru_ledger.domain.authority import Virement
from vru_ledger.domain.entries import AwardEntry, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.steps import Amendment, Approval, Claim, Reversal
from vru_ledger.domain.under_decision import Decided, Done, done_by
from vru_ledger.rules import judge, stops
from vru_ledger.rules.case import Breach
from vru_ledger.rules.within_decision import within_decision

TOTAL = cap("TOTAL", "amount", 10**9)
NEW = allocation(decision="PCD 1")
"""£100 promised."""


def said(entry: AwardEntry | Virement | Funding, before: Done, amount: int = 500) -> list[Breach]:
    case = Books([TOTAL]).case(NEW).replace(decided=Decided("PCD 1", amount * POUND, before))
    return list(within_decision(case.replace(entry=entry)))


def test_up_to_its_amount_nothing_is_said_and_a_penny_over_it_is():
    assert said(NEW, Done(400 * POUND)) == []
    assert said(NEW, Done(400 * POUND + 1)) == [
        Breach(
            "within-decision",
            "warn",
            "PCD 1: £500.01 promised under it, £0.01 over the £500.00 that it decides; "
            "that is no reason to refuse it",
        )
    ]


def test_it_stops_nothing():
    case = Books([TOTAL]).case(NEW).replace(decided=Decided("PCD 1", 1, Done()))
    breaches = judge(case)
    assert [breach.rule for breach in breaches] == ["within-decision"]
    assert not stops(breaches)


def test_a_decision_that_names_no_amount_is_never_passed():
    assert judge(Books([TOTAL]).case(NEW)) == []


def test_authority_is_counted_beside_what_is_promised():
    moved = Virement(fund="ALPHA", to_fund="BETA", amount_pence=Pence(100 * POUND))
    assert said(moved, Done(promised=999 * POUND)) == []
    [breach] = said(moved, Done(authority=401 * POUND))
    assert breach.sentence.startswith("PCD 1: £501.00 of authority moved under it, £1.00 over")


FIELDS = {name: getattr(NEW, name) for name in AwardEntry.FIELDS}


@pytest.mark.parametrize(
    "entry",
    [
        Amendment(**FIELDS, from_stage="committed", to_stage="unallocated"),
        Claim(**FIELDS),
        Reversal(**FIELDS, reverses=3, from_stage="unallocated", to_stage="committed"),
    ],
    ids=lambda entry: entry.KIND,
)
def test_what_promises_nothing_more_is_not_warned_of(entry: AwardEntry):
    assert said(entry, Done(900 * POUND)) == []


def test_an_approval_promises_and_an_amendment_adds_or_takes():
    pence = 7
    assert done_by("allocate", "unallocated", "committed", pence) == Done(7, 0)
    assert done_by("propose", "unallocated", "proposed", pence) == Done()
    assert done_by(Approval.KIND, "proposed", "committed", pence) == Done(7, 0)
    assert done_by("amend", "unallocated", "committed", pence) == Done(7, 0)
    assert done_by("amend", "committed", "unallocated", pence) == Done(-7, 0)
    assert done_by("fund", "", "received", pence) == Done(0, 7)
    assert done_by("propose-authority", "", "", pence) == Done()
