"""What is wrong with the rows of a file: cells that cannot be read, rules that refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.text import shown
from vru_ledger.errors import AuthorityMissing, EntryRefused, ExitCode, LedgerError, RowsRejected
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.rules.case import Breach

FLUSH_EVERY = 5_000
"""Rows that are written at once: enough to be quick, few enough to be held."""


class RowFindings:
    """Collects findings about one file, row by row; nothing is raised until the end."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Finding] = []
        self.warnings: list[Finding] = []
        self._exits: set[int] = set()

    def read(
        self, row: BatchRow, column: str, parse: Callable[[str], Any], *, needed: bool = False
    ) -> Any:
        """Return a cell as `parse` reads it, None if it is empty or after a finding."""
        typed = row.cells.get(column, "")
        if not typed:
            if needed:
                self.missing(row, column)
            return None
        try:
            return parse(typed)
        except ValueError as problem:
            said = shown(str(problem))
            remedy = "" if "write it like" in said else _REMEDIES.get(column, _OTHERWISE)
            self.add(row, column, f"batch-bad-{column}", said, remedy)
            return None

    def missing(self, row: BatchRow, column: str) -> None:
        """Add that a cell is empty which must not be."""
        self.add(row, column, "batch-missing", f"{column} is missing", _ON_MISSING)

    def refuse(self, row: BatchRow, error: LedgerError) -> None:
        """Add what stands in the way of a row: each rule that stops it, or what is not there."""
        self._exits.add(int(error.exit_code))
        if not isinstance(error, EntryRefused):
            self.add(row, error.column, error.code, error.message, error.hint)
            return
        most = error.refusal.largest_passing_pence
        remedy = f"the most that would pass here: {format_pounds(most)}" if most else error.hint
        if isinstance(error, AuthorityMissing):
            remedy = "somebody else must do it: run the file under their name"
            if error.refusal.breaches[0].rule == "decision-needed":
                remedy = "say which in the column decision"
        for breach in error.refusal.breaches:
            if breach.severity == "stop":
                field = "amount" if breach.over else ""
                self.add(row, field, error.code, breach.sentence, remedy, breach.rule)

    def warn(self, row: BatchRow, breaches: Iterable[Breach]) -> None:
        """Add what a row was recorded in spite of."""
        for breach in breaches:
            told = self._finding(row, "", "batch-warning", breach.sentence, "", breach.rule)
            self.warnings.append(told.replace(severity="warning", value=breach.cap))

    def add(
        self, row: BatchRow, field: str, code: str, message: str, remedy: str = "", rule: str = ""
    ) -> None:
        """Add one thing that is wrong with a row."""
        self.found.append(self._finding(row, field, code, message, remedy, rule))

    def rejected(self, what: str = "nothing was written") -> RowsRejected:
        """Return the error that says them all, in the order of the file."""
        bad = len({finding.row for finding in self.found})
        cannot = "1 row that cannot" if bad == 1 else f"{bad:,} rows that cannot"
        error = RowsRejected(
            f"{self.file} has {cannot} be recorded; {what}",
            sorted(self.found, key=lambda finding: (finding.row, finding.field)),
            refused=int(ExitCode.REFUSED) in self._exits,
        )
        unread = any(one.code.startswith(_UNREAD) for one in self.found if one.code != NOT_MADE)
        if len(self._exits) == 1 and not unread:
            error.exit_code = ExitCode(*self._exits)
        return error

    def _finding(
        self, row: BatchRow, field: str, code: str, message: str, remedy: str, rule: str
    ) -> Finding:
        return Finding(
            code=code,
            message=message,
            remedy=remedy,
            file=self.file,
            row=row.number,
            field=field,
            value=shown(row.cells.get(field, "")[:80]),
            rule=rule,
        )


NOT_MADE = "plan-not-made"
"""A row that only waits for another one, which has a finding of its own."""

_UNREAD = ("batch-", "plan-")
_ON_MISSING = "fill it in; in a workbook, a formula that was never worked out is empty"


_OTHERWISE = "mend the cell, or leave it empty if it need not be there"
_REMEDIES = {
    "amount": "write what is paid or promised, like 750000; to take back: clawback, or amend -20k",
    "on": "write it like 2022-03-31",
    "advance": "write yes or no",
}


def read_flag(text: str) -> bool:
    """Read 'yes' or 'no' as people write them. Raises ValueError."""
    typed = text.strip().casefold()
    if typed in ("yes", "y", "true", "1", "x"):
        return True
    if typed in ("no", "n", "false", "0", ""):
        return False
    raise ValueError(f"{text[:40]!r} is neither yes nor no")
