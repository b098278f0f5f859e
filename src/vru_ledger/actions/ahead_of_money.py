"""What lines of authority held on earlier days, kept up while a transaction records more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from vru_ledger.domain.stages import Ahead
from vru_ledger.position import Balance, Key
from vru_ledger.store import authority
from vru_ledger.store.database import Session
from vru_ledger.store.journal import Journal


class AheadOfMoney:
    """By how much each line's unallocated money changed on each day, of the lines asked about."""

    def __init__(self) -> None:
        self._moved: dict[Key, Counter[str]] = {}

    def of(
        self,
        session: Session,
        journal: Journal,
        day: date,
        position: Mapping[Key, Balance],
        changes: Mapping[Key, int],
    ) -> Ahead | None:
        """Return the last day before which a line had less than an entry of `day` takes from it."""
        for key, change in changes.items():
            if key.scope != "stage" or key.name != "unallocated" or change >= 0:
                continue
            if key not in self._moved:
                journal.flush()
                self._moved[key] = Counter(authority.unallocated_by_day(session, key))
            held, moved = position[key].held, self._moved[key]
            # Backwards from what is there now: before each later day, that day's were not yet.
            for then in sorted((one for one in moved if one > day.isoformat()), reverse=True):
                held -= moved[then]
                if held + change < 0:
                    return Ahead(then, held, -change)
        return None

    def add(self, day: date | None, changes: Mapping[Key, int]) -> None:
        """Count an entry that was recorded."""
        for key in changes.keys() & self._moved.keys():
            self._moved[key][day.isoformat() if day else ""] += changes[key]
