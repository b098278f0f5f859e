"""Pence, and pounds as people write them: the only file in which pounds exist."""

from __future__ import annotations

import re
from typing import NewType

Pence = NewType("Pence", int)

LARGEST_PENCE = 10**13
"""£100 billion: more than any fund here, and sums of millions of these fit 64 bits."""

_AMOUNT = r"£?(?:(\d{1,3}(?:,\d{3}){1,5})|(\d{1,16}))(?:\.(\d{1,9}))?([kKmM]?)"
_PENCE_PER = {"": 100, "k": 100_000, "m": 100_000_000}
_WHAT_IS_READ = "write it like 750000, 750,000, £750,000.00, 750k or 0.75m"


def _amount(typed: str) -> re.Match[str] | None:
    return re.fullmatch(_AMOUNT, typed, re.ASCII)


def parse_pounds(text: str) -> Pence:
    """Read an amount as people write it: '£1,234.56', '750k', '6m'.

    Returns pence, 1 to LARGEST_PENCE. Raises ValueError naming the character at fault.
    """
    typed = text.strip(" ")
    match = _amount(typed)
    if match is None:
        raise ValueError(_fault(typed))
    grouped, plain, fraction, unit = match.groups()
    fraction = fraction or ""
    scale = 10 ** len(fraction)
    per_pound = _PENCE_PER[unit.lower()]
    digits = int((grouped.replace(",", "") if grouped else plain) + fraction)
    pence, rest = divmod(digits * per_pound, scale)
    if rest or (not unit and len(fraction) > 2):
        at = match.start(3) + len(str(per_pound)) - 1
        fault = f"character {at + 1} is {typed[at]!r}"
        raise ValueError(f"{typed!r} has parts of a penny: {fault}; {_WHAT_IS_READ}")
    if not pence:
        raise ValueError(f"{typed!r} is nothing; an amount is above zero")
    if pence > LARGEST_PENCE:
        raise ValueError(f"{typed!r} is over {format_pounds(LARGEST_PENCE)}, the most there can be")
    return Pence(pence)


def _fault(typed: str) -> str:
    """Say which character stops `typed` from being an amount, counting from 1."""
    if not typed:
        return f"an amount is missing; {_WHAT_IS_READ}"
    shown = typed if len(typed) <= 40 else typed[:40] + "..."
    if typed[0] in "-(":
        return f"{shown!r} is below zero; an amount is above zero"
    longest = 0
    for end in range(1, min(len(typed), 40) + 1):
        # A start is good when something could still follow it: a digit closes most of them.
        if any(_amount(typed[:end] + more) for more in ("", "0", "00", "000", "1")):
            longest = end
    if longest >= len(typed):
        return f"{shown!r} breaks off; {_WHAT_IS_READ}"
    fault = f"character {longest + 1} is {typed[longest]!r}"
    return f"{shown!r} is not an amount: {fault}; {_WHAT_IS_READ}"


def format_pounds(pence: int) -> str:
    """Write pence as '£1,234.56'; below zero '-£1,234.56'."""
    return f"{'-' if pence < 0 else ''}£{abs(pence) // 100:,}.{abs(pence) % 100:02}"


def format_decimal(pence: int) -> str:
    """Write pence as a plain decimal for other programs: '1234.56'."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}"
