"""How the use of caps and their limits changed between two moments, and by which entries."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections import Counter
from collections.abc import Iterator

from vru_ledger.caps import Bounds, bucket, kind_of
from vru_ledger.domain.entries import AwardEntry, CapSet
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.query import Moment
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerContradicts
from vru_ledger.store import between
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session
from vru_ledger.store.present_books import Books

_COUNTED = ("amount", "share", "recipients")
_UNUSED = "nothing used yet"
"""Stands for the buckets of a cap of which nothing has been used."""


class CapChange(Value):
    """One bucket of a cap: what was used of it, the limit (None if there was none), and entries."""

    cap: str
    fund: str
    bucket: str
    limit_before: Quantity | None
    limit_after: Quantity | None
    used_before: Quantity
    used_after: Quantity
    change: Quantity
    entries: str


def cap_changes(session: Session, start: Moment, end: Moment, fund: str) -> list[CapChange]:
    """Return each bucket whose use or limit changed, of all funds or one.

    Raises LedgerContradicts unless the entries come to the change.
    """
    before, after = books_at(session, start), books_at(session, end)
    limits = _limits(before, fund), _limits(after, fund)
    rows: list[CapChange] = []
    entries = list(_entries(session, start, end, fund))
    for code in sorted(limits[0].keys() | limits[1].keys()):
        cap = (limits[1].get(code) or limits[0][code])[0]
        if cap.measure in _COUNTED:
            rows += _of_cap(cap, before, after, limits, entries)
    return rows


_Limits = dict[str, tuple[CapSet, Bounds]]


def _limits(books: Books, fund: str) -> _Limits:
    return {cap.cap: (cap, bounds) for cap, bounds in books.caps(fund)}


def _entries(
    session: Session, start: Moment, end: Moment, fund: str
) -> Iterator[tuple[int, int, AwardEntry]]:
    """Yield the entries between, with 1, or with -1 those that no longer count."""
    for sign, counts, other in ((1, end, start), (-1, start, end)):
        for recorded in between.entries(session, counts, other, fund):
            if isinstance(recorded.entry, AwardEntry):
                yield recorded.number, sign, recorded.entry


def _of_cap(
    cap: CapSet,
    before: Books,
    after: Books,
    limits: tuple[_Limits, _Limits],
    entries: list[tuple[int, int, AwardEntry]],
) -> Iterator[CapChange]:
    unit = kind_of(cap.measure).UNIT
    changes: Counter[str] = Counter()
    numbers: dict[str, list[int]] = {}
    for number, sign, entry in entries:
        if entry.fund != cap.fund or cap.only not in ("", entry.recipient_kind):
            continue
        of = bucket(cap, entry)
        changes[of] += sign * entry.held()
        numbers.setdefault(of, []).append(number)
    told = _quantity(limits[0].get(cap.cap), unit), _quantity(limits[1].get(cap.cap), unit)
    if told[0] != told[1] and not numbers:
        # Only the limit changed: its fullest buckets say what that means.
        numbers = {of: [] for of, _ in after.fullest(cap, 5)} or {_UNUSED: []}
    used = _used(before, cap, numbers), _used(after, cap, numbers)
    for of in sorted(numbers):
        was, is_ = used[0].get(of, 0), used[1].get(of, 0)
        if unit == "pence" and is_ - was != changes[of]:
            raise LedgerContradicts(
                f"{cap.cap} {of} went from {was} to {is_}, not by {changes[of]}"
            )
        if was == is_ and told[0] == told[1]:
            continue
        yield CapChange(
            cap.cap,
            cap.fund,
            of or ("none given" if cap.per else "whole fund"),
            told[0],
            told[1],
            Quantity(was, unit),
            Quantity(is_, unit),
            Quantity(is_ - was, unit),
            in_words(numbers[of]),
        )


def _quantity(limit: tuple[CapSet, Bounds] | None, unit: str) -> Quantity | None:
    return Quantity(limit[1].limit, unit) if limit else None


def _used(books: Books, cap: CapSet, asked: dict[str, list[int]]) -> dict[str, int]:
    """Return what these buckets hold: each by its own entries where they are few."""
    if len(asked) > 20:
        return dict(books.buckets(cap))
    return {of: books.held(cap, of) for of in asked if of != _UNUSED}


def in_words(numbers: list[int], most: int = 6) -> str:
    """Write entry numbers briefly: '31, 33-35', or '31, 33-35, ... 90' where there are many."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    if len(words) > most:
        words = [*words[: most - 1], f"... {words[-1]}"]
    return ", ".join(words)
