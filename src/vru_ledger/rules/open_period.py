"""Nothing is dated in a period that is closed: what comes late is dated in one that is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.rules.case import Breach, Case

if TYPE_CHECKING:
    from vru_ledger.domain.periods import Period


def open_period(case: Case) -> Iterator[Breach]:
    """Yield a breach if the entry's day falls in a closed period; one without a day falls in none.

    A closed accounting period takes no postings; late items go to the open one: DOMAIN 1.6.
    """
    if case.closed and (said := in_closed(case.entry.dated, case.closed)):
        yield Breach("open-period", "stop", said)


def in_closed(dated: date | None, closed: Sequence[Period]) -> str:
    """Say which closed period a day falls in and the first day that is open; '' if it is open."""
    from vru_ledger.domain.periods import first_open_day, holding

    period = holding(dated, closed) if dated else None
    if dated is None or period is None:
        return ""
    by = f" (entry {period.entry})" if period.entry else ""
    return (
        f"{dated.isoformat()} is in {period.name}, which is closed{by}; the first open day is "
        f"{first_open_day(dated, closed).isoformat()}: date it there, and say --relates-to "
        f"{period.name}"
    )
