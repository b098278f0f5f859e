"""XLSX workbooks, read row by row as text; one that would fill the memory or fetch is refused.

A workbook is a zip file of XML. Every part that is read passes a guard: no document type, so no
entities; small parts are small; and of a long part, no more than a piece lies between two rows.
"""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable, LedgerError, to_install

LARGEST_BYTES = 64 * 1024 * 1024
"""Of the file as it lies there."""

_LARGEST_UNPACKED = 512 * 1024 * 1024
_LARGEST_PART = 4 * 1024 * 1024
"""Of a part that is held whole: styles, the list of sheets."""

_LARGEST_PIECE = 1024 * 1024
"""Of a part that is read piece by piece: from one row, or one shared text, to the next."""

_MOST_PARTS = 2_000
_LARGEST_LIST = 1024 * 1024
_LONGEST_END = 22 + 65_535
"""Of a zip file: the record at its end, and the comment behind it."""

_MOST_COLUMNS = 256
_MOST_ROWS = 1_048_576
_AT_ONCE = 500
_PIECES = ("row", "si")

_SAVE_AGAIN = "open it in a spreadsheet program and save it again as XLSX, or as CSV, UTF-8"
_OLD = b"\xd0\xcf\x11\xe0"


def is_workbook(first_bytes: bytes) -> bool:
    """Say whether a file begins as a workbook does: as a zip file, or as Excel's own old format."""
    return first_bytes.startswith((b"PK\x03\x04", _OLD))


class Workbook:
    """A workbook that is open; `share` says how much of the sheet has been read, from 0 to 1."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._file = file
        self._archive: Any = None

    @property
    def share(self) -> float:
        """Return how much of what was opened last has been read."""
        opened = self._archive.opened if self._archive else None
        return opened.read_bytes / max(1, opened.size) if opened else 0.0

    def rows(self, sheet: str = "") -> Iterator[list[str]]:
        """Yield the cells of every row of a sheet as text, the first row first.

        Without a name the sheet is the only one there is. Raises FileUnreadable if the file is no
        workbook, or not a sound one, or holds several sheets and none is named.
        """
        reader = self._reader()
        with _speaking_for(self.name):
            self._archive = reader.archive = _Archive(self._file, self.name)
            reader.read()
        rows = self._sheet(reader.wb, sheet).iter_rows(max_row=_MOST_ROWS, values_only=True)
        while True:
            # A few at once, because whatever openpyxl warns of is silenced around each call.
            with _speaking_for(self.name):
                some = list(islice(rows, _AT_ONCE))
            for row in some:
                if len(row) > _MOST_COLUMNS:
                    raise FileUnreadable(
                        f"{self.name} has more than {_MOST_COLUMNS} columns", "remove the others"
                    )
                yield [_text(cell) for cell in row]
            if len(some) < _AT_ONCE:
                return

    def titles(self) -> list[str]:
        """Return the names of the sheets, in their order. Raises FileUnreadable."""
        reader = self._reader()
        with _speaking_for(self.name):
            self._archive = reader.archive = _Archive(self._file, self.name)
            reader.read()
        return [str(sheet.title) for sheet in reader.wb.worksheets]

    def _reader(self) -> Any:
        """Return openpyxl's reader. Raises FileUnreadable where openpyxl is not installed."""
        start = self._file.read(4)
        self._file.seek(0)
        if start == _OLD:
            raise FileUnreadable(
                f"{self.name} is an old Excel file, or one that needs a password",
                "save it as XLSX, without a password",
            )
        _must_have_a_short_list(self._file, self.name)
        try:
            from vru_ledger.exchange.workbook_reader import Reader
        except ModuleNotFoundError:
            raise FileUnreadable(
                f"{self.name} is a workbook, and openpyxl, which reads them, is not installed",
                f"{to_install('openpyxl')}, or save the sheet as CSV, UTF-8",
            ) from None
        with _speaking_for(self.name):
            return Reader(self._file, read_only=True, data_only=True, keep_links=False)

    def _sheet(self, book: Any, asked: str) -> Any:
        """Return the sheet of this name, or the only one. Raises FileUnreadable."""
        there = {sheet.title: sheet for sheet in book.worksheets}
        named = ", ".join(repr(shown(title[:60])) for title in list(there)[:20])
        if asked and asked not in there:
            raise FileUnreadable(
                f"{self.name} has no sheet {shown(asked[:60])!r}", f"its sheets are {named}"
            )
        if not there:
            raise FileUnreadable(f"{self.name} has no sheet of cells", "name another file")
        if not asked and len(there) > 1:
            raise FileUnreadable(
                f"{self.name} has {len(there)} sheets: {named}", "say which with --sheet NAME"
            )
        return there[asked or next(iter(there))]


class _speaking_for:
    """Whatever openpyxl raises becomes a sentence about the file, and its warnings are silent."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._silence = warnings.catch_warnings()

    def __enter__(self) -> None:
        self._silence.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        self._silence.__exit__(kind, error, traceback)
        of_the_system = isinstance(error, OSError) and error.errno is not None
        if isinstance(error, Exception) and not (of_the_system or isinstance(error, LedgerError)):
            # A damaged or hostile workbook makes openpyxl fail in any way that Python knows.
            raise FileUnreadable(
                f"{self._name} is not a workbook that can be read", _SAVE_AGAIN
            ) from None


def _must_have_a_short_list(file: BinaryIO, name: str) -> None:
    """Raise FileUnreadable if a zip file lists more parts than are worth holding in memory.

    Looked up by hand, because zipfile reads the whole list before it can be asked how long it is.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LONGEST_END))
    end = file.read()
    file.seek(0)
    at = end.rfind(b"PK\x05\x06")
    listed = int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0
    if listed > _LARGEST_LIST or (at >= 20 and end[at - 20 : at].startswith(b"PK\x06\x07")):
        raise _too_much(name)


class _Archive(zipfile.ZipFile):
    """A zip file whose parts say beforehand how large they are, and pass the guard."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        super().__init__(file)
        self._name = name
        self.opened: _Guarded | None = None
        parts = self.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
            raise FileUnreadable(
                f"{name} unpacks to more than a sheet of payments ever does",
                "check that it is the right file, or save the sheet as CSV, UTF-8",
            )

    def open(self, name: Any, *more: Any, **named: Any) -> IO[bytes]:
        """Open a part; what is read of it is looked at first."""
        info = self.getinfo(name) if isinstance(name, str) else name
        # Nobody gets more than the part says it holds: zipfile stops there.
        self.opened = _Guarded(super().open(info, *more, **named), info.file_size, self._name)
        return self.opened  # type: ignore[return-value]  # it reads, which is all that is asked

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        """Return a whole part. Raises FileUnreadable if it is too large to be held."""
        info = self.getinfo(name) if isinstance(name, str) else name
        if info.file_size > _LARGEST_PART:
            raise _too_much(self._name)
        return super().read(info, pwd)


class _Guarded:
    """A part of a workbook, read through a guard that stops before its reader can be hurt."""

    def __init__(self, part: IO[bytes], size: int, name: str) -> None:
        self.size = size
        self.read_bytes = 0
        self._part = part
        self._name = name
        self._piece_began = 0
        self._parser: Any = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin

    def read(self, most: int | None = -1) -> bytes:
        """Return the next bytes. Raises FileUnreadable for what no spreadsheet program writes."""
        block = self._part.read(-1 if most is None else most)
        self.read_bytes += len(block)
        if self._parser:
            try:
                self._parser.Parse(block, False)
            except expat.ExpatError:
                # It is not XML: openpyxl, which reads it with the same parser, will say so.
                self._parser = None
        if self.size > _LARGEST_PART and self.read_bytes - self._piece_began > _LARGEST_PIECE:
            raise _too_much(self._name)
        return block

    def _begin(self, tag: str, _: Any) -> None:
        if tag.rpartition(":")[2] in _PIECES:
            began = self._parser.CurrentByteIndex
            if began - self._piece_began > _LARGEST_PIECE:
                raise _too_much(self._name)
            self._piece_began = began

    def _refuse(self, *_: Any) -> None:
        raise FileUnreadable(
            f"{self._name} declares a document type, which can fetch files or fill the memory",
            "no spreadsheet program writes one: do not trust where it came from",
        )

    def close(self) -> None:
        """Let go of the part."""
        self._part.close()

    def __enter__(self) -> _Guarded:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _too_much(name: str) -> FileUnreadable:
    return FileUnreadable(
        f"{name} has a part or a row that is larger than any sheet needs", _SAVE_AGAIN
    )


def _text(cell: Any) -> str:
    """Return a cell as a person reads it: a day as 2022-03-31, a number without noise."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        # Fifteen digits are what a spreadsheet keeps and shows: 93750.10000000001 is 93750.10.
        written = f"{cell:.15g}"
        return f"{cell:.0f}" if "e+" in written else written
    if isinstance(cell, datetime):
        whole_day = not (cell.hour or cell.minute or cell.second or cell.microsecond)
        return cell.date().isoformat() if whole_day else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def headed(cells: Sequence[str]) -> list[str]:
    """Return a heading without the empty cells behind its last column."""
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
