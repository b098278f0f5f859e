"""Tables that somebody names, CSV or XLSX: rows with our columns, or with theirs as mapped."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.batch_file import LARGEST_BYTES, UTF_16, BatchRow
from vru_ledger.exchange.column_map import AS_OURS, ColumnMap, Fault
from vru_ledger.exchange.input_file import open_input
from vru_ledger.exchange.workbook import LARGEST_BYTES as LARGEST_WORKBOOK
from vru_ledger.exchange.workbook import Workbook, headed, is_workbook

_LONGEST_CELL = 10_000
_LONGEST_LINE = 1024 * 1024
_SAVE_AGAIN = "save it again as CSV, UTF-8"


class TableFile:
    """A CSV file or a workbook, read strictly: every cell at its row and column.

    `keys_begin` is what the keys of its rows begin with, so that one file may be claimed first and
    paid afterwards. A row's key is the file's hash, the row, and which occurrence of the same cells
    it is: the same file twice records once, two rows that are truly alike record twice.
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
    ) -> None:
        self.path = path
        self.name = shown(Path(path).name)
        self.map = columns
        self.headings: dict[str, str] = {}
        """Their word for each of our columns."""

        self.hash = ""
        self._required = required
        self._known = (*required, *optional)
        self._sheet = sheet or columns.sheet
        self._keys_begin = keys_begin
        self._size = 1
        self._read_bytes = 0
        self._book: Workbook | None = None

    @property
    def share(self) -> float:
        """Return how much of it has been read, from 0 to 1."""
        return min(1.0, self._book.share if self._book else self._read_bytes / self._size)

    def rows(self, findings: list[Finding]) -> Iterator[BatchRow]:
        """Yield each row with as many cells as the heading; add a finding for each without.

        Raises FileUnreadable where the file is neither CSV nor a workbook, or its heading does not
        fit.
        """
        with open_input(self.path, LARGEST_BYTES) as file:
            self.hash = self._hash(file)
            lines = self._lines(file)
            columns = self._heading(next(lines, []))
            seen: Counter[bytes] = Counter()
            for number, cells in enumerate(lines, 2):
                stripped = [cell.strip() for cell in cells]
                if not any(stripped):
                    continue
                if problem := self._problem(stripped, len(columns)):
                    findings.append(self._misshapen(number, problem))
                    continue
                same = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=12).digest()
                seen[same] += 1
                theirs = dict(zip(columns, stripped, strict=True))
                theirs.pop("", None)
                ours, faults = self.map.as_ours(theirs)
                findings += [self._finding(number, theirs, fault) for fault in faults]
                if not faults:
                    key = f"{self._keys_begin}{self.hash[:16]}-{number}-{seen[same]}"
                    yield BatchRow(number, ours, key)

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

    def _hash(self, file: BinaryIO) -> str:
        digest = hashlib.sha256()
        self._size, self._read_bytes, self._book = 1, 0, None
        while block := file.read(1 << 20):
            digest.update(block)
            self._size += len(block)
        file.seek(0)
        return digest.hexdigest()

    def _lines(self, file: BinaryIO) -> Iterator[list[str]]:
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
        reader = csv.reader(self._decoded(file), strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise FileUnreadable(
                f"{self.name} is not CSV: {error}, near line {reader.line_num}", _SAVE_AGAIN
            ) from None

    def _decoded(self, file: BinaryIO) -> Iterator[str]:
        """Yield lines as text; a byte order mark at the start is none of the text."""
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            self._read_bytes += len(line)
            if len(line) == _LONGEST_LINE:
                raise FileUnreadable(
                    f"{self.name}, line {number}, is longer than {_LONGEST_LINE:,} bytes",
                    "check that it is the right file",
                )
            if number == 1 and b"\0" in line and not line.startswith(UTF_16):
                raise FileUnreadable(
                    f"{self.name} is not a table: it holds what no text holds",
                    "name a CSV file, UTF-8",
                )
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise FileUnreadable(
                    f"{self.name}, line {number}, is not UTF-8", _SAVE_AGAIN
                ) from None

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
        twice = [column for column, times in Counter(columns).items() if column and times > 1]
        twice += [column for column in self.map.constants if column in columns]
        absent = self.map.not_among(cells)
        said = [
            f"{what} {', '.join(repr(shown(one[:40])) for one in names)}"
            for what, names in (
                ("unknown column", unknown),
                ("missing column", lacking),
                ("column given twice", twice),
                ("the map names a column that is not there,", absent),
            )
            if names
        ]
        if said:
            if len(cells) == 1 and ";" in cells[0]:
                said = ["its cells seem to be parted by ';' and not by ','"]
            raise FileUnreadable(
                f"{self.name}, row 1: {'; '.join(said)}",
                self.map.remedy(unknown, self._known_in_words()),
            )
        return columns

    def _known_in_words(self) -> str:
        return (
            f"the columns are {', '.join(self._required)}, and if you like "
            f"{', '.join(self._known[len(self._required) :])}"
        )

    def _problem(self, cells: list[str], wide: int) -> str:
        if len(cells) != wide:
            return f"it has {len(cells)} cells where the heading has {wide}"
        if max(map(len, cells)) > _LONGEST_CELL:
            return f"a cell is longer than {_LONGEST_CELL:,} characters"
        return ""

    def _misshapen(self, number: int, problem: str) -> Finding:
        return Finding(
            code="batch-row",
            message=problem,
            file=self.name,
            row=number,
            remedy="give the row one cell for each column of the heading",
        )


def holds_workbook(path: str) -> bool:
    """Say whether a file begins as a workbook does, whatever its name. Raises FileUnreadable."""
    with open_input(path, LARGEST_BYTES) as file:
        return is_workbook(file.read(4))
