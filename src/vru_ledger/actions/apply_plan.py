"""Apply a plan: record what it says, all of it or nothing, and once however often it is applied."""

from __future__ import annotations

from typing import Any

from vru_ledger.actions.planned_steps import PlannedSteps
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.rows import NOT_MADE, RowFindings
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.text import fold
from vru_ledger.domain.value import Value
from vru_ledger.errors import AuthorityMissing, KeyConflict, LedgerError, PlanStale
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.exchange.plan_file import Given, Outcome, Plan, PlannedStep
from vru_ledger.rules.case import Breach
from vru_ledger.rules.refusal import Refusal
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, Session


class Difference(Value):
    """One thing about a step that is no longer as it was planned."""

    step: int
    what: str
    planned: str
    now: str

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {name: getattr(self, name) for name in self.FIELDS}


class Applied(Value):
    """What became of a plan: the entries of its steps, in order, and what differs from it."""

    steps: list[PlannedStep]
    entries: list[int]
    differences: list[Difference]
    head_number: int
    head_hash: str
    already: bool = False


def apply(
    database: Database,
    plan: Plan,
    *,
    actor: str,
    recorded_at: str,
    approved_by: str = "",
    rebase: bool = False,
    preview: bool = False,
) -> Applied:
    """Record every step of a plan in one transaction.

    With `rebase` the plan may follow a ledger that has moved: its steps are taken anew, and what
    differs is told. Raises PlanStale if the ledger has moved, or if amounts that somebody approved
    would differ; AuthorityMissing if who approved it applies it; RowsRejected if steps are refused
    on the ledger as it is now; KeyConflict and those of `write`.
    """
    if approved_by and fold(approved_by) == fold(actor):
        raise _alone(plan, approved_by)

    def work(session: Session) -> Applied:
        if entries := _recorded(session, plan):
            head = ledger.head(session)
            return Applied(plan.steps, entries, [], head.number, head.hash, already=True)
        head = ledger.head(session)
        moved = (head.number, head.hash) != (plan.head.entry, plan.head.hash)
        if moved and not rebase:
            raise _stale(plan, head, [])
        recorder = Recorder(session, actor, recorded_at)
        steps, entries = _taken(recorder, plan, approved_by)
        differences = [
            difference
            for was, now in zip(plan.steps, steps, strict=True)
            for difference in _compare(was, now)
        ]
        if differences and not rebase:
            raise _stale(plan, head, differences)
        changed = [one for one in differences if one.what in _APPROVED]
        if approved_by and changed:
            raise PlanStale(
                f"what {approved_by} approved is no longer what would be recorded: step "
                f"{changed[0].step}, {changed[0].what} was {changed[0].planned}, would be "
                f"{changed[0].now}",
                "make the plan again, and have it approved again",
                differences,
            )
        journal = recorder.journal
        return Applied(steps, entries, differences, journal.number, journal.hash)

    return database.write(work, keep=not preview)


_APPROVED = ("amount", "from", "to")
"""What an approval is of. The award's number and the room around it may differ."""


def _recorded(session: Session, plan: Plan) -> list[int]:
    """Return the entries by which a plan was recorded, none if it was not.

    Raises KeyConflict if its keys were used for something else.
    """
    keys = [plan.key(step.step) for step in plan.steps]
    found = ledger.entries_by_key(session, keys)
    if not found:
        return []
    strange = [one for one in found.values() if getattr(one.entry, "plan", "") != plan.hash]
    if strange or len(found) != len(keys):
        number = min(one.number for one in strange or found.values())
        raise KeyConflict(
            f"a key of this plan was used for something else, in entry {number}",
            f"see it: vru-ledger show {number}; then make the plan again",
        )
    return [found[key].number for key in keys]


def _taken(recorder: Recorder, plan: Plan, approved_by: str) -> tuple[list[PlannedStep], list[int]]:
    """Take the steps of a plan; return what they come to now, and their entries."""
    taker = PlannedSteps(recorder, plan=plan.hash, approved_by=approved_by)
    findings = RowFindings(plan.source.name, Given.model_fields)
    steps, entries = [], []
    failed: dict[str, int] = {}
    for step in plan.steps:
        row = BatchRow(step.row, {}, "")
        if made_in := failed.get(step.given.award):
            said = f"{step.given.award} was not made: see row {made_in}"
            findings.add(row, "award", NOT_MADE, said)
            continue
        try:
            recorded, outcome = taker.take(step.given, plan.key(step.step))
        except LedgerError as error:
            findings.refuse(row, error)
            if step.given.calls:
                failed[step.given.calls] = step.row
            continue
        steps.append(step.model_copy(update={"outcome": outcome}))
        entries.append(recorded.number)
    if findings.found:
        rejected = findings.rejected()
        rejected.hint = "mend these rows and make the plan again"
        raise rejected
    return steps, entries


def _compare(was: PlannedStep, now: PlannedStep) -> list[Difference]:
    """Return what differs between a step as planned and as it is now."""
    pairs = [*zip(_told(was.outcome), _told(now.outcome), strict=False)]
    return [
        Difference(was.step, what, planned, is_)
        for (what, planned), (_, is_) in pairs
        if planned != is_
    ]


def _told(outcome: Outcome) -> list[tuple[str, str]]:
    told = [
        ("award", outcome.award),
        ("amount", format_pounds(Pence(outcome.amount_pence))),
        ("from", outcome.from_stage),
        ("to", outcome.to_stage),
        ("warnings", "; ".join(outcome.warnings)),
    ]
    for room in outcome.headroom:
        told += [
            (f"headroom of {room.of} before", format_pounds(room.before_pence)),
            (f"headroom of {room.of} after", format_pounds(room.after_pence)),
            (f"what stops {room.of}", room.stopped_by),
        ]
    return told


def _stale(plan: Plan, head: ledger.Head, differences: list[Difference]) -> PlanStale:
    if differences:
        said = "the ledger is where it was, and a step comes to something else with this program"
    else:
        said = (
            f"the plan follows entry {plan.head.entry} ({plan.head.hash[:12]}...), and the ledger "
            f"is at entry {head.number} ({head.hash[:12]}...)"
        )
    return PlanStale(
        said,
        "rebase it, without writing, to see what would differ",
        differences,
    )


def _alone(plan: Plan, approver: str) -> AuthorityMissing:
    asked = f"to apply plan {plan.hash[:12]}"
    said = f"{approver} approved it and applies it, and whoever approves must be somebody else"
    refusal = Refusal(
        asked=asked,
        caps=[],
        breaches=[Breach("second-person", "stop", said)],
        largest_passing_pence=Pence(0),
    )
    return AuthorityMissing(f"{asked} is refused: {said}", refusal)
