"""Tables that somebody names, CSV or XLSX: rows with our columns, or with theirs as mapped."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.exchange.column_map import AS_OURS, ColumnMap, Fault
from vru_ledger.exchange.csv_lines import (
    LARGEST_BYTES,
    Cells,
    Lines,
    RowsHash,
    columns_said,
    faults_of,
    given_twice,
    misshapen,
    problem_of,
)
from vru_ledger.exchange.input_file import open_input
from vru_ledger.exchange.workbook import LARGEST_BYTES as LARGEST_WORKBOOK
from vru_ledger.exchange.workbook import Workbook, headed, is_workbook


class TableFile:
    """A CSV file or a workbook, read strictly: every cell at its row and column.

    `keys_begin` is what the keys of its rows begin with, so that one file may be claimed first and
    paid afterwards. A row's key is the file's hash, the row, and which occurrence of the same cells
    it is: the same file twice records once, two rows that are truly alike record twice. Of CSV
    other line ends make no other file; `hash` is that of its bytes. `as_batch`: the keys are those
    that a `BatchFile` has, for rows that may be read as either.
    """

    def __init__(
        self,
        path: str,
        required: Sequence[str],
        optional: Sequence[str],
        *,
        columns: ColumnMap = AS_OURS,
        sheet: str = "",
        keys_begin: str = "",
        as_batch: bool = False,
    ) -> None:
        self.path = path
        self.name = shown(Path(path).name)
        self.map = columns
        self.headings: dict[str, str] = {}
        """Their word for each of our columns."""

        self.hash = ""
        self._rows_hash = ""
        self._required = required
        self._known = (*required, *optional)
        self._sheet = sheet or columns.sheet
        self._keys_begin = keys_begin
        self._as_batch = as_batch
        self._size = 1
        self._lines: Lines | None = None
        self._cells: Cells | None = None
        self._book: Workbook | None = None

    @property
    def share(self) -> float:
        """Return how much of it has been read, from 0 to 1."""
        if self._book:
            return min(1.0, self._book.share)
        return min(1.0, self._lines.read_bytes / self._size) if self._lines else 0.0

    def rows(self, findings: list[Finding]) -> Iterator[BatchRow]:
        """Yield each row with as many cells as the heading; add a finding for each without.

        Raises FileUnreadable where the file is neither CSV nor a workbook, or its heading does not
        fit.
        """
        with open_input(self.path, LARGEST_BYTES) as file:
            self._take_hashes(file)
            rows = self._rows(file)
            columns = self._heading(next(rows, []))
            seen: Counter[bytes] = Counter()
            for number, cells in enumerate(rows, 2):
                stripped = [cell.strip() for cell in cells]
                if not any(stripped):
                    continue
                if problem := problem_of(stripped, len(columns)):
                    findings.append(misshapen(self.name, number, problem))
                    continue
                same = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=12).digest()
                seen[same] += 1
                theirs = dict(zip(columns, stripped, strict=True))
                theirs.pop("", None)
                ours, faults = self.map.as_ours(theirs)
                bad = [self._finding(number, theirs, fault) for fault in faults]
                if self._cells and (one := self._cells.ambiguous(number, ours.get("amount", ""))):
                    bad.append(one)
                findings += bad
                if not bad:
                    key = f"{self._keys_begin}{self._rows_hash[:16]}-{number}"
                    yield BatchRow(number, ours, key if self._as_batch else f"{key}-{seen[same]}")

    def _finding(self, number: int, cells: Mapping[str, str], fault: Fault) -> Finding:
        return Finding(
            code=fault.code,
            message=shown(fault.message),
            remedy=fault.remedy,
            file=self.name,
            row=number,
            field=fault.column,
            value=shown(cells.get(fault.column, "")[:80]),
        )

    def _take_hashes(self, file: BinaryIO) -> None:
        digest, of_rows = hashlib.sha256(), RowsHash()
        self._size, self._lines, self._cells, self._book = 1, None, None, None
        while block := file.read(1 << 20):
            digest.update(block)
            of_rows.update(block)
            self._size += len(block)
        file.seek(0)
        begins = file.read(4)
        file.seek(0)
        self.hash = digest.hexdigest()
        self._rows_hash = self.hash if is_workbook(begins) else of_rows.hexdigest()

    def _rows(self, file: BinaryIO) -> Iterator[list[str]]:
        """Yield the cells of each row, the heading first, all rows as long as the heading."""
        begins = file.read(4)
        file.seek(0)
        if not is_workbook(begins):
            yield from self._csv(file)
            return
        if self._size > LARGEST_WORKBOOK:
            raise FileUnreadable(
                f"{self.name} is larger than {LARGEST_WORKBOOK:,} bytes, the most that is read of "
                "a workbook",
                "save the sheet as CSV, UTF-8",
            )
        self._book = Workbook(file, self.name)
        wide = 0
        for cells in self._book.rows(self._sheet):
            wide = wide or len(headed(cells))
            kept = headed(cells)
            yield kept + [""] * (wide - len(kept))

    def _csv(self, file: BinaryIO) -> Iterator[list[str]]:
        if self._sheet:
            raise FileUnreadable(
                f"{self.name} is CSV and has no sheet {shown(self._sheet[:60])!r}",
                "leave the sheet out",
            )
        self._lines = Lines(file, self.name)
        self._cells = Cells(self._lines, self.name)
        yield from self._cells

    def _heading(self, cells: list[str]) -> list[str]:
        """Return our column for each of theirs, '' for those that are ignored."""
        columns, unknown = [], []
        for cell in cells:
            ours = self.map.ours(cell, self._known)
            if ours is None:
                unknown.append(cell.strip())
            elif ours:
                self.headings[ours] = cell.strip()
            columns.append(ours or "")
        there = {*columns, *self.map.constants}
        lacking = [column for column in self._required if column not in there]
        twice = given_twice(columns)
        twice += [column for column in self.map.constants if column in columns]
        said = faults_of(
            cells,
            (
                ("unknown column", unknown),
                ("missing column", lacking),
                ("column given twice", twice),
                ("the map names a column that is not there,", self.map.not_among(cells)),
            ),
        )
        if said:
            raise FileUnreadable(
                f"{self.name}, row 1: {said}",
                self.map.remedy(unknown, columns_said(self._known, len(self._required))),
            )
        return columns


def holds_workbook(path: str) -> bool:
    """Say whether a file begins as a workbook does, whatever its name. Raises FileUnreadable."""
    with open_input(path, LARGEST_BYTES) as file:
        return is_workbook(file.read(4))
