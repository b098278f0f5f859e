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


_MOMENT = "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z"


def of_no_moment(session: Session) -> Iterator[Finding]:
    """Yield each entry that was recorded at no moment at all: `known-at` would lose it."""
    form = f" !~ '^{_MOMENT}$'"
    if session.dialect == "sqlite":
        form = f" NOT GLOB '{_MOMENT.replace('[0-9]{4}', '[0-9]' * 4)}'"
    for number, at in session.stream(
        f"SELECT number, recorded_at FROM entries WHERE recorded_at{form} ORDER BY number"
    ):
        yield Finding(
            code="fact-impossible",
            entry=number,
            message=f"it is recorded at {str(at)[:40]!r}, which is no moment",
            remedy="go back to a backup, and find out who wrote to the ledger and how",
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
