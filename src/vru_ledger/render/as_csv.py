"""For spreadsheets: the rows and nothing else, so that a column can be added up."""

from __future__ import annotations

from typing import TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render import delimited

SUFFIXES = ("csv",)


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write a heading and the rows as they come, between commas."""
    delimited.write(answer, out, ",")
