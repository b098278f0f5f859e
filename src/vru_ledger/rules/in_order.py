"""Money leaves a stage of an award on days when it is there: nothing is paid before it came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.stages import HELD
from vru_ledger.rules.case import Breach, Case


def in_order(case: Case) -> Iterator[Breach]:
    """Yield a breach for a step dated before the day on which the award had the money it moves.

    What an award holds is never less than nothing by entry number: the floors of the balances keep
    that. By day it could be, and every report as of such a day would show it.
    """
    new: Any = case.entry
    if case.life is None or not isinstance(new, AwardEntry) or new.dated is None:
        return
    stage, day = new.from_stage, new.dated.isoformat()
    if stage not in HELD or not new.amount_pence:
        return
    held = case.life.held.get(stage, 0)
    later = [one for one in case.life.entries if (one.dated or "") > day]
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
