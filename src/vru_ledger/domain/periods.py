"""Quarters and months of financial years: the periods in which payments are planned."""

from __future__ import annotations

import re
from datetime import date

from vru_ledger.domain.years import (
    financial_year,
    parse_financial_year,
    quarter,
    quarter_bounds,
    year_bounds,
)

_QUARTER = r"(.+)-Q([1-4])"
_MONTH = r"(.+)-P(0[1-9]|1[0-2])"
_CALENDAR_MONTH = r"(\d{4})-(0[1-9]|1[0-2])"


def month_of_year(day: date) -> str:
    """Name the month that `day` falls in: '2022/23-P09' is December 2022, P01 being April."""
    return f"{financial_year(day)}-P{(day.month - 4) % 12 + 1:02}"


def parse_period(text: str) -> str:
    """Read a quarter ('2022/23-Q3') or a month ('2022/23-P09', '2022-12' for the same).

    Returns it as '2022/23-Q3' or '2022/23-P09'. Raises ValueError.
    """
    typed = text.strip(" ").upper()
    if match := re.fullmatch(_CALENDAR_MONTH, typed, re.ASCII):
        return month_of_year(date(int(match[1]), int(match[2]), 1))
    for pattern, letter in ((_QUARTER, "Q"), (_MONTH, "P")):
        if match := re.fullmatch(pattern, typed, re.ASCII):
            return f"{parse_financial_year(match[1])}-{letter}{match[2]}"
    raise ValueError(
        f"{text[:40]!r} is not a quarter or a month; write it like 2022/23-Q3, 2022/23-P09 or "
        "2022-12"
    )


def period_bounds(name: str) -> tuple[date, date]:
    """Return the first and last day of a quarter or a month as `parse_period` returns it."""
    if "-Q" in name:
        return quarter_bounds(name)
    first, _ = year_bounds(name[:7])
    number = int(name[-2:])
    opens = date(first.year + (number > 9), (number + 2) % 12 + 1, 1)
    after = date(opens.year + opens.month // 12, opens.month % 12 + 1, 1)
    return opens, date.fromordinal(after.toordinal() - 1)


def periods_of(first: date, last: date, *, monthly: bool) -> list[str]:
    """Return the quarters, or months, from the one that `first` falls in to that of `last`."""
    name = month_of_year if monthly else quarter
    periods, day = [], first
    while day <= last:
        periods.append(name(day))
        day = date.fromordinal(period_bounds(periods[-1])[1].toordinal() + 1)
    return periods
