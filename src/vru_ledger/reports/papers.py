"""The papers: the point of the chain that each one's figures are of."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.points import PaperTag
from vru_ledger.domain.query import Query
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import Told, allow, meta, standing
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

TITLE = "The papers, and the point that each one's figures are of"

MEASURES = {
    "at": "the newest entry that the paper knew",
    "head": "the hash of that entry: check --head proves that it is still on the chain",
}


class Row(Value):
    """One paper."""

    TOLD: ClassVar[Told] = {"head": {"brief": 12}}

    paper: str
    at: int
    head: str
    dated: date | None
    actor: str
    reason: str
    entry: int


def answer(session: Session, query: Query) -> Answer:
    """Return every paper, oldest first."""
    allow(query, "papers", ())
    told = meta(session, query)
    return Answer(
        name="papers",
        title=TITLE,
        row_type=Row,
        rows=list(_rows(session, query)),
        shown=tuple(Row.FIELDS),
        drop_first=("entry", "reason", "actor", "dated"),
        meta=told,
        measures=MEASURES,
        notes=[
            "their figures: vru-ledger report position --known-at paper:NAME",
            standing(told),
        ],
    )


def _rows(session: Session, query: Query) -> Iterator[Row]:
    for one in ledger.entries(session, query.replace(kind=PaperTag.KIND)):
        if isinstance(one.entry, PaperTag):
            new = one.entry
            yield Row(new.paper, new.at, new.head, new.dated, one.actor, new.reason, one.number)
