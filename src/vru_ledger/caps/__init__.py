"""What a limit can measure: one file per kind of cap, found by its name."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from vru_ledger.domain.entries import AuthorityEntry, AwardEntry, CapSet, Entry, Funding
from vru_ledger.domain.quantity import Quantity
from vru_ledger.position import (
    EMPTY,
    Balance,
    Key,
    Position,
    after,
    floor_of,
    line_changes,
    stage_changes,
    under,
)

if TYPE_CHECKING:

    class Limiting(Protocol):
        """What tells what a cap limits: an entry that sets one, and a row of a seed file."""

        @property
        def measure(self) -> str: ...
        @property
        def severity(self) -> str: ...
        @property
        def per(self) -> Sequence[str]: ...
        @property
        def only(self) -> str: ...


PROPERTIES: Mapping[str, Callable[[AwardEntry], str]] = {
    "recipient": lambda allocation: allocation.recipient,
    "kind": lambda allocation: allocation.recipient_kind,
    "area": lambda allocation: allocation.area,
    "bcu": lambda allocation: allocation.bcu,
    "financial-year": lambda allocation: allocation.fy,
    "source": lambda allocation: allocation.source,
    "purpose": lambda allocation: allocation.purpose,
}
"""What a cap can count per, and where an allocation says it."""

OPTION_OF = {
    "area": "--area",
    "bcu": "--area",
    "financial-year": "--fy",
    "source": "--source",
    "purpose": "--purpose",
    "term": "--term",
}
"""What to type to give an allocation the property that a cap counts per."""

SEVERITIES = ("stop", "warn", "track")


class CapKind(Protocol):
    """What a kind of cap must say: its unit, how a limit is read and shown, and what it counts."""

    UNIT: str
    """pence, recipients or day: what its balances hold."""

    read: Callable[[str], int]
    """From what somebody typed to a limit. Raises ValueError."""

    show: Callable[[int], str]
    """A limit as it is written; `show(read(text))` reads back the same."""

    bound: Callable[[CapSet, int], int]
    """The limit in the unit of its balances, given the fund's authority in pence."""

    keys: Callable[[CapSet, AwardEntry], tuple[Key, ...]]
    """The balances that an allocation touches; the first is the one that is capped."""

    adds: Callable[[CapSet, AwardEntry, Position], Mapping[Key, int]]
    """By how much it changes each of them."""


@cache
def names() -> tuple[str, ...]:
    """Return the kinds of cap there are: the names of the files in this folder."""
    files = os.listdir(os.path.dirname(__file__))  # Path.glob would compile a pattern for it.
    kinds = (file.removesuffix(".py") for file in files if file.endswith(".py"))
    return tuple(sorted(kind for kind in kinds if kind != "__init__"))


@cache
def kind_of(measure: str) -> CapKind:
    """Return the kind of cap called `measure`. Raises ValueError, listing those there are."""
    if measure not in names():
        raise ValueError(f"{measure[:40]!r} is not a kind of cap; there are {', '.join(names())}")
    return cast(CapKind, import_module(f"vru_ledger.caps.{measure}"))


def stops_total(cap: "Limiting") -> bool:
    """Say whether a cap stops the money of its whole fund, whoever receives it."""
    return (
        cap.measure in ("amount", "share")
        and cap.severity == "stop"
        and not cap.per
        and not cap.only
    )


def missing(cap: CapSet, entry: AwardEntry) -> tuple[str, ...]:
    """Return the properties that `cap` counts per and that the allocation does not have."""
    lacking = [name for name in cap.per if not PROPERTIES[name](entry)]
    if kind_of(cap.measure).UNIT == "day" and entry.last_day() == 0:
        lacking.append("term")
    return tuple(lacking)


def bucket(cap: CapSet, entry: AwardEntry) -> str:
    """Return what an allocation counts under: 'NET-NEWHAM', '2021/22|Youth', '' for the fund."""
    if not cap.per:
        return ""
    return "|".join([PROPERTIES[name](entry) for name in cap.per])


def capped(cap: CapSet, entry: AwardEntry) -> Key:
    """Return the balance that holds what `cap` measures of this allocation's bucket."""
    return Key("cap", cap.fund, cap.cap, bucket(cap, entry))


def each_counting(
    caps: Mapping[str, CapSet], entry: AwardEntry
) -> Iterator[tuple[CapSet, CapKind]]:
    """Yield the caps that measure an allocation, with their kinds, in the order of `caps`."""
    for cap in caps.values():
        if cap.fund == entry.fund and (not cap.only or cap.only == entry.recipient_kind):
            yield cap, kind_of(cap.measure)


class Bounds(NamedTuple):
    """A cap's limit, and what its balances may hold with its tolerance, in the unit of its kind."""

    limit: int
    ceiling: int


def bounds(cap: CapSet, authority_pence: int) -> Bounds:
    """Return a cap's limit and ceiling when its fund has this much authority."""
    limit = kind_of(cap.measure).bound(cap, authority_pence)
    given = [] if cap.tolerance is None else [cap.tolerance]
    if cap.tolerance_bp is not None:
        given.append(limit * cap.tolerance_bp // 10_000)
    return Bounds(limit, limit + min(given, default=0))


def limit_in_words(cap: CapSet) -> str:
    """Say how much a cap allows: '£750,000.00', '£750,000.00, tolerance 2.50%, warn only'."""
    kind = kind_of(cap.measure)
    said = [kind.show(cap.limit)]
    given = [] if cap.tolerance is None else [str(Quantity(cap.tolerance, kind.UNIT))]
    if cap.tolerance_bp is not None:
        given.append(f"{cap.tolerance_bp // 100}.{cap.tolerance_bp % 100:02}%")
    if given:
        said.append(f"tolerance {' or '.join(given)}")
    if cap.severity != "stop":
        said.append(f"{cap.severity} only")
    return ", ".join(said)


def new_balance(key: Key, caps: Mapping[str, CapSet], bounds_of: Mapping[str, Bounds]) -> Balance:
    """Return the balance of a key that nothing has touched: a stopping cap's has its ceiling."""
    if key.scope != "cap":
        return EMPTY
    stops = caps[key.name].severity == "stop"
    return Balance(0, None, bounds_of[key.name].ceiling if stops else None, 0)


def keys_of(entry: Entry, caps: Mapping[str, CapSet]) -> tuple[Key, ...]:
    """Return every balance that an entry touches under its fund's caps."""
    if not isinstance(entry, AwardEntry):
        return tuple(_changes_without_caps(entry))
    keys = list(stage_changes(entry.movements()))
    if entry.held():
        for cap, kind in each_counting(caps, entry):
            keys += kind.keys(cap, entry)
    return tuple(keys)


def changes_of(entry: Entry, caps: Mapping[str, CapSet], position: Position) -> dict[Key, int]:
    """Return by how much an entry changes each balance it touches: of money, and of caps."""
    if not isinstance(entry, AwardEntry):
        return _changes_without_caps(entry)
    changes = stage_changes(entry.movements())
    if entry.held():
        for cap, kind in each_counting(caps, entry):
            changes.update(kind.adds(cap, entry, position))
    return changes


def _changes_without_caps(entry: Entry) -> dict[Key, int]:
    """Return what an entry that is about no award changes: authority, and what is said of it."""
    changes = stage_changes(entry.movements())
    if isinstance(entry, Funding | AuthorityEntry):
        lines = line_changes(entry.lines())
        for key in lines:
            # What is expected is the floor of another balance, which changes with it.
            if bounded := floor_of(key):
                changes.setdefault(bounded, 0)
        changes.update(lines)
    return changes


def counted(cap: CapSet, comes_to: Bounds, past: Iterable[AwardEntry]) -> dict[Key, Balance]:
    """Return the balances of a new cap after these entries; what is over is grandfathered."""
    kind = kind_of(cap.measure)
    found: dict[Key, Balance] = {}
    for entry in past:
        if cap.only not in ("", entry.recipient_kind):
            continue
        for key in kind.keys(cap, entry):
            found.setdefault(key, Balance(0, None if key.scope == "cap" else 0))
        for key, change in kind.adds(cap, entry, found).items():
            found[key] = after(found[key], change)
    ceiling = comes_to.ceiling if cap.severity == "stop" else None
    return {
        key: under(balance, ceiling) if key.scope == "cap" else balance
        for key, balance in found.items()
    }
