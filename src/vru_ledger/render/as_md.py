"""For board papers: a Markdown table, its total in bold, and what a reader must know below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import NUMBERS, Column, for_people, safe

SUFFIXES = ("md", "markdown")

_SPECIAL = re.compile(r"[\\|`*_<>\[\]~$]|&(?=#?\w+;)")


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write a heading, the table, notes, and what each measure means."""
    _write(answer, out, "##")
    for beside in answer.apart:
        out.write("\n")
        _write(beside, out, "###")


def _write(answer: Answer, out: TextIO, level: str) -> None:
    columns = for_people(answer)
    out.write(f"{level} {_escaped(safe(answer.title))}\n\n")
    for line in _lines(answer, columns):
        out.write(f"{line}\n")
    if answer.notes:
        out.write("\n")
    for note in answer.notes:
        out.write(f"- {_escaped(safe(note))}\n")
    shown = {column.name for column in columns}
    meant = [(name, told) for name, told in answer.measures.items() if name in shown]
    if meant:
        out.write("\n")
    for name, told in meant:
        out.write(f"- *{_escaped(name)}*: {_escaped(told)}\n")


def _lines(answer: Answer, columns: Sequence[Column]) -> list[str]:
    """Return the table, its columns in line, so that it can be read before it is printed, too."""
    table = [[column.heading for column in columns]]
    table += [[_escaped(column.short(row)) for column in columns] for row in answer.rows]
    if answer.total is not None:
        table.append([_bold(column, answer.total) for column in columns])
    widths = [max(3, *(len(line[index]) for line in table)) for index in range(len(columns))]
    to_the_right = [column.kind in NUMBERS for column in columns]
    written = [
        [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, to_the_right, strict=True)
        ]
        for line in table
    ]
    rule = [
        "-" * (width - 1) + (":" if right else "-")
        for width, right in zip(widths, to_the_right, strict=True)
    ]
    return [f"| {' | '.join(line)} |" for line in (written[0], rule, *written[1:])]


def _bold(column: Column, total: Any) -> str:
    cell = _escaped(column.short(total))
    return f"**{cell}**" if cell else cell


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is, in one cell."""
    return _SPECIAL.sub(r"\\\g<0>", text)
