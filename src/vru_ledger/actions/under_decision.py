"""What was done under each decision so far, kept up while a transaction records more."""

from __future__ import annotations

from vru_ledger.domain.entries import Entry, Registration
from vru_ledger.domain.under_decision import Decided, Done, done_by_entry
from vru_ledger.store import register
from vru_ledger.store.database import Session
from vru_ledger.store.journal import Journal


class UnderDecision:
    """The decisions that entries of a transaction cite, each with what was done under it."""

    def __init__(self) -> None:
        self._amounts: dict[str, int | None] = {}
        self._done: dict[str, Done] = {}

    def before(self, session: Session, journal: Journal, new: Entry) -> Decided | None:
        """Return what an entry's decision decides and what was done under it until now.

        None of an entry that cites none, or one that names no amount.
        """
        ref = new.decision
        if not ref:
            return None
        if ref not in self._amounts:
            found = register.find_decision(session, ref)
            self._amounts[ref] = found.amount_pence if found else None
        amount = self._amounts[ref]
        if amount is None:
            return None
        if ref not in self._done:
            from vru_ledger.store.under_decision import done

            journal.flush()  # What waits to be written cites it, maybe.
            self._done[ref] = done(session, ref).get(ref, Done())
        return Decided(ref, amount, self._done[ref])

    def add(self, entry: Entry) -> None:
        """Count an entry that was recorded."""
        if isinstance(entry, Registration):
            self._amounts.clear()
        elif getattr(entry, "reverses", None) is not None:
            self._done.clear()  # What it undoes may be of any decision.
        elif entry.decision in self._done:
            more = done_by_entry(entry)
            self._done[entry.decision] = self._done[entry.decision].plus(more)
