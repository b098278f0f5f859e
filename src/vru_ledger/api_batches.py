"""Files from Python: allocated, claimed, paid, imported, planned, applied; all rows or none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from vru_ledger.api_awards import now, read
from vru_ledger.domain.text import parse_name

if TYPE_CHECKING:
    from vru_ledger.actions.allocate_many import Batch
    from vru_ledger.actions.apply_plan import Applied
    from vru_ledger.actions.import_table import Imported
    from vru_ledger.exchange.column_map import ColumnMap
    from vru_ledger.exchange.plan_file import Plan
    from vru_ledger.store.database import Database


class BatchCalls:
    """What `Ledger` offers of files."""

    database: Database
    actor: str

    def allocate_file(
        self,
        path: str | Path,
        *,
        on: date | None = None,
        propose: bool = False,
        sheet: str = "",
        preview: bool = False,
    ) -> Batch:
        """Allocate every row of a CSV or XLSX file, or none: fund, recipient, amount in pounds.

        `on` is the day of rows that give none; `propose` asks for each, for somebody else to
        approve. Returns and raises as `pay_file` does.
        """
        from vru_ledger.actions import allocate_many

        return allocate_many.allocate_file(
            self.database,
            str(path),
            file=allocate_many.workbook_of(str(path), sheet),
            today=date.today(),
            dated=on,
            propose=propose,
            actor=self.actor,
            recorded_at=now(),
            preview=preview,
        )

    def import_file(
        self,
        kind: str,
        path: str | Path,
        columns: ColumnMap | str | Path,
        *,
        on: date | None = None,
        propose: bool = False,
        preview: bool = False,
    ) -> Imported:
        """Record every row of somebody else's table of allocations, claims or payments, or none.

        `columns` says how it reads: a `ColumnMap`, or the file of one that `import --save-map`
        wrote. What is returned has the `batch`, and the `first` rows as they were understood.
        Raises BadInput for a map that does not fit, and as `pay_file` does.
        """
        from vru_ledger.actions import import_table
        from vru_ledger.exchange.map_file import read_map

        return import_table.import_file(
            self.database,
            str(path),
            kind,
            read_map(str(columns)) if isinstance(columns, str | Path) else columns,
            today=date.today(),
            dated=on,
            propose=propose,
            actor=self.actor,
            recorded_at=now(),
            preview=preview,
        )

    def pay_file(
        self,
        path: str | Path,
        *,
        on: date | None = None,
        advance: bool = False,
        sheet: str = "",
        preview: bool = False,
    ) -> Batch:
        """Pay every row of a CSV or XLSX file, or none: columns `award` and `amount` in pounds.

        `on` is the day of rows that give none; `advance` pays before need where a row does not say.
        Returns how many rows were recorded now and how many before, and their sum in pence. Raises
        RowsRejected with a finding for every bad row, FileUnreadable or LedgerBusy; then nothing
        was written.
        """
        return self._take_file(path, "advance" if advance else "pay", on, sheet, preview)

    def claim_file(
        self,
        path: str | Path,
        *,
        on: date | None = None,
        sheet: str = "",
        preview: bool = False,
    ) -> Batch:
        """Approve the claim in every row of a CSV or XLSX file, or none; as `pay_file`."""
        return self._take_file(path, "claim", on, sheet, preview)

    def _take_file(
        self, path: str | Path, kind: str, on: date | None, sheet: str, preview: bool
    ) -> Batch:
        from vru_ledger.actions import steps_many

        return steps_many.take_file(
            self.database,
            steps_many.steps_file(str(path), kind, sheet=sheet),
            kind,
            today=date.today(),
            dated=on,
            actor=self.actor,
            recorded_at=now(),
            preview=preview,
        )

    def plan(self, path: str | Path, *, on: date | None = None, sheet: str = "") -> Plan:
        """Try the steps of a CSV or XLSX file together, undo them, and return the plan.

        Its `text()` is the file that `apply` reads. `on` is the day of rows that give none. Raises
        RowsRejected with a finding for every step that cannot be taken, FileUnreadable, LedgerBusy.
        """
        from vru_ledger.actions import plan

        return plan.plan(
            self.database,
            plan.steps_file(str(path), sheet=sheet),
            today=date.today(),
            dated=on,
            actor=self.actor,
            recorded_at=now(),
        )

    def apply(
        self,
        plan: Plan | str | Path,
        *,
        approved_by: str = "",
        rebase: bool = False,
        preview: bool = False,
    ) -> Applied:
        """Record every step of a plan, given itself or as a file; once, however often applied.

        Raises PlanStale if the ledger has moved, unless `rebase` plans it anew: what differs is
        then in `differences`. Raises PlanTampered, AuthorityMissing if `approved_by` is who
        applies it, RowsRejected, KeyConflict or LedgerBusy; then nothing was written.
        """
        from vru_ledger.actions import apply_plan
        from vru_ledger.exchange.plan_file import proved, read_plan

        return apply_plan.apply(
            self.database,
            read_plan(str(plan)) if isinstance(plan, str | Path) else proved(plan),
            actor=self.actor,
            recorded_at=now(),
            approved_by=read(parse_name, "approved_by", approved_by),
            rebase=rebase,
            preview=preview,
        )
