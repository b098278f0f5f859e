"""Batches: CSV files with a heading row, read strictly, every cell at its row and column."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.input_file import open_input

LARGEST_BYTES = 512 * 1024 * 1024
_LONGEST_CELL = 10_000


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row: its number in the file (the heading is row 1), its cells by column, and its key.

    The key is the file's hash, the row, and which occurrence of the same cells this is, so the
    same file twice records once and two rows that are truly alike record twice.
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
        self.hash = ""
        self.columns: list[str] = []

    def rows(self, findings: list[Finding]) -> Iterator[BatchRow]:
        """Yield each row with as many cells as the heading; add a finding for each without.

        Raises FileUnreadable where the file is not CSV in UTF-8, or its heading does not fit.
        """
        self.hash = self._hash()
        seen: Counter[bytes] = Counter()
        with open_input(self.path, LARGEST_BYTES) as file:
            reader = csv.reader(_decoded(file, self.name), strict=True)
            try:
                self.columns = self._heading(next(reader, []))
                for number, cells in enumerate(reader, 2):
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
                    same = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=12).digest()
                    seen[same] += 1
                    yield BatchRow(
                        number,
                        dict(zip(self.columns, map(str.strip, cells), strict=True)),
                        f"{self.hash[:16]}-{number}-{seen[same]}",
                    )
            except csv.Error as error:
                raise FileUnreadable(
                    f"{self.name} is not CSV: {error}, near line {reader.line_num}",
                    "save it again as CSV, UTF-8",
                ) from None

    def _hash(self) -> str:
        digest = hashlib.sha256()
        with open_input(self.path, LARGEST_BYTES) as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

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


def _decoded(lines: BinaryIO, name: str) -> Iterator[str]:
    """Yield lines as text; a byte order mark at the start is none of the text."""
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise FileUnreadable(
                f"{name}, line {number}, is not UTF-8", "save it again as CSV, UTF-8"
            ) from None
