"""Allocate every row of a file, or none: each row judged after those before it, all reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from vru_ledger.actions.allocate import Allocator
from vru_ledger.actions.allocation_request import Request
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.rows import FLUSH_EVERY, Alikes, RowFindings
from vru_ledger.domain.decisions import parse_decision
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import Pence, parse_pounds
from vru_ledger.domain.periods import parse_period_name
from vru_ledger.domain.text import parse_name, parse_purpose, parse_sentence
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import parse_date, parse_financial_year
from vru_ledger.errors import LedgerError
from vru_ledger.exchange.batch_file import BatchFile, BatchRow
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, Session

if TYPE_CHECKING:
    from vru_ledger.exchange.table_file import TableFile

# Funds, areas and sources are few, and named in every row.
_parse_one_of_few = lru_cache(1_024)(parse_name)

_READ: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "fund": ("fund", _parse_one_of_few),
    "recipient": ("recipient", parse_name),
    "amount": ("amount_pence", parse_pounds),
    "on": ("dated", parse_date),
    "fy": ("fy", parse_financial_year),
    "term_from": ("term_from", parse_date),
    "term_to": ("term_to", parse_date),
    "area": ("area", _parse_one_of_few),
    "source": ("source", _parse_one_of_few),
    "purpose": ("purpose", parse_purpose),
    "title": ("title", parse_sentence),
    "relates_to": ("relates_to", parse_period_name),
    "decision": ("decision", parse_decision),
    "reason": ("reason", parse_sentence),
    "key": ("key", parse_name),
}
"""What each column becomes of a request, and how its cells are read."""

REQUIRED = ("fund", "recipient", "amount")
OPTIONAL = tuple(column for column in _READ if column not in REQUIRED)


def workbook_of(path: str, sheet: str = "") -> TableFile | None:
    """Return a workbook of allocations, opened; None for CSV, unless a sheet was asked of it."""
    from vru_ledger.exchange.table_file import TableFile, holds_workbook

    if not sheet and not holds_workbook(path):
        return None
    return TableFile(path, REQUIRED, OPTIONAL, sheet=sheet, as_batch=True)


class Rows(Protocol):
    """A file of rows: CSV, a workbook, or somebody else's table."""

    name: str

    def rows(self, findings: list[Finding]) -> Iterator[BatchRow]:
        """Yield each row that can be read; add a finding for each that cannot."""


class Batch(Value):
    """What became of a file: how many rows were recorded now, how many before, and their sum."""

    recorded: int
    already: int
    total_pence: Pence
    warnings: list[Finding]
    head_number: int
    head_hash: str


def allocate_file(
    database: Database,
    path: str,
    *,
    file: Rows | None = None,
    today: date,
    dated: date | None,
    propose: bool = False,
    actor: str,
    recorded_at: str,
    preview: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Batch:
    """Record every row of a CSV file in one transaction; or of `file`, opened in another way.

    `dated` is the day of rows that give none, the clock's `today` if it is None. Raises
    RowsRejected with a finding for every row that cannot be read or recorded, FileUnreadable, and
    those of `write`.
    """

    rows = file
    if rows is None:
        rows = csv = BatchFile(path, REQUIRED, OPTIONAL)
        csv.look()

    def work(session: Session) -> Batch:
        filing = _Filing(Recorder(session, actor, recorded_at), rows, propose)
        return filing.record(today, dated, on_progress)

    return database.write(work, keep=not preview)


class _Filing:
    """One pass over a file inside one transaction."""

    def __init__(self, recorder: Recorder, file: Rows, propose: bool) -> None:
        self.propose = propose
        self.allocator = Allocator(recorder)
        self.journal = recorder.journal
        self.file = file
        headings = getattr(file, "headings", {})
        self.findings = RowFindings(file.name, (*REQUIRED, *OPTIONAL), headings)

    def record(
        self, today: date, dated: date | None, on_progress: Callable[[int], None] | None
    ) -> Batch:
        recorded = already = total = 0
        # A row's own key is its file's and its number's. If none of the file was ever used, no row
        # has to be looked for; unless rows bring keys, of which one may read like another's own.
        file = self.file
        unused = (
            isinstance(file, BatchFile)
            and "key" not in file.columns
            and not ledger.is_key_used(self.allocator.session, file.keys_begin)
        )
        found, alikes = self.findings, Alikes(self.journal, "recipient")
        for row in self.file.rows(found.found):
            request = self._request(row, dated or today, dated is None)
            if request is None:
                continue
            try:
                outcome = self.allocator.put(request, is_new_key=unused)
            except LedgerError as error:
                found.refuse(row, error)
                continue
            already += outcome.already
            recorded += not outcome.already
            total += 0 if outcome.already else outcome.entry.amount_pence
            found.warn(row, outcome.warnings)
            if not outcome.already:
                alikes.add(row, outcome.entry)
            if recorded % FLUSH_EVERY == 0:
                self.journal.flush()
                if on_progress:
                    on_progress(recorded)
        if found.found:
            raise found.rejected()
        alikes.warn(self.allocator.session, found)
        self.journal.flush()
        head = self.journal
        return Batch(recorded, already, Pence(total), found.warnings, head.number, head.hash)

    def _request(self, row: BatchRow, dated: date, by_clock: bool) -> Request | None:
        """Return what a row asks for, or None after a finding for each cell that is wrong."""
        found = self.findings
        before = len(found.found)
        told: dict[str, Any] = {
            "dated": dated,
            "dated_by_clock": by_clock,
            "key": row.key,
            "propose": self.propose,
        }
        for column, typed in row.cells.items():
            if not typed:
                continue
            field, parse = _READ[column]
            value = found.read(row, column, parse)
            if value is not None:
                told[field] = value
        for column in REQUIRED:
            if not row.cells[column]:
                found.missing(row, column)
        if row.cells.get("on"):
            told["dated_by_clock"] = False
        first, last = told.get("term_from"), told.get("term_to")
        if first and (not last or last < first):
            remedy = "give term_to a later day, or leave both empty"
            found.add(row, "term_to", "batch-bad-term", "the term ends before it begins", remedy)
        return None if len(found.found) > before else Request(**told)
