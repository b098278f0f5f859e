"""A share of a whole, in tenths of a per cent: how it is worked out and written."""

from __future__ import annotations

from typing import NewType

Share = NewType("Share", int)
Change = NewType("Change", int)
"""By how much of a whole something is off, in tenths of a per cent: below zero it is less."""


def share_of(part: int, whole: int) -> Share | None:
    """Return how much of `whole` is `part`, rounded down, in tenths of a per cent.

    Rounding down keeps 100.0% for what is really full. None where there is no whole.
    """
    return Share(part * 1000 // whole) if whole > 0 else None


def change_of(part: int, whole: int) -> Change | None:
    """Return how much of `whole` is `part`, which may be below zero, rounded towards zero.

    None where there is no whole.
    """
    if whole <= 0:
        return None
    tenths = abs(part) * 1000 // whole
    return Change(-tenths if part < 0 else tenths)


def format_share(share: int) -> str:
    """Write 125 tenths of a per cent as '12.5%'."""
    return f"{'-' if share < 0 else ''}{abs(share) // 10:,}.{abs(share) % 10}%"
