"""An award goes only from state to state as it may: nothing is claimed of what was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import format_pounds
from vru_ledger.rules.case import Breach, Case

if TYPE_CHECKING:
    from vru_ledger.domain.award_states import Life

_PROFILES = ("profile", "milestone")
"""What is in nobody's way: an award that is undone leaves its plan behind."""

_MOST = 4
"""Entries in the way of a reversal that are named."""


def legal_step(case: Case) -> Iterator[Breach]:
    """Yield a breach for a step that the award's state does not allow; it names those it does."""
    new, life = case.entry, case.life
    if life is None or not isinstance(new, AwardEntry):
        return
    if new.KIND == "reverse":
        for sentence in _in_the_way(new, life):
            yield Breach("legal-step", "stop", sentence)
        return
    from vru_ledger.domain.award_states import MEANINGS, PLANNED, TYPED, UNFINISHED

    legal = [TYPED.get(kind, kind) for kind in life.possible()]
    typed = TYPED.get(new.KIND, new.KIND)
    if life.state in PLANNED.get(new.KIND, ()):
        return
    if new.KIND not in life.legal():
        may = f"what may follow is {', '.join(legal)}" if legal else "nothing may follow"
        yield Breach(
            "legal-step",
            "stop",
            f"{new.award} is {life.state} ({MEANINGS[life.state]}), so {typed} is not possible; "
            f"{may}",
        )
    elif new.KIND == "close":
        for stage in UNFINISHED:
            if pence := life.held.get(stage, 0):
                yield Breach(
                    "legal-step",
                    "stop",
                    f"{new.award} has {format_pounds(pence)} {stage}, so it cannot be closed yet",
                )
    elif new.KIND == "amend" and new.to_stage == "committed" and not life.is_promised():
        yield Breach(
            "legal-step",
            "stop",
            f"{new.award} was not approved, so what is added to it is proposed as well",
        )
    elif new.from_stage and not new.amount_pence:
        yield Breach(
            "legal-step",
            "stop",
            f"{new.award} has nothing {new.from_stage}, so {typed} is not possible",
        )


def _in_the_way(new: Any, life: Life) -> Iterator[str]:
    """Yield why a reversal has to wait: what an award rests on is undone last.

    Otherwise an award could hold money and be as if it had not been made, or be closed and hold
    what can no longer be delivered.
    """
    later = [
        one for one in life.standing if one.number != new.reverses and one.kind not in _PROFILES
    ]
    if new.was in ("allocate", "propose") and later:
        told = [f"entry {one.number} ({one.kind})" for one in reversed(later)]
        more = [f"{len(told) - _MOST} more"] if len(told) > _MOST else []
        yield f"it made {new.award}, so what followed is undone first: " + ", ".join(
            [*told[:_MOST], *more]
        )
    for one in later:
        if one.kind == "close" and one.number > new.reverses:
            yield f"{new.award} was closed since, by entry {one.number}, which is undone first"
