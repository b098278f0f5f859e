"""The periods that were ever closed: which take entries, who said so last, and why."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.points import PeriodClosure, PeriodEntry, PeriodReopening
from vru_ledger.domain.query import Query
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import Told, allow, meta, standing
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

TITLE = "The periods that were ever closed, and whether they are"

MEASURES = {
    "state": "closed: no entry may be dated in it; reopened: it takes entries again",
    "first_day": "the first day of the period",
    "last_day": "the last day of the period",
}


class Row(Value):
    """One period, as the newest entry about it says."""

    TOLD: ClassVar[Told] = {"dated": {"heading": "since"}}

    period: str
    state: str
    first_day: date | None
    last_day: date | None
    dated: date | None
    actor: str
    reason: str
    entry: int


def answer(session: Session, query: Query) -> Answer:
    """Return every period that was closed at some time, in the order of their days."""
    allow(query, "periods", ())
    told = meta(session, query)
    latest: dict[str, Row] = {}
    for kind in (PeriodClosure, PeriodReopening):
        for one in ledger.entries(session, query.replace(kind=kind.KIND)):
            new = one.entry
            before = latest.get(getattr(new, "period", ""))
            if isinstance(new, PeriodEntry) and (before is None or before.entry < one.number):
                latest[new.period] = Row(
                    new.period,
                    "closed" if kind is PeriodClosure else "reopened",
                    new.first_day,
                    new.last_day,
                    new.dated,
                    one.actor,
                    new.reason,
                    one.number,
                )
    return Answer(
        name="periods",
        title=TITLE,
        row_type=Row,
        rows=sorted(latest.values(), key=lambda row: (row.first_day, row.last_day, row.period)),
        shown=tuple(Row.FIELDS),
        drop_first=("entry", "first_day", "reason", "actor", "dated"),
        meta=told,
        measures=MEASURES,
        notes=[standing(told)],
    )
