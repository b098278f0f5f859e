"""A share of the fund's authority, in basis points: at most 12.5% to any one recipient."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vru_ledger.caps import capped
from vru_ledger.domain.entries import AwardEntry, CapSet
from vru_ledger.position import Key, Position

UNIT = "pence"


def read(text: str) -> int:
    """Read '12.5%' as 1250 basis points. Raises ValueError outside 0.01% to 100%."""
    match = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,2}))?%", text.strip(" "), re.ASCII)
    points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
    if not 1 <= points <= 10_000:
        raise ValueError(f"{text[:40]!r} is not a share from 0.01% to 100%, like 12.5%")
    return points


def show(limit: int) -> str:
    """Write 1250 basis points as '12.50%'."""
    return f"{limit // 100}.{limit % 100:02}%"


def bound(cap: CapSet, authority_pence: int) -> int:
    """Return the share of the fund's authority, in pence.

    Rounding down keeps `held * 10,000 <= basis points * authority` exactly.
    """
    return authority_pence * cap.limit // 10_000


def keys(cap: CapSet, new: AwardEntry) -> tuple[Key, ...]:
    """Return the balance of the allocation's bucket."""
    return (capped(cap, new),)


def adds(cap: CapSet, new: AwardEntry, position: Position) -> Mapping[Key, int]:
    """Count the pence by which the recipient's holding grows."""
    return {capped(cap, new): new.held()}
