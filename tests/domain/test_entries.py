"""What each kind of entry moves, and that it moves nothing out of the world or into it."""

from collections import Counter

import pytest
from hypothesis import given

from tests.builders import DAY, ONE, allocation, cap, registered
from tests.strategies import entries
from vru_ledger.domain.entries import ENTRIES, Allocation, Entry, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.stages import AUTHORITY, STAGES, Movement


def test_every_kind_is_known_by_its_name():
    assert [kind.KIND for kind in ENTRIES.values()] == list(ENTRIES)


@given(entries())
def test_the_movements_of_any_entry_sum_to_zero_and_move_only_its_own_fund(entry: Entry):
    moved = list(entry.movements())
    assert sum(movement.pence for movement in moved) == 0
    assert {movement.stage for movement in moved} <= {AUTHORITY, *STAGES}
    assert {movement.fund for movement in moved} <= {getattr(entry, "fund", None)}


@given(entries())
def test_the_movements_of_any_entry_are_the_same_each_time_they_are_asked_for(entry: Entry):
    assert list(entry.movements()) == list(entry.movements())


def test_authority_becomes_money_that_nobody_has_been_promised():
    new = Funding(fund="ALPHA", amount_pence=Pence(500), source="HO", fy="2021/22", dated=DAY)
    assert list(new.movements()) == [
        Movement("ALPHA", "authority", -500, "HO", "2021/22"),
        Movement("ALPHA", "unallocated", 500, "HO", "2021/22"),
    ]
    assert new.held() == 0


def test_an_allocation_commits_what_was_unallocated():
    new = allocation(amount_pence=Pence(300))
    assert list(new.movements()) == [
        Movement("ALPHA", "unallocated", -300, "HO", "2021/22"),
        Movement("ALPHA", "committed", 300, "HO", "2021/22", "ALPHA-0001", "ONE", "E1"),
    ]
    assert new.held() == 300


def test_authority_without_a_year_is_taken_over_by_the_year_that_needs_it():
    new = allocation(amount_pence=Pence(300), unassigned_pence=100)
    assert list(new.movements()) == [
        Movement("ALPHA", "unallocated", -100, "HO"),
        Movement("ALPHA", "authority", 100, "HO"),
        Movement("ALPHA", "authority", -100, "HO", "2021/22"),
        Movement("ALPHA", "unallocated", -200, "HO", "2021/22"),
        Movement("ALPHA", "committed", 300, "HO", "2021/22", "ALPHA-0001", "ONE", "E1"),
    ]


def test_an_allocation_all_of_authority_without_a_year_leaves_its_own_year_alone():
    new = allocation(amount_pence=Pence(300), unassigned_pence=300)
    stages = Counter(movement.stage for movement in new.movements())
    assert stages == {"unallocated": 1, "authority": 2, "committed": 1}


@given(entries("allocate"))
def test_an_allocation_leaves_the_authority_of_its_source_as_it_was(entry: Allocation):
    moved = [one for one in entry.movements() if one.stage == AUTHORITY]
    assert sum(one.pence for one in moved) == 0
    assert {one.source for one in moved} <= {entry.source}


@pytest.mark.parametrize("entry", [registered(ONE), cap("ALPHA-FUND", "amount", 5)])
def test_descriptions_and_limits_move_nothing(entry: Entry):
    assert list(entry.movements()) == []
    assert entry.held() == 0
