"""What is done under a decision: what entries promise to awards, and the authority they move."""

from __future__ import annotations

from typing import Any, NamedTuple

from vru_ledger.domain.entries import Entry

_OF_AUTHORITY = ("fund", "vire", "carry", "lapse", "surrender")
"""Kinds of entry that bring authority, move it or end it."""


class Done(NamedTuple):
    """Pence promised to awards, less what they gave back, and pence of authority that moved."""

    promised: int = 0
    authority: int = 0

    def plus(self, more: Done) -> Done:
        """Return both together."""
        return Done(self.promised + more.promised, self.authority + more.authority)


class Decided(NamedTuple):
    """How much a decision decides, in pence, and what was done under it before an entry."""

    code: str
    amount_pence: int
    before: Done


def done_by(kind: str, from_stage: str, to_stage: str, pence: int) -> Done:
    """Return what an entry, or the sum of several alike, does; nothing of one that was undone.

    The same words say of an award's money where it goes and of authority how sure it is: no stage
    is called as a certainty.
    """
    if kind in _OF_AUTHORITY:
        return Done(0, pence)
    if to_stage == "committed" and from_stage in ("unallocated", "proposed"):
        return Done(pence, 0)
    if from_stage == "committed" and to_stage == "unallocated":
        return Done(-pence, 0)
    return Done()


def done_by_entry(entry: Entry) -> Done:
    """Return what one entry does under the decision that it cites."""
    new: Any = entry
    stages = getattr(new, "from_stage", ""), getattr(new, "to_stage", "")
    return done_by(new.KIND, *stages, getattr(new, "amount_pence", 0))
