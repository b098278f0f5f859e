"""Limits of authority: over which amounts an entry needs a decision, or a second person."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import AuthorityLimit
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import Told, allow, meta, standing
from vru_ledger.store import register
from vru_ledger.store.database import Session

TITLE = "Authority: over which amounts an entry needs more"

MEASURES = {
    "from_day": "the first day it applies to; until the next setting",
    "decision_over": "over it an entry needs the reference of a decision",
    "second_person_over": "over it an entry needs a proposal, and somebody else's approval",
}


class Row(Value):
    """One setting. An amount is None where there is no limit."""

    TOLD: ClassVar[Told] = {
        "decision_over": {"absent": "no limit"},
        "second_person_over": {"absent": "no limit"},
    }

    from_day: date
    decision_over: Pence | None
    second_person_over: Pence | None


def answer(session: Session, query: Query) -> Answer:
    """Return every setting, the oldest first: as it was known, and of days up to `as_of`."""
    allow(query, "authority", ())
    told = meta(session, query)
    rows = [
        Row(
            date.fromisoformat(one.code),
            None if one.decision_over_pence is None else Pence(one.decision_over_pence),
            None if one.second_person_over_pence is None else Pence(one.second_person_over_pence),
        )
        for one in register.everything(session, AuthorityLimit, query.known_at)
        if not query.as_of or one.code <= query.as_of.isoformat()
    ]
    notes = [] if rows else ["nothing is set, so no amount needs more authority"]
    return Answer(
        name="authority",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        meta=told,
        measures=MEASURES,
        notes=[*notes, "an entry is judged by the newest setting of its day", standing(told)],
    )
