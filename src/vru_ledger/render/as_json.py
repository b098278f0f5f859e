"""For programs: one JSON document, with what the figures mean and where the ledger stood."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import NUMBERS, Column, as_told, for_programs, safe

SUFFIXES = ("json",)


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write the document as the rows come, one row to a line; without rows, an empty list."""
    import json

    encode = json.JSONEncoder(ensure_ascii=False).encode
    for piece in _document(answer, encode):
        out.write(piece)
    out.write("\n")


def _document(answer: Answer, encode: Callable[[Any], str]) -> Iterator[str]:
    columns = for_programs(answer)
    yield f'{{\n"schema": {encode(f"vru-ledger/{answer.name}/1")},\n'
    yield f'"title": {encode(safe(answer.title))},\n'
    yield f'"meta": {encode(_safe(answer.meta))},\n'
    yield f'"measures": {encode(dict(answer.measures))},\n"rows": ['
    between = "\n"
    for row in answer.rows:
        yield f"{between}{encode(as_told(row, columns))}"
        between = ",\n"
    yield "],\n" if between == "\n" else "\n],\n"
    yield f'"totals": {encode(_totals(answer.total, columns))},\n'
    yield f'"notes": {encode([safe(note) for note in answer.notes])},\n"apart": ['
    between = "\n"
    for beside in answer.apart:
        yield between
        yield from _document(beside, encode)
        between = ",\n"
    yield "]\n}" if between == "\n" else "\n]\n}"


def _totals(total: Any, columns: Sequence[Column]) -> dict[str, Any] | None:
    if total is None:
        return None
    return as_told(total, [column for column in columns if column.kind in NUMBERS])


def _safe(told: Any) -> Any:
    """Return what a report says of itself, with every text made safe: filters come from people."""
    if isinstance(told, str):
        return safe(told)
    if isinstance(told, dict):
        return {name: _safe(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_safe(value) for value in told]
    return told
