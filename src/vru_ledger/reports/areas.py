"""Areas: what is held for each borough and the City, those with nothing too."""

from __future__ import annotations

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.query import Query
from vru_ledger.reports import by_place
from vru_ledger.store.database import Session

TITLE = "Areas: what is held for each borough, those with nothing too"
Row = by_place.Row


def answer(session: Session, query: Query) -> Answer:
    """Return what is held for each area, by name."""
    return by_place.answer(session, query, "areas", "area")
