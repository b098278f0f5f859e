"""The stages of money, and movements between them: every penny of authority is in exactly one."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from vru_ledger.domain.value import Value
from vru_ledger.domain.years import year_bounds

STAGES = ("unallocated", "proposed", "committed", "payable", "disbursed", "recoverable")
AUTHORITY = "authority"
"""The counterpart: what a fund may commit. The six stages add up to it."""

HELD = ("proposed", "committed", "payable", "disbursed", "recoverable")
"""Stages in which money is held for a recipient: what caps measure."""

PAID = ("disbursed", "recoverable")
"""What these hold together is what was paid: what is demanded back is paid until it comes back.

So a demand pays nothing back, a receipt does, and a loss that is written off is no payment.
"""
PAID_MEANS = "paid, less what was received back (disbursed + recoverable)"

MEASURES = {
    "authority": "money the fund may commit; the sum of the stages",
    "unallocated": "authority not yet promised to anybody",
    "proposed": "asked for, not yet approved",
    "committed": "awarded and not yet claimed",
    "payable": "claim approved, not yet paid",
    "disbursed": "paid",
    "recoverable": "clawback asked for, not yet received",
    "allocated": "proposed + committed + payable + disbursed + recoverable",
    "used": "allocated / authority, in per cent, rounded down to a tenth",
}


class Movement(NamedTuple):
    """Pence into a stage, or out of it (below zero). An entry's movements sum to zero.

    `authority` is the counterpart of the stages, so authority that grows moves below zero.
    """

    fund: str
    stage: str
    pence: int
    source: str = ""
    fy: str = ""
    award: str = ""
    recipient: str = ""
    area: str = ""


CERTAINTIES = ("expected", "confirmed", "received")
"""How sure authority is: a funder may only have been asked, may have said yes, may have paid.

Authority of which nobody said is none of these, and may be promised like what is confirmed.
"""


class LineChange(Value):
    """Pence by which something said of a line of authority (`fund`, `source`, `fy`) changes.

    `name` is a certainty, 'in-year-only' or 'use-by'; `detail` is who underwrites what is expected,
    or the last day of use.
    """

    fund: str
    source: str
    fy: str
    name: str
    detail: str
    pence: int


class LineTerms(Value):
    """On which terms a line of authority came: with its year only, until a last day of use."""

    in_year_only: bool = False
    use_by: date | None = None

    def last_day(self, fy: str) -> date | None:
        """Return the last day of use of a line's money of a year; None if it has none."""
        last = self.use_by
        if self.in_year_only and fy:
            ends = year_bounds(fy)[1]
            last = min(last, ends) if last else ends
        return last


NO_TERMS = LineTerms()


class Ahead(NamedTuple):
    """From which day on a line had more than `had` pence, of which an earlier one `takes` some."""

    then: str
    had: int
    takes: int


def terms_of(of_source: LineTerms, said: Iterable[tuple[str, str]]) -> LineTerms:
    """Return a line's terms: those of its source, narrowed by what is said of it (name, detail)."""
    in_year_only, use_by = of_source
    for name, detail in said:
        if name == "in-year-only":
            in_year_only = True
        elif name == "use-by":
            last = date.fromisoformat(detail)
            use_by = last if use_by is None else min(use_by, last)
    return LineTerms(in_year_only, use_by)
