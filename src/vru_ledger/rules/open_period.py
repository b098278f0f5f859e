"""Nothing is dated in a period that is closed: what comes late is dated in one that is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vru_ledger.rules.case import Breach, Case

if TYPE_CHECKING:
    from vru_ledger.domain.entries import Entry
    from vru_ledger.domain.periods import Period


def open_period(case: Case) -> Iterator[Breach]:
    """Yield a breach if the entry's day falls in a closed period; one without a day falls in none.

    A closed accounting period takes no postings; late items go to the open one: DOMAIN 1.6.
    """
    if case.closed and (said := in_closed(case.entry, case.closed)):
        yield Breach("open-period", "stop", said)


def in_closed(entry: Entry, closed: Sequence[Period]) -> str:
    """Say which closed period an entry's day falls in and which day is open; '' if it is open."""
    from vru_ledger.domain.periods import first_open_day, holding

    dated = entry.dated
    period = holding(dated, closed) if dated else None
    if dated is None or period is None:
        return ""
    by = f" (entry {period.entry})" if period.entry else ""
    late = f", and say --relates-to {period.name}" if "relates_to" in entry.FIELDS else ""
    return (
        f"{dated.isoformat()} is in {period.name}, which is closed{by}; the first open day is "
        f"{first_open_day(dated, closed).isoformat()}: date it there{late}"
    )
