"""Overrides of caps: which bucket was raised, by how much, until when, by whom and why."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from datetime import date

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerContradicts
from vru_ledger.reports.meta import allow, meta, narrowing, standing
from vru_ledger.store import ledger
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session

TITLE = "Overrides: where a cap may be passed, until when, and why"

MEASURES = {
    "raised": "by how much the bucket may pass its cap's limit; below zero where one was undone",
    "from_day": "the first day of entries that may use it; where one was undone, the day of that: "
    "no entry recorded since leans on it, whatever its day",
    "until": "the last day of entries that may use it",
    "leant_on": "what the bucket holds above the cap's own limit and tolerance",
}


class Row(Value):
    """One override."""

    entry: int
    cap: str
    bucket: str
    raised: Pence
    from_day: date | None
    until: date | None
    leant_on: Pence
    actor: str
    decision: str
    reason: str


def answer(session: Session, query: Query) -> Answer:
    """Return every override there ever was by then, ended or not, oldest first."""
    allow(query, "overrides", ("fund",))
    told = meta(session, query)
    books = books_at(session, query.moment())
    caps = {cap.cap: (cap, comes_to) for cap, comes_to in books.caps()}
    rows = []
    for one in books.overrides():
        if query.fund not in ("", one.fund) or one.cap not in caps:
            continue
        cap, comes_to = caps[one.cap]
        over = books.held(cap, one.bucket) - comes_to.ceiling
        recorded = ledger.entry(session, one.entry)
        if recorded is None:
            raise LedgerContradicts("an override belongs to an entry")
        rows.append(
            Row(
                one.entry,
                one.cap,
                one.bucket or "whole fund",
                Pence(one.amount_pence),
                one.entered,
                one.until,
                Pence(max(0, over)),
                recorded.actor,
                recorded.entry.decision,
                recorded.entry.reason,
            )
        )
    notes = ["check finds each that has ended and is still leant on"]
    return Answer(
        name="overrides",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("reason", "actor", "from_day", "decision"),
        meta=told,
        measures=MEASURES,
        notes=[*notes, *narrowing(told), standing(told)],
    )
