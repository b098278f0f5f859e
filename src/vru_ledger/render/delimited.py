"""Rows with something between their cells, for spreadsheets: what as_csv and as_tsv share.

A text that a spreadsheet would run as a formula gets an apostrophe before it. Where a report made
the rows, the last column of each says which command gives them again; where there is no row to say
it, the heading of that column does.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import Any, TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import NOT_HERE, Column, for_programs, machine_names

MADE_BY = "made_by"
"""The column that says which command gives the row again, at which entry and head."""

_STARTS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫−")  # noqa: RUF001 (the look-alikes are meant)


def write(answer: Answer, out: TextIO, between: str) -> None:
    """Write a heading and the rows as they come: money as a decimal and in pence."""
    import csv

    columns = for_programs(answer)
    made_by = answer.meta.get(MADE_BY)
    more = [made_by] if made_by else []
    rows = csv.writer(out, delimiter=between, lineterminator="\n")
    coming = iter(answer.rows)
    first = [*islice(coming, 1)]
    told = [MADE_BY if first else f"{MADE_BY}: {made_by}"] if made_by else []
    rows.writerow([*machine_names(columns), *told])
    for row in chain(first, coming):
        rows.writerow([cell for column in columns for cell in _cells(column, row)] + more)


def neutralised(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, even after leading spaces."""
    runs = text.lstrip()[:1] in _STARTS_A_FORMULA or text[:1] in _STARTS_A_FORMULA
    return f"'{text}" if runs else text


def _cells(column: Column, row: Any) -> list[Any]:
    values = column.machine(row)
    if column.kind == "text":
        return [neutralised(value) if value else "" for value in values]
    if column.kind == "flag":
        return ["true" if value else "false" for value in values]
    return ["" if value is None or value is NOT_HERE else value for value in values]
