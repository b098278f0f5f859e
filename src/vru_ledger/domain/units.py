"""Units that money is shown in: pounds, thousands or millions of pounds, or pence."""

from __future__ import annotations

from vru_ledger.domain.money import format_pounds

UNITS = ("£", "£000", "£m", "pence")
_TYPED = {
    "gbp": "£",
    "pounds": "£",
    "000": "£000",
    "£k": "£000",
    "k": "£000",
    "m": "£m",
    "p": "pence",
}
_STEP = {"£000": 100_000, "£m": 1_000_000, "pence": 1}
"""Pence of the smallest step that is shown: £m has two decimals."""


def parse_units(text: str) -> str:
    """Read '£', '£000', '£m' or 'pence', also without the sign. Raises ValueError."""
    typed = text.strip().casefold()
    units = _TYPED.get(typed, typed)
    if units not in UNITS:
        raise ValueError(f"{text[:40]!r} is none of {', '.join(UNITS)}")
    return units


def is_coarse(units: str) -> bool:
    """Say whether figures are rounded in these units."""
    return _STEP.get(units, 1) > 1


def rounded(pence: int, units: str) -> int:
    """Return the pence that a figure shown in `units` stands for: the nearest step, halves up.

    Below zero a half goes down, so that a figure and its opposite look alike.
    """
    step = _STEP.get(units, 1)
    steps = (abs(pence) * 2 + step) // (step * 2)
    return -steps * step if pence < 0 else steps * step


def format_units(pence: int, units: str) -> str:
    """Write pence in `units`: '5,250' in £000, '5.25' in £m, '525,000,000' in pence."""
    if units not in _STEP:
        return format_pounds(pence)
    shown = rounded(pence, units)
    sign, steps = "-" if shown < 0 else "", abs(shown) // _STEP[units]
    return f"{sign}{steps // 100:,}.{steps % 100:02}" if units == "£m" else f"{sign}{steps:,}"
