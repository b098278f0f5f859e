"""Import somebody else's table of allocations, claims or payments, by a map of its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from vru_ledger.actions import allocate_many, steps_many
from vru_ledger.actions.allocate_many import Batch, allocate_file
from vru_ledger.actions.steps_many import take_file
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput, RowsRejected
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.exchange.column_map import NEGATIVES, ColumnMap, checked, is_below_zero
from vru_ledger.exchange.table_file import TableFile
from vru_ledger.store.database import Database

FIRST = 5
"""Rows that are shown as they are understood."""

_STEP_OF = {"claims": "claim", "payments": "pay"}
KINDS = ("allocations", *_STEP_OF)


class Imported(Value):
    """What became of a table: the batch it was, and its first rows as they were understood."""

    batch: Batch
    step: str
    first: list[BatchRow]


class _Noting(TableFile):
    """A table whose first rows are remembered."""

    def rows(self, findings: list[Finding]) -> Iterator[BatchRow]:
        """Yield each row, as a table does."""
        self.first: list[BatchRow] = []
        for row in super().rows(findings):
            if len(self.first) < FIRST:
                self.first.append(row)
            yield row


def import_file(
    database: Database,
    path: str,
    kind: str,
    columns: ColumnMap,
    *,
    today: date,
    dated: date | None,
    propose: bool = False,
    actor: str,
    recorded_at: str,
    preview: bool = False,
    on_progress: Callable[[int, float], None] | None = None,
) -> Imported:
    """Record every row of a table in one transaction.

    `kind` is allocations, claims or payments; `dated` is the day of rows that give none, the
    clock's `today` if it is None. Raises BadInput for a map that does not fit, RowsRejected with a
    finding for every bad row, told by their headings; FileUnreadable, and those of `write`.
    """
    file = _table(path, kind, columns)
    try:
        if kind == "allocations":
            step = "propose" if propose else "allocate"
            batch = allocate_file(
                database,
                path,
                file=file,
                today=today,
                dated=dated,
                propose=propose,
                actor=actor,
                recorded_at=recorded_at,
                preview=preview,
                on_progress=(lambda rows: on_progress(rows, file.share)) if on_progress else None,
            )
        else:
            step = _STEP_OF[kind]
            batch = take_file(
                database,
                file,
                step,
                today=today,
                dated=dated,
                actor=actor,
                recorded_at=recorded_at,
                preview=preview,
                on_progress=on_progress,
            )
    except RowsRejected as error:
        error.findings = [
            _of_theirs(finding, kind, file.headings.get(finding.field, finding.field))
            for finding in error.findings
        ]
        raise
    return Imported(batch, step, file.first)


def _of_theirs(finding: Finding, kind: str, heading: str) -> Finding:
    """Return a finding by their heading; only a payment below zero can mean anything."""
    means = kind == "payments" and finding.field == "amount" and is_below_zero(finding.value)
    remedy = f"say what it means: --negative {NEGATIVES[0]} or --negative {NEGATIVES[1]}"
    return finding.replace(field=heading, remedy=remedy if means else finding.remedy)


def _table(path: str, kind: str, columns: ColumnMap) -> _Noting:
    """Return the table, opened through its map. Raises BadInput if the map does not fit."""
    required: tuple[str, ...]
    optional: tuple[str, ...]
    if kind == "allocations":
        required, optional = allocate_many.REQUIRED, allocate_many.OPTIONAL
        begin = ""
    elif kind in _STEP_OF:
        required, optional = steps_many.REQUIRED, steps_many.columns_of(_STEP_OF[kind])
        begin = f"{_STEP_OF[kind]}-"
    else:
        raise BadInput(f"{kind[:40]!r} is none of {', '.join(KINDS)}")
    try:
        fits = checked(columns, (*required, *optional), negatives=kind == "payments")
    except ValueError as problem:
        raise BadInput(f"the map does not fit: {problem}") from None
    return _Noting(path, required, optional, columns=fits, keys_begin=begin, as_batch=not begin)
