"""An allocation judged by the books of an earlier moment, and never written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vru_ledger.actions.record import FundState, Recorder
from vru_ledger.caps import Bounds, new_balance
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.overrides import Raised
from vru_ledger.domain.register import Fund
from vru_ledger.position import Balance, Key
from vru_ledger.store.journal import Journal
from vru_ledger.store.present_books import Books


class EarlierRecorder(Recorder):
    """A recorder that reads the books as they stood, for questions; it records nothing."""

    def __init__(self, books: Books) -> None:
        super().__init__(books.session, "", "")
        self.books = books
        self.journal = _EarlierJournal(books)
        self.closed = ()
        self._then: dict[str, FundState] = {}

    def state(self, fund: str, found: Fund | None = None) -> FundState:
        """Return a fund with the caps that it had then."""
        if fund not in self._then:
            now = super().state(fund, found)
            self._then[fund] = FundState(now.fund, *self.books.caps_of(fund))
        return self._then[fund]

    def lines(self, fund: str) -> list[tuple[str, str, int]]:
        """Return the fund's lines of authority as they stood."""
        return self.books.lines(fund)

    def overrides(self, cap: str, bucket: str) -> list[Raised]:
        """Return what entries had done by then to the ceiling of one bucket of a cap."""
        return self.books.overrides(cap, bucket)


class _EarlierJournal(Journal):
    def __init__(self, books: Books) -> None:
        super().__init__(books.session)
        self._books = books

    def load(
        self,
        keys: Iterable[Key],
        caps: Mapping[str, CapSet],
        bounds: Mapping[str, Bounds],
        new_award: str = "",
    ) -> Mapping[Key, Balance]:
        """Return what these keys held then; a new award's own hold nothing."""
        known = self._balances
        lacking = [key for key in keys if key not in known]
        asked = [key for key in lacking if not new_award or key.bucket != new_award]
        found = self._books.balances(asked, caps)
        for key in lacking:
            known[key] = found[key] if key in found else new_balance(key, caps, bounds)
        return known
