"""A period is closed once it has ended, and reopened only if it is closed and nothing holds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vru_ledger.rules.case import Breach

if TYPE_CHECKING:
    from vru_ledger.domain.periods import Period
    from vru_ledger.domain.points import PeriodEntry


def period_step(new: PeriodEntry, closed: Sequence[Period]) -> Iterator[Breach]:
    """Yield a breach for each reason why a period cannot be closed or reopened."""
    from vru_ledger.domain.periods import parse_period

    try:
        period = parse_period(new.period)
    except ValueError as problem:
        yield Breach("period-step", "stop", str(problem))
        return
    if period[:3] != (new.period, new.first_day, new.last_day):
        said = f"{new.period} is from {period.first_day} to {period.last_day}"
        yield Breach("period-step", "stop", said)
        return
    same = next((one for one in closed if one.name == new.period), None)
    holds = next(
        (
            one
            for one in closed
            if one.name != new.period
            and one.first_day <= period.first_day
            and one.last_day >= period.last_day
        ),
        None,
    )
    if new.KIND == "close-period":
        if found := same or holds:
            with_it = "" if found is same else f" with {found.name}"
            said = f"{new.period} is closed already{with_it}, by entry {found.entry}"
            yield Breach("period-step", "stop", said)
        elif new.dated is None or new.dated <= period.last_day:
            ends = period.last_day.isoformat()
            said = f"{new.period} has not ended on {new.dated}: its last day is {ends}"
            yield Breach("period-ended", "stop", said)
        return
    if same is None:
        yield Breach("period-step", "stop", f"{new.period} is not closed")
    if holds:
        yield Breach(
            "period-step",
            "stop",
            f"{holds.name} is closed as well, by entry {holds.entry}, and holds {new.period}; "
            f"reopen {holds.name}",
        )
