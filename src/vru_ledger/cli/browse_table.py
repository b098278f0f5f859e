"""How a view of `browse` is laid out: columns that fit the screen, no figure shortened."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from textual.widgets import DataTable

from vru_ledger.cli.browsing import Seen, View
from vru_ledger.domain.answer import Answer
from vru_ledger.render import as_table
from vru_ledger.render.columns import NUMBERS, Column, for_people, safe

PADDING = 1
"""Columns of screen on each side of a cell."""

_SCROLLBAR = 1
_RULER = Console(width=200, file=io.StringIO(), color_system=None)


class Laid(NamedTuple):
    """A table for one width: its columns with their widths, its total, and what is left out."""

    columns: list[tuple[Column, int]]
    bar: int
    total: Text | None
    left_out: list[str]


def lay_out(answer: Answer, rows: Sequence[Any], drops: Sequence[str], width: int) -> Laid:
    """Choose the columns that fit a screen `width` wide.

    First those go that the report can do without, then `drops`, and at last all but the first.
    """
    columns = for_people(answer)
    every = [*rows, *([answer.total] if answer.total is not None else [])]
    cells = [[column.short(row) for column in columns] for row in every]
    order = [column.name for column in columns]
    wanted = dict.fromkeys([*answer.drop_first, *drops])
    given_up = [order.index(name) for name in wanted if name in order]
    inside = width - _SCROLLBAR - 2 * PADDING
    fitted = as_table.fit(columns, cells, given_up, inside)
    if fitted is None:
        # Rather no figure than a part of one.
        room = max(1, inside)
        fitted = as_table.Fit((0,), (room,), 0, tuple(range(1, len(columns))))
    kept = [(columns[at], wide) for at, wide in zip(fitted.columns, fitted.widths, strict=True)]
    return Laid(
        kept,
        fitted.bar,
        None if answer.total is None else _line(answer.total, kept, fitted.bar),
        [columns[at].heading for at in fitted.left_out],
    )


def fill(table: DataTable[Text], laid: Laid, rows: Sequence[Any]) -> None:
    """Put rows into the table on the screen, in place of what is there."""
    table.clear(columns=True)
    headings = [
        Text(column.heading, justify="right" if column.kind in NUMBERS else "left", overflow="fold")
        for column, _ in laid.columns
    ]
    for heading, (_, wide) in zip(headings, laid.columns, strict=True):
        table.add_column(heading, width=wide)
    table.header_height = max(
        _lines(heading, wide) for heading, (_, wide) in zip(headings, laid.columns, strict=True)
    )
    for row in rows:
        cells = [_cell(column, row, wide, laid.bar) for column, wide in laid.columns]
        lines = [_lines(cell, wide) for cell, (_, wide) in zip(cells, laid.columns, strict=True)]
        table.add_row(*cells, height=max(lines))


def _cell(column: Column, row: Any, wide: int, bar: int) -> Text:
    cell = as_table.drawn(column, row, column.short(row), wide, bar)
    cell.overflow = "fold"
    if column.kind in NUMBERS:
        cell.justify, cell.no_wrap = "right", True
    return cell


def _lines(cell: Text, wide: int) -> int:
    # Nearly every cell fits: wrapping is the costly way to know.
    if cell_len(cell.plain) <= wide:
        return 1
    return len(cell.wrap(_RULER, wide, overflow="fold"))


def _line(row: Any, columns: Sequence[tuple[Column, int]], bar: int) -> Text:
    """Return a row as one line of text, its cells where those of the table are."""
    line = Text(no_wrap=True)
    for column, wide in columns:
        cell = as_table.drawn(column, row, column.short(row), wide, bar)
        space = " " * max(0, wide - cell.cell_len)
        to_the_right = column.kind in NUMBERS
        line.append(" " * PADDING + (space if to_the_right else ""))
        line.append_text(cell)
        line.append(("" if to_the_right else space) + " " * PADDING)
    return line


def told(seen: Seen, view: View, width: int, explained: bool) -> Text:
    """Return what is said under the table: notes, what stands beside, what the columns mean."""
    lines = [safe(line) for line in _said(seen, view, explained)]
    for beside in seen.answer.apart if view.explains else ():
        drawn = io.StringIO()
        as_table.render(beside, drawn, width=width - 2, colour=False)
        lines += ["", *drawn.getvalue().splitlines()]
    return Text("\n".join(lines))


def _said(seen: Seen, view: View, explained: bool) -> Iterator[str]:
    if explained:
        yield from (f"{name}: {meaning}" for name, meaning in seen.answer.measures.items())
    if view.explains or explained:
        yield from seen.answer.notes
