"""Take the same step for every row of a file, or for none: claims, payments, advances."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from vru_ledger.actions.allocate_many import Batch
from vru_ledger.actions.award import NEEDS_REASON, Stepper, StepRequest
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.rows import FLUSH_EVERY, Alikes, RowFindings, read_flag
from vru_ledger.domain.decisions import parse_decision
from vru_ledger.domain.money import Pence, parse_pounds
from vru_ledger.domain.periods import parse_period_name
from vru_ledger.domain.text import parse_name, parse_sentence
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import LedgerError
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.exchange.column_map import AS_OURS, ColumnMap
from vru_ledger.exchange.table_file import TableFile
from vru_ledger.store.database import Database, Session

REQUIRED = ("award", "amount")
OPTIONAL = ("on", "ref", "relates_to", "decision", "reason", "key")
OF_PAYMENTS = ("advance",)
"""A column that only payments have: whether the row is a payment before need."""

Progress = Callable[[int, float], None]
"""Told the rows so far, and how much of the file they are, from 0 to 1."""


def columns_of(kind: str) -> tuple[str, ...]:
    """Return the columns that a file of these steps may have besides the required ones."""
    return (*OPTIONAL, *OF_PAYMENTS) if kind in ("pay", "advance") else OPTIONAL


def steps_file(path: str, kind: str, *, columns: ColumnMap = AS_OURS, sheet: str = "") -> TableFile:
    """Return a file of steps: claim, reject-claim, pay or advance."""
    keys_begin = "pay-" if kind in ("pay", "advance") else f"{kind}-"
    return TableFile(
        path, REQUIRED, columns_of(kind), columns=columns, sheet=sheet, keys_begin=keys_begin
    )


def take_file(
    database: Database,
    file: TableFile,
    kind: str,
    *,
    today: date,
    dated: date | None,
    actor: str,
    recorded_at: str,
    preview: bool = False,
    on_progress: Progress | None = None,
) -> Batch:
    """Record a step of `kind` for every row of a file, in one transaction.

    `dated` is the day of rows that give none, the clock's `today` if it is None. Raises
    RowsRejected with a finding for every row that cannot be read or recorded, FileUnreadable, and
    those of `write`.
    """

    def work(session: Session) -> Batch:
        filing = _Filing(Recorder(session, actor, recorded_at), file, kind)
        return filing.record(today, dated, on_progress)

    return database.write(work, keep=not preview)


class _Filing:
    """One pass over a file inside one transaction."""

    def __init__(self, recorder: Recorder, file: TableFile, kind: str) -> None:
        self.stepper = Stepper(recorder)
        self.journal = recorder.journal
        self.file = file
        self.kind = kind
        columns = (*REQUIRED, *columns_of(kind))
        self.findings = RowFindings(file.name, columns, file.headings)

    def record(self, today: date, dated: date | None, on_progress: Progress | None) -> Batch:
        recorded = already = total = 0
        found, alikes = self.findings, Alikes(self.journal, "award")
        for count, row in enumerate(self.file.rows(found.found), 1):
            if on_progress:
                on_progress(count, self.file.share)
            if count % FLUSH_EVERY == 0:
                self.journal.flush()
                self.stepper.forget()
            request = self._request(row, dated or today, dated is None)
            if request is None:
                continue
            try:
                done = self.stepper.put(request)
            except LedgerError as error:
                found.refuse(row, error)
                continue
            already += done.already
            recorded += not done.already
            # What a table of payments means by an amount below zero came back, and is taken off.
            pence = -done.entry.amount_pence if row.cells.get("do") else done.entry.amount_pence
            total += 0 if done.already else pence
            found.warn(row, done.warnings)
            if not done.already:
                alikes.add(row, done.entry)
        if found.found:
            raise found.rejected()
        alikes.warn(self.stepper.session, found)
        self.journal.flush()
        return Batch(
            recorded,
            already,
            Pence(total),
            found.warnings,
            self.journal.number,
            self.journal.hash,
        )

    def _request(self, row: BatchRow, dated: date, by_clock: bool) -> StepRequest | None:
        """Return what a row asks for, or None after a finding for each cell that is wrong."""
        read, before = self.findings.read, len(self.findings.found)
        whole = row.cells.get("amount", "").casefold() == "all"
        on = read(row, "on", parse_date)
        advance = read(row, "advance", read_flag)
        kind = row.cells.get("do") or self.kind
        if advance is not None and kind in ("pay", "advance"):
            kind = "advance" if advance else "pay"
        request = StepRequest(
            kind=kind,
            award=read(row, "award", parse_name, needed=True) or "",
            amount_pence=None if whole else read(row, "amount", parse_pounds, needed=True),
            dated=on or dated,
            dated_by_clock=by_clock and on is None,
            ref=read(row, "ref", parse_sentence) or "",
            relates_to=read(row, "relates_to", parse_period_name) or "",
            decision=read(row, "decision", parse_decision) or "",
            reason=read(row, "reason", parse_sentence, needed=kind in NEEDS_REASON) or "",
            key=read(row, "key", parse_name) or row.key,
        )
        return request if len(self.findings.found) == before else None
