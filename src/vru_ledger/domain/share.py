"""A share of a whole, in tenths of a per cent: how it is worked out and written."""

from __future__ import annotations

from typing import NewType

Share = NewType("Share", int)


def share_of(part: int, whole: int) -> Share | None:
    """Return how much of `whole` is `part`, rounded down, in tenths of a per cent.

    Rounding down keeps 100.0% for what is really full. None where there is no whole.
    """
    return Share(part * 1000 // whole) if whole > 0 else None


def format_share(share: int) -> str:
    """Write 125 tenths of a per cent as '12.5%'."""
    return f"{'-' if share < 0 else ''}{abs(share) // 10:,}.{abs(share) % 10}%"
