"""Pages that `render/as_html.py` wrote, read back: tables, and which command made each."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple


class PageTable(NamedTuple):
    """One table of a page. `made_by` is the command that its section names, None if none does."""

    made_by: str | None
    title: list[str]
    heading: list[str]
    rows: list[list[str]]


class _Page(HTMLParser):
    """Takes the tables out of a page; everything else is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[PageTable] = []
        self._made_by: str | None = None
        self._within = ""
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a section, a table, a row or a cell."""
        if tag == "section":
            self._made_by = dict(attrs).get("data-made-by")
        elif tag == "table":
            self.found.append(PageTable(self._made_by, [], [], []))
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


def tables_of_page(text: str) -> list[PageTable]:
    """Return the tables of a page in their order."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.found
