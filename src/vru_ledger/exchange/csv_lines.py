"""What a CSV file is held to: its lines, what parts its cells, its heading."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from vru_ledger.domain.chain import sha256
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable

LARGEST_BYTES = 512 * 1024 * 1024
SAVE_AGAIN = "save it again as CSV, UTF-8"
_LONGEST_CELL = 10_000
_LONGEST_ROW = 1_000_000
_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class RowsHash:
    """SHA-256 of a CSV file as if its lines ended in LF and no byte order mark began it.

    Rows are known again by it: what another program only saved with its own line ends is the same
    file. Of a file as this one writes it, it is the hash of its bytes.
    """

    def __init__(self) -> None:
        self._digest = sha256()()
        self._begun = False
        self._held = b""

    def update(self, block: bytes) -> None:
        """Take in what follows, of any length."""
        block = self._held + block
        if not self._begun and len(block) < len(_MARK) and _MARK.startswith(block):
            self._held = block
            return
        if not self._begun:
            block, self._begun = block.removeprefix(_MARK), True
        # A CR at the end may be the first half of a line end.
        self._held = b"\r" if block.endswith(b"\r") else b""
        block = block.removesuffix(b"\r")
        self._digest.update(block.replace(b"\r\n", b"\n") if b"\r" in block else block)

    def hexdigest(self) -> str:
        """Return the hash of all that was taken in."""
        whole = self._digest.copy()
        whole.update(self._held)
        told: str = whole.hexdigest()
        return told


class Lines:
    """The lines of a file as text, of which no row takes more than can be held.

    A row may take several lines, within quotes; so whoever has read one says so by setting
    `row_bytes` to 0. A byte order mark at the start is none of the text.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._read = file.readline
        self._name = name
        self._line = 0
        self._encoding = "utf-8-sig"
        self.digest = RowsHash()
        self.row_bytes = 0
        self.read_bytes = 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._read(_LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self._line += 1
        self.digest.update(line)
        self.row_bytes += len(line)
        self.read_bytes += len(line)
        if self.row_bytes > _LONGEST_ROW:
            raise FileUnreadable(
                f"{self._name}, line {self._line}: a row is longer than {_LONGEST_ROW:,} bytes",
                "look for a quotation mark that is never closed, or for lost line ends",
            )
        if self._line == 1:
            self._must_be_a_table(line)
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError:
            raise FileUnreadable(
                f"{self._name}, line {self._line}, is not UTF-8", SAVE_AGAIN
            ) from None
        self._encoding = "utf-8"
        return text

    def _must_be_a_table(self, line: bytes) -> None:
        if line.startswith(_UTF_16):
            raise FileUnreadable(
                f"{self._name} is UTF-16, as Excel's 'Unicode Text' is, and not UTF-8", SAVE_AGAIN
            )
        if b"\0" in line:
            raise FileUnreadable(
                f"{self._name} is not a table: it holds what no text holds",
                "name a CSV file, UTF-8",
            )


class Cells:
    """The rows of a file's lines, parted as its heading is: by ',', or by ';' or a tab alone.

    Where Excel writes a comma into a number, it parts cells by ';'.
    """

    def __init__(self, lines: Lines, name: str) -> None:
        self._lines = lines
        self._name = name
        first = next(lines, "")
        self.parted_by = _parted_by(first)
        self._reader: Any = csv.reader(chain([first], lines), delimiter=self.parted_by, strict=True)

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the cells of each row. Raises FileUnreadable where they are not CSV."""
        try:
            for cells in self._reader:
                self._lines.row_bytes = 0
                yield cells
        except csv.Error as error:
            raise FileUnreadable(
                f"{self._name} is not CSV: {error}, near line {self._reader.line_num}", SAVE_AGAIN
            ) from None

    def ambiguous(self, number: int, amount: str) -> Finding | None:
        """Return what is wrong with an amount whose comma may be a decimal point, if it is."""
        if self.parted_by == "," or "," not in amount:
            return None
        return Finding(
            code="batch-bad-amount",
            message=f"{shown(amount[:40])!r} can mean two amounts: where cells are parted by "
            f"{_NAMES[self.parted_by]}, a comma may be a decimal point",
            remedy="write it like 750000 or 750000.50",
            file=self._name,
            row=number,
            field="amount",
            value=shown(amount[:80]),
        )


_NAMES = {";": "';'", "\t": "a tab"}


def _parted_by(heading: str) -> str:
    """Return what parts the cells of a heading. What stands within quotes parts nothing."""
    outside = "".join(heading.split('"')[::2])
    if "," not in outside:
        for mark in (";", "\t"):
            if mark in outside:
                return mark
    return ","


def columns_said(names: Sequence[str], required: int) -> str:
    """Say which columns there are, the first `required` of which must be there."""
    optional = f", and if you like {', '.join(names[required:])}" if names[required:] else ""
    return f"the columns are {', '.join(names[:required])}{optional}"


def given_twice(columns: Iterable[str]) -> list[str]:
    """Return the columns that a heading has more than once."""
    return [column for column, times in Counter(columns).items() if column and times > 1]


def faults_of(heading: Sequence[str], faults: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Say what is wrong with a heading, '' if nothing is: each fault has the columns it is of."""
    said = "; ".join(
        f"{what} {', '.join(repr(shown(one[:40])) for one in names)}"
        for what, names in faults
        if names
    )
    if said and not any(heading):
        return "there is no heading"
    if said and len(heading) > 1 and any(";" in cell for cell in heading):
        return f"its cells seem to be parted by both ',' and ';'; {said}"
    return said


def problem_of(cells: Sequence[str], wide: int) -> str:
    """Say why a row is none of a table of `wide` columns; '' if it is one."""
    if len(cells) != wide:
        many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        return f"it has {many} where the heading has {wide}"
    if max(map(len, cells)) > _LONGEST_CELL:
        return f"a cell is longer than {_LONGEST_CELL:,} characters"
    return ""


def misshapen(name: str, number: int, problem: str) -> Finding:
    """Return the finding that a row is not shaped as its heading."""
    return Finding(
        code="batch-row",
        message=problem,
        file=name,
        row=number,
        remedy="give the row one cell for each column of the heading",
    )
