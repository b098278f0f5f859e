"""Dates as people write them, and financial years: 1 April to 31 March, written 2022/23."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_ISO = r"(\d{4})-(\d{2})-(\d{2})"
_BRITISH = r"(\d{1,2})/(\d{1,2})/(\d{4})"
_YEAR = r"(?:FY ?)?(\d{4})[/-](\d{4}|\d{2})"
_BARE = r"(?:FY ?)?(\d{4})"
_QUARTER = r"(.+)-Q([1-4])"
_FLAGS = int(re.ASCII | re.IGNORECASE)
FIRST_YEAR, LAST_YEAR = 1990, 2099
"""What is outside is a slip of the pen: 1921 for 2021, or 2201 for 2021."""

_MOST_REMEMBERED = 1_024
"""Days and years that are remembered as they were written: a batch repeats a few of them."""


def _whole(pattern: str, typed: str) -> re.Match[str] | None:
    # Patterns are compiled when they are first needed: most commands need one or none.
    return re.fullmatch(pattern, typed, _FLAGS)


@lru_cache(_MOST_REMEMBERED)
def parse_date(text: str) -> date:
    """Read '2022-03-31' or '31/03/2022'. Raises ValueError for anything else, or no such day."""
    typed = text.strip(" ")
    if match := _whole(_ISO, typed):
        year, month, day = map(int, match.groups())
    elif match := _whole(_BRITISH, typed):
        day, month, year = map(int, match.groups())
    else:
        raise ValueError(f"{typed[:40]!r} is not a date; write it like 2022-03-31 or 31/03/2022")
    try:
        parsed = date(year, month, day)
    except ValueError:
        raise ValueError(f"{typed!r} is not a day of the calendar") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{typed!r} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return parsed


def parse_term(text: str) -> tuple[date | None, date | None]:
    """Read a term: '2021-04-01..2023-03-31', or '..2023-03-31' where no first day is known."""
    first, dots, last = text.strip(" ").partition("..")
    if not dots or not last:
        raise ValueError(
            f"{text[:60]!r} is not a term; write it like 2021-04-01..2023-03-31 or ..2023-03-31"
        )
    opens, closes = parse_date(first) if first else None, parse_date(last)
    if opens is not None and opens > closes:
        raise ValueError(f"the term {text!r} ends before it begins")
    return opens, closes


@lru_cache(_MOST_REMEMBERED)
def parse_financial_year(text: str) -> str:
    """Read '2022/23', '2022-23', 'FY2022/23' or '2022-2023'; returns '2022/23'.

    A bare '2022' is refused, naming both years that it may mean. Raises ValueError.
    """
    typed = text.strip(" ")
    if match := _whole(_YEAR, typed):
        first, second = match.groups()
        name = year_name(int(first))
        if not FIRST_YEAR <= int(first) <= LAST_YEAR:
            raise ValueError(f"{typed!r} is not between {FIRST_YEAR} and {LAST_YEAR}")
        if second in (name[5:], str(int(first) + 1)):
            return name
        raise ValueError(f"{typed!r} is not a financial year; {first}'s is {name}")
    if match := _whole(_BARE, typed):
        first_year = int(match[1])
        if not FIRST_YEAR <= first_year <= LAST_YEAR:
            raise ValueError(f"{typed!r} is not a financial year; write it like 2022/23")
        either = f"{year_name(first_year - 1)} or {year_name(first_year)}"
        raise ValueError(f"{typed!r} can mean {either}: write which")
    raise ValueError(f"{typed[:40]!r} is not a financial year; write it like 2022/23")


def year_name(first: int) -> str:
    """Name the financial year that begins on 1 April of `first`: 2022 gives '2022/23'."""
    return f"{first}/{(first + 1) % 100:02}"


def financial_year(day: date) -> str:
    """Name the financial year that `day` falls in."""
    return year_name(day.year if day.month >= 4 else day.year - 1)


def year_bounds(name: str) -> tuple[date, date]:
    """Return the first and last day of a financial year written '2022/23'."""
    first = int(name[:4])
    return date(first, 4, 1), date(first + 1, 3, 31)


def quarter(day: date) -> str:
    """Name the quarter that `day` falls in: '2022/23-Q3' is October to December 2022."""
    return f"{financial_year(day)}-Q{(day.month - 4) % 12 // 3 + 1}"


def quarter_bounds(name: str) -> tuple[date, date]:
    """Return the first and last day of a quarter written '2022/23-Q3'. Raises ValueError."""
    match = _whole(_QUARTER, name.strip(" "))
    if match is None:
        raise ValueError(f"{name[:40]!r} is not a quarter; write it like 2022/23-Q3")
    first, _ = year_bounds(parse_financial_year(match[1]))
    number = int(match[2])
    opens = date(first.year + (number == 4), (4, 7, 10, 1)[number - 1], 1)
    month, day = ((6, 30), (9, 30), (12, 31), (3, 31))[number - 1]
    return opens, date(opens.year, month, day)
