"""An allocation that is refused: what stands in the way, the most that passes, what to type."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

from vru_ledger.actions.typed import as_typed, cells, on_another_day
from vru_ledger.domain.entries import Allocation
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.years import financial_year
from vru_ledger.errors import AuthorityMissing, EntryRefused, LedgerError, PeriodClosed
from vru_ledger.position import available
from vru_ledger.rules import AUTHORITY_RULES, DAY_RULES
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.refusal import Refusal, caps_met, largest_passing, needs

if TYPE_CHECKING:
    from vru_ledger.actions.allocation_request import Request

    WouldStop = Callable[[Request], bool]
    """Whether a request would be refused too."""


def refusal(
    request: Request, case: Case, breaches: list[Breach], would_stop: WouldStop
) -> LedgerError:
    """Return the refusal: every cap, which bind, the most that passes, and what to type."""
    asked = f"{format_pounds(request.amount_pence)} of {case.fund.name} to {request.recipient}"
    stopping = [breach for breach in breaches if breach.severity == "stop"]
    # Payments out of a file are no words of a command: without them it would record less.
    typable = isinstance(request.profile, str)
    if all(breach.rule in DAY_RULES for breach in stopping):
        moved = request.replace(**on_another_day(request, case), dated_by_clock=False)
        passes = not would_stop(moved)
        return PeriodClosed(
            f"{asked} is refused: {stopping[0].sentence}",
            as_typed(moved) if typable and passes else "",
            cells=cells(request, moved) if passes else {},
        )
    largest = 0
    commands = []
    put: dict[str, str] = {}
    proposed = request.replace(propose=True)
    alone = any(one.rule == "second-person" for one in stopping)
    if alone and typable and not would_stop(proposed):
        commands.append(as_typed(proposed))
        put = cells(request, proposed)
    if isinstance(case.entry, Allocation) and (case.listed or not case.fund.closed):
        largest = largest_passing(case, sum(available(case.entry, case.position)))
    smaller = request.replace(amount_pence=Pence(largest))
    if largest and not would_stop(smaller):
        commands += [as_typed(smaller)] if typable else []
        commands = commands or [_headroom_of(request, case.fund.code)]
    elif typable and (dated := _with_a_year(request, breaches, would_stop)):
        largest = 0
        commands.append(as_typed(dated))
        put = cells(request, dated)
    else:
        largest = 0
        commands = commands or [_headroom_of(request, case.fund.code)]
    told = Refusal(
        asked=asked,
        caps=caps_met(case, breaches),
        breaches=breaches,
        largest_passing_pence=Pence(largest),
        needs=needs(case, breaches),
        commands=commands,
        cells=put,
    )
    missing = all(breach.rule in AUTHORITY_RULES for breach in stopping)
    error = AuthorityMissing if missing else EntryRefused
    said = "; ".join(breach.sentence for breach in stopping)
    return error(f"{asked} is refused: {said}", told)


def _with_a_year(request: Request, breaches: list[Breach], would_stop: WouldStop) -> Request | None:
    """Return the request with the year of its day, where only a year was missing."""
    stopping = {breach.rule for breach in breaches if breach.severity == "stop"}
    told = request.replace(fy=financial_year(request.dated))
    if request.fy or stopping != {"measurable"} or would_stop(told):
        return None
    return told


def _headroom_of(request: Request, fund: str) -> str:
    """Return what to type to see what is left, of the line that the request draws on."""
    words = ["vru-ledger", "headroom", fund]
    if request.source:
        words += ["--source", request.source]
        words += ["--fy", request.fy] if request.fy else []
    return shlex.join(words)
