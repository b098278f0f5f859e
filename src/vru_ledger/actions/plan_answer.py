"""A plan as somebody reads it: every step, what it moves, and the room before and after it."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.value import Value
from vru_ledger.exchange.plan_file import Plan, PlannedStep


class Row(Value):
    """One step, and the room that there is for more before and after it, in pence.

    A virement has two rows: what is left to the fund that gives, and to the one that receives.
    """

    TOLD: ClassVar[dict[str, dict[str, Any]]] = {
        "entry": {"absent": ""},
        "headroom_before": {"heading": "headroom before"},
        "headroom_after": {"heading": "headroom after"},
        "stopped_by": {"heading": "stopped by"},
        "of": {"heading": "headroom of"},
    }
    step: int
    do: str
    award: str
    amount: Pence
    of: str
    headroom_before: Pence
    headroom_after: Pence
    stopped_by: str
    entry: int | None = None


_SHOWN = (
    *("step", "do", "award", "amount", "of"),
    *("headroom_before", "headroom_after", "stopped_by"),
)
_MEASURES = {
    "headroom": "the most that one more allocation like it could be, or of the fund",
    "amount": "what the step moves; below zero where an amendment takes from an award",
}


def of_plan(plan: Plan) -> Answer:
    """Return the steps of a plan."""
    notes = [
        f"step {step.step}: {warning}" for step in plan.steps for warning in step.outcome.warnings
    ]
    return Answer(
        name="plan",
        title=f"Plan {plan.hash[:12]}",
        row_type=Row,
        rows=list(_rows(plan.steps, [])),
        shown=_SHOWN,
        drop_first=("stopped_by", "headroom_before", "of"),
        meta={"ledger_head": plan.head.hash, "entry": plan.head.entry, "plan": plan.hash},
        measures=_MEASURES,
        notes=notes,
    )


def of_entries(
    plan: Plan, steps: Sequence[PlannedStep], entries: Sequence[int], head: tuple[int, str]
) -> Answer:
    """Return the steps of a plan that was applied, with the entry of each."""
    number, hash_ = head
    return Answer(
        name="apply",
        title=f"Plan {plan.hash[:12]}, applied",
        row_type=Row,
        rows=list(_rows(steps, entries)),
        shown=("entry", *_SHOWN),
        drop_first=("stopped_by", "headroom_before", "of"),
        meta={"ledger_head": hash_, "entry": number, "plan": plan.hash},
        measures=_MEASURES,
    )


def _rows(steps: Sequence[PlannedStep], entries: Sequence[int]) -> Iterator[Row]:
    for place, step in enumerate(steps):
        outcome = step.outcome
        for room in outcome.headroom:
            yield Row(
                step=step.step,
                do=step.given.do,
                award=outcome.award,
                amount=Pence(-outcome.amount_pence if step.given.lower else outcome.amount_pence),
                of=room.of,
                headroom_before=Pence(room.before_pence),
                headroom_after=Pence(room.after_pence),
                stopped_by=room.stopped_by,
                entry=entries[place] if entries else None,
            )
