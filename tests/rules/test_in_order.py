"""An award holds on no day less than nothing: steps out of order, by day, are refused."""

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import stopping
from tests.builders import findings, with_everything
from tests.rules.test_legal_step import case, step
from vru_ledger import Ledger
from vru_ledger.domain.award_states import Happened, life_of
from vru_ledger.domain.stages import HELD
from vru_ledger.errors import EntryRefused
from vru_ledger.rules.in_order import in_order

MOVES = {
    "allocate": ("unallocated", "committed"),
    "claim": ("committed", "payable"),
    "reject-claim": ("payable", "committed"),
    "pay": ("payable", "disbursed"),
    "advance": ("committed", "disbursed"),
    "suspend": ("", ""),
    "profile": ("", ""),
}


def happened(*told: tuple[str, int, int]) -> list[Happened]:
    """Return entries of a kind, pence and day of May 2021, numbered as they come."""
    return [
        Happened(number, kind, "Ada", MOVES[kind][1], None, MOVES[kind][0], pence, may(day))
        for number, (kind, pence, day) in enumerate(told, 1)
    ]


def may(day: int) -> str:
    return date(2021, 5, day).isoformat()


def said(kind: str, pence: int, day: int, entries: list[Happened], **more: Any) -> list[str]:
    new = step(kind, pence, dated=date(2021, 5, day), **more)
    return stopping(in_order(case(new, life_of(held(entries), entries))))


def held(entries: list[Happened], by: str = "9999") -> dict[str, int]:
    stages = dict.fromkeys(HELD, 0)
    for one in entries:
        if (one.dated or "") <= by:
            for stage, pence in ((one.from_stage, -one.amount_pence), (one.to_stage, 0)):
                if stage in stages:
                    stages[stage] += pence
            if one.to_stage in stages:
                stages[one.to_stage] += one.amount_pence
    return stages


def test_nothing_is_claimed_on_a_day_before_the_award_was_made():
    made = happened(("allocate", 100, 10))
    [sentence] = said("claim", 50, 9, made)
    award = step("claim").award
    assert sentence == (
        f"before 2021-05-10 {award} had £0.00 committed, so £0.50 cannot have left it on 2021-05-09"
    )
    assert said("claim", 50, 10, made) == []


def test_what_was_not_yet_claimed_on_a_day_is_not_paid_on_it():
    entries = happened(("allocate", 100, 1), ("claim", 40, 5), ("claim", 60, 20))
    assert said("pay", 40, 5, entries) == []
    [sentence] = said("pay", 41, 5, entries)
    assert "before 2021-05-20 " in sentence
    assert "£0.40 payable" in sentence


def test_money_that_left_later_was_there_before():
    entries = happened(("allocate", 100, 1), ("claim", 100, 20), ("reject-claim", 100, 25))
    assert said("claim", 100, 3, entries) != []
    assert said("claim", 100, 25, entries) == []


def test_nothing_is_suspended_before_it_was_made_or_resumed_before_it_was_suspended():
    entries = happened(("allocate", 100, 10), ("suspend", 0, 20))
    award = step("suspend").award
    assert said("suspend", 0, 9, entries) == [
        f"{award} has entry 1 (allocate) of 2021-05-10, so suspend cannot be dated 2021-05-09"
    ]
    assert said("suspend", 0, 10, entries) == []
    assert said("resume", 0, 19, entries) == [
        f"{award} has entry 2 (suspend) of 2021-05-20, so resume cannot be dated 2021-05-19"
    ]
    assert said("resume", 0, 20, entries) == []


def test_an_award_is_not_closed_on_a_day_before_its_last_step():
    entries = happened(("allocate", 100, 1), ("claim", 40, 5), ("pay", 40, 20), ("suspend", 0, 8))
    award = step("close").award
    assert said("close", 60, 19, entries) == [
        f"{award} has entry 3 (pay) of 2021-05-20, so close cannot be dated 2021-05-19"
    ]
    assert said("close", 60, 20, entries) == []


def test_a_plan_may_reach_beyond_the_day_on_which_its_award_is_closed():
    entries = happened(("allocate", 100, 1), ("profile", 0, 20))
    assert said("close", 100, 2, entries) == []


def test_what_was_undone_is_in_no_ones_way():
    entries = happened(("allocate", 100, 1), ("claim", 40, 20))
    undone = entries[1]._replace(
        number=3, kind="reverse", reverses=2, from_stage="payable", to_stage="committed"
    )
    assert said("close", 100, 2, entries) != []
    assert said("close", 60, 2, [*entries, undone]) == []


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("claim", "reject-claim", "pay", "advance")),
            st.integers(1, 60),
            st.integers(1, 28),
        ),
        max_size=8,
    )
)
def test_whatever_passes_leaves_no_stage_below_nothing_on_any_day(
    steps: list[tuple[str, int, int]],
):
    entries = happened(("allocate", 100, 5))
    for kind, pence, day in steps:
        if held(entries)[MOVES[kind][0]] < pence:
            continue  # the floors of the balances refuse it
        [then] = happened((kind, pence, day))
        with_it = [*entries, then._replace(number=len(entries) + 1)]
        sound = all(min(held(with_it, may(one)).values()) >= 0 for one in range(1, 29))
        assert (said(kind, pence, day, entries) == []) is sound
        if sound:
            entries = with_it


def test_nothing_is_undone_before_its_own_day():
    entries = happened(("allocate", 100, 1), ("claim", 40, 5), ("reject-claim", 40, 20))
    back: dict[str, Any] = {"from_stage": "committed", "to_stage": "payable", "reverses": 3}
    [sentence] = said("reverse", 40, 19, entries, **back)
    assert sentence == "entry 3 is of 2021-05-20, so it cannot be undone on 2021-05-19"
    assert said("reverse", 40, 20, entries, **back) == []


def test_a_closing_that_is_undone_frees_nothing_twice_on_the_days_between():
    database = with_everything()
    ada = Ledger(database, "Ada", "")
    closed = ada.close_award("ALPHA-0002", on=date(2022, 6, 30), reason="Over")
    with pytest.raises(EntryRefused, match="cannot be undone on 2022-06-29"):
        ada.reverse(closed.recorded.number, on=date(2022, 6, 29), reason="Not over")
    ada.reverse(closed.recorded.number, on=date(2022, 6, 30), reason="Not over")
    assert findings(database) == []
    again = ada.close_award("ALPHA-0002", on=date(2022, 7, 31), reason="Over")
    with patch("vru_ledger.rules.in_order._undone_later", return_value=None):
        ada.reverse(again.recorded.number, on=date(2022, 7, 30), reason="As programs once did")
    [found] = findings(database)
    assert found.startswith("rule-broken ")
    assert found.endswith("is of 2022-07-31, so it cannot be undone on 2022-07-30")
    database.close()
