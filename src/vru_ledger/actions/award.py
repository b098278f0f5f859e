"""What happens to an award: approved, amended, claimed, paid, owed back, closed; judged as ever."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from vru_ledger.actions import resolve
from vru_ledger.actions.record import Recorder
from vru_ledger.caps import keys_of
from vru_ledger.domain.award_states import TYPED, Happened, Life, life_of, marks
from vru_ledger.domain.entries import Recorded
from vru_ledger.domain.money import Pence, format_decimal, format_pounds
from vru_ledger.domain.steps import STEPS, Amendment, Step
from vru_ledger.domain.value import Value
from vru_ledger.errors import (
    AuthorityMissing,
    BadInput,
    EntryRefused,
    LedgerError,
    PeriodClosed,
    ReasonMissing,
)
from vru_ledger.position import available, line_keys
from vru_ledger.rules import AUTHORITY_RULES, DAY_RULES, judge, stops
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.refusal import Refusal, caps_met, largest_passing, needs
from vru_ledger.store import awards, ledger, register
from vru_ledger.store.database import Database, Session


class StepRequest(Value):
    """A step as somebody asked for it. `amount_pence` None means all that is there to move.

    `lower` and `propose` are for an amendment: down instead of up, and asked for instead of made.
    """

    kind: str
    award: str
    dated: date
    dated_by_clock: bool = False
    amount_pence: Pence | None = None
    lower: bool = False
    propose: bool = False
    ref: str = ""
    relates_to: str = ""
    reason: str = ""
    decision: str = ""
    key: str = ""
    plan: str = ""
    approved_by: str = ""


class Stepped(Value):
    """What became of a request: what was recorded, and what the award has come to with it."""

    recorded: Recorded
    entry: Step
    fund_name: str
    recipient_name: str
    before: Life
    life: Life
    warnings: Sequence[Breach] = ()
    already: bool = False


NEEDS_REASON = ("amend", "reject", "withdraw", "reject-claim", "clawback", "write-off", "suspend")
"""Steps that change what somebody was told they would get, and so say why."""

_WHOLE = ("approve", "reject", "withdraw", "close", "suspend", "resume")
"""Steps that move all that is there, or nothing."""


def take(
    database: Database,
    requests: Sequence[StepRequest],
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> list[Stepped]:
    """Record steps, all or none, each judged after those before it.

    Raises EntryRefused, AuthorityMissing, NotFound, BadInput, KeyConflict and those of `write`.
    """

    def work(session: Session) -> list[Stepped]:
        stepper = Stepper(Recorder(session, actor, recorded_at))
        done = [stepper.put(request) for request in requests]
        stepper.recorder.journal.flush()
        return [told_alike(session, one, one.recorded.number - 1) for one in done]

    return database.write(work, keep=not preview)


class Stepper:
    """Steps inside one write transaction: completed, judged, and appended."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.session = recorder.session
        self._made: dict[str, awards.Made] = {}
        self._happened: dict[str, list[Happened]] = {}
        self._partly: dict[str, date] = {}
        self._recent: dict[int, Step] = {}
        self._names: dict[str, str] = {}

    def put(self, request: StepRequest) -> Stepped:
        """Record one step, or raise and leave the transaction as it was."""
        made = self.made(request.award)
        before = self.life(made, whole=False, dated=request.dated)
        new = self._complete(request, made, before)
        if new.key:
            self.recorder.journal.settle(new.key)
            found = ledger.entries_by_key(self.session, [new.key])
            if was := self._already(found.get(new.key), request, new):
                return self._told(was, new, before, before, already=True)
        if request.kind in NEEDS_REASON and not new.reason:
            typed = TYPED.get(request.kind, request.kind)
            raise ReasonMissing(typed)
        case, breaches = self._judged(new, before)
        if stops(breaches):
            raise self._refused(request, case, breaches, made)
        # As it was judged: it knows by now how much of it is lent by authority of no year.
        new = cast(Step, case.entry)
        recorded = self.recorder.append(new, case.changes)
        self.follow(made.award, recorded, new)
        return self._told(recorded, new, before, self.life(made, whole=False), breaches)

    def made(self, asked: str) -> awards.Made:
        """Return the award of this reference, whatever its case. Raises NotFound."""
        ref = asked.strip().upper()
        if ref not in self._made:
            self._made[ref] = resolve.award(self.session, asked)
        return self._made[ref]

    def life(self, made: awards.Made, *, whole: bool = True, dated: date = date.max) -> Life:
        """Return what an award has come to, with everything that this transaction did to it.

        Unless `whole`, what was claimed and paid by that day is told only of an award whose
        payments were planned: of thousands of payments no other step needs to know each.
        """
        keys = awards.stage_keys(made.fund, made.award)
        position = self.recorder.journal.load(keys, {}, {})
        if made.award in self._partly and (whole or dated < self._partly[made.award]):
            self.recorder.journal.flush()
            del self._happened[made.award]
        if made.award not in self._happened:
            self._read(made.award, None if whole else dated)
        held = {key.name: position[key].held for key in keys if position[key].held}
        return life_of(held, self._happened[made.award], self._told_of)

    def _read(self, award: str, after: date | None) -> None:
        found = None if after is None else awards.marking(self.session, award, after=after)
        if found is None or after is None:
            self._partly.pop(award, None)
            found = awards.happened(self.session, award)
        else:
            self._partly[award] = after
        self._happened[award] = found

    def _told_of(self, number: int) -> Any:
        return self._recent.get(number) or awards.told_of(self.session, number)

    def forget(self) -> None:
        """Remember no award: a long file would fill the memory. All must be written by now."""
        self._made.clear()
        self._happened.clear()
        self._partly.clear()
        self._names.clear()

    def follow(self, award: str, recorded: Recorded, new: Step) -> None:
        """Remember a step that was recorded, for the next one of the same award."""
        happened = Happened(
            recorded.number,
            new.KIND,
            recorded.actor,
            new.to_stage,
            getattr(new, "reverses", None),
            new.from_stage,
            new.amount_pence,
            new.dated.isoformat() if new.dated else None,
        )
        told_after = self._partly.get(award)
        later = told_after and new.dated and new.dated > told_after
        if told_after is None or later or marks(happened):
            self._happened[award].append(happened)
        if new.KIND in ("profile", "milestone"):
            self._recent[recorded.number] = new

    def _complete(self, request: StepRequest, made: awards.Made, life: Life) -> Step:
        """Return the entry that a request means."""
        kind: Any = STEPS[request.kind]
        ways: dict[str, str] = {}
        if kind is Amendment:
            of_award = "committed" if life.is_promised() and not request.propose else "proposed"
            stages = (of_award, "unallocated") if request.lower else ("unallocated", of_award)
            ways = dict(zip(("from_stage", "to_stage"), stages, strict=True))
            if request.amount_pence is None and not request.lower:
                raise BadInput(
                    "how much the award grows by is not said", "give an amount, like +20k"
                )
        # Of a step that moves nothing this is no stage, and so nothing is held in it.
        leaves = ways["from_stage"] if ways else kind.from_stage
        asked = None if request.kind in _WHOLE else request.amount_pence
        pence = life.held.get(leaves, 0) if asked is None else asked
        new: Step = kind(
            **of_award_fields(made),
            **ways,
            amount_pence=Pence(pence),
            ref=request.ref,
            relates_to=request.relates_to,
            dated=request.dated,
            reason=request.reason,
            decision=request.decision,
            key=request.key,
            plan=request.plan,
            approved_by=request.approved_by,
        )
        return new

    def _already(self, was: Recorded | None, request: StepRequest, new: Step) -> Recorded | None:
        """Return the entry of the same key, if it is of the same request. Raises KeyConflict."""
        if was is None:
            return None
        from vru_ledger.actions.keys import already_recorded

        given = ["unassigned_pence"]
        if request.amount_pence is None or request.kind in _WHOLE:
            given.append("amount_pence")
        if isinstance(was.entry, Amendment) and (was.entry.held() > 0) is not request.lower:
            given += ["from_stage", "to_stage"]
        return already_recorded(
            {new.key: was},
            new,
            dated_by_clock=request.dated_by_clock,
            made_by_the_ledger=given,
        )

    def _judged(self, new: Step, life: Life) -> tuple[Case, list[Breach]]:
        """Return the step, drawn from the authority there is, and what the rules say."""
        state = self.recorder.state(new.fund)
        grows = new.held() > 0
        keys = [*keys_of(new, state.caps), *(line_keys(new) if grows else ())]
        position = self.recorder.journal.load(keys, state.caps, state.bounds)
        if grows:
            own, unassigned = available(new, position)
            if new.fy and new.amount_pence > own:
                new = new.replace(unassigned_pence=min(new.amount_pence - own, unassigned))
                lent = [key for key in keys_of(new, state.caps) if key not in keys]
                position = self.recorder.journal.load(lent, state.caps, state.bounds)
        case = self.recorder.case(new, position, life)
        return case, judge(case)

    def _refused(
        self, request: StepRequest, case: Case, breaches: list[Breach], made: awards.Made
    ) -> LedgerError:
        """Return the refusal: what stands in the way, the most that passes, what to type."""
        new = case.entry
        pence = getattr(new, "amount_pence", 0)
        of = f" of {format_pounds(pence)}" if pence else ""
        typed = TYPED.get(request.kind, request.kind)
        asked = f"{typed}{of} on {made.award} ({self._name(made)})"
        stopping = [breach for breach in breaches if breach.severity == "stop"]
        commands = []
        put: dict[str, str] = {}
        of_day = all(breach.rule in DAY_RULES for breach in stopping)
        if of_day:
            from vru_ledger.actions.typed import cells, on_another_day

            another = on_another_day(request, case, stopping)
            moved = request.replace(**another, dated_by_clock=False)
            if not self.would_stop(moved):
                commands.append(as_typed(moved))
                put = cells(request, moved)
            if stopping[0].rule == "open-period":
                said = f"{asked} is refused: {stopping[0].sentence}"
                return PeriodClosed(said, "".join(commands), cells=put)
        largest = self._largest(case, breaches)
        smaller = request.replace(amount_pence=Pence(largest))
        alone = any(breach.rule == "second-person" for breach in breaches)
        proposed = request.replace(propose=True)
        if alone and request.kind == "amend" and not self.would_stop(proposed):
            commands.append(as_typed(proposed))
        if decided := self._as_proposed(request, case):
            commands.append(as_typed(decided))
            put = put or {"decision": decided.decision}
        if largest and not self.would_stop(smaller):
            commands.append(as_typed(smaller))
        else:
            largest = 0
            if not commands and not alone:
                commands = [f"vru-ledger award show {made.award}"]
        refusal = Refusal(
            asked=asked,
            caps=caps_met(case, breaches),
            breaches=breaches,
            largest_passing_pence=Pence(largest),
            needs=needs(case, breaches) if case.changes and pence else (),
            of_amount=not of_day,
            commands=commands,
            cells=put,
        )
        error = EntryRefused
        if all(breach.rule in AUTHORITY_RULES for breach in stopping):
            error = AuthorityMissing
        said = "; ".join(breach.sentence for breach in stopping)
        return error(f"{asked} is refused: {said}", refusal)

    def _as_proposed(self, request: StepRequest, case: Case) -> StepRequest | None:
        """Return an approval under the decision that its proposal names, if that passes."""
        told = awards.told_of
        asked = case.life.standing if case.life and request.kind == "approve" else ()
        found = [told(self.recorder.session, o.number) for o in asked if o.to_stage == "proposed"]
        under = request.replace(decision=next((o.decision for o in found[::-1] if o.decision), ""))
        passes = under.decision and not request.decision and not self.would_stop(under)
        return under if passes else None

    def _largest(self, case: Case, breaches: list[Breach]) -> int:
        """Return the most pence that would pass, 0 if something else than the amount is wrong."""
        new = case.entry
        if not isinstance(new, Step) or new.KIND in _WHOLE:
            return 0
        if any(breach.severity == "stop" and not breach.over for breach in breaches):
            return 0
        if new.held() > 0:
            return largest_passing(case, sum(available(new, case.position)))
        most = case.life.held.get(new.from_stage, 0) if case.life else 0
        waits = [breach.over for breach in breaches if breach.rule == "planned"]
        return max(0, min([most, *(new.amount_pence - over for over in waits)]))

    def would_stop(self, request: StepRequest) -> bool:
        """Say whether a step would be refused now; nothing is recorded."""
        try:
            made = self.made(request.award)
            life = self.life(made, whole=False, dated=request.dated)
            return stops(self._judged(self._complete(request, made, life), life)[1])
        except LedgerError:
            return True

    def _told(
        self,
        recorded: Recorded,
        new: Step,
        before: Life,
        life: Life,
        breaches: Sequence[Breach] = (),
        *,
        already: bool = False,
    ) -> Stepped:
        entry = recorded.entry if isinstance(recorded.entry, Step) else new
        fund = self.recorder.state(new.fund).fund.name
        name = self._name(self.made(new.award))
        return Stepped(recorded, entry, fund, name, before, life, breaches, already)

    def _name(self, made: awards.Made) -> str:
        code = made.recipient
        if code not in self._names:
            found = register.recipient(self.session, code)
            self._names[code] = found.name if found else code
        return self._names[code]


def told_alike(session: Session, done: Stepped, before: int) -> Stepped:
    """Return what became of a step, warned of a sum of its award with its reference till then."""
    if done.already or not done.entry.ref:
        return done
    from vru_ledger.actions.alike import of_one_paper

    found = of_one_paper(session, done.entry, before)
    return done.replace(warnings=[*done.warnings, found]) if found else done


def of_award_fields(made: awards.Made) -> dict[str, Any]:
    """Return what every entry about an award repeats of it: texts."""
    names = ("fund", "recipient", "award", "recipient_kind", "area", "bcu", "source", "fy")
    return {name: getattr(made, name) for name in (*names, "purpose")}


def as_typed(request: StepRequest) -> str:
    """Return the command that asks for this, ready to be typed."""
    words = ["vru-ledger", "pay" if request.kind == "advance" else request.kind, request.award]
    if request.kind == "reject-claim":
        words[1:] = ["claim", request.award]
    if request.kind not in _WHOLE:
        pence = request.amount_pence
        pounds = "all" if pence is None else format_decimal(pence).removesuffix(".00")
        sign = ("-" if request.lower else "+") if request.kind == "amend" else ""
        words.append(f"{sign}{pounds}")
    flags = {"advance": "--advance", "reject-claim": "--reject"}
    words += [flags[request.kind]] if request.kind in flags else []
    words += ["--propose"] if request.propose else []
    if not request.dated_by_clock:
        words += ["--on", request.dated.isoformat()]
    for option in ("ref", "relates_to", "decision", "reason", "key"):
        if value := getattr(request, option):
            words += [f"--{option.replace('_', '-')}", value]
    return shlex.join(words)
