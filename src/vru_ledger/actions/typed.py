"""What is typed for an allocation: the command that a refusal suggests, when one would pass."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from vru_ledger.domain.money import format_decimal
from vru_ledger.domain.periods import first_open_day, holding

if TYPE_CHECKING:
    from vru_ledger.actions.allocation_request import Request
    from vru_ledger.rules.case import Breach, Case


def on_another_day(asked: Any, case: Case, breaches: Iterable[Breach] = ()) -> dict[str, Any]:
    """Return the day and the period that make a request pass: the first open day that all allow."""
    period = holding(asked.dated, case.closed)
    day = max([asked.dated, *(breach.day for breach in breaches if breach.day)])
    return {
        "dated": first_open_day(day, case.closed),
        "relates_to": asked.relates_to or (period.name if period else ""),
    }


def cells(asked: Any, instead: Any) -> dict[str, str]:
    """Return what a file's row says, by column, to ask for `instead` of what it asked for."""
    differ = {
        column: getattr(instead, name)
        for name, column in _COLUMNS.items()
        if getattr(instead, name, None) != getattr(asked, name, None)
    }
    return {column: "propose" if value is True else str(value) for column, value in differ.items()}


_COLUMNS = {"dated": "on", "relates_to": "relates_to", "fy": "fy", "propose": "do"}
"""What of a request a suggestion changes beside its amount, and the column that says it."""


def as_typed(request: Request) -> str:
    """Return the command that asks for this, ready to be typed."""
    pounds = format_decimal(request.amount_pence).removesuffix(".00")
    words = ["vru-ledger", "allocate", request.fund, request.recipient, pounds]
    if not request.dated_by_clock:
        words += ["--on", request.dated.isoformat()]
    if request.term_to:
        first = request.term_from.isoformat() if request.term_from else ""
        words += ["--term", f"{first}..{request.term_to.isoformat()}"]
    options = (
        "fy",
        "area",
        "source",
        "purpose",
        "title",
        "relates_to",
        "decision",
        "reason",
        "key",
    )
    for option in options:
        if value := getattr(request, option):
            words += [f"--{option.replace('_', '-')}", value]
    if isinstance(request.profile, str) and request.profile:
        words += ["--instalments", request.profile]
    if request.propose:
        words.append("--propose")
    if request.new_recipient:
        words.append("--new-recipient")
        if request.kind:
            words += ["--kind", request.kind]
        if request.distinct:
            words.append("--distinct")
    return shlex.join(words)
