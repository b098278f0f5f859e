"""Papers, periods and folios written again in memory, and compared with what is stored of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from vru_ledger.domain.entries import Entry, Marker
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.periods import Period
from vru_ledger.domain.points import PaperTag, PeriodClosure, PeriodEntry
from vru_ledger.rules.open_period import in_closed
from vru_ledger.rules.period_step import period_step
from vru_ledger.store import points, soundness
from vru_ledger.store.database import Row, Session


class Points:
    """The points of history that the entries so far come to."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.closed: tuple[Period, ...] = ()
        self._papers: dict[str, Row] = {}
        self._periods: dict[str, Row] = {}
        self._folios = session.rows("SELECT number, first, last FROM folios ORDER BY number")
        self._turnovers = soundness.Matched(soundness.turnover_rows(session), 0)
        self._moved: Counter[tuple[Any, ...]] = Counter()
        self._folio = 0
        self._last = 0

    def entry(self, entry: Entry, number: int, previous_hash: str) -> Iterator[str]:
        """Yield what is wrong with an entry's day, or with a marker, and take it into account."""
        if self.closed and not _is_judged(entry) and (said := in_closed(entry, self.closed)):
            yield said
        if not isinstance(entry, Marker):
            return
        if isinstance(entry, PaperTag):
            if (entry.at, entry.head) != (number - 1, previous_hash):
                yield f"paper {entry.paper} does not name the entry before it"
            if entry.paper in self._papers:
                yield f"paper {entry.paper} named its point already"
            self._papers.setdefault(entry.paper, points.paper_row(entry, number))
        elif isinstance(entry, PeriodEntry):
            for breach in period_step(entry, self.closed):
                yield breach.sentence
            self._periods[entry.period] = points.period_row(entry, number)
            others = [one for one in self.closed if one.name != entry.period]
            if isinstance(entry, PeriodClosure) and entry.first_day and entry.last_day:
                others.append(Period(entry.period, entry.first_day, entry.last_day, number))
            self.closed = tuple(others)

    def moved(self, entry: Entry, number: int, movements: list[Row]) -> Iterator[str]:
        """Add an entry's movements to its folio, and yield a sentence if the full folio differs."""
        self.add(entry.dated.isoformat() if entry.dated else None, movements)
        if self._folio >= len(self._folios):
            return
        folio, first, last = self._folios[self._folio]
        if number < last:
            return
        told = {(*key, pence) for key, pence in self._moved.items() if pence}
        stored = [row[2:] for row in self._turnovers.of(folio)]
        if len(stored) != len(told) or set(stored) != told or first != self._last + 1:
            yield f"folio {folio} (entries {first} to {last}) is not what its entries turned over"
        self._moved.clear()
        self._folio, self._last = self._folio + 1, last

    def add(self, dated: str | None, movements: list[Row]) -> None:
        """Add an entry's movements to its folio."""
        if self._folio < len(self._folios):
            month = (dated or "")[:7]
            for _, _, fund, source, fy, _, _, area, stage, pence in movements:
                self._moved[month, fund, stage, source, fy, area] += pence

    def asks(self, number: int, dated: str | None) -> bool:
        """Say whether there is more to an entry than `add`: a full folio, or a closed period.

        `dated` is ISO text.
        """
        if self._folio < len(self._folios) and number >= self._folios[self._folio][2]:
            return True
        return bool(self.closed and dated) and any(
            period.first_day.isoformat() <= str(dated) <= period.last_day.isoformat()
            for period in self.closed
        )

    def end(self) -> Iterator[Finding]:
        """Yield where papers, periods or folios are not what the entries come to."""
        session = self.session
        papers = {row[0]: tuple(row) for row in points.papers(session)}
        yield from soundness.compared("papers", papers, self._papers)
        periods = {row[0]: tuple(row) for row in points.periods(session)}
        yield from soundness.compared("periods", periods, self._periods)
        left = [f"folio {row[0]}" for row in self._folios[self._folio :]]
        for said in (*left, *(f"a turnover of folio {folio}" for folio in self._turnovers.rest())):
            yield Finding(
                code="folio-extra",
                message=f"{said} is there, and no entries make it",
                remedy="keep this file, and go back to a backup",
            )


def _is_judged(entry: Entry) -> bool:
    """Say whether the rules see the entry as a case, so that they speak of its day themselves."""
    return not isinstance(entry, Marker) and entry.KIND != "register"
