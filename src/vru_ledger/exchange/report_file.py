"""Reports that somebody kept: their tables read back, cell by cell, and the command that made each.

Any machine format that `render` writes: JSON, JSON lines, CSV, TSV, a workbook or a page. Which one
it is shows in what the file holds, not in its name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.input_file import open_input
from vru_ledger.exchange.workbook import Workbook, headed, is_workbook

LARGEST_BYTES = 1024 * 1024 * 1024
_LARGEST_DOCUMENT = 256 * 1024 * 1024
"""Of JSON, a page or a workbook, which are held whole."""

_LONGEST_CELL = 100_000
MADE_BY = "made_by"
_CONTENTS = ["Sheet", "What it shows", "Made by"]
_WITH_THE_ONE_BEFORE = "with the sheet before"


class Table(NamedTuple):
    """One table: its title, its headings, and its rows as text, the total among them as the last.

    Rows of CSV and of JSON lines are read as they are asked for, once.
    """

    title: str
    headings: tuple[str, ...]
    rows: Iterable[list[str]]


class Part(NamedTuple):
    """What one command made: the command, empty if the file does not say, and its tables."""

    made_by: str
    tables: tuple[Table, ...]


class ReportFile(NamedTuple):
    """A kept report: the name of its format, as `-f` takes it, its parts, and a whole page."""

    format: str
    parts: tuple[Part, ...]
    page: str = ""


@contextmanager
def open_report(path: Path | str) -> Iterator[ReportFile]:
    """Open a kept report. Raises FileUnreadable, while rows are read too."""
    name = shown(Path(path).name)
    with open_input(path, LARGEST_BYTES) as file:
        first = file.read(4096)
        file.seek(0)
        try:
            yield _read(file, first, name)
        except UnicodeDecodeError:
            raise _not_one(name, "it is not UTF-8 text") from None
        except (csv.Error, json.JSONDecodeError, RecursionError) as problem:
            raise _not_one(name, shown(str(problem)[:200])) from None


def _read(file: BinaryIO, first: bytes, name: str) -> ReportFile:
    if is_workbook(first):
        return ReportFile("xlsx", tuple(_of_workbook(Workbook(file, name))))
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        page = _whole(file, name)
        return ReportFile("html", tuple(_of_page(page)), page)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    if start.startswith(b"{"):
        line = start.split(b"\n", 1)[0].strip()
        if line.endswith(b"}") and line != b"{}":
            return ReportFile("jsonl", (_of_lines(text, name),))
        return ReportFile("json", (_of_document(json.loads(_whole(file, name)), name),))
    heading = start.split(b"\n", 1)[0]
    if not heading:
        raise FileUnreadable(
            f"{name} is empty: JSON lines without a row do not say which report made them",
            "keep a report that may have no row as json or csv",
        )
    tabs = heading.count(b"\t") > heading.count(b",")
    return ReportFile("tsv" if tabs else "csv", (_of_cells(text, "\t" if tabs else ",", name),))


def _whole(file: BinaryIO, name: str) -> str:
    content = file.read(_LARGEST_DOCUMENT + 1)
    if len(content) > _LARGEST_DOCUMENT:
        raise FileUnreadable(
            f"{name} is larger than {_LARGEST_DOCUMENT:,} bytes, the most that is held at once",
            "keep large reports as csv or jsonl, which are read row by row",
        )
    return content.decode("utf-8-sig")


def _of_cells(text: io.TextIOBase, between: str, name: str) -> Part:
    """Read rows between commas or tabs; the command stands in the last cell of each.

    Without a row it stands in the heading.
    """
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(text, delimiter=between, strict=True)
    heading = tuple(next(rows, []))
    *names, last = heading or ("",)
    if last.startswith(f"{MADE_BY}: "):
        return Part(last.removeprefix(f"{MADE_BY}: "), (Table("", (*names, MADE_BY), rows),))
    if MADE_BY not in heading:
        return Part("", ())
    first = next(rows, None)
    if first is None:
        raise _not_one(name, "its rows are gone, and it is they that say which report made them")
    place = heading.index(MADE_BY)
    made_by = first[place] if place < len(first) else ""
    return Part(made_by, (Table("", heading, chain([first], rows)),))


def _of_lines(text: io.TextIOBase, name: str) -> Part:
    """Read a JSON object from each line."""
    objects = (_an_object(json.loads(line), name) for line in text if line.strip())
    first = next(objects)
    made_by = first.get(MADE_BY, "")
    rows = (_told(one) for one in chain([first], objects))
    return Part(made_by if isinstance(made_by, str) else "", (Table("", (), rows),))


def _of_document(told: Any, name: str) -> Part:
    """Read a JSON document: its rows and totals, and the same of those beside it."""
    meta = _an_object(told, name).get("meta")
    made_by = meta.get(MADE_BY, "") if isinstance(meta, dict) else ""
    return Part(made_by if isinstance(made_by, str) else "", tuple(_tables(told, name)))


def _of_page(text: str) -> Iterator[Part]:
    """Yield a part for each section that names its command, with the tables that follow it."""
    from vru_ledger.exchange.report_page import tables_of_page

    made_by, tables = "", list[Table]()
    for one in tables_of_page(text):
        if one.made_by is not None:
            if tables:
                yield Part(made_by, tuple(tables))
            made_by, tables = one.made_by, []
        tables.append(Table("".join(one.title), tuple(one.heading), one.rows))
    if tables:
        yield Part(made_by, tuple(tables))


def _tables(told: dict[str, Any], name: str) -> Iterator[Table]:
    rows = told.get("rows")
    if not isinstance(rows, list):
        raise _not_one(name, "it has no list of rows")
    totals = told.get("totals")
    lines = [_told(_an_object(one, name)) for one in rows]
    if totals is not None:
        lines.append(_told({"totals": True, **_an_object(totals, name)}))
    yield Table(str(told.get("title", "")), (), lines)
    for beside in told.get("apart") or ():
        yield from _tables(_an_object(beside, name), name)


def _told(one: dict[str, Any]) -> list[str]:
    """Return an object as cells that name themselves: its rows need not all have the same."""
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in one.items()]


def _an_object(told: Any, name: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise _not_one(name, "something in it is no JSON object")
    return told


def _of_workbook(book: Workbook) -> Iterator[Part]:
    """Yield a part for each sheet whose command the contents name, and those that belong to it."""
    titles = book.titles()
    if "Contents" not in titles:
        return
    contents = [headed(row) for row in book.rows("Contents")]
    if _CONTENTS not in contents:
        return
    made_by, tables = "", list[Table]()
    for row in contents[contents.index(_CONTENTS) + 1 :]:
        sheet, _, told = [*row, "", "", ""][:3]
        if sheet not in titles or sheet == "Notes":
            continue
        if told != _WITH_THE_ONE_BEFORE:
            if tables:
                yield Part(made_by, tuple(tables))
            made_by, tables = told, []
        tables.append(_of_sheet(book, sheet))
    if tables:
        yield Part(made_by, tuple(tables))


def _of_sheet(book: Workbook, sheet: str) -> Table:
    rows = [headed(row) for row in book.rows(sheet)]
    title = rows[0][0] if rows and rows[0] else sheet
    heading = tuple(rows[2]) if len(rows) > 2 else ()
    return Table(title, heading, rows[3:])


def _not_one(name: str, why: str) -> FileUnreadable:
    return FileUnreadable(
        f"{name} is not a report that can be read back: {why}",
        "name one that a report was written to, as json, jsonl, csv, tsv, html or xlsx",
    )
