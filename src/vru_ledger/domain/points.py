"""Points of the ledger's own history: papers that name one, and periods that are closed."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from vru_ledger.domain.entries import Marker


class PaperTag(Marker):
    """A paper that shows figures: `at` is the newest entry it knew, `head` that entry's hash."""

    KIND: ClassVar[str] = "paper"
    paper: str = ""
    at: int = 0
    head: str = ""


class PeriodEntry(Marker):
    """What happens to a period, which is named as `domain.periods` names it."""

    period: str = ""
    first_day: date | None = None
    last_day: date | None = None


class PeriodClosure(PeriodEntry):
    """From here on no entry may be dated in the period."""

    KIND: ClassVar[str] = "close-period"


class PeriodReopening(PeriodEntry):
    """The period takes entries again, by somebody's decision."""

    KIND: ClassVar[str] = "reopen-period"


MARKERS: dict[str, type[Marker]] = {
    kind.KIND: kind for kind in (PaperTag, PeriodClosure, PeriodReopening)
}
"""Every kind of marker, by the name that the ledger knows it by."""
