"""The books: what stages, caps and recipients hold, now or at an earlier moment, asked alike."""

from __future__ import annotations

from vru_ledger.domain.query import Moment
from vru_ledger.store.database import Session
from vru_ledger.store.present_books import Books


def books_at(session: Session, moment: Moment) -> Books:
    """Return the books as they stood at a moment."""
    if moment.is_now():
        return Books(session, moment)
    from vru_ledger.store.earlier_books import EarlierBooks

    return EarlierBooks(session, moment)
