"""Compare a report that somebody kept with the same one made again: every cell that differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest

from vru_ledger.domain.value import Value
from vru_ledger.exchange.report_file import Part, Table

_NUMBER = r"-?(?:0|[1-9]\d{0,40})(?:\.\d{1,40})?"

MOST_SHOWN = 20
"""Cells that are named; how many more there are is counted."""


class Difference(Value):
    """One cell that is not the same: its table and row, counted from 1; '' where there is none."""

    table: str
    row: int
    column: str
    kept: str
    now: str

    def said(self) -> str:
        """Say it in a line."""
        where = ", ".join(
            part
            for part in (self.table, f"row {self.row}" if self.row else "heading", self.column)
            if part
        )
        return f"{where}: {_quoted(self.kept)} in the file, {_quoted(self.now)} in the ledger"


class Compared(Value):
    """What a comparison came to: how much was compared, the first differences, and how many."""

    rows: int
    cells: int
    differences: tuple[Difference, ...]
    differ: int


def compare(kept: Part, again: Part) -> Compared:
    """Compare the tables of a kept report with those made again, in their order, cell by cell.

    Numbers are compared as numbers: a spreadsheet that wrote 750000.00 as 750000 changed nothing.
    """
    shown: list[Difference] = []
    rows = cells = differ = 0
    for old, new in zip_longest(kept.tables, again.tables):
        for row, count, found in _compared(old, new):
            rows, cells = rows + (row > 0), cells + count
            for one in found:
                differ += 1
                if len(shown) < MOST_SHOWN:
                    shown.append(one)
    return Compared(rows, cells, tuple(shown), differ)


def _compared(
    old: Table | None, new: Table | None
) -> Iterator[tuple[int, int, Sequence[Difference]]]:
    """Yield each row's number, how many cells it has, and what differs in it."""
    if old is None or new is None:
        title = (old or new or Table("", (), ())).title
        there = Difference(title, 0, "", "a table" if old else "", "a table" if new else "")
        yield 0, 0, [there]
        return
    title, headings = new.title, new.headings
    yield 0, 0, list(_cells(title, 0, (), list(old.headings), list(headings)))
    for number, (was, now) in enumerate(zip_longest(old.rows, new.rows), start=1):
        if was is None or now is None:
            kept, made = (_in_short(was), _in_short(now))
            yield number, 0, [Difference(title, number, "the whole row", kept, made)]
        else:
            yield number, len(now), list(_cells(title, number, headings, was, now))


def _cells(
    title: str, number: int, headings: Sequence[str], was: list[str], now: list[str]
) -> Iterator[Difference]:
    for place, (kept, made) in enumerate(zip_longest(was, now, fillvalue="")):
        if kept != made and not _same_number(kept, made):
            if place < len(headings):
                yield Difference(title, number, headings[place], kept, made)
            else:
                # JSON's cells name themselves.
                column, _, value = made.partition(": ")
                yield Difference(title, number, column, kept.removeprefix(f"{column}: "), value)


def _same_number(one: str, other: str) -> bool:
    """Say whether two texts are one number; '007' is a code, and no number."""
    if not (re.fullmatch(_NUMBER, one, re.ASCII) and re.fullmatch(_NUMBER, other, re.ASCII)):
        return False
    return Decimal(one) == Decimal(other)


def _in_short(row: list[str] | None) -> str:
    return "" if row is None else ", ".join(cell for cell in row[:4] if cell)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 120 else text[:120] + "...") if text else "nothing"
