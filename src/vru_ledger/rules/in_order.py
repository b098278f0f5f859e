"""Steps of an award are in order by day: nothing is paid before it came, or closed before it ended.

What an award holds is never less than nothing by entry number: the floors of the balances keep
that. By day it could be, and every report as of such a day would show it. So could an award be
closed on a day when it was still paid, resumed before it was suspended, or suspended before it was
made. And what is undone before its own day would on the days between be undone without having been:
what a closing freed would be committed twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.stages import HELD
from vru_ledger.rules.case import Breach, Case

if TYPE_CHECKING:
    from vru_ledger.domain.award_states import Happened, Life

_COMES_AFTER = {"suspend": ("allocate", "propose"), "resume": ("suspend",)}
"""What moves no money, and the steps of which the last to stand comes before it."""

_PLANS = ("profile", "milestone")
"""What happens to an award without being a step of it: it may be dated after the last one."""


def in_order(case: Case) -> Iterator[Breach]:
    """Yield a breach for a step dated before the day of what it takes for granted."""
    new: Any = case.entry
    if case.life is None or not isinstance(new, AwardEntry) or new.dated is None:
        return
    if new.KIND == "reverse" and (undone := _undone_later(new, case.life)):
        yield Breach(
            "in-order",
            "stop",
            f"entry {undone.number} is of {undone.dated}, so it cannot be undone on "
            f"{new.dated.isoformat()}",
            day=date.fromisoformat(undone.dated or ""),
        )
    elif new.KIND != "reverse" and (before := _before(new, case.life)):
        step, then = before.kind, before.dated or ""
        yield Breach(
            "in-order",
            "stop",
            f"{new.award} has entry {before.number} ({step}) of {then}, so {new.KIND} cannot be "
            f"dated {new.dated.isoformat()}",
            day=date.fromisoformat(then),
        )
    elif new.from_stage in HELD and new.amount_pence:
        yield from _of_money(new, case.life)


def _undone_later(new: Any, life: Life) -> Happened | None:
    """Return what a reversal undoes, if its day is after that of the reversal."""
    undone = next((one for one in life.entries if one.number == new.reverses), None)
    return undone if undone and (undone.dated or "") > new.dated.isoformat() else None


def _before(new: Any, life: Life) -> Happened | None:
    """Return an entry dated after a step that it has to come before; the latest, if several do."""
    if new.KIND == "close":
        first = [one for one in life.standing if one.kind not in _PLANS]
    else:
        first = [one for one in life.standing if one.kind in _COMES_AFTER.get(new.KIND, ())][-1:]
    later = [one for one in first if (one.dated or "") > new.dated.isoformat()]
    return max(later, key=lambda one: (one.dated, one.number), default=None)


def _of_money(new: Any, life: Life) -> Iterator[Breach]:
    """Yield a breach if the award had not yet, on that day, the money that leaves a stage of it."""
    stage, day = new.from_stage, new.dated.isoformat()
    held = life.held.get(stage, 0)
    later = [one for one in life.entries if (one.dated or "") > day]
    # Backwards from what is there now: before each later day, that day's entries had not happened.
    for then in sorted({one.dated for one in later if one.dated}, reverse=True):
        for one in later:
            if one.dated == then:
                held += one.amount_pence * ((one.from_stage == stage) - (one.to_stage == stage))
        if held < new.amount_pence:
            yield Breach(
                "in-order",
                "stop",
                f"before {then} {new.award} had {format_pounds(max(0, held))} {stage}, so "
                f"{format_pounds(new.amount_pence)} cannot have left it on {day}",
                day=date.fromisoformat(then),
            )
            return
