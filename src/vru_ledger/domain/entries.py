"""Entries: the only way anything about money or limits changes, and the pence that each one moves.

What an entry moves is a pure function of the entry. Text that was not given is empty; a day that
was not given is None, and an entry without a day counts from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Record
from vru_ledger.domain.stages import LineChange, Movement
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
    """Authority: money that a fund may commit, by source and year where known.

    `certainty` is expected, confirmed or received, empty where nobody said; what is only expected
    is promised to nobody unless `underwriter`, another source, stands in for it.
    """

    KIND: ClassVar[str] = "fund"
    from_stage: ClassVar[str] = ""
    fund: str
    amount_pence: Pence
    source: str = ""
    fy: str = ""
    citation: str = ""
    certainty: str = ""
    underwriter: str = ""
    use_by: date | None = None
    in_year_only: bool = False
    relates_to: str = ""
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield authority and, against it, money that nobody has been promised."""
        yield Movement(self.fund, "authority", -self.amount_pence, self.source, self.fy)
        yield Movement(self.fund, "unallocated", self.amount_pence, self.source, self.fy)

    @property
    def to_stage(self) -> str:
        """Return how sure the authority is: what `entries` keeps of it."""
        return self.certainty

    def lines(self) -> Iterator[LineChange]:
        """Yield what is said of the line of authority that it enters."""
        line = (self.fund, self.source, self.fy)
        if self.certainty:
            yield LineChange(*line, self.certainty, self.underwriter, self.amount_pence)
        if self.use_by:
            yield LineChange(*line, "use-by", self.use_by.isoformat(), self.amount_pence)
        if self.in_year_only:
            yield LineChange(*line, "in-year-only", "", self.amount_pence)

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


class AwardEntry(Value):
    """What every entry about an award says: which award, and the properties that caps count it by.

    The properties are those of the day the award was made, so that the limits which an entry was
    judged by can be judged again from the entry alone. `unassigned_pence` is the part of the amount
    drawn from authority that had no financial year; the award's year takes it over. `plan` is the
    hash of the plan that it was recorded by, and `approved_by` who approved that.
    """

    KIND: ClassVar[str] = ""
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
    unassigned_pence: int = 0
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""
    plan: str = ""
    approved_by: str = ""

    @property
    def from_stage(self) -> str:
        """Return the stage that the money leaves, empty where none moves."""
        return ""

    @property
    def to_stage(self) -> str:
        """Return the stage that the money enters, empty where none moves."""
        return ""

    def promises(self) -> bool:
        """Say whether it promises money that was not promised, or pays it before it is needed."""
        return self.from_stage == "unallocated" or self.KIND in ("approve", "advance")

    def movements(self) -> Iterator[Movement]:
        """Yield what leaves one stage, and what enters the other; nothing where no money moves."""
        if self.amount_pence:
            yield from self._moved(self.from_stage, -1)
            yield from self._moved(self.to_stage, 1)

    def _moved(self, stage: str, sign: int) -> Iterator[Movement]:
        if stage != "unallocated":
            pence = sign * self.amount_pence
            of_award = (self.source, self.fy, self.award, self.recipient, self.area)
            yield Movement(self.fund, stage, pence, *of_award)
            return
        lent = sign * self.unassigned_pence
        own = sign * self.amount_pence - lent
        if lent:
            yield Movement(self.fund, "unallocated", lent, self.source)
            yield Movement(self.fund, "authority", -lent, self.source)
            yield Movement(self.fund, "authority", lent, self.source, self.fy)
        if own:
            yield Movement(self.fund, "unallocated", own, self.source, self.fy)

    def held(self) -> int:
        """Return the pence by which the recipient's holding grows: what caps measure."""
        if self.from_stage == "unallocated":
            return self.amount_pence
        return -self.amount_pence if self.to_stage == "unallocated" else 0

    def last_day(self) -> int | None:
        """Return the last day that its term gets, as 20230331; 0 for none, None as it was."""
        return None


class Allocation(AwardEntry):
    """Authority of a fund promised to a recipient: an award. `restates` is one that it replaces."""

    KIND: ClassVar[str] = "allocate"
    from_stage: ClassVar[str] = "unallocated"
    to_stage: ClassVar[str] = "committed"
    title: str = ""
    term_from: date | None = None
    term_to: date | None = None
    restates: str = ""
    relates_to: str = ""

    def last_day(self) -> int | None:
        """Return the last day of the term, as 20230331; 0 for none."""
        last = self.term_to
        return last.year * 10_000 + last.month * 100 + last.day if last else 0


class Proposal(Allocation):
    """An award asked for and not yet approved: it counts under every cap from this day on."""

    KIND: ClassVar[str] = "propose"
    to_stage: ClassVar[str] = "proposed"


class AuthorityEntry(Value):
    """Authority that leaves one line (`fund`, `source`, `fy`) or enters another (`to_...`).

    `certainty` is how sure the money is, where somebody said, with its `underwriter` if it has one.
    `in_year_only` and `use_by` are terms on which it came, that it takes along to another line.
    `proposal` is the entry in which somebody else asked for this one, 0 for none.
    """

    KIND: ClassVar[str] = ""
    fund: str
    amount_pence: Pence
    source: str = ""
    fy: str = ""
    to_fund: str = ""
    to_source: str = ""
    to_fy: str = ""
    certainty: str = ""
    underwriter: str = ""
    use_by: date | None = None
    in_year_only: bool = False
    proposal: int = 0
    ref: str = ""
    relates_to: str = ""
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""
    plan: str = ""
    approved_by: str = ""

    @property
    def from_stage(self) -> str:
        """Return how sure the money is that leaves a line: what `entries` keeps of it."""
        return self.certainty if self.leaves() else ""

    @property
    def to_stage(self) -> str:
        """Return how sure the money is that enters a line."""
        return self.certainty if self.enters() else ""

    def leaves(self) -> bool:
        """Say whether authority leaves the first line."""
        return True

    def enters(self) -> bool:
        """Say whether authority enters the second line."""
        return bool(self.to_fund)

    def movements(self) -> Iterator[Movement]:
        """Yield unallocated money that moves, and its authority with it."""
        pence = self.amount_pence
        if self.leaves():
            yield Movement(self.fund, "unallocated", -pence, self.source, self.fy)
            yield Movement(self.fund, "authority", pence, self.source, self.fy)
        if self.enters():
            yield Movement(self.to_fund, "authority", -pence, self.to_source, self.to_fy)
            yield Movement(self.to_fund, "unallocated", pence, self.to_source, self.to_fy)

    def lines(self) -> Iterator[LineChange]:
        """Yield how sure the two lines become, and the terms that come with what enters one.

        The line that is left keeps its terms: what remains there came on them too.
        """
        told, pence = (self.certainty, self.underwriter), self.amount_pence
        if self.certainty and self.leaves():
            yield LineChange(self.fund, self.source, self.fy, *told, -pence)
        if not self.enters():
            return
        there = (self.to_fund, self.to_source, self.to_fy)
        if self.certainty:
            yield LineChange(*there, *told, pence)
        if self.use_by:
            yield LineChange(*there, "use-by", self.use_by.isoformat(), pence)
        if self.in_year_only:
            yield LineChange(*there, "in-year-only", "", pence)

    def takes_unsaid(self) -> bool:
        """Say whether authority leaves the first line of which nobody said how sure it is."""
        return not self.certainty and self.leaves() and any(self.movements())

    def held(self) -> int:
        """Return 0: nobody holds more than before."""
        return 0


class Marker(Value):
    """What names a point or a period of the ledger's history, and moves no money."""

    KIND: ClassVar[str] = ""
    dated: date | None = None
    reason: str = ""
    decision: str = ""
    key: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield nothing: no figure changes."""
        return iter(())

    def held(self) -> int:
        """Return 0: nobody holds more than before."""
        return 0


if TYPE_CHECKING:
    from vru_ledger.domain.overrides import CapOverride

    Entry = Registration | Funding | CapSet | AwardEntry | AuthorityEntry | CapOverride | Marker
else:  # Everyday commands know nothing of overrides.
    Entry = Registration | Funding | CapSet | AwardEntry | AuthorityEntry | Marker
ENTRIES: dict[str, type[Any]] = {
    kind.KIND: kind for kind in (Registration, Funding, CapSet, Allocation, Proposal)
}
"""The kinds of entry that `allocate` needs; the others are in `steps`, `authority` and `points`."""


class Recorded(Value):
    """An entry as the ledger holds it: its number, who wrote it and when, and its hash."""

    number: int
    entry: Entry
    actor: str
    recorded_at: str
    hash: str
