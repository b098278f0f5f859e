"""The last day of an award's term: up to April 2023; not the day on which something is typed."""

from __future__ import annotations

from collections.abc import Mapping

from vru_ledger.domain.entries import AwardEntry, CapSet
from vru_ledger.domain.quantity import day_text
from vru_ledger.domain.years import parse_date
from vru_ledger.position import Key, Position

UNIT = "day"
show = day_text


def read(text: str) -> int:
    """Read a date as a number that sorts and reads as it does: 20230331. Raises ValueError."""
    return int(parse_date(text).strftime("%Y%m%d"))


def bound(cap: CapSet, authority_pence: int) -> int:
    """Return the limit, in days as numbers."""
    return cap.limit


def keys(cap: CapSet, new: AwardEntry) -> tuple[Key, ...]:
    """Return the balance that keeps the last day of the award's term."""
    return (Key("cap", cap.fund, cap.cap, new.award),)


def adds(cap: CapSet, new: AwardEntry, position: Position) -> Mapping[Key, int]:
    """Move the award's last day to that of its term; an award without a term moves nothing."""
    key = Key("cap", cap.fund, cap.cap, new.award)
    day = new.last_day()
    return {key: 0 if day is None else day - position[key].held}
