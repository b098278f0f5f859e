"""For spreadsheets, readable by everybody: a workbook as the Analysis Function's checklist asks.

Cover, contents, notes, then one table to a sheet: marked up as a table, from its left edge, with
its name in A1, nothing merged, hidden, frozen or filtered. Amounts are numbers, in pounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, NamedTuple

from vru_ledger.domain.answer import Answer, Pack
from vru_ledger.errors import BadInput, FormatMissing, to_install
from vru_ledger.render.columns import NUMBERS, Column, for_people, safe
from vru_ledger.render.publication import PUBLISHER, full_title, meanings, origin

SUFFIXES = ("xlsx",)
BINARY = True

NOT_APPLICABLE = "[z]"
CONTENTS = ("Sheet", "What it shows", "Made by")
WITH_THE_ONE_BEFORE = "with the sheet before"
"""What the contents say of a sheet that the report before it brought along."""

_EXPLAINED = f"{NOT_APPLICABLE}: not applicable."
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows, with those above the table."""

_WIDEST = 50
_LONGEST_HEADING = 60
"""A longer one would have to wrap, in a column that may be narrow; the contents have it all."""
_LONGEST_NAME = 31
_FIRST_DAY = datetime(2000, 1, 1)
"""When a workbook says it was made, where nothing says when its figures were recorded."""

_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "text_wrap": False},
    "heading": {"bold": True, "text_wrap": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "money": {"num_format": "£#,##0.00;-£#,##0.00", "valign": "top"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    "link": {"font_color": "#0b4f9e", "underline": 1, "valign": "top", "text_wrap": True},
}


class _Sheet(NamedTuple):
    """One table: the name of its sheet, the number of its note, and what it shows."""

    name: str
    number: int
    answer: Answer
    made_by: str


def render(answer: Answer, out: BinaryIO, *, width: int, colour: bool) -> None:
    """Write one answer, and those beside it, as a workbook. Raises FormatMissing, BadInput."""
    render_pack(Pack(title=answer.title, answers=[answer], meta=answer.meta), out)


def render_pack(pack: Pack, out: BinaryIO) -> None:
    """Write several answers as one workbook. Raises FormatMissing without XlsxWriter; BadInput."""
    try:
        from xlsxwriter import Workbook
    except ModuleNotFoundError:
        raise FormatMissing(
            "a workbook needs XlsxWriter, which is not installed",
            f"{to_install('XlsxWriter')}, or -o FILE.csv",
        ) from None
    book = Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    try:
        _Book(book, pack).write()
    finally:
        book.close()


class _Book:
    """The workbook as it is written."""

    def __init__(self, book: Any, pack: Pack) -> None:
        self.book = book
        self.pack = pack
        font = {"font_name": "Arial", "font_size": 11}
        book.formats[0].set_font_name("Arial")
        self.formats = {name: book.add_format({**font, **of}) for name, of in _FORMATS.items()}
        self.sheets = list(_sheets(pack.answers))

    def write(self) -> None:
        """Write every sheet, in the order in which they are read."""
        meta = self.pack.meta
        recorded = str(meta.get("recorded_at") or "")
        made = datetime.fromisoformat(recorded[:19]) if recorded else _FIRST_DAY
        self.book.set_properties(
            {
                "title": full_title(self.pack.title, meta),
                "author": PUBLISHER,
                "company": PUBLISHER,
                "subject": safe(self.pack.title),
                "comments": safe(str(meta.get("made_by", ""))),
                "created": made,
            }
        )
        self._cover()
        self._contents()
        self._notes()
        for sheet in self.sheets:
            self._table(sheet)

    def _cover(self) -> None:
        page = self._page("Cover", self.pack.title, 100)
        lines = [f"{name}: {told}" for name, told in origin(self.pack.meta)]
        lines += [
            "To prove the figures, type: vru-ledger verify-report, and the name of this file.",
            f"{NOT_APPLICABLE} in a cell means not applicable: there is nothing to tell.",
            "Amounts are in pounds and whole pence.",
        ]
        for row, line in enumerate(lines, start=1):
            page.write_string(row, 0, line, self.formats["text"])

    def _contents(self) -> None:
        page = self._page("Contents", "Contents: the sheets of this workbook", 34, 70, 70)
        rows = [("Notes", "What the figures mean, and what a reader must know", NOT_APPLICABLE)]
        rows += [
            (sheet.name, safe(sheet.answer.title), safe(sheet.made_by or WITH_THE_ONE_BEFORE))
            for sheet in self.sheets
        ]
        headings = _as_table("contents", CONTENTS, self.formats["heading"])
        page.add_table(2, 0, 2 + len(rows), 2, headings)
        page.write_string(1, 0, f"One table. {_EXPLAINED}")
        for row, (name, told, made_by) in enumerate(rows, start=3):
            page.write_url(row, 0, f"internal:'{name}'!A1", self.formats["link"], string=name)
            page.write_string(row, 1, told, self.formats["text"])
            page.write_string(row, 2, made_by, self.formats["text"])

    def _notes(self) -> None:
        page = self._page("Notes", "Notes: what the figures mean", 34, 100)
        page.write_string(1, 0, "This sheet has one table.", self.formats["text"])
        rows = list(_notes_of(self.sheets, self.pack.left_out))
        headings = _as_table("notes", ["About", "Note"], self.formats["heading"])
        page.add_table(2, 0, 2 + len(rows), 1, headings)
        for row, (about, told) in enumerate(rows, start=3):
            page.write_string(row, 0, about, self.formats["text"])
            page.write_string(row, 1, told, self.formats["text"])

    def _page(self, name: str, title: str, *widths: float) -> Any:
        page = self.book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        for column, wide in enumerate(widths):
            page.set_column(column, column, wide)
        heading = safe(title)
        if len(heading) > _LONGEST_HEADING:
            heading = heading.split(": ")[0]
        page.write_string(0, 0, heading, self.formats["title"])
        return page

    def _table(self, sheet: _Sheet) -> None:
        answer = sheet.answer
        columns = for_people(answer)
        rows = list(answer.rows)
        if len(rows) > MOST_ROWS:
            raise BadInput(
                f"{len(rows):,} rows are more than a sheet holds", "write them with -o FILE.csv"
            )
        shown = [*rows, *([answer.total] if answer.total is not None else [])]
        page = self._page(sheet.name, answer.title)
        last = "One table, its last row the total." if answer.total is not None else "One table."
        page.write_string(1, 0, f"{last} {_EXPLAINED}")
        if not rows:
            page.write_string(2, 0, "There are no rows.")
            return
        headings = [column.heading for column in columns]
        table = _as_table(f"table_{sheet.number}_{answer.name}", headings, self.formats["heading"])
        page.add_table(2, 0, 2 + len(shown), len(columns) - 1, table)
        page.repeat_rows(2)
        for row, line in enumerate(shown, start=3):
            for place, column in enumerate(columns):
                self._cell(page, row, place, column, line)
        for place, column in enumerate(columns):
            page.set_column(place, place, _width(column, shown))

    def _cell(self, page: Any, row: int, place: int, column: Column, line: Any) -> None:
        """Write a cell as what it is: a number, a day, or text that no program runs."""
        kind, value = _value(column, line)
        if kind == "date":
            page.write_datetime(row, place, value, self.formats["date"])
        elif kind == "text":
            page.write_string(row, place, value, self.formats["text"])
        else:
            page.write_number(row, place, value, self.formats[kind])


def _value(column: Column, line: Any) -> tuple[str, Any]:
    """Return how a cell is written and what stands in it: pounds as an exact decimal."""
    value, kind = getattr(line, column.name), column.kind
    if value is None:
        return "text", _or_not_applicable(column.text(line))
    if kind == "quantity":
        kind = {"pence": "money", "day": "day"}.get(value.unit, "whole")
        value = value.value
    if kind == "money":
        return "money", Decimal(int(value)).scaleb(-2)
    if kind == "share":
        return "share", Decimal(int(value)).scaleb(-3)
    if kind == "whole" and not column.text(line).startswith("about "):
        return "whole", int(value)
    if kind == "day" and value:
        return "date", date(value // 10_000, value // 100 % 100, value % 100)
    if kind == "date" and value.year >= 1900:
        return "date", value
    return "text", _or_not_applicable(column.text(line))


def _or_not_applicable(text: str) -> str:
    return NOT_APPLICABLE if text in ("", "-") else text


def _as_table(name: str, headings: Sequence[str], bold: Any) -> dict[str, Any]:
    return {
        "name": re.sub(r"\W", "_", name),
        "autofilter": False,
        "banded_rows": False,
        "style": "Table Style Light 1",
        "columns": [{"header": heading, "header_format": bold} for heading in _unlike(headings)],
    }


def _unlike(headings: Iterable[str]) -> Iterator[str]:
    """Yield headings, a second one of the same name with its number: a table needs them unlike."""
    seen: dict[str, int] = {}
    for heading in headings:
        key = heading.casefold()
        seen[key] = seen.get(key, 0) + 1
        yield heading if seen[key] == 1 else f"{heading} {seen[key]}"


def _width(column: Column, rows: Sequence[Any]) -> int:
    longest = max([len(column.text(row)) for row in rows], default=0)
    words = max(len(word) for word in column.heading.split(" "))
    if column.kind in NUMBERS:
        return max(longest, words) + 3
    return max(8, min(_WIDEST, longest + 3, 255), words + 3)


def _sheets(answers: Iterable[Answer]) -> Iterator[_Sheet]:
    """Yield a sheet for every answer and those beside it, each by a name of its own."""
    names: set[str] = {"cover", "contents", "notes"}
    number = 0
    for answer in answers:
        for one in (answer, *answer.apart):
            number += 1
            name = re.sub(r"[\[\]:*?/\\']", " ", one.name).strip()[:_LONGEST_NAME] or "table"
            if name.casefold() in names:
                name = f"{name[: _LONGEST_NAME - 4]} {number}"
            names.add(name.casefold())
            yield _Sheet(name, number, one, str(one.meta.get("made_by", "")))


def _notes_of(
    sheets: Sequence[_Sheet], left_out: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield what each note is about, and the note."""
    for sheet in sheets:
        for note in sheet.answer.notes:
            yield sheet.name, safe(note)
        for heading, told in meanings(sheet.answer):
            yield f"{sheet.name}: {heading}", told
    for name, why in left_out:
        yield f"{name}: not in this workbook", safe(why)
    yield NOT_APPLICABLE, "not applicable: there is nothing to tell"
