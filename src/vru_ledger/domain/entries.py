"""Entries: the only way anything about money or limits changes, and the pence that each one moves.

What an entry moves is a pure function of the entry. Text that was not given is empty; a day that
was not given is None, and an entry without a day counts from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Record
from vru_ledger.domain.stages import Movement
from vru_ledger.domain.value import Value


class Registration(Value):
    """Records put into the register, or corrected there."""

    KIND: ClassVar[str] = "register"
    records: tuple[Record, ...]
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield nothing: a description moves no money."""
        return iter(())

    def held(self) -> int:
        """Return 0: nobody holds more than before."""
        return 0


class Funding(Value):
    """Authority confirmed: money that a fund may commit, by source and year where known."""

    KIND: ClassVar[str] = "fund"
    fund: str
    amount_pence: Pence
    source: str = ""
    fy: str = ""
    citation: str = ""
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield authority and, against it, money that nobody has been promised."""
        yield Movement(self.fund, "authority", -self.amount_pence, self.source, self.fy)
        yield Movement(self.fund, "unallocated", self.amount_pence, self.source, self.fy)

    def held(self) -> int:
        """Return 0: nobody holds more than before."""
        return 0


class CapSet(Value):
    """A limit: what it measures (`measure`), per what, of which recipients, and how much.

    `per` names properties of an allocation, none for the whole fund; `only` is a kind of
    recipient, empty for all. `limit` and `tolerance` are in the measure's unit: pence, recipients,
    basis points or a day as 20230331; `tolerance_bp` is in basis points of the limit, and where
    both are given the lower applies. `severity` is stop, warn or track.
    """

    KIND: ClassVar[str] = "cap"
    cap: str
    fund: str
    measure: str
    limit: int
    per: tuple[str, ...] = ()
    only: str = ""
    severity: str = "stop"
    tolerance: int | None = None
    tolerance_bp: int | None = None
    citation: str = ""
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield nothing: a limit moves no money."""
        return iter(())

    def held(self) -> int:
        """Return 0: nobody holds more than before."""
        return 0


class Allocation(Value):
    """Authority of a fund promised to a recipient: an award.

    `recipient_kind`, `area` and `bcu` are those of the day it was made, so that the limits which
    it was judged by can be judged again. `unassigned_pence` is the part of the amount drawn from
    authority that had no financial year; the award's year takes it over.
    """

    KIND: ClassVar[str] = "allocate"
    fund: str
    recipient: str
    amount_pence: Pence
    award: str
    recipient_kind: str
    area: str = ""
    bcu: str = ""
    source: str = ""
    fy: str = ""
    purpose: str = ""
    title: str = ""
    term_from: date | None = None
    term_to: date | None = None
    unassigned_pence: int = 0
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield what leaves `unallocated` and what is `committed` for it."""
        own, lent = self.amount_pence - self.unassigned_pence, self.unassigned_pence
        if lent:
            yield Movement(self.fund, "unallocated", -lent, self.source)
            yield Movement(self.fund, "authority", lent, self.source)
            yield Movement(self.fund, "authority", -lent, self.source, self.fy)
        if own:
            yield Movement(self.fund, "unallocated", -own, self.source, self.fy)
        yield Movement(
            self.fund,
            "committed",
            self.amount_pence,
            self.source,
            self.fy,
            self.award,
            self.recipient,
            self.area,
        )

    def held(self) -> int:
        """Return the pence by which the recipient's holding grows: what caps measure."""
        return self.amount_pence


Entry = Registration | Funding | CapSet | Allocation
ENTRIES: dict[str, type[Entry]] = {
    kind.KIND: kind for kind in (Registration, Funding, CapSet, Allocation)
}


class Recorded(Value):
    """An entry as the ledger holds it: its number, who wrote it and when, and its hash."""

    number: int
    entry: Entry
    actor: str
    recorded_at: str
    hash: str
