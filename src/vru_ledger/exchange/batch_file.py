"""Batches: CSV files with a heading row, read strictly, every cell at its row and column."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vru_ledger.domain.chain import sha256
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.input_file import open_input

LARGEST_BYTES = 512 * 1024 * 1024
_LONGEST_CELL = 10_000
_LONGEST_ROW = 1_000_000


UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How text in UTF-16 begins, of which it is better said that it is not UTF-8."""


class BatchRow(NamedTuple):
    """One row: its number in the file (the heading is row 1), its cells by column, and its key.

    The key is the file's hash and the row's number, so the same file twice records once and two
    rows that are truly alike record twice.
    """

    number: int
    cells: dict[str, str]
    key: str


class BatchFile:
    """A CSV file that somebody named."""

    def __init__(self, path: str, required: Sequence[str], optional: Sequence[str]) -> None:
        self.path = path
        self.name = Path(path).name
        self._known = (*required, *optional)
        self._required = required
        self.columns: list[str] = []
        self.keys_begin = ""
        self._hash = ""

    def look(self) -> None:
        """Read the file once through: its heading, and the hash that its rows' keys begin with.

        Whoever is to write its rows does this first, while nobody has to wait for them. Raises
        FileUnreadable where its heading does not fit.
        """
        digest = sha256()()
        with open_input(self.path, LARGEST_BYTES) as file:
            reader = csv.reader(_Lines(file, self.name), strict=True)
            try:
                self.columns = self._heading(next(reader, []))
            except csv.Error as error:
                raise self._not_csv(error, reader.line_num) from None
            file.seek(0)
            while block := file.read(1 << 20):
                digest.update(block)
        self._hash = digest.hexdigest()
        self.keys_begin = f"{self._hash[:16]}-"

    def rows(self, findings: list[Finding]) -> Iterator[BatchRow]:
        """Yield each row with as many cells as the heading; add a finding for each without.

        Raises FileUnreadable where the file is not CSV in UTF-8, or is no longer what it was when
        it was looked at.
        """
        with open_input(self.path, LARGEST_BYTES) as file:
            lines = _Lines(file, self.name)
            reader = csv.reader(lines, strict=True)
            try:
                next(reader, None)
                for number, cells in enumerate(reader, 2):
                    lines.row_bytes = 0
                    if not any(cells):
                        continue
                    if problem := self._problem(cells):
                        findings.append(
                            Finding(
                                code="batch-row",
                                message=problem,
                                file=self.name,
                                row=number,
                                remedy="give the row one cell for each column of the heading",
                            )
                        )
                        continue
                    yield BatchRow(
                        number,
                        dict(zip(self.columns, map(str.strip, cells), strict=True)),
                        f"{self.keys_begin}{number}",
                    )
            except csv.Error as error:
                raise self._not_csv(error, reader.line_num) from None
            if lines.digest.hexdigest() != self._hash:
                raise FileUnreadable(
                    f"{self.name} was changed while it was read", "run the same command again"
                )

    def _not_csv(self, error: csv.Error, line: int) -> FileUnreadable:
        return FileUnreadable(
            f"{self.name} is not CSV: {error}, near line {line}", "save it again as CSV, UTF-8"
        )

    def _heading(self, cells: list[str]) -> list[str]:
        columns = [cell.strip().casefold().replace(" ", "_") for cell in cells]
        unknown = [column for column in columns if column not in self._known]
        lacking = [column for column in self._required if column not in columns]
        twice = [column for column, times in Counter(columns).items() if times > 1]
        said = [
            f"{what} {', '.join(repr(shown(one[:40])) for one in names)}"
            for what, names in (
                ("unknown column", unknown),
                ("missing column", lacking),
                ("column given twice", twice),
            )
            if names
        ]
        if said:
            raise FileUnreadable(
                f"{self.name}, row 1: {'; '.join(said)}",
                f"the columns are {', '.join(self._required)}, and if you like "
                f"{', '.join(self._known[len(self._required) :])}",
            )
        return columns

    def _problem(self, cells: list[str]) -> str:
        if len(cells) != len(self.columns):
            return f"it has {len(cells)} cells where the heading has {len(self.columns)}"
        if max(map(len, cells)) > _LONGEST_CELL:
            return f"a cell is longer than {_LONGEST_CELL:,} characters"
        return ""


class _Lines:
    """The lines of a file as text, of which no row takes more than can be held.

    A row may take several lines, within quotes; so whoever has read one says so by setting
    `row_bytes` to 0. A byte order mark at the start is none of the text.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._read = file.readline
        self._name = name
        self._line = 0
        self._encoding = "utf-8-sig"
        self.digest = sha256()()
        self.row_bytes = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._read(_LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self._line += 1
        self.digest.update(line)
        self.row_bytes += len(line)
        if self.row_bytes > _LONGEST_ROW:
            raise FileUnreadable(
                f"{self._name}, line {self._line}: a row is longer than {_LONGEST_ROW:,} bytes",
                "look for a quotation mark that is never closed, or for lost line ends",
            )
        if self._line == 1 and b"\0" in line and not line.startswith(UTF_16):
            raise FileUnreadable(
                f"{self._name} is not a table: it holds what no text holds",
                "name a CSV file, UTF-8",
            )
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError:
            raise FileUnreadable(
                f"{self._name}, line {self._line}, is not UTF-8", "save it again as CSV, UTF-8"
            ) from None
        self._encoding = "utf-8"
        return text
