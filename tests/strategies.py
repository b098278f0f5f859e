"""Hypothesis strategies: amounts, days, words, entries of every kind, limits and awards to meet."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tests.builders import EVERY_PROPERTY, allocation
from vru_ledger.caps import SEVERITIES, kind_of, names
from vru_ledger.domain.entries import ENTRIES, Allocation, CapSet, Entry
from vru_ledger.domain.money import LARGEST_PENCE, Pence
from vru_ledger.domain.register import RECORDS

FEWER = settings(max_examples=40)
"""For what holds of whole histories: each example judges dozens of allocations."""

PENCE = st.integers(1, LARGEST_PENCE).map(Pence)
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
FIRST_YEARS = st.integers(1990, 2098)
ANY_TEXT = st.text(st.characters(), max_size=60)
"""Any text at all: controls, surrogates and what is no character among it."""

STORED_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)

# What takes no room on the screen, as Unicode lists it (Default_Ignorable_Code_Point).
_IGNORABLE = {
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810)),
    *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164),
    *(*range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFF9)),
    *(*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)),
}
_NO_CHARACTERS = {
    *range(0xFDD0, 0xFDF0),
    *(plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)),
}
_ANNOTATIONS = {0xFFF9, 0xFFFA, 0xFFFB}
_NEVER = _IGNORABLE | _NO_CHARACTERS | _ANNOTATIONS
_STEERS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_unsafe(character: str) -> bool:
    """Say by Unicode's own tables whether a character could steer a terminal or hide in a name."""
    return (
        ord(character) in _NEVER
        or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in _STEERS
    )


# Entries of every kind, with anything in every field


def _filled(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Give values of a kind: what has a default is sometimes left out."""
    fields = {name: _CONTENTS[held] for name, held in kind.FIELDS.items()}
    needed = {name: fields[name] for name in fields if name not in kind.DEFAULTS}
    optional = {name: fields[name] for name in fields if name in kind.DEFAULTS}
    return st.fixed_dictionaries(needed, optional=optional).map(lambda told: kind(**told))


_CONTENTS: dict[str, st.SearchStrategy[Any]] = {
    "str": STORED_TEXT,
    "bool": st.booleans(),
    "int": st.integers(-LARGEST_PENCE, LARGEST_PENCE),
    "int | None": st.none() | st.integers(-LARGEST_PENCE, LARGEST_PENCE),
    "Pence": PENCE,
    "date | None": st.none() | st.dates(),
    "tuple[str, ...]": st.lists(STORED_TEXT, max_size=4).map(tuple),
}
_CONTENTS["tuple[Record, ...]"] = st.lists(
    st.one_of([_filled(record) for record in RECORDS]), max_size=4
).map(tuple)


def entries(kind: str = "") -> st.SearchStrategy[Entry]:
    """Give entries of a kind, or of every kind there is."""
    return st.one_of([_filled(ENTRIES[name]) for name in ([kind] if kind else ENTRIES)])


# Awards and limits of one fund, so alike that they meet

AWARDED = st.integers(1, 60).map(Pence)
CHOICES: dict[str, tuple[str, ...]] = {
    "recipient": ("ONE", "TWO", "SITE", "WARD"),
    "area": ("E1", "E2", ""),
    "bcu": ("BCU-1", "BCU-2", ""),
    "source": ("HO", "CR"),
    "fy": ("2021/22", "2022/23", ""),
    "purpose": ("youth", "doors", ""),
}
KIND_OF_RECIPIENT = {"ONE": "charity", "TWO": "charity", "SITE": "a-and-e", "WARD": "a-and-e"}
LAST_DAYS = (None, date(2022, 3, 31), date(2023, 3, 31), date(2024, 2, 29))


@st.composite
def allocations(draw: st.DrawFn) -> Allocation:
    """Give allocations of ALPHA without the number of their award; properties may be missing."""
    told = {name: draw(st.sampled_from(values)) for name, values in CHOICES.items()}
    return allocation(
        award="",
        amount_pence=draw(AWARDED),
        recipient_kind=KIND_OF_RECIPIENT[told["recipient"]],
        term_to=draw(st.sampled_from(LAST_DAYS)),
        **told,
    )


def numbered(asked: Iterable[Allocation]) -> list[Allocation]:
    """Give each allocation an award of its own."""
    return [one.replace(award=f"ALPHA-{at:04}") for at, one in enumerate(asked, 1)]


def histories(at_most: int = 12) -> st.SearchStrategy[list[Allocation]]:
    """Give allocations of ALPHA, one after the other."""
    return st.lists(allocations(), min_size=1, max_size=at_most).map(numbered)


LIMITS: dict[str, st.SearchStrategy[int]] = {
    "amount": PENCE,
    "award": PENCE,
    "recipients": st.integers(1, 999_999_999),
    "share": st.integers(1, 10_000),
    "end": DAYS.map(lambda day: day.year * 10_000 + day.month * 100 + day.day),
}
"""Every limit that a kind of cap can have."""

MET_LIMITS: dict[str, st.SearchStrategy[int]] = {
    "amount": st.integers(1, 200),
    "award": st.integers(1, 60),
    "recipients": st.integers(1, 4),
    "share": st.integers(1, 10_000),
    "end": st.sampled_from([20220331, 20230330, 20230331, 20240229]),
}
"""Limits that allocations of the sizes above do meet."""


def per() -> st.SearchStrategy[tuple[str, ...]]:
    """Give any combination of what a cap can count per."""
    return st.lists(st.sampled_from(EVERY_PROPERTY), unique=True, max_size=4).map(tuple)


@st.composite
def caps(draw: st.DrawFn, code: str = "ALPHA-CAP", severity: str = "") -> CapSet:
    """Give limits of ALPHA of every kind, per anything, of anybody, with or without tolerance."""
    measure = draw(st.sampled_from(names()))
    tolerates = kind_of(measure).UNIT != "day"
    return CapSet(
        cap=code,
        fund="ALPHA",
        measure=measure,
        limit=draw(MET_LIMITS[measure]),
        per=draw(per()),
        only=draw(st.sampled_from(["", "", "charity", "a-and-e"])),
        severity=severity or draw(st.sampled_from(SEVERITIES)),
        tolerance=draw(st.none() | st.integers(0, 40)) if tolerates else None,
        tolerance_bp=draw(st.none() | st.integers(1, 10_000)) if tolerates else None,
    )


@st.composite
def sets_of_caps(draw: st.DrawFn) -> dict[str, CapSet]:
    """Give a fund's caps by code: one that stops its total, and a few of any sort."""
    few = [draw(caps(code=f"ALPHA-{at}")) for at in range(draw(st.integers(0, 4)))]
    total = CapSet(
        cap="ALPHA-FUND",
        fund="ALPHA",
        measure="amount",
        limit=draw(st.integers(1, 600)),
        tolerance=draw(st.none() | st.integers(0, 40)),
    )
    return {cap.cap: cap for cap in sorted((total, *few), key=lambda cap: cap.cap)}
