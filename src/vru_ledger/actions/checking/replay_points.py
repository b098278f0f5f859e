"""Papers, periods and folios written again in memory, and compared with what is stored of them."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.entries import Entry, Marker
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.periods import Period
from vru_ledger.domain.points import PaperTag, PeriodClosure, PeriodEntry
from vru_ledger.rules.open_period import in_closed
from vru_ledger.rules.period_step import period_step
from vru_ledger.store import points, soundness
from vru_ledger.store.database import Row, Session

Line = tuple[str, str, str, str, str]
"""Fund, stage, source, year and area of money that is turned over."""


class Points:
    """The points of history that the entries so far come to.

    `next_end` is the number of the entry that fills the folio.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.closed: tuple[Period, ...] = ()
        self._papers: dict[str, Row] = {}
        self._periods: dict[str, Row] = {}
        self._folios = session.rows("SELECT number, first, last FROM folios ORDER BY number")
        self._turnovers = soundness.Matched(soundness.turnover_rows(session), 0)
        self._turned: dict[Line, dict[str, int]] = {}
        self._last = 0
        self._turn_to(0)

    def _turn_to(self, folio: int) -> None:
        self._folio = folio
        self.next_end = self._folios[folio][2] if folio < len(self._folios) else 2**63

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

    def moved(self, entry: Entry, movements: list[Row]) -> None:
        """Add an entry's movements to its folio."""
        month = entry.dated.isoformat()[:7] if entry.dated else ""
        for _, _, fund, source, fy, _, _, area, stage, pence in movements:
            turned = self.turned(fund, stage, source, fy, area)
            turned[month] = turned.get(month, 0) + pence

    def turned(self, fund: str, stage: str, source: str, fy: str, area: str) -> dict[str, int]:
        """Return what a line of the folio turned over by month (2023-04), to be added to."""
        return self._turned.setdefault((fund, stage, source, fy, area), {})

    def ended(self, number: int) -> Iterator[str]:
        """Yield a sentence if entry `number` fills a folio that tells another turnover."""
        if number < self.next_end:
            return
        folio, first, last = self._folios[self._folio]
        told = {
            (month, *line, pence)
            for line, months in self._turned.items()
            for month, pence in months.items()
            if pence
        }
        stored = [row[2:] for row in self._turnovers.of(folio)]
        if len(stored) != len(told) or set(stored) != told or first != self._last + 1:
            yield f"folio {folio} (entries {first} to {last}) is not what its entries turned over"
        for months in self._turned.values():
            months.clear()
        self._last = last
        self._turn_to(self._folio + 1)

    def is_closed(self, dated: str) -> bool:
        """Say whether a day, as ISO text, is in a closed period."""
        return any(
            period.first_day.isoformat() <= dated <= period.last_day.isoformat()
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
