"""For programs that read line by line: each row is a JSON object; nothing but rows.

Where a report made the rows, each says as `made_by` which command gives it again; without a row
nothing does, because whatever stood there would be read as one.
"""

from __future__ import annotations

from typing import TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import as_told, for_programs
from vru_ledger.render.delimited import MADE_BY

SUFFIXES = ("jsonl", "ndjson")


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write the rows as they come."""
    import json

    encode = json.JSONEncoder(ensure_ascii=False).encode
    columns = for_programs(answer)
    made_by = answer.meta.get(MADE_BY)
    more = {MADE_BY: made_by} if made_by else {}
    for row in answer.rows:
        out.write(f"{encode(as_told(row, columns) | more)}\n")
