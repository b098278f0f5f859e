"""Audit: overrides, reversals, losses, periods reopened, late entries, and who approves whom."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.authority import AuthorityReversal
from vru_ledger.domain.entries import Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.overrides import CapOverride, OverrideReversal
from vru_ledger.domain.points import PeriodReopening
from vru_ledger.domain.query import Query
from vru_ledger.domain.steps import Reversal, WriteOff
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import audited
from vru_ledger.store.database import Session

TITLE = "Audit: overrides, reversals, losses, late entries, and who approves whom"

LATE_DAYS = 31
"""Days after its own day that an entry is recorded late."""
OFTEN = 2
"""Approvals of the same person's proposals by the same other that are told."""

MEASURES = {
    "what": "override: a cap may be passed; reversal: an entry undone; loss: money written off; "
    f"reopened: a closed period takes entries again; late: recorded over {LATE_DAYS} days after "
    "its day, or for a period that was closed; same pair: one approved another's at least "
    f"{OFTEN} times",
    "days_late": "days from the day that it is dated to the day it was recorded",
    "with_whom": "who wrote the entry that was undone, or who approved",
}
_FILTERS = ("fund", "recipient", "award", "since", "until")
_KINDS = {
    "override": (CapOverride.KIND,),
    "reversal": (Reversal.KIND, AuthorityReversal.KIND, OverrideReversal.KIND),
    "loss": (WriteOff.KIND,),
    "reopened": (PeriodReopening.KIND,),
}


class Row(Value):
    """One entry, or one pair of people."""

    TOLD: ClassVar[Told] = {
        "entry": {"absent": ""},
        "dated": {"absent": "-"},
        "recorded": {"absent": ""},
        "amount": {"absent": "-"},
    }

    what: str
    entry: int | None
    dated: date | None
    recorded: date | None
    days_late: int | None
    about: str
    amount: Pence | None
    actor: str
    with_whom: str
    decision: str
    reason: str


def answer(session: Session, query: Query) -> Answer:
    """Return what an auditor asks for, by what it is; rows are read as they are asked for."""
    allow(query, "audit", _FILTERS)
    told = meta(session, query)
    return Answer(
        name="audit",
        title=TITLE,
        row_type=Row,
        rows=_rows(session, query),
        shown=tuple(Row.FIELDS),
        drop_first=(
            *("decision", "recorded", "reason", "entry", "days_late", "dated", "with_whom"),
            "amount",
        ),
        meta=told,
        measures=MEASURES,
        notes=[
            *narrowing(told),
            "who wrote an entry is as it was stated: a ledger in one file knows no passwords",
            "no total: one entry can be here for several reasons",
            standing(told),
        ],
    )


def _rows(session: Session, query: Query) -> Iterator[Row]:
    for what, kinds in _KINDS.items():
        for recorded in audited.of_kinds(session, kinds, query):
            yield _row(session, what, recorded)
    for recorded in audited.late(session, query, LATE_DAYS):
        if getattr(recorded.entry, "relates_to", "") or (_days_late(recorded) or 0) > LATE_DAYS:
            yield _row(session, "late", recorded)
    for pair in audited.pairs(session, query):
        if pair.times >= OFTEN:
            yield Row(
                what="same pair",
                entry=None,
                dated=None,
                recorded=None,
                days_late=None,
                about=f"{pair.times:,} approvals",
                amount=Pence(pair.pence),
                actor=pair.asked,
                with_whom=pair.approved,
                decision="",
                reason="",
            )


def _row(session: Session, what: str, recorded: Recorded) -> Row:
    entry: Any = recorded.entry
    undone = getattr(entry, "reverses", 0)
    amount = getattr(entry, "amount_pence", None)
    return Row(
        what=what,
        entry=recorded.number,
        dated=entry.dated,
        recorded=date.fromisoformat(recorded.recorded_at[:10]),
        days_late=_days_late(recorded),
        about=_about(entry, undone),
        amount=Pence(amount) if amount else None,
        actor=recorded.actor,
        with_whom=audited.actor_of(session, undone) if undone else "",
        decision=entry.decision,
        reason=entry.reason,
    )


def _about(entry: Any, undone: int) -> str:
    names = ("award", "cap", "bucket", "period", "paper")
    parts = [str(getattr(entry, name)) for name in names if getattr(entry, name, "")]
    fund = getattr(entry, "fund", "")
    said = ", ".join([entry.KIND, *(parts or ([fund] if fund else _put(entry)))])
    if undone:
        said += f", undoes entry {undone}"
    belongs = getattr(entry, "relates_to", "")
    return f"{said}, belongs to {belongs}" if belongs else said


def _put(entry: Any) -> list[str]:
    """Name what an entry put on record, by its codes."""
    return [code for one in getattr(entry, "records", ()) if (code := getattr(one, "code", ""))]


def _days_late(recorded: Recorded) -> int | None:
    dated = recorded.entry.dated
    if dated is None:
        return None
    return max(0, (date.fromisoformat(recorded.recorded_at[:10]) - dated).days)
