"""For spreadsheets that paste: what as_csv writes, between tabs."""

from __future__ import annotations

from typing import TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render import delimited

SUFFIXES = ("tsv", "tab")


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write a heading and the rows as they come, between tabs."""
    delimited.write(answer, out, "\t")
