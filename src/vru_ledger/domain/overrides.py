"""Overrides: one bucket of one cap raised by an amount until a day, by an entry that says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.domain.money import Pence
from vru_ledger.domain.stages import Movement
from vru_ledger.domain.value import Value


class CapOverride(Value):
    """Room above a cap's limit for one bucket, from the day it is dated until its last day."""

    KIND: ClassVar[str] = "override"
    cap: str
    fund: str
    amount_pence: Pence
    bucket: str = ""
    until: date | None = None
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""
    plan: str = ""
    approved_by: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield nothing: a limit moves no money."""
        return iter(())

    def held(self) -> int:
        """Return 0: nobody holds more than before."""
        return 0

    def raised_pence(self) -> int:
        """Return the pence by which the bucket's ceiling rises."""
        return self.amount_pence

    def first_day(self) -> date | None:
        """Return the day from which it may be used."""
        return self.dated


class OverrideReversal(CapOverride):
    """Override `reverses` undone: the room that it gave is gone from its first day on."""

    KIND: ClassVar[str] = "reverse-override"
    reverses: int = 0
    was: str = CapOverride.KIND
    since: date | None = None

    def raised_pence(self) -> int:
        """Return the pence by which the bucket's ceiling rises: below zero, it falls."""
        return -self.amount_pence

    def first_day(self) -> date | None:
        """Return the day from which the override undone could be used."""
        return self.since


OVERRIDES: dict[str, type[CapOverride]] = {
    kind.KIND: kind for kind in (CapOverride, OverrideReversal)
}
"""The kinds of entry about overrides, by the name that the ledger knows them by."""


class Raised(Value):
    """What one entry did to a bucket's ceiling: pence, its first day and its last.

    An undoing takes the room of override `undoes` away from that override's first day on, so that
    nothing recorded after it leans on it; `entered` is the day of the entry itself, from which on
    it is told by who looks back.
    """

    entry: int
    cap: str
    fund: str
    bucket: str
    amount_pence: int
    dated: date | None
    until: date | None
    entered: date | None = None
    undoes: int = 0

    def in_force(self, day: date | None) -> bool:
        """Say whether an entry of this day may use it."""
        if day is None or self.dated is None or self.until is None:
            return False
        return self.dated <= day <= self.until


def told_by(overrides: Iterable[Raised], day: date | None) -> list[Raised]:
    """Return the overrides whose entries are of a day or before; None is every day."""
    return [one for one in overrides if day is None or one.entered is None or one.entered <= day]


def summed(overrides: Iterable[Raised]) -> dict[tuple[str, str], int]:
    """Add up overrides by cap and bucket, those that an undoing leaves nothing of left out."""
    sums: dict[tuple[str, str], int] = {}
    for one in overrides:
        sums[one.cap, one.bucket] = sums.get((one.cap, one.bucket), 0) + one.amount_pence
    return {bucket: pence for bucket, pence in sums.items() if pence}
