"""openpyxl's reader, taught to read cells only: no charts, and no sheet twice to learn its size.

The one file that imports openpyxl.
"""

from __future__ import annotations

from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet


class Sheet(ReadOnlyWorksheet):  # type: ignore[misc]  # openpyxl has no types
    """A sheet of cells. What a file says of its size is not to be relied upon, so nobody asks."""

    def _get_size(self) -> None:
        """Leave the size unknown: where it is not written, openpyxl would read the whole sheet."""


class Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """Reads the list of sheets and what their cells need."""

    def read_worksheets(self) -> None:
        """Open each sheet of cells; pictures, charts and comments are left alone."""
        for sheet, found in self.parser.find_sheets():
            if found.target in self.valid_files and "chartsheet" not in found.Type:
                opened: Any = Sheet(self.wb, sheet.name, found.target, self.shared_strings)
                self.wb._sheets.append(opened)
