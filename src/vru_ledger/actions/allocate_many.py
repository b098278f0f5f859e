"""Allocate every row of a file, or none: each row judged after those before it, all reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from vru_ledger.actions.allocate import Allocator, Request
from vru_ledger.actions.record import Recorder
from vru_ledger.domain.decisions import parse_decision
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import Pence, parse_pounds
from vru_ledger.domain.text import parse_name, parse_purpose, parse_sentence, shown
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import parse_date, parse_financial_year
from vru_ledger.errors import EntryRefused, LedgerError, RowsRejected
from vru_ledger.exchange.batch_file import BatchFile, BatchRow
from vru_ledger.store.database import Database, Session

REQUIRED = ("fund", "recipient", "amount")
OPTIONAL = (
    *("on", "fy", "term_from", "term_to", "area", "source", "purpose"),
    *("title", "decision", "reason", "key"),
)
_FLUSH_EVERY = 5_000


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
    today: date,
    dated: date | None,
    propose: bool = False,
    actor: str,
    recorded_at: str,
    preview: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Batch:
    """Record every row of a CSV file in one transaction.

    `dated` is the day of rows that give none, the clock's `today` if it is None. Raises
    RowsRejected with a finding for every row that cannot be read or recorded, FileUnreadable, and
    those of `write`.
    """

    def work(session: Session) -> Batch:
        return _Filing(session, actor, recorded_at, path, propose).record(today, dated, on_progress)

    return database.write(work, keep=not preview)


class _Filing:
    """One pass over a file inside one transaction."""

    def __init__(
        self, session: Session, actor: str, recorded_at: str, path: str, propose: bool
    ) -> None:
        self.propose = propose
        self.allocator = Allocator(Recorder(session, actor, recorded_at))
        self.journal = self.allocator.recorder.journal
        self.file = BatchFile(path, REQUIRED, OPTIONAL)
        self.findings: list[Finding] = []
        self.warnings: list[Finding] = []
        self.refused = False

    def record(
        self, today: date, dated: date | None, on_progress: Callable[[int], None] | None
    ) -> Batch:
        recorded = already = total = 0
        for row in self.file.rows(self.findings):
            request = self._request(row, dated or today, dated is None)
            if request is None:
                continue
            try:
                outcome = self.allocator.put(request)
            except LedgerError as error:
                self._refuse(row, error)
                continue
            already += outcome.already
            recorded += not outcome.already
            total += 0 if outcome.already else outcome.entry.amount_pence
            for warning in outcome.warnings:
                told = self._finding(row, "", "batch-warning", warning.sentence)
                self.warnings.append(told.replace(severity="warning"))
            if recorded % _FLUSH_EVERY == 0:
                self.journal.flush()
                if on_progress:
                    on_progress(recorded)
        if self.findings:
            raise self._rejected()
        self.journal.flush()
        head = self.journal
        return Batch(recorded, already, Pence(total), self.warnings, head.number, head.hash)

    def _rejected(self) -> RowsRejected:
        bad = len({finding.row for finding in self.findings})
        cannot = "1 row that cannot" if bad == 1 else f"{bad:,} rows that cannot"
        return RowsRejected(
            f"{self.file.name} has {cannot} be recorded; nothing was written",
            sorted(self.findings, key=lambda finding: (finding.row, finding.field)),
            refused=self.refused,
        )

    def _request(self, row: BatchRow, dated: date, by_clock: bool) -> Request | None:
        """Return what a row asks for, or None after a finding for each cell that is wrong."""
        cells = row.cells
        before = len(self.findings)

        def read(column: str, parse: Callable[[str], object]) -> object:
            typed = cells.get(column, "")
            if not typed:
                if column in REQUIRED:
                    self._find(row, column, "batch-missing", f"{column} is missing")
                return None
            try:
                return parse(typed)
            except ValueError as problem:
                self._find(row, column, f"batch-bad-{column}", shown(str(problem)))
                return None

        on = read("on", parse_date)
        given = {
            "fund": read("fund", parse_name),
            "recipient": read("recipient", parse_name),
            "amount_pence": read("amount", parse_pounds),
            "fy": read("fy", parse_financial_year),
            "term_from": read("term_from", parse_date),
            "term_to": read("term_to", parse_date),
            "area": read("area", parse_name),
            "source": read("source", parse_name),
            "purpose": read("purpose", parse_purpose),
            "title": read("title", parse_sentence),
            "decision": read("decision", parse_decision),
            "reason": read("reason", parse_sentence),
            "key": read("key", parse_name) or row.key,
        }
        first, last = given["term_from"], given["term_to"]
        if isinstance(first, date) and (not isinstance(last, date) or last < first):
            self._find(row, "term_to", "batch-bad-term", "the term ends before it begins")
        if len(self.findings) > before:
            return None
        told: dict[str, object] = {name: value for name, value in given.items() if value}
        told["dated"] = on or dated
        told["dated_by_clock"] = by_clock and not on
        told["propose"] = self.propose
        return Request(**told)  # type: ignore[arg-type]  # each was read by its own parser

    def _refuse(self, row: BatchRow, error: LedgerError) -> None:
        if isinstance(error, EntryRefused):
            self.refused = True
            for breach in error.refusal.breaches:
                if breach.severity == "stop":
                    self._find(row, "amount" if breach.over else "", error.code, breach.sentence)
            return
        self._find(row, "", error.code, error.message, error.hint)

    def _find(self, row: BatchRow, field: str, code: str, message: str, remedy: str = "") -> None:
        self.findings.append(self._finding(row, field, code, message, remedy))

    def _finding(
        self, row: BatchRow, field: str, code: str, message: str, remedy: str = ""
    ) -> Finding:
        return Finding(
            code=code,
            message=message,
            remedy=remedy,
            file=self.file.name,
            row=row.number,
            field=field,
            value=shown(row.cells.get(field, "")[:80]),
        )
