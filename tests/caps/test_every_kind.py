"""What holds for every kind of cap at once, per anything, of anybody, in any order."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import Books, stopping
from tests.builders import EVERY_PROPERTY, allocation, cap
from tests.strategies import (
    CHOICES,
    FEWER,
    KIND_OF_RECIPIENT,
    LAST_DAYS,
    LIMITS,
    MET_LIMITS,
    allocations,
    caps,
    histories,
    numbered,
    sets_of_caps,
)
from vru_ledger.caps import (
    PROPERTIES,
    SEVERITIES,
    bounds,
    bucket,
    changes_of,
    counted,
    keys_of,
    kind_of,
    limit_in_words,
    missing,
    names,
    new_balance,
    stops_total,
)
from vru_ledger.domain.entries import Allocation, CapSet
from vru_ledger.domain.money import Pence
from vru_ledger.position import Balance, under

TOTAL = cap("ALPHA-TOTAL", "amount", 10**9)
MONEY = {("HO", ""): 60, ("HO", "2021/22"): 80, ("CR", "2022/23"): 90, ("CR", ""): 20}

FIELD_OF = {
    "recipient": "recipient",
    "kind": "recipient_kind",
    "area": "area",
    "bcu": "bcu",
    "financial-year": "fy",
    "source": "source",
    "purpose": "purpose",
}
"""Where an allocation says what a cap counts per, written again by hand."""


# An independent account of what a cap measures, from the allocations alone


def measured(limit: CapSet, past: Iterable[Allocation]) -> dict[tuple[str, ...], int]:
    """Return what a cap measures, by the properties that it counts per (or by award)."""
    pence: dict[tuple[str, ...], int] = defaultdict(int)
    members: dict[tuple[str, ...], set[str]] = defaultdict(set)
    days: dict[tuple[str, ...], int] = {}
    for one in past:
        if limit.only and one.recipient_kind != limit.only:
            continue
        group = tuple(str(getattr(one, FIELD_OF[name])) for name in limit.per)
        if limit.measure in ("award", "end"):
            group = (one.award,)
        pence[group] += one.amount_pence
        members[group].add(one.recipient)
        term = one.term_to
        days[group] = term.year * 10_000 + term.month * 100 + term.day if term else 0
    if limit.measure == "recipients":
        return {group: len(found) for group, found in members.items()}
    return days if limit.measure == "end" else dict(pence)


def most(limit: CapSet, authority_pence: int) -> int:
    """Return the most that a bucket may hold, with the lower of two tolerances."""
    own = limit.limit
    if limit.measure == "share":
        own = authority_pence * own // 10_000
    allowances = []
    if limit.tolerance is not None:
        allowances.append(limit.tolerance)
    if limit.tolerance_bp is not None:
        allowances.append(own * limit.tolerance_bp // 10_000)
    return own + (min(allowances) if allowances else 0)


def passed(limits: Iterable[CapSet], past: Sequence[Allocation], authority_pence: int) -> list[str]:
    """Return the stopping caps that these allocations pass or go round."""
    return [
        limit.cap
        for limit in limits
        if limit.severity == "stop"
        and any(held > most(limit, authority_pence) for held in measured(limit, past).values())
    ]


def goes_round(limits: Iterable[CapSet], new: Allocation) -> list[str]:
    """Return the stopping caps that measure an allocation and miss what they count per."""
    return [
        limit.cap
        for limit in limits
        if limit.severity == "stop"
        and limit.only in ("", new.recipient_kind)
        and (
            any(not getattr(new, FIELD_OF[name]) for name in limit.per)
            or (limit.measure == "end" and new.term_to is None)
        )
    ]


def assert_kept(books: Books, asked: Iterable[Allocation]) -> list[Allocation]:
    """Put allocations in order; whatever passed keeps every cap, whatever did not would break one.

    Returns those that passed.
    """
    accepted: list[Allocation] = []
    limits = list(books.caps.values())
    for new in asked:
        refused = stopping(books.put(new))
        breaks = passed(limits, [*accepted, new], books.authority)
        unsaid = goes_round(limits, new)
        short = sum(books.available(new)) < new.amount_pence
        if refused:
            assert breaks or unsaid or short, f"{refused} although nothing is broken"
        else:
            assert (breaks, unsaid) == ([], [])
            accepted.append(new)
    for limit in limits:
        held = {
            key.bucket: balance.held
            for key, balance in books.held.items()
            if key.scope == "cap" and key.name == limit.cap
        }
        expected = measured(limit, accepted)
        assert held == {"|".join(group): found for group, found in expected.items()}
        if limit.severity == "stop":
            assert all(found <= most(limit, books.authority) for found in held.values())
    assert all(balance.held >= 0 for balance in books.held.values())
    assert all(balance.grandfathered == 0 for balance in books.held.values())
    return accepted


# The kinds themselves


def test_every_kind_has_its_limits_here():
    assert set(names()) == set(LIMITS) == set(MET_LIMITS)
    assert set(PROPERTIES) == set(FIELD_OF)


@pytest.mark.parametrize("measure", names())
def test_a_kind_says_all_that_a_kind_must_say(measure: str):
    kind = kind_of(measure)
    assert kind.UNIT in ("pence", "recipients", "day")
    for said in ("read", "show", "bound", "keys", "adds"):
        assert callable(getattr(kind, said))


@pytest.mark.parametrize(
    "measure", ["", "amounts", "Amount", "__init__", "../share", "share.py", "os", "x" * 500]
)
def test_what_is_no_kind_is_refused_with_those_there_are(measure: str):
    with pytest.raises(ValueError, match="there are amount, award, end, recipients, share") as no:
        kind_of(measure)
    assert len(str(no.value)) < 150


@pytest.mark.parametrize("measure", names())
def test_a_limit_that_is_shown_reads_back_the_same(measure: str):
    kind = kind_of(measure)

    @given(LIMITS[measure])
    def reads_back(limit: int) -> None:
        assert kind.read(kind.show(limit)) == limit
        assert kind.show(kind.read(kind.show(limit))) == kind.show(limit)

    reads_back()


@pytest.mark.parametrize("measure", names())
def test_any_text_is_a_limit_or_refused_in_a_sentence(measure: str):
    kind = kind_of(measure)

    @given(st.text(max_size=30) | st.text("0123456789.,%£km-/", max_size=14))
    def read_or_refused(text: str) -> None:
        try:
            limit = kind.read(text)
        except ValueError as refused:
            assert 0 < len(str(refused)) < 600  # noqa: PT017 - most texts are refused
        else:
            assert limit > 0
            assert kind.read(kind.show(limit)) == limit

    read_or_refused()


@given(caps(), allocations())
def test_a_kind_changes_the_balances_it_names_and_no_other(limit: CapSet, new: Allocation):
    kind = kind_of(limit.measure)
    keys = kind.keys(limit, new)
    assert keys[0][:3] == ("cap", "ALPHA", limit.cap)
    assert len(set(keys)) == len(keys)
    changes = kind.adds(limit, new, {key: Balance() for key in keys})
    assert set(changes) == set(keys)
    assert all(type(change) is int for change in changes.values())


@given(sets_of_caps(), allocations())
@FEWER
def test_an_entry_changes_exactly_the_balances_it_is_said_to_touch(limits, new: Allocation):
    bounds_of = {code: bounds(limit, 250) for code, limit in limits.items()}
    keys = keys_of(new, limits)
    position = {key: new_balance(key, limits, bounds_of) for key in keys}
    assert set(changes_of(new, limits, position)) == set(keys)
    named = {key.name for key in keys if key.scope == "cap"}
    measuring = {c for c, limit in limits.items() if limit.only in ("", new.recipient_kind)}
    assert named == measuring


@given(sets_of_caps())
@FEWER
def test_an_allocation_of_another_fund_touches_none_of_these_caps(limits):
    keys = keys_of(allocation(fund="BETA"), limits)
    assert {key.scope for key in keys} == {"stage", "recipient", "award"}
    assert {key.fund for key in keys} == {"BETA"}


# Limits and tolerances


@given(caps(), st.integers(0, 10**12))
def test_of_two_tolerances_the_lower_applies(limit: CapSet, authority: int):
    found = bounds(limit, authority)
    assert found.ceiling == most(limit, authority)
    assert found.limit == most(limit.replace(tolerance=None, tolerance_bp=None), authority)
    assert found.ceiling >= found.limit


@pytest.mark.parametrize(
    ("tolerance", "tolerance_bp", "ceiling"),
    [(None, None, 1_000), (7, None, 1_007), (None, 250, 1_025), (7, 250, 1_007), (99, 250, 1_025)],
)
def test_a_tolerance_is_added_to_the_limit(tolerance, tolerance_bp, ceiling):
    limit = cap("C", "amount", 1_000, tolerance=tolerance, tolerance_bp=tolerance_bp)
    assert bounds(limit, 0) == (1_000, ceiling)


def test_a_tolerance_of_nothing_is_a_tolerance_and_the_lower():
    assert bounds(cap("C", "amount", 1_000, tolerance=0, tolerance_bp=250), 0).ceiling == 1_000


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (cap("C", "amount", 75_000_000), "£750,000.00"),
        (cap("C", "award", 5_000, tolerance=50), "£50.00, tolerance £0.50"),
        (cap("C", "recipients", 8, tolerance=2), "8, tolerance 2"),
        (cap("C", "share", 1_250, severity="track"), "12.50%, track only"),
        (cap("C", "end", 20230331, severity="warn"), "2023-03-31, warn only"),
        (
            cap("C", "amount", 100, tolerance=0, tolerance_bp=205, severity="warn"),
            "£1.00, tolerance £0.00 or 2.05%, warn only",
        ),
    ],
)
def test_a_limit_is_said_with_its_tolerance_and_its_severity(limit: CapSet, said: str):
    assert limit_in_words(limit) == said


@pytest.mark.parametrize("severity", SEVERITIES)
def test_only_a_stopping_cap_gives_its_balances_a_ceiling(severity: str):
    limit = cap("C", "amount", 1_000, severity=severity, tolerance=5)
    [key] = kind_of("amount").keys(limit, allocation())
    balance = new_balance(key, {"C": limit}, {"C": bounds(limit, 0)})
    assert balance == Balance(0, None, 1_005 if severity == "stop" else None)


@pytest.mark.parametrize(
    ("limit", "stops"),
    [
        (cap("C", "amount", 1), True),
        (cap("C", "share", 1), True),
        (cap("C", "amount", 1, tolerance=9), True),
        (cap("C", "amount", 1, per=("recipient",)), False),
        (cap("C", "amount", 1, only="charity"), False),
        (cap("C", "amount", 1, severity="warn"), False),
        (cap("C", "amount", 1, severity="track"), False),
        (cap("C", "award", 1), False),
        (cap("C", "recipients", 1), False),
        (cap("C", "end", 20230331), False),
    ],
)
def test_the_total_is_stopped_by_a_cap_on_all_the_money_of_the_fund(limit: CapSet, stops: bool):
    assert stops_total(limit) == stops


@given(caps(), allocations())
def test_what_is_missing_is_what_the_cap_counts_per_and_is_not_there(limit: CapSet, new):
    asked = limit.replace(severity="stop", only="")
    assert bool(missing(asked, new)) == bool(goes_round([asked], new))
    assert set(missing(asked, new)) <= {*limit.per, "term"}


@given(caps(), allocations(), allocations())
def test_two_allocations_share_a_bucket_when_all_that_is_counted_per_is_the_same(limit, one, other):
    same = all(getattr(one, FIELD_OF[name]) == getattr(other, FIELD_OF[name]) for name in limit.per)
    assert (bucket(limit, one) == bucket(limit, other)) == same


# No cap is ever broken


@given(sets_of_caps(), histories())
def test_whatever_passes_in_any_order_breaks_no_cap_of_any_kind(limits, asked):
    assert_kept(Books(limits.values(), MONEY), asked)


@given(sets_of_caps(), histories(at_most=8), st.randoms(use_true_random=False))
@FEWER
def test_in_another_order_other_allocations_pass_and_still_no_cap_is_broken(limits, asked, chance):
    chance.shuffle(asked)
    assert_kept(Books(limits.values(), MONEY), asked)


@pytest.mark.parametrize("measure", names())
def test_no_combination_of_what_is_counted_per_lets_a_cap_be_broken(measure: str):
    chance = random.Random(measure)
    met = {"amount": 90, "award": 40, "recipients": 2, "share": 4_000, "end": 20230330}[measure]
    refusals = 0
    for size in range(len(EVERY_PROPERTY) + 1):
        for per in combinations(EVERY_PROPERTY, size):
            for only in ("", "charity"):
                tolerance = None if measure == "end" else chance.choice([None, 1])
                limit = cap("ALPHA-CAP", measure, met, per=per, only=only, tolerance=tolerance)
                asked = numbered(_by_chance(chance) for _ in range(12))
                kept = assert_kept(Books([limit, TOTAL], {("HO", ""): 300, ("CR", ""): 300}), asked)
                refusals += len(asked) - len(kept)
    assert refusals > 500


def _by_chance(chance: random.Random) -> Allocation:
    told = {name: chance.choice(values) for name, values in CHOICES.items()}
    return allocation(
        **told,
        recipient_kind=KIND_OF_RECIPIENT[told["recipient"]],
        amount_pence=Pence(chance.randint(1, 60)),
        term_to=chance.choice(LAST_DAYS),
    )


@given(caps(severity="stop"), histories())
@FEWER
def test_a_cap_that_warns_or_tracks_stops_nothing_that_it_measures(limit: CapSet, asked):
    told = [one for one in asked if not missing(limit, one)]
    for severity in ("warn", "track"):
        books = Books([limit.replace(severity=severity), TOTAL])
        for new in told:
            rich = new.replace(source="HO", fy="2021/22")
            warnings = books.put(rich)
            assert stopping(warnings) == []
            assert severity == "warn" or warnings == []


# A new cap counts what was allocated before it


@given(caps(), sets_of_caps(), histories())
@FEWER
def test_a_new_cap_counts_what_it_would_have_counted_all_along(limit: CapSet, limits, asked):
    there_all_along = Books([limit, *limits.values()], MONEY)
    accepted = assert_kept(there_all_along, asked)
    expected = {
        key: balance for key, balance in there_all_along.held.items() if key.name == limit.cap
    }
    assert counted(limit, there_all_along.bounds[limit.cap], accepted) == expected


@given(caps(), histories())
@FEWER
def test_a_new_cap_that_finds_more_than_it_allows_grandfathers_what_is_over(limit: CapSet, past):
    books = Books([limit])
    for one in past:
        books.fold(one)
    comes_to = books.bounds[limit.cap]
    found = counted(limit, comes_to, past)
    folded = {key: balance for key, balance in books.held.items() if key.name == limit.cap}
    assert {key: balance.held for key, balance in found.items()} == {
        key: balance.held for key, balance in folded.items()
    }
    for key, balance in found.items():
        stops = key.scope == "cap" and limit.severity == "stop"
        over = max(0, balance.held - comes_to.ceiling) if stops else 0
        assert balance == under(folded[key], comes_to.ceiling if stops else None)
        assert balance.grandfathered == over


@given(sets_of_caps(), histories(), histories(), st.integers(1, 100))
@FEWER
def test_a_cap_that_was_cut_below_its_use_lets_nothing_more_pass_until_that_falls(
    limits, past, more, cut
):
    books = Books(limits.values(), MONEY)
    assert_kept(books, past)
    books.set_ceiling("ALPHA-FUND", cut)
    allowance = books.bounds["ALPHA-FUND"].ceiling
    key = next(iter(kind_of("amount").keys(books.caps["ALPHA-FUND"], more[0])))
    for at, new in enumerate(more):
        before = books.balance(key)
        books.put(new.replace(award=f"ALPHA-1{at:03}"))
        after = books.balance(key)
        assert after.grandfathered <= before.grandfathered
        if before.grandfathered:
            assert after == before
        assert after.held <= max(before.held, allowance)
