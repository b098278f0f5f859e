"""What rules that only warn look at, found out only for entries of which they may speak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vru_ledger.domain.entries import AuthorityEntry, Entry, Funding
from vru_ledger.position import Balance, Key
from vru_ledger.store import authority
from vru_ledger.store.database import Session
from vru_ledger.store.journal import Journal

if TYPE_CHECKING:
    from vru_ledger.actions.ahead_of_money import AheadOfMoney
    from vru_ledger.actions.under_decision import UnderDecision


class Beside:
    """What a transaction knows of decisions that its entries cite, and of days with less money.

    What is needed for neither is not even imported: most entries cite nothing and are of today.
    """

    def __init__(self) -> None:
        self._under: UnderDecision | None = None
        self._ahead: AheadOfMoney | None = None
        self._newest: dict[str, str] = {}

    def of(
        self,
        session: Session,
        journal: Journal,
        new: Entry,
        position: Mapping[Key, Balance],
        changes: Mapping[Key, int],
    ) -> dict[str, Any]:
        """Return the fields of a case that only rules which warn look at, where there are any."""
        told: dict[str, Any] = {}
        if new.decision:
            if self._under is None:
                from vru_ledger.actions.under_decision import UnderDecision

                self._under = UnderDecision()
            told["decided"] = self._under.before(session, journal, new)
        fund = getattr(new, "fund", "")
        if fund and new.dated and new.dated.isoformat() < self._arrived(session, fund):
            if self._ahead is None:
                from vru_ledger.actions.ahead_of_money import AheadOfMoney

                self._ahead = AheadOfMoney()
            told["ahead"] = self._ahead.of(session, journal, new.dated, position, changes)
        return told

    def add(self, entry: Entry, changes: Mapping[Key, int]) -> None:
        """Count an entry that was recorded."""
        if isinstance(entry, Funding | AuthorityEntry):
            self._newest.clear()
        if self._under is not None:
            self._under.add(entry)
        if self._ahead is not None:
            self._ahead.add(entry.dated, changes)

    def _arrived(self, session: Session, fund: str) -> str:
        """Return the newest day on which authority came to a fund, '' if none has a day."""
        if fund not in self._newest:
            self._newest[fund] = authority.newest_day(session, fund)
        return self._newest[fund]
