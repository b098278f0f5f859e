"""Where things stand: movements added up by balance, and what is grandfathered only ever falls."""

from collections import defaultdict

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.builders import allocation
from tests.strategies import entries
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.stages import STAGES, Movement
from vru_ledger.position import EMPTY, Balance, Key, after, stage_changes, under

PENCE = st.integers(-(10**13), 10**13)
BALANCES = st.builds(
    Balance,
    held=PENCE,
    floor=st.none() | st.just(0),
    ceiling=st.none() | PENCE,
    grandfathered=st.integers(0, 10**13),
)


def test_a_movement_changes_the_balance_of_its_fund_its_recipient_and_its_award():
    moved = Movement("ALPHA", "committed", 300, "HO", "2021/22", "ALPHA-0001", "ONE", "E1")
    assert stage_changes([moved]) == {
        Key("stage", "ALPHA", "committed", "HO|2021/22|E1"): 300,
        Key("recipient", "ALPHA", "committed", "ONE"): 300,
        Key("award", "ALPHA", "committed", "ALPHA-0001"): 300,
    }


def test_authority_grows_by_what_moves_out_of_it():
    new = Funding(fund="ALPHA", amount_pence=Pence(500), source="HO")
    assert stage_changes(new.movements()) == {
        Key("stage", "ALPHA", "authority", "HO||"): 500,
        Key("stage", "ALPHA", "unallocated", "HO||"): 500,
    }


def test_movements_of_one_balance_add_up():
    moved = [Movement("ALPHA", "unallocated", pence, "HO") for pence in (5, -2, -4)]
    assert stage_changes(moved) == {Key("stage", "ALPHA", "unallocated", "HO||"): -1}
    assert stage_changes([]) == {}


def test_an_allocation_moves_from_what_nobody_has_to_what_somebody_has():
    new = allocation(amount_pence=Pence(300), unassigned_pence=100)
    assert stage_changes(new.movements()) == {
        Key("stage", "ALPHA", "unallocated", "HO||"): -100,
        Key("stage", "ALPHA", "authority", "HO||"): -100,
        Key("stage", "ALPHA", "authority", "HO|2021/22|"): 100,
        Key("stage", "ALPHA", "unallocated", "HO|2021/22|"): -200,
        Key("stage", "ALPHA", "committed", "HO|2021/22|E1"): 300,
        Key("recipient", "ALPHA", "committed", "ONE"): 300,
        Key("award", "ALPHA", "committed", "ALPHA-0001"): 300,
    }


@given(entries())
def test_the_stages_of_a_source_and_year_change_by_as_much_as_their_authority(entry):
    assume("|" not in getattr(entry, "area", ""))  # A code never holds what parts a bucket.
    stages: dict[str, int] = defaultdict(int)
    authority: dict[str, int] = defaultdict(int)
    for (scope, _, name, bucket), change in stage_changes(entry.movements()).items():
        line = bucket.rpartition("|")[0]
        if scope == "stage" and name in STAGES:
            stages[line] += change
        elif scope == "stage":
            authority[line] += change
    assert {line: change for line, change in stages.items() if change} == {
        line: change for line, change in authority.items() if change
    }


def test_a_balance_begins_at_zero_with_a_floor_and_no_ceiling():
    assert Balance(held=0, floor=0, ceiling=None, grandfathered=0) == EMPTY


def test_a_change_is_added_and_the_bounds_stay():
    assert after(Balance(5, 0, 9), 3) == Balance(8, 0, 9)
    assert after(Balance(5, None, None), -7) == Balance(-2, None, None)


def test_what_is_grandfathered_falls_with_what_is_held_and_does_not_rise_again():
    cut = under(Balance(100, None, 200), 60)
    assert cut == Balance(100, None, 60, 40)
    fallen = after(cut, -15)
    assert fallen == Balance(85, None, 60, 25)
    assert after(fallen, 10) == Balance(95, None, 60, 25)
    assert after(fallen, -25) == Balance(60, None, 60, 0)
    assert after(after(fallen, -26), 26) == Balance(85, None, 60, 0)


def test_another_ceiling_grandfathers_what_is_over_it_and_nothing_else():
    assert under(Balance(100, None, 60, 40), 90) == Balance(100, None, 90, 10)
    assert under(Balance(100, None, 60, 40), 100) == Balance(100, None, 100, 0)
    assert under(Balance(100, None, 60, 40), None) == Balance(100, None, None, 0)
    assert under(Balance(0, None, None), 0) == Balance(0, None, 0, 0)


@given(BALANCES, PENCE)
def test_a_change_never_raises_what_is_grandfathered(balance: Balance, change: int):
    changed = after(balance, change)
    assert changed.held == balance.held + change
    assert (changed.floor, changed.ceiling) == (balance.floor, balance.ceiling)
    assert 0 <= changed.grandfathered <= balance.grandfathered
    over = max(0, changed.held - changed.ceiling) if changed.ceiling is not None else 0
    assert changed.grandfathered == min(balance.grandfathered, over)


@given(BALANCES, PENCE, st.lists(PENCE, max_size=20))
def test_after_a_cut_what_is_grandfathered_covers_what_is_over_while_nothing_rises(
    balance: Balance, ceiling: int, changes: list[int]
):
    changed = under(balance, ceiling)
    assert changed.grandfathered == max(0, balance.held - ceiling)
    for change in changes:
        before, changed = changed, after(changed, -abs(change))
        assert changed.grandfathered <= before.grandfathered
        assert changed.held <= ceiling + changed.grandfathered


@given(BALANCES, PENCE, PENCE)
def test_changes_of_balances_without_grandfathered_pence_add_up(balance, one, two):
    plain = balance._replace(grandfathered=0)
    assert after(after(plain, one), two) == after(plain, one + two)


@given(BALANCES, st.none() | PENCE)
def test_the_same_ceiling_twice_is_the_same_as_once(balance: Balance, ceiling: int | None):
    once = under(balance, ceiling)
    assert under(once, ceiling) == once
    assert once.held == balance.held
