"""For pipes and for `cut`: cells between tabs, a line for each row, nothing shortened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import for_people, safe

SUFFIXES = ("txt",)


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write a heading, the rows as they come, the total, and what a reader must know after '# '."""
    for line in _table(answer):
        out.write(f"{line}\n")
    for note in answer.notes:
        out.write(f"# {safe(note)}\n")
    for beside in answer.apart:
        out.write(f"# {safe(beside.title)}\n")
        for line in _table(beside):
            out.write(f"# {line}\n")
        for note in beside.notes:
            out.write(f"# {safe(note)}\n")


def _table(answer: Answer) -> Iterator[str]:
    # A cell can hold no tab and no newline: what is not printable is written as \uXXXX.
    columns = for_people(answer)
    yield "\t".join([column.heading for column in columns])
    cells = [column.text for column in columns]
    for row in answer.rows:
        yield "\t".join([text(row) for text in cells])
    if answer.total is not None:
        yield "\t".join([text(answer.total) for text in cells])
