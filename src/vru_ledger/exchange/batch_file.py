"""Batches: CSV files with a heading row, read strictly, every cell at its row and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vru_ledger.domain.findings import Finding
from vru_ledger.errors import FileUnreadable
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


class BatchRow(NamedTuple):
    """One row: its number in the file (the heading is row 1), its cells by column, and its key.

    The key is the file's hash and the row's number, so the same file twice records once and two
    rows that are truly alike record twice. Other line ends make no other file.
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
        digest = RowsHash()
        with open_input(self.path, LARGEST_BYTES) as file:
            self.columns = self._heading(next(iter(Cells(Lines(file, self.name), self.name)), []))
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
            lines = Lines(file, self.name)
            parted = Cells(lines, self.name)
            rows = iter(parted)
            next(rows, None)
            for number, cells in enumerate(rows, 2):
                if not any(cells):
                    continue
                if problem := problem_of(cells, len(self.columns)):
                    findings.append(misshapen(self.name, number, problem))
                    continue
                told = dict(zip(self.columns, map(str.strip, cells), strict=True))
                if ambiguous := parted.ambiguous(number, told.get("amount", "")):
                    findings.append(ambiguous)
                    continue
                yield BatchRow(number, told, f"{self.keys_begin}{number}")
            if lines.digest.hexdigest() != self._hash:
                raise FileUnreadable(
                    f"{self.name} was changed while it was read", "run the same command again"
                )

    def _heading(self, cells: list[str]) -> list[str]:
        columns = [cell.strip().casefold().replace(" ", "_") for cell in cells]
        said = faults_of(
            cells,
            (
                ("unknown column", [column for column in columns if column not in self._known]),
                ("missing column", [one for one in self._required if one not in columns]),
                ("column given twice", given_twice(columns)),
            ),
        )
        if said:
            raise FileUnreadable(
                f"{self.name}, row 1: {said}", columns_said(self._known, len(self._required))
            )
        return columns
