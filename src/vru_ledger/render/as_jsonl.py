"""For programs that read line by line: each row is a JSON object; nothing but rows."""

from __future__ import annotations

from typing import TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import as_told, for_programs

SUFFIXES = ("jsonl", "ndjson")


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write the rows as they come."""
    import json

    encode = json.JSONEncoder(ensure_ascii=False).encode
    columns = for_programs(answer)
    for row in answer.rows:
        out.write(f"{encode(as_told(row, columns))}\n")
