"""What is wrong with the rows of a file: cells that cannot be read, rules that refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from vru_ledger.actions.alike import like
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.text import shown
from vru_ledger.errors import EntryRefused, ExitCode, KeyConflict, LedgerError, RowsRejected
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.rules.case import Breach
from vru_ledger.store.database import Session
from vru_ledger.store.journal import Journal

FLUSH_EVERY = 5_000
"""Rows that are written at once: enough to be quick, few enough to be held."""


class RowFindings:
    """Collects findings about one file, row by row; nothing is raised until the end.

    `columns` are those that it may have, `headings` what it calls them where that is otherwise.
    """

    def __init__(
        self,
        file: str,
        columns: Collection[str],
        headings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.file = file
        self._columns = columns
        self._headings = headings
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
        if isinstance(error, KeyConflict) and not row.cells.get("key"):
            # The key is the row's own: it was recorded before, and another key would do it again.
            remedy = f"this row was recorded before; {error.hint.partition(';')[0]}"
            self.add(row, error.column, error.code, error.message, remedy)
            return
        if not isinstance(error, EntryRefused):
            self.add(row, error.column, error.code, error.message, self._put(error))
            return
        for breach in error.refusal.breaches:
            if breach.severity == "stop":
                field = "amount" if breach.over else ""
                remedy = self._remedy(error, breach)
                self.add(row, field, error.code, breach.sentence, remedy, breach.rule)

    def _remedy(self, error: EntryRefused, breach: Breach) -> str:
        """Return what to do about a row that a rule stops."""
        if breach.rule == "decision-needed":
            return "say which in the column decision"
        if breach.rule == "second-person" and not breach.over:
            return "somebody else must do it: run the file under their name"
        if breach.rule == "second-person":
            return self._put(error) or "leave it out, and propose it by itself with --propose"
        if most := error.refusal.largest_passing_pence:
            return f"the most that would pass here: {format_pounds(most)}"
        return self._put(error)

    def _put(self, error: LedgerError) -> str:
        """Return which cell of a row says what instead, or the hint if that only looks.

        A command that records would do so beside the file, which then records the row once more.
        """
        told = [
            f"{self._headings.get(column, column)}: put {value}"
            for column, value in error.cells.items()
            if column in self._columns
        ]
        return "; ".join(told) or (error.hint if only_looks(error.hint) else "")

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


class Alikes:
    """Looks whether the first rows of a file are like entries that were there before it.

    A file that was saved again in another form, a workbook for one, is another file to its rows'
    keys. Only few rows are looked at: an award may have thousands of entries.
    """

    def __init__(self, journal: Journal, of: str) -> None:
        self._of = of
        self._before = journal.number
        self._first: list[tuple[BatchRow, AwardEntry]] = []

    def add(self, row: BatchRow, new: AwardEntry) -> None:
        """Take in a row that was recorded now."""
        if len(self._first) < _LOOKED_AT:
            self._first.append((row, new))

    def warn(self, session: Session, found: RowFindings) -> None:
        """Add a warning for each of them that is like an entry."""
        for row, new in self._first:
            if warning := like(session, new, self._of, self._before):
                found.warn(row, [warning])


def only_looks(hint: str) -> bool:
    """Say whether nothing that a hint tells to type records anything, or is an option of a word."""
    return not _TO_TYPE.search(_LOOKS.sub("", hint))


_LOOKS = re.compile(
    r"vru-ledger (?:(?:headroom|show|log|why|check)\b[^;]*|[a-z-]+ (?:list|show)\b[^;]*"
    r"|[^;]*--help)"
)
_TO_TYPE = re.compile(r"vru-ledger |(?<!\S)--[a-z]")

_LOOKED_AT = 20
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
