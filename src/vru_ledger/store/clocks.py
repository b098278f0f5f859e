"""Moments at which entries say they were recorded, where a clock must have been wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from vru_ledger.domain.findings import Finding
from vru_ledger.store.database import Session

_MOST = 20
"""Entries that are named."""

_APART = 60 * 60
"""Seconds by how much the clocks of a team may differ before anybody is told."""

_REMEDY = (
    "set the clock of whoever recorded it; name an entry, not a day, in --known-at: reports known "
    "at a day between leave out what came later"
)


def of_clocks(session: Session, today: date) -> Iterator[Finding]:
    """Yield a warning for each entry that is recorded long after the next one, or in the future."""
    named = 0
    for number, at, later in session.stream(
        "SELECT a.number, a.recorded_at, b.recorded_at FROM entries a"
        " JOIN entries b ON b.number = a.number + 1 WHERE a.recorded_at > b.recorded_at"
        " ORDER BY a.number"
    ):
        if named < _MOST and _seconds(at) - _seconds(later) > _APART:
            named += 1
            yield _warning(number, f"it is recorded at {at}, and the entry after it at {later}")
    row = session.row("SELECT number, recorded_at FROM entries ORDER BY number DESC LIMIT 1")
    # Where this computer is, it may be another day than by the clock of entries.
    if row and str(row[1])[:10] > (today + timedelta(days=1)).isoformat():
        yield _warning(row[0], f"it is recorded at {row[1]}, which is to come")


def _seconds(text: str) -> int:
    """Return a moment in seconds; what is none is found by others."""
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, TypeError, OverflowError):
        return 0


def _warning(number: int, said: str) -> Finding:
    return Finding(code="clock", entry=number, message=said, remedy=_REMEDY, severity="warning")
