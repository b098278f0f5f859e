"""Over one amount an entry needs a decision, over another somebody else's approval."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.entries import AuthorityEntry, AwardEntry
from vru_ledger.domain.money import format_pounds
from vru_ledger.rules.case import Breach, Case

_MOVES = ("vire", "carry", "lapse", "surrender")
_BY_DECISION = ("carry", "lapse", "surrender", "override", "write-off")
"""What is done under a decision only, whatever the amount and the limits."""


def delegated(case: Case) -> Iterator[Breach]:
    """Yield a breach where an entry needs a decision, or a second person, and has none.

    The limits are those in force on its day: what is over them is judged by the entry's own amount.
    A proposal needs neither: what is made of it does.
    """
    new = case.entry
    kind = new.KIND
    if kind in _BY_DECISION and not new.decision:
        yield Breach(
            "decision-needed", "stop", f"{kind} needs a decision: say which with --decision"
        )
    limit = case.limit
    if limit is None or not _decides(case):
        return
    pence = getattr(new, "amount_pence", 0)
    most = limit.decision_over_pence
    if most is not None and pence > most and not new.decision and kind not in _BY_DECISION:
        yield Breach(
            "decision-needed",
            "stop",
            f"over {format_pounds(most)} (since {limit.code}) {kind} needs a decision: "
            "say which with --decision",
            over=pence - most,
        )
    most = limit.second_person_over_pence
    if most is not None and pence > most and _alone(case):
        yield Breach(
            "second-person",
            "stop",
            f"over {format_pounds(most)} (since {limit.code}) {kind} needs a second person: "
            "propose it, for somebody else to approve",
            over=pence - most,
        )


def _decides(case: Case) -> bool:
    """Say whether an entry promises money or moves authority."""
    new = case.entry
    if isinstance(new, AwardEntry):
        promises = new.to_stage == "committed" and new.from_stage in ("unallocated", "proposed")
        return promises and new.KIND != "reverse"
    return isinstance(new, AuthorityEntry) and new.KIND in _MOVES


def _alone(case: Case) -> bool:
    """Say whether nobody proposed what this entry does."""
    new = case.entry
    if isinstance(new, AwardEntry):
        return new.from_stage == "unallocated"
    return case.asked is None
