"""Papers, periods and folios, in and out: the points of the ledger's own history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vru_ledger.domain.value import Value
from vru_ledger.store.database import Session

if TYPE_CHECKING:
    from vru_ledger.domain.entries import Marker
    from vru_ledger.domain.periods import Period

FOLIO = 8_192
"""Entries of a folio: small enough to sum its movements at once, large enough that few are kept."""


class Paper(Value):
    """A paper: its name, the newest entry that it knew, that entry's hash, and its own entry."""

    name: str
    at: int
    head: str
    entry: int


class PeriodState(Value):
    """A period that was closed at some time: whether it is now, and the entry that said so last."""

    name: str
    first_day: str
    last_day: str
    closed: int
    entry: int


PAPER_COLUMNS = "name, at, head, entry"
PERIOD_COLUMNS = "name, first_day, last_day, closed, entry"


def paper(session: Session, name: str) -> Paper | None:
    """Return the paper with exactly this name."""
    row = session.row(f"SELECT {PAPER_COLUMNS} FROM papers WHERE name = ?", (name,))
    return Paper(*row) if row else None


def papers(session: Session) -> list[Paper]:
    """Return every paper, oldest first."""
    rows = session.rows(f"SELECT {PAPER_COLUMNS} FROM papers ORDER BY entry")
    return [Paper(*row) for row in rows]


def periods(session: Session) -> list[PeriodState]:
    """Return every period that was ever closed, in the order of their days."""
    rows = session.rows(
        f"SELECT {PERIOD_COLUMNS} FROM periods ORDER BY first_day, last_day DESC, name"
    )
    return [PeriodState(*row) for row in rows]


def closed_periods(session: Session) -> tuple[Period, ...]:
    """Return the periods that are closed now, in the order of their days."""
    rows = session.rows(
        "SELECT name, first_day, last_day, entry FROM periods WHERE closed = 1"
        " ORDER BY last_day, first_day"
    )
    if not rows:
        return ()
    from vru_ledger.domain.periods import Period

    return tuple(
        Period(name, date.fromisoformat(first), date.fromisoformat(last), entry)
        for name, first, last, entry in rows
    )


def put(session: Session, new: Marker, number: int) -> None:
    """Write what entry `number` makes of a paper or a period."""
    from vru_ledger.domain.points import PaperTag, PeriodEntry

    if isinstance(new, PaperTag):
        session.run(
            f"INSERT INTO papers ({PAPER_COLUMNS}) VALUES (?, ?, ?, ?)", paper_row(new, number)
        )
    elif isinstance(new, PeriodEntry):
        row = period_row(new, number)
        if session.row("SELECT 1 FROM periods WHERE name = ?", (new.period,)):
            session.run(
                "UPDATE periods SET closed = ?, entry = ? WHERE name = ?", (*row[3:], row[0])
            )
        else:
            session.run(f"INSERT INTO periods ({PERIOD_COLUMNS}) VALUES (?, ?, ?, ?, ?)", row)


def paper_row(new: Any, number: int) -> tuple[Any, ...]:
    """Return the columns of `papers` that a tag comes to."""
    return (new.paper, new.at, new.head, number)


def period_row(new: Any, number: int) -> tuple[Any, ...]:
    """Return the columns of `periods` that closing or reopening one comes to."""
    first, last = new.first_day, new.last_day
    days = (first.isoformat() if first else "", last.isoformat() if last else "")
    return (new.period, *days, int(new.KIND == "close-period"), number)


def write_folios(session: Session, newest: int) -> None:
    """Write every folio that is full, up to entry `newest`, whose movements are all written."""
    row = session.row("SELECT number, last FROM folios ORDER BY number DESC LIMIT 1")
    number, last = row or (0, 0)
    while newest - last >= FOLIO:
        number, first, last = number + 1, last + 1, last + FOLIO
        session.run(
            "INSERT INTO folios (number, first, last, turnovers) SELECT ?, ?, ?, COUNT(*) FROM ("
            "SELECT 1 FROM entries e CROSS JOIN movements m"
            " WHERE e.number BETWEEN ? AND ? AND m.entry = e.number"
            " GROUP BY substr(e.dated, 1, 7), m.fund, m.stage, m.source, m.fy, m.area"
            " HAVING SUM(m.pence) <> CAST(0 AS NUMERIC)) moved",
            (number, first, last, first, last),
        )
