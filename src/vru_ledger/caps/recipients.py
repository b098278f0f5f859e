"""How many recipients: eight consortiums, four of kind major-trauma-centre."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vru_ledger.caps import capped
from vru_ledger.domain.entries import AwardEntry, CapSet
from vru_ledger.position import Key, Position

UNIT = "recipients"


def read(text: str) -> int:
    """Read a number of recipients. Raises ValueError unless it is whole and above zero."""
    typed = text.strip(" ")
    if not re.fullmatch(r"[1-9]\d{0,8}", typed, re.ASCII):
        raise ValueError(f"{typed[:40]!r} is not a whole number above zero, like 8")
    return int(typed)


show = str


def bound(cap: CapSet, authority_pence: int) -> int:
    """Return the limit, in recipients."""
    return cap.limit


def keys(cap: CapSet, new: AwardEntry) -> tuple[Key, ...]:
    """Return the count of the bucket, and what this recipient holds in it."""
    return capped(cap, new), _member(cap, new)


def adds(cap: CapSet, new: AwardEntry, position: Position) -> Mapping[Key, int]:
    """Count a recipient whose holding leaves zero, and uncount one whose holding returns to it."""
    member = _member(cap, new)
    before = position[member].held
    held = before + new.held()
    return {capped(cap, new): (held > 0) - (before > 0), member: new.held()}


def _member(cap: CapSet, new: AwardEntry) -> Key:
    _, fund, name, bucket = capped(cap, new)
    return Key("member", fund, name, f"{bucket}|{new.recipient}")
