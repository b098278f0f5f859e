"""Keys: whether one was used for the same entry before, and if not, in what the two differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from vru_ledger.caps import kind_of
from vru_ledger.domain.entries import CapSet, Entry, Recorded
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.text import shown
from vru_ledger.errors import KeyConflict

_MADE_BY_THE_LEDGER = ("award", "unassigned_pence")


def already_recorded(
    found: Mapping[str, Recorded],
    new: Entry,
    *,
    dated_by_clock: bool = False,
    made_by_the_ledger: Collection[str] = _MADE_BY_THE_LEDGER,
) -> Recorded | None:
    """Return the entry that was recorded under the key of `new`, None if there is none.

    What nobody typed is not compared: a day that came from the clock (a retry after midnight is
    still a retry), and the fields `made_by_the_ledger`. Raises KeyConflict if the key was used for
    something else.
    """
    before = found.get(new.key) if new.key else None
    if before is None:
        return None
    if type(before.entry) is type(new):
        same = {
            name: getattr(before.entry, name)
            for name in new.FIELDS
            if name in made_by_the_ledger or (name == "dated" and dated_by_clock)
        }
        if before.entry == new.replace(**same):
            return before
    differ = [
        name
        for name in new.FIELDS
        if name not in made_by_the_ledger
        and getattr(before.entry, name, None) != getattr(new, name)
    ]
    raise KeyConflict(
        f"the key {shown(new.key)!r} was used for something else, in entry {before.number} "
        f"({_difference(before.entry, new, differ)})",
        f"see it: vru-ledger show {before.number}; for a new entry use a new key",
    )


def _difference(before: Entry, new: Entry, names: list[str]) -> str:
    told = [
        f"{name.removesuffix('_pence')} was {in_words(before, name)}, is {in_words(new, name)}"
        for name in sorted(names, key=lambda name: name != "amount_pence")[:3]
    ]
    return "; ".join(told) or f"it was of kind {before.KIND}"


def in_words(entry: Entry, name: str) -> str:
    """Write one field of an entry as people read it: money in pounds, limits as their kind does."""
    value: Any = getattr(entry, name, None)
    if value in ("", None, ()):
        return "not given"
    if name.endswith("_pence"):
        return format_pounds(value)
    if isinstance(entry, CapSet) and name == "limit":
        return kind_of(entry.measure).show(value)
    if name == "instalments":
        return f"{len(value)} payments from {value[0].period} to {value[-1].period}"
    return ", ".join(map(str, value)) if name == "per" else repr(shown(str(value)))
