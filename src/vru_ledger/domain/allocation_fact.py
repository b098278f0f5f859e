"""The text of an allocation's fact, written from the columns that repeat it.

`chain.fact_of` writes it from the allocation. `check` writes it from what is stored beside it: if
the same text comes out, then text and columns agree, and nothing had to be read from JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from json import encoder
from typing import Any

_quoted: Callable[[str], str] = encoder.encode_basestring  # As JSONEncoder(ensure_ascii=False).

_MOST = 10_000
"""Texts remembered of one field: a few megabytes."""


class _Written(dict[Any, str]):
    """How each value of one field is written, remembered: the same few come again and again."""

    def __init__(self, write: Callable[[Any], str]) -> None:
        self._write = write

    def __missing__(self, value: Any) -> str:
        text = self._write(value)
        if len(self) < _MOST:
            self[value] = text
        return text


def _always(name: str) -> _Written:
    return _Written(lambda text: f'"{name}":{_quoted(text)}')


def _given(name: str) -> _Written:
    return _Written(lambda text: f',"{name}":{_quoted(text)}' if text else "")


def _day(name: str) -> _Written:
    return _Written(lambda day: "" if day is None else f',"{name}":"{_same_day(day)}"')


def _same_day(text: str) -> str:
    """Return a day as dates are written. Raises ValueError if it is not."""
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(f"{text!r} is not a day")
    return text


_actor, _fund, _recorded_at = _always("actor"), _always("fund"), _always("recorded_at")
_recipient_kind = _always("recipient_kind")
_area, _bcu, _fy, _source = _given("area"), _given("bcu"), _given("fy"), _given("source")
_decision, _purpose, _reason, _title = (
    *(_given("decision"), _given("purpose")),
    *(_given("reason"), _given("title")),
)
_dated, _term_from, _term_to = _day("dated"), _day("term_from"), _day("term_to")

FIELDS = frozenset(
    {
        *("fund", "recipient", "amount_pence", "award", "recipient_kind", "area", "bcu", "source"),
        *("fy", "purpose", "title", "term_from", "term_to", "unassigned_pence", "dated"),
        *("reason", "decision", "key"),
    }
)
"""What is written here of an allocation. A test compares it with what an allocation has."""

SELDOM = frozenset({"restates", "plan", "approved_by"})
"""What few allocations have: with one of these the fact reads otherwise than what is written."""


def allocation_fact(entry: tuple[Any, ...], award: tuple[Any, ...], unassigned_pence: int) -> str:
    """Write the fact of an allocation or a proposal from its rows of `entries` and `awards`.

    Raises ValueError or TypeError where a column holds what no allocation does.
    """
    number, kind, fund, _, ref, recipient, _, pence = entry[:8]
    dated, at, actor, reason, decision, key = entry[13:19]
    recipient_kind, area, bcu, source, fy, purpose, title, term_from, term_to = award[5:]
    if key is not None and not key:
        raise ValueError("a key that was not given is None")
    return (
        f'{{{_actor[actor]},"amount_pence":{pence}{_area[area]},"award":{_quoted(ref)}{_bcu[bcu]}'
        f"{_dated[dated]}{_decision[decision]},{_fund[fund]}{_fy[fy]}"
        f'{f""","key":{_quoted(key)}""" if key else ""},"kind":"{kind}","number":{number}'
        f'{_purpose[purpose]}{_reason[reason]},"recipient":{_quoted(recipient)}'
        f",{_recipient_kind[recipient_kind]},{_recorded_at[at]}{_source[source]}"
        f"{_term_from[term_from]}{_term_to[term_to]}{_title[title]}"
        f'{f""","unassigned_pence":{unassigned_pence}""" if unassigned_pence else ""}}}'
    )
