"""Column maps: how somebody else's table reads as ours; their headings, dates and signs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from vru_ledger.domain.text import fold, shown
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import parse_date

DATES = ("on", "term_from", "term_to")
"""Columns that hold a day."""

NEGATIVES = ("clawback", "recover")
"""What a payment below zero can mean: money demanded back, or received back."""

_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MMM": r"(?P<name>[A-Za-z]{3,9})",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BELOW_ZERO = re.compile(r"\(\s*(?P<inside>[^()]*)\)|[-\u2212]\s*(?P<after>.*)")


class Fault(NamedTuple):
    """What is wrong with one cell, by our column."""

    column: str
    code: str
    message: str
    remedy: str = ""


class ColumnMap(Value):
    """How a table reads: `columns` lead from ours to their headings, `ignored` are theirs only.

    `dates` is how they write a day, like DD/MM/YYYY; empty as we do. `negative` is what an amount
    below zero means, empty where none may be. `constants` stand in every row.
    """

    columns: Mapping[str, str] = {}
    ignored: Sequence[str] = ()
    dates: str = ""
    negative: str = ""
    constants: Mapping[str, str] = {}
    sheet: str = ""

    def ours(self, heading: str, known: Iterable[str]) -> str | None:
        """Return our column for one of theirs: '' for one that is ignored, None if unknown."""
        read = fold(heading)
        for ours, theirs in self.columns.items():
            if fold(theirs) == read:
                return ours
        if any(fold(theirs) == read for theirs in self.ignored):
            return ""
        plain = heading.strip().casefold().replace(" ", "_")
        return plain if plain in known else None

    def not_among(self, headings: Iterable[str]) -> list[str]:
        """Return the headings that the map names and a table does not have."""
        there = {fold(heading) for heading in headings}
        named = (*self.columns.values(), *self.ignored)
        return [theirs for theirs in named if fold(theirs) not in there]

    def remedy(self, unknown: Sequence[str], known: str) -> str:
        """Say what to do about columns that are unknown."""
        if self is AS_OURS or not unknown:
            return known
        theirs = shlex.quote(shown(unknown[0][:40]))
        return f"say --column OURS={theirs} or --ignore {theirs}; {known}"

    def as_ours(self, cells: Mapping[str, str]) -> tuple[dict[str, str], list[Fault]]:
        """Return a row's cells as ours are written, and what cannot be read of them.

        A payment below zero comes back above zero, with what it means in the cell `do`; where the
        map does not say what it means it stays as it is, and is refused with the rest of its row.
        """
        told = {**self.constants, **cells}
        if self is AS_OURS:
            return told, []
        faults: list[Fault] = []
        for column in DATES if self.dates else ():
            if told.get(column) and column not in self.constants:
                try:
                    told[column] = read_day(told[column], self.dates).isoformat()
                except ValueError as problem:
                    remedy = "mend it, or say how their days are written: --dates DD/MM/YYYY"
                    faults.append(Fault(column, f"batch-bad-{column}", str(problem), remedy))
        below = _BELOW_ZERO.fullmatch(told.get("amount", ""))
        if below and self.negative:
            told["amount"] = (below["inside"] or below["after"] or "").strip()
            told["do"] = self.negative
        return told, faults


AS_OURS = ColumnMap()
"""A table that is written as ours are."""


def is_below_zero(amount: str) -> bool:
    """Say whether an amount is written as one below zero: '-5' or '(5.00)'."""
    return _BELOW_ZERO.fullmatch(amount) is not None


def read_day(text: str, written: str) -> date:
    """Read a day as `written`, like DD/MM/YYYY, or as 2022-03-31. Raises ValueError."""
    found = _pattern(written).fullmatch(text.strip())
    if found is None:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip(), re.ASCII):
            return parse_date(text)
        raise ValueError(f"{text[:40]!r} is not a day written {written}")
    told = found.groupdict()
    year = told.get("year") or f"20{told['short']}"
    month = told.get("month") or ""
    if not month:
        named = told["name"][:3].casefold()
        if named not in _MONTHS:
            raise ValueError(f"{text[:40]!r} names no month")
        month = str(_MONTHS.index(named) + 1)
    try:
        return parse_date(f"{year}-{int(month):02}-{int(told['day']):02}")
    except ValueError:
        raise ValueError(
            f"{text[:40]!r}, written {written}, is not a day of the calendar"
        ) from None


@cache
def _pattern(written: str) -> re.Pattern[str]:
    """Return what reads days written so. Raises ValueError unless it has a day, month and year."""
    pattern, tokens = "", []
    for part in re.split("(YYYY|YY|MMM|MM|DD)", written):
        tokens += [part] if part in _TOKENS else []
        pattern += _TOKENS.get(part, re.escape(part))
    kinds = sorted(token[0] for token in tokens)
    if kinds != ["D", "M", "Y"] or re.search("[A-Za-z]", re.sub("YYYY|YY|MMM|MM|DD", "", written)):
        raise ValueError(
            f"{shown(written[:40])!r} is not a way to write a day; say it like DD/MM/YYYY, "
            "DD MMM YYYY or MM-DD-YY"
        )
    return re.compile(pattern, re.ASCII)


def checked(columns: ColumnMap, known: Sequence[str], *, negatives: bool) -> ColumnMap:
    """Return the map if it fits a table with our columns `known`. Raises ValueError."""
    for ours in (*columns.columns, *columns.constants):
        if ours not in known:
            raise ValueError(f"there is no column {shown(ours[:40])!r}; ours: {', '.join(known)}")
    twice = [ours for ours in columns.constants if ours in columns.columns]
    if twice:
        raise ValueError(f"{twice[0]} is a column of theirs and the same in every row; give one")
    if columns.dates:
        _pattern(columns.dates)
    if columns.negative and not negatives:
        raise ValueError("only a payment can be below zero; leave negative out")
    if columns.negative not in ("", *NEGATIVES):
        raise ValueError(
            f"negative: {shown(columns.negative[:40])!r} is none of {', '.join(NEGATIVES)}"
        )
    return columns
