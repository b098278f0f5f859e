"""Values as they may be stored, whoever gives them: a program is read as strictly as a terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.domain.money import LARGEST_PENCE
from vru_ledger.domain.text import parse_code, parse_name, parse_purpose, parse_sentence, shown
from vru_ledger.domain.years import FIRST_YEAR, LAST_YEAR, parse_financial_year
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    from vru_ledger.actions.allocation_request import Request


def _parse_decision(text: str) -> str:
    from vru_ledger.domain.decisions import parse_decision  # Most allocations name none.

    return parse_decision(text)


_TEXTS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("fy", parse_financial_year),
    ("purpose", parse_purpose),
    ("title", parse_sentence),
    ("decision", _parse_decision),
    ("reason", parse_sentence),
    ("key", parse_name),
    ("kind", parse_code),
)


def storable(request: Request) -> Request:
    """Return a request with its texts as they may be stored.

    Raises BadInput naming the value that may not be, TypeError for an amount or a day of another
    type. What was read once is read again as the same.
    """
    pence = request.amount_pence
    if isinstance(pence, bool) or not isinstance(pence, int):
        raise TypeError(f"amount_pence is whole pence, not {type(pence).__name__}")
    if not 0 < pence <= LARGEST_PENCE:
        raise BadInput(f"amount_pence is not from 1 to {LARGEST_PENCE:,}")
    _must_be_a_day("dated", request.dated)
    first, last = request.term_from, request.term_to
    if first or last:
        for name, day in (("term_from", first), ("term_to", last)):
            if day is not None:
                _must_be_a_day(name, day)
        if first and (last is None or last < first):
            raise BadInput("the term ends before it begins", "give it a last day, or no first")
    texts = {"recipient": _read(parse_name, "recipient", request.recipient)}
    for name, parse in _TEXTS:
        if given := getattr(request, name):
            texts[name] = _read(parse, name, given)
    if request.kind:
        texts["kind"] = texts["kind"].lower()
    return request.replace(**texts)


def _must_be_a_day(name: str, day: date) -> None:
    # A moment is a day too, to Python, and would be stored with its hours.
    if type(day) is not date:
        raise TypeError(f"{name} is a day, not {type(day).__name__}")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput(f"{name}: {day} is not between {FIRST_YEAR} and {LAST_YEAR}")


def _read(parse: Callable[[str], str], name: str, given: str) -> str:
    try:
        return parse(given)
    except ValueError as problem:
        raise BadInput(f"{name}: {shown(str(problem))}") from None
