"""What was turned over by a moment, of every line: from folios, and what no folio has.

Folios say what their entries moved in each month: a million entries are a few thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from vru_ledger.domain.query import Moment
from vru_ledger.store import ledger
from vru_ledger.store.database import Row, Session

_COLUMNS = "{0}.fund, {0}.stage, {0}.source, {0}.fy, {0}.area, {0}.pence"
_MONTH = "COALESCE(substr(e.dated, 1, 7), '')"


def turned_over(
    session: Session, moment: Moment, fund: str = "", *, stages: Sequence[str] = ()
) -> list[Row]:
    """Return fund, stage, source, year, area and pence, as movements count them, by a moment.

    Of all funds or one; of all stages or those asked for.
    """
    return _summed(session, moment, fund, stages, "")


def by_month(
    session: Session, moment: Moment, fund: str = "", *, stages: Sequence[str] = ()
) -> list[Row]:
    """Return the same for each month: '2022-03' comes first, '' for entries without a day."""
    return _summed(session, moment, fund, stages, "month, ")


def _summed(
    session: Session, moment: Moment, fund: str, stages: Sequence[str], month: str
) -> list[Row]:
    newest = ledger.head(session).number
    if moment.known_at is not None:
        newest = min(newest, moment.known_at)
    row = session.row(
        "SELECT number, last FROM folios WHERE last <= ? ORDER BY number DESC LIMIT 1", (newest,)
    )
    folio, last = row or (0, 0)
    day = moment.as_of
    narrow, narrowed = "", []
    if fund:
        # Not by an index on the fund, which would be walked for every entry.
        narrow, narrowed = " AND {0}.fund || '' = ?", [fund]
    if stages:
        narrow += f" AND {{0}}.stage || '' IN ({', '.join('?' * len(stages))})"
        narrowed += stages
    of_folios, of_entries = ("t.month, ", f"{_MONTH} AS month, ") if month else ("", "")
    parts = [f"SELECT {of_folios}{_COLUMNS.format('t')} FROM turnovers t WHERE t.folio <= ?"]
    values: list[Any] = [folio]
    after = f"SELECT {_COLUMNS.format('m')} FROM movements m WHERE m.entry > ? AND m.entry <= ?"
    if day is not None or month:
        after = (
            f"SELECT {of_entries}{_COLUMNS.format('m')} FROM entries e CROSS JOIN movements m"
            " WHERE e.number > ? AND e.number <= ? AND m.entry = e.number"
        )
    if day is not None:
        whole = (day + timedelta(1)).month != day.month
        parts[0] += f" AND t.month {'<=' if whole else '<'} ?"
        values.append(day.isoformat()[:7])
        after += " AND (e.dated IS NULL OR e.dated <= ?)"
    parts[0] += narrow.format("t")
    values += narrowed
    parts.append(after + narrow.format("m"))
    values += [last, newest, *([day.isoformat()] if day else []), *narrowed]
    if day is not None and not whole:
        # The month of that day is told only in part: by its own entries.
        parts.append(
            f"SELECT {of_entries}{_COLUMNS.format('m')} FROM folios f CROSS JOIN entries e"
            " CROSS JOIN movements m WHERE f.number IN"
            " (SELECT folio FROM turnovers WHERE month = ? AND folio <= ?)"
            " AND e.number BETWEEN f.first AND f.last AND e.dated BETWEEN ? AND ?"
            " AND m.entry = e.number" + narrow.format("m")
        )
        first = day.replace(day=1).isoformat()
        values += [first[:7], folio, first, day.isoformat(), *narrowed]
    return session.rows(
        f"SELECT {month}fund, stage, source, fy, area, CAST(SUM(pence) AS BIGINT)"
        f" FROM ({' UNION ALL '.join(parts)}) s GROUP BY {month}fund, stage, source, fy, area",
        values,
    )
