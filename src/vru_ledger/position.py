"""Where things stand: the balances that an entry touches, and by how much it changes them.

A balance is what one key holds. A stage's balance has a floor of zero; a cap's balance has the
cap's limit as its ceiling. `grandfathered` is what a cap that was cut below its use still bears.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.stages import AUTHORITY, LineChange, Movement


class Key(NamedTuple):
    """What a balance is of: a stage (`name`) of a fund, a recipient or an award; or a cap (`name`).

    `bucket` says which: 'source|year|area' of a fund's stage, a recipient, an award, what a cap
    counts per. `scope` is stage, recipient, award, cap, member (what one recipient adds to a cap
    that counts recipients), or line (what is said of a line of authority, as 'source|year|detail').
    """

    scope: str
    fund: str
    name: str
    bucket: str


class Balance(NamedTuple):
    """What a key holds, in pence (or recipients, or a day), and its bounds."""

    held: int = 0
    floor: int | None = 0
    ceiling: int | None = None
    grandfathered: int = 0


Position = Mapping[Key, Balance]
EMPTY = Balance()


def stage_changes(movements: Iterable[Movement]) -> dict[Key, int]:
    """Add up movements by the balances they change: of the fund, its recipient and its award."""
    changes: dict[Key, int] = {}
    for fund, stage, moved, source, fy, award, recipient, area in movements:
        pence = -moved if stage == AUTHORITY else moved
        key = Key("stage", fund, stage, f"{source}|{fy}|{area}")
        changes[key] = changes.get(key, 0) + pence
        if recipient:
            key = Key("recipient", fund, stage, recipient)
            changes[key] = changes.get(key, 0) + pence
        if award:
            key = Key("award", fund, stage, award)
            changes[key] = changes.get(key, 0) + pence
    return changes


def funds_of_authority(changes: Iterable[Key]) -> list[str]:
    """Return the funds whose authority changes: those whose caps may come to something else."""
    moved = (key.fund for key in changes if key.scope == "stage" and key.name == AUTHORITY)
    return list(dict.fromkeys(moved))


def line_changes(lines: Iterable[LineChange]) -> dict[Key, int]:
    """Add up what is said of lines of authority by the balances it changes."""
    changes: dict[Key, int] = {}
    for fund, source, fy, name, detail, pence in lines:
        key = Key("line", fund, name, f"{source}|{fy}|{detail}")
        changes[key] = changes.get(key, 0) + pence
    return changes


def floor_of(key: Key) -> Key | None:
    """Return the balance whose floor `key` is: money expected and not covered stays unallocated."""
    if key.scope == "line" and key.name == "expected" and key.bucket.endswith("|"):
        return Key("stage", key.fund, "unallocated", key.bucket)
    return None


def after(balance: Balance, change: int) -> Balance:
    """Return the balance when `change` has been added; what is grandfathered only ever falls."""
    held, floor, ceiling, grandfathered = balance
    held += change
    if grandfathered:
        over = 0 if ceiling is None else max(0, held - ceiling)
        grandfathered = min(grandfathered, over)
    return Balance(held, floor, ceiling, grandfathered)


def under(balance: Balance, ceiling: int | None) -> Balance:
    """Return the balance with another ceiling; what is held above it is grandfathered."""
    over = 0 if ceiling is None else max(0, balance.held - ceiling)
    return Balance(balance.held, balance.floor, ceiling, over)


def line_keys(new: AwardEntry) -> tuple[Key, ...]:
    """Return the balances that authority is drawn from: unallocated of its year and of no year."""
    fund, own, unassigned = new.fund, f"{new.source}|{new.fy}|", f"{new.source}||"
    return (
        Key("stage", fund, "unallocated", own),
        Key("stage", fund, "unallocated", unassigned),
        Key("stage", fund, "authority", own),
        Key("stage", fund, "authority", unassigned),
    )


def available(new: AwardEntry, position: Position) -> tuple[int, int]:
    """Return the unallocated pence of the allocation's own year, and of no year."""
    own, unassigned = (_free(position[key]) for key in line_keys(new)[:2])
    return (own, unassigned) if new.fy else (own, 0)


def _free(balance: Balance) -> int:
    """Return the pence above a balance's floor: what is expected and not covered is not free."""
    return balance.held - (balance.floor or 0)
