"""For who listens: each row said as a sentence, every figure after the word that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import NONE, NUMBERS, Column, for_people, safe

SUFFIXES: tuple[str, ...] = ()


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write a line for the title, for each row as it comes, the total, notes, and measures."""
    for line in _lines(answer):
        out.write(f"{line}\n")


def _lines(answer: Answer) -> Iterator[str]:
    columns = for_people(answer)
    yield _ended(safe(answer.title))
    many = 0
    for row in answer.rows:
        many += 1
        yield _sentence(columns, row)
    yield "There are no rows." if not many else f"End of {many} {'row' if many == 1 else 'rows'}."
    if answer.total is not None:
        yield _sentence(columns, answer.total)
    for note in answer.notes:
        yield _ended(safe(note))
    shown = {column.name: column.heading for column in columns}
    for name, told in answer.measures.items():
        if name in shown:
            yield _ended(f"{shown[name]} means {told}")
    for beside in answer.apart:
        yield from _lines(beside)


def _sentence(columns: Sequence[Column], row: Any) -> str:
    """Say who a row is about, then each figure by its name."""
    about: list[str] = []
    figures: list[str] = []
    for column in columns:
        cell = column.text(row)
        if cell in ("", NONE):
            continue
        if column.kind in NUMBERS:
            figures.append(f"{column.heading} {_in_words(cell)}")
        elif figures:
            figures.append(f"{column.heading}: {cell}")
        else:
            about.append(cell if not about else f"{column.heading} {cell}")
    said = "; ".join(figures)
    start = ", ".join(about) or "A row"
    return _ended(f"{start}: {said}" if said else start)


def _in_words(cell: str) -> str:
    return f"minus {cell[1:]}" if cell.startswith("-") else cell


def _ended(text: str) -> str:
    said = f"{text[:1].upper()}{text[1:]}"
    return said if said.endswith((".", "!", "?")) else f"{said}."
