"""Pages that `render/as_html.py` wrote, read back: their tables, and which command made each."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from vru_ledger.exchange.report_file import Part, Table


class _Found(NamedTuple):
    """One table of a page, and the command that its section names; None if it names none."""

    made_by: str | None
    title: list[str]
    heading: list[str]
    rows: list[list[str]]


class _Page(HTMLParser):
    """Takes the tables out of a page; everything else is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Found] = []
        self._made_by: str | None = None
        self._within = ""
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a section, a table, a row or a cell."""
        if tag == "section":
            self._made_by = dict(attrs).get("data-made-by")
        elif tag == "table":
            self.found.append(_Found(self._made_by, [], [], []))
        elif not self.found:
            return
        elif tag in ("thead", "tbody", "tfoot"):
            self._within = tag
        elif tag == "tr" and self._within != "thead":
            self.found[-1].rows.append([])
        elif tag in ("th", "td", "caption"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        if tag in ("th", "td", "caption") and self._cell is not None:
            self._end_cell(tag, "".join(self._cell))
        elif tag == "table":
            self._within = ""

    def handle_data(self, data: str) -> None:
        """Take the text of a cell."""
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self, tag: str, text: str) -> None:
        self._cell = None
        table = self.found[-1]
        if tag == "caption":
            table.title.append(text)
        elif self._within == "thead":
            table.heading.append(text)
        elif table.rows:
            table.rows[-1].append(text)


def parts_of_page(text: str) -> Iterator[Part]:
    """Yield a part for each section that names its command, with the tables that follow it."""
    page = _Page()
    page.feed(text)
    page.close()
    made_by, tables = "", list[Table]()
    for one in page.found:
        if one.made_by is not None:
            if tables:
                yield Part(made_by, tuple(tables))
            made_by, tables = one.made_by, []
        tables.append(Table("".join(one.title), tuple(one.heading), one.rows))
    if tables:
        yield Part(made_by, tuple(tables))
