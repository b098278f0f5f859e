"""The stages of money, and movements between them: every penny of authority is in exactly one."""

from typing import NamedTuple

STAGES = ("unallocated", "proposed", "committed", "payable", "disbursed", "recoverable")
AUTHORITY = "authority"
"""The counterpart: what a fund may commit. The six stages add up to it."""

HELD = ("proposed", "committed", "payable", "disbursed", "recoverable")
"""Stages in which money is held for a recipient: what caps measure."""

MEASURES = {
    "authority": "money the fund may commit; the sum of the stages",
    "unallocated": "authority not yet promised to anybody",
    "proposed": "asked for, not yet approved",
    "committed": "awarded and not yet claimed",
    "payable": "claim approved, not yet paid",
    "disbursed": "paid",
    "recoverable": "clawback asked for, not yet received",
    "allocated": "proposed + committed + payable + disbursed + recoverable",
    "used": "allocated / authority, in per cent, rounded down to a tenth",
}


class Movement(NamedTuple):
    """Pence into a stage, or out of it (below zero). An entry's movements sum to zero.

    `authority` is the counterpart of the stages, so authority that grows moves below zero.
    """

    fund: str
    stage: str
    pence: int
    source: str = ""
    fy: str = ""
    award: str = ""
    recipient: str = ""
    area: str = ""
