"""Plan the payments of an award, anew as often as need be, and say which milestones were met."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from vru_ledger.actions.allocation_request import Allocated, Request
from vru_ledger.actions.award import Stepper, of_award_fields
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.record import Recorder
from vru_ledger.domain.award_states import Life
from vru_ledger.domain.entries import Allocation, Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import parse_period, periods_of
from vru_ledger.domain.profiles import Instalment, MilestoneMet, Profile, spread
from vru_ledger.domain.steps import Step
from vru_ledger.domain.text import is_same, shown
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput, EntryRefused, KeyConflict, PeriodClosed
from vru_ledger.rules import DAY_RULES, judge, stops
from vru_ledger.rules.case import Breach
from vru_ledger.rules.refusal import Refusal
from vru_ledger.store import ledger
from vru_ledger.store.awards import Made
from vru_ledger.store.database import Database, Session


class Told(Value):
    """What a plan or a milestone is told beside what it says."""

    dated: date
    dated_by_clock: bool = False
    reason: str = ""
    decision: str = ""
    key: str = ""
    relates_to: str = ""


class Planned(Value):
    """What became of it: what was recorded, and what the award has come to with it."""

    recorded: Recorded
    entry: Profile | MilestoneMet
    life: Life
    already: bool = False
    warnings: Sequence[Breach] = ()


def forecast(
    database: Database,
    award: str,
    instalments: Sequence[Instalment],
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> Planned:
    """Record all payments planned of an award, as the newest version; older ones stay readable.

    Raises EntryRefused where they do not add up to the award, NotFound, KeyConflict and those of
    `write`.
    """

    def work(session: Session) -> Planned:
        stepper = Stepper(Recorder(session, actor, recorded_at))
        done = put_profile(stepper, award, instalments, told)
        stepper.recorder.journal.flush()
        return done

    return database.write(work, keep=not preview)


def meet(
    database: Database,
    award: str,
    milestone: str,
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> Planned:
    """Record that a milestone of an award was met: what waited for it may be paid.

    Raises EntryRefused if the plan has no such milestone, NotFound, KeyConflict and those of
    `write`.
    """

    def work(session: Session) -> Planned:
        stepper = Stepper(Recorder(session, actor, recorded_at))
        made = stepper.made(award)
        plan = stepper.life(made).profile
        there = [one for one in (plan.milestones() if plan else ()) if is_same(one, milestone)]
        met = milestone if milestone in there else next(iter(there), milestone)
        new = MilestoneMet(**_fields(stepper, award, told), milestone=met)
        asked = f"milestone {milestone!r} of {made.award}"
        done = _put(stepper, new, told, asked)
        stepper.recorder.journal.flush()
        return done

    return database.write(work, keep=not preview)


def put_profile(
    stepper: Stepper, award: str, instalments: Sequence[Instalment], told: Told
) -> Planned:
    """Record a plan in a transaction under way."""
    made = stepper.made(award)
    version = stepper.life(made).versions + 1
    new = Profile(**_fields(stepper, award, told), instalments=tuple(instalments), version=version)
    many = "1 payment" if len(instalments) == 1 else f"{len(instalments)} payments"
    return _put(stepper, new, told, f"plan of {many} of {made.award}")


def profile_of_request(recorder: Recorder, request: Request, outcome: Allocated) -> Allocated:
    """Record the plan that came with an allocation, in the same transaction.

    Raises KeyConflict if the allocation was recorded before with another plan, or without one.
    """
    new, profile = outcome.entry, request.profile
    key = f"{request.key} profile" if request.key else ""
    if outcome.already:
        before = ledger.entries_by_key(recorder.session, [key])
        if (key in before) != bool(profile):
            was = "with" if key in before else "without"
            raise KeyConflict(
                f"the key {shown(request.key)!r} was used for an allocation {was} a plan",
                f"see it: vru-ledger award show {new.award}; for a new entry use a new key",
            )
    if not profile:
        return outcome
    told = Told(
        dated=request.dated,
        dated_by_clock=request.dated_by_clock,
        reason=request.reason,
        decision=request.decision,
        key=key,
    )
    payments = parted(new, profile) if isinstance(profile, str) else profile
    try:
        done = put_profile(Stepper(recorder), new.award, payments, told)
    except EntryRefused as error:
        # Nothing is left of the award that was to be planned: there is nothing to show of it.
        refusal = error.refusal.replace(commands=[f"vru-ledger headroom {new.fund}"])
        raise EntryRefused(error.message, refusal) from None
    recorder.journal.flush()
    warnings = [*outcome.warnings, *done.warnings]
    return outcome.replace(profile=done.recorded, warnings=warnings)


def parted(new: Allocation, how: str) -> tuple[Instalment, ...]:
    """Part an award equally over the quarters or months of its term, or over so many quarters.

    The term begins on the day of the award where no first day is known. Raises BadInput where it
    has no last day, or too few quarters.
    """
    word = how.strip().casefold()
    if word not in ("quarterly", "monthly") and not re.fullmatch(r"[1-9]\d{0,3}", word, re.ASCII):
        raise BadInput(
            f"--instalments: {how[:40]!r} is none of quarterly, monthly or a number of payments"
        )
    first = new.term_from or new.dated
    if new.term_to is None or first is None:
        raise BadInput(
            "how long the award runs is not said, so its payments have no periods",
            "say it with --term FIRST..LAST",
        )
    if first > new.term_to:
        raise BadInput(
            f"the term ends on {new.term_to.isoformat()}, before {first.isoformat()}",
            "say which days with --term FIRST..LAST",
        )
    try:
        periods = periods_of(first, new.term_to, monthly=word == "monthly")
        if word not in ("quarterly", "monthly"):
            if int(word) > len(periods):
                raise BadInput(
                    f"the term has {len(periods)} quarters, fewer than {word} payments",
                    "ask for fewer, or --instalments monthly",
                )
            periods = periods[: int(word)]
        return spread(new.amount_pence, periods)
    except ValueError as problem:
        raise BadInput(f"--instalments: {problem}") from None


def _fields(stepper: Stepper, award: str, told: Told) -> dict[str, Any]:
    return {
        **of_award_fields(stepper.made(award)),
        "amount_pence": Pence(0),
        "dated": told.dated,
        "reason": told.reason,
        "decision": told.decision,
        "key": told.key,
        "relates_to": told.relates_to,
    }


def _put(stepper: Stepper, new: Profile | MilestoneMet, told: Told, asked: str) -> Planned:
    recorder, made = stepper.recorder, stepper.made(new.award)
    life = stepper.life(made)
    if new.key:
        found = ledger.entries_by_key(recorder.session, [new.key])
        before = already_recorded(
            found,
            new,
            dated_by_clock=told.dated_by_clock,
            made_by_the_ledger=("version",),
        )
        if before:
            return Planned(before, cast(Any, before.entry), life, already=True)
    case = recorder.case(new, {}, life)
    breaches = judge(case)
    if stops(breaches):
        raise _refused(new, asked, breaches)
    recorded = recorder.append(new, {})
    stepper.follow(made.award, recorded, new)
    warnings = _out_of_term(new.instalments, made, life) if isinstance(new, Profile) else []
    return Planned(recorded, new, stepper.life(made), warnings=warnings)


def _out_of_term(instalments: Sequence[Instalment], made: Made, life: Life) -> list[Breach]:
    """Return a warning for payments planned in a period that no day of the award's term is in.

    The term begins on the day of the award where no first day is known.
    """
    first = made.term_from or (life.entries[0].dated if life.entries else "") or ""
    last = made.term_to or ""
    outside = []
    for one in instalments:
        period = parse_period(one.period)
        late = last and period.first_day.isoformat() > last
        if late or period.last_day.isoformat() < first:
            outside.append(one.period)
    if not outside:
        return []
    said = f"{made.award} runs {first}..{last}, and no day of that is in {', '.join(outside)}"
    return [Breach("planned", "warn", said)]


def _refused(new: Step, asked: str, breaches: list[Breach]) -> EntryRefused | PeriodClosed:
    stopping = [breach for breach in breaches if breach.severity == "stop"]
    if all(breach.rule in DAY_RULES for breach in stopping):
        return PeriodClosed(f"{asked} is refused: {stopping[0].sentence}")
    refusal = Refusal(
        asked=asked,
        caps=[],
        breaches=breaches,
        largest_passing_pence=Pence(0),
        of_amount=False,
        commands=[f"vru-ledger award show {new.award}"],
    )
    said = "; ".join(breach.sentence for breach in stopping)
    return EntryRefused(f"{asked} is refused: {said}", refusal)
