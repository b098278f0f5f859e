"""Periods of the financial year: a year, a quarter or a month, each with a first and a last day.

Amounts belong to the period in which their entry is dated. None is ever spread over days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from vru_ledger.domain.years import (
    FIRST_YEAR,
    LAST_YEAR,
    financial_year,
    parse_financial_year,
    quarter,
    quarter_bounds,
    year_bounds,
    year_name,
)

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


class Period(NamedTuple):
    """A year ('2021/22'), quarter ('2021/22-Q4') or month ('2021/22-P12', which is March 2022).

    `entry` is the entry that closed it, 0 if that is not asked.
    """

    name: str
    first_day: date
    last_day: date
    entry: int = 0

    def holds(self, day: date) -> bool:
        """Say whether a day falls in it."""
        return self.first_day <= day <= self.last_day


def parse_period(text: str) -> Period:
    """Read '2021/22', '2021/22-Q4', '2021/22-P12', or a month as '2022-03'. Raises ValueError.

    '2009-10' can be a year or a month: it is refused, and both are named.
    """
    typed = text.strip(" ")
    if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", typed, re.ASCII):
        year, number = int(match[1]), int(match[2])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"{typed!r} is not between {FIRST_YEAR} and {LAST_YEAR}")
        named = month(date(year, number, 1))
        if year_name(year)[5:] == match[2]:
            said = f"{year_name(year)} or {MONTHS[number - 1]} {year}"
            raise ValueError(f"{typed!r} can mean {said}: write {year_name(year)} or {named.name}")
        return named
    if re.fullmatch(r".+-Q[1-4]", typed, re.ASCII | re.IGNORECASE):
        first_day, last_day = quarter_bounds(typed)
        return Period(f"{financial_year(first_day)}-{typed[-2:].upper()}", first_day, last_day)
    if match := re.fullmatch(r"(.+)-P(\d{1,2})", typed, re.ASCII | re.IGNORECASE):
        first_day, _ = year_bounds(parse_financial_year(match[1]))
        if not 1 <= int(match[2]) <= 12:
            raise ValueError(f"{typed[:40]!r} is not a month; they are P01 (April) to P12 (March)")
        number = int(match[2]) + 3
        return month(date(first_day.year + (number > 12), (number - 1) % 12 + 1, 1))
    try:
        name = parse_financial_year(typed)
    except ValueError as problem:
        if "can mean" in str(problem) or "'s is" in str(problem):
            raise
        raise ValueError(
            f"{typed[:40]!r} is not a period; write it like 2021/22, 2021/22-Q4, 2021/22-P12 or "
            "2022-03"
        ) from None
    return Period(name, *year_bounds(name))


def parse_period_name(text: str) -> str:
    """Return the name of a period: '2022-03' is '2021/22-P12'. Raises ValueError."""
    return parse_period(text).name


def month(day: date) -> Period:
    """Return the month that a day falls in: '2021/22-P12' is March 2022."""
    first_day = day.replace(day=1)
    after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    name = f"{financial_year(day)}-P{(day.month - 4) % 12 + 1:02}"
    return Period(name, first_day, after - timedelta(1))


def holding(day: date, closed: Iterable[Period]) -> Period | None:
    """Return the closed period that a day falls in, the one that ends last; None if it is open."""
    found = [period for period in closed if period.holds(day)]
    return max(found, key=lambda period: (period.last_day, period.name), default=None)


def first_open_day(day: date, closed: Iterable[Period]) -> date:
    """Return the first day from `day` on that no closed period holds."""
    periods = list(closed)
    while period := holding(day, periods):
        day = period.last_day + timedelta(1)
    return day


def parse_part(text: str) -> str:
    """Read a quarter or a month, in which a payment is planned; returns its name.

    Raises ValueError, for a whole year too.
    """
    try:
        name = parse_period(text).name
    except ValueError as problem:
        if "can mean" in str(problem):
            raise
        name = ""
    if "-" not in name:
        raise ValueError(
            f"{text[:40]!r} is not a quarter or a month; write it like 2022/23-Q3, 2022/23-P09 or "
            "2022-12"
        )
    return name


def period_bounds(name: str) -> tuple[date, date]:
    """Return the first and last day of a period, given by its name."""
    found = parse_period(name)
    return found.first_day, found.last_day


def periods_of(first: date, last: date, *, monthly: bool) -> list[str]:
    """Return the quarters, or months, from the one that `first` falls in to that of `last`."""
    periods, day = [], first
    while day <= last:
        found = month(day) if monthly else parse_period(quarter(day))
        periods.append(found.name)
        day = found.last_day + timedelta(1)
    return periods
