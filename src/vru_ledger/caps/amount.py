"""Pence: £6m over the whole fund, £750k per recipient, £1.5m per financial year."""

from __future__ import annotations

from collections.abc import Mapping

from vru_ledger.caps import capped
from vru_ledger.domain.entries import AwardEntry, CapSet
from vru_ledger.domain.money import format_pounds, parse_pounds
from vru_ledger.position import Key, Position

UNIT = "pence"
read, show = parse_pounds, format_pounds


def bound(cap: CapSet, authority_pence: int) -> int:
    """Return the limit, in pence."""
    return cap.limit


def keys(cap: CapSet, new: AwardEntry) -> tuple[Key, ...]:
    """Return the balance of the allocation's bucket."""
    return (capped(cap, new),)


def adds(cap: CapSet, new: AwardEntry, position: Position) -> Mapping[Key, int]:
    """Count the pence by which the recipient's holding grows."""
    return {capped(cap, new): new.held()}
