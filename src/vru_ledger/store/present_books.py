"""The books as they stand now: what stages, caps and recipients hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.caps import Bounds
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.query import NOW, Moment
from vru_ledger.position import EMPTY, Balance, Key
from vru_ledger.store import holdings, ledger
from vru_ledger.store.database import Row, Session

if TYPE_CHECKING:
    from vru_ledger.domain.overrides import Raised
    from vru_ledger.store.authority import Line


class Books:
    """The books as they stand now: balances, by key."""

    def __init__(self, session: Session, moment: Moment = NOW) -> None:
        self.session = session
        self.moment = moment

    def stage_balances(self, fund: str = "") -> list[tuple[Key, int]]:
        """Return what every stage holds by fund, source, year and area, of all funds or one."""
        return ledger.stage_balances(self.session, fund)

    def authority(self, fund: str) -> int:
        """Return a fund's whole authority, in pence."""
        return ledger.authority(self.session, fund)

    def lines(self, fund: str) -> list[tuple[str, str, int]]:
        """Return a fund's lines of authority: source, year and unallocated pence."""
        return ledger.lines(self.session, fund)

    def expected(self, fund: str) -> dict[Key, int]:
        """Return what of a fund's unallocated money is only expected and not covered, by line."""
        from vru_ledger.store import authority

        return {
            Key("stage", fund, "unallocated", f"{line.source}|{line.fy}|"): line.floor
            for line in authority.lines(self.session, fund)
            if line.floor
        }

    def of_authority(self, fund: str) -> list[Line]:
        """Return a fund's lines of authority, with what is said of each, by source and year."""
        from vru_ledger.store import authority

        return authority.lines(self.session, fund)

    def free(self, fund: str) -> int:
        """Return a fund's unallocated pence, without those only expected and not covered."""
        return ledger.free(self.session, fund)

    def overrides(self, cap: str = "", bucket: str | None = None) -> list[Raised]:
        """Return what entries did to ceilings: every one, a cap's, or those of one bucket of it."""
        from vru_ledger.store import authority

        return authority.overrides(self.session, cap, bucket)

    def raised(self, day: date) -> dict[tuple[str, str], int]:
        """Return the pence by which overrides in force on a day raise buckets, by cap and bucket.

        An allocation of that day has this room: what has ended, or is to come, is none.
        """
        from vru_ledger.domain.overrides import summed

        return summed(one for one in self.overrides() if one.in_force(day))

    def caps(self, fund: str = "") -> list[tuple[CapSet, Bounds]]:
        """Return every cap, or one fund's, by fund and code."""
        return ledger.all_caps(self.session, fund)

    def caps_of(self, fund: str) -> tuple[dict[str, CapSet], dict[str, Bounds]]:
        """Return a fund's caps and what they come to, by code."""
        found = self.caps(fund)
        return (
            {cap.cap: cap for cap, _ in found},
            {cap.cap: comes_to for cap, comes_to in found},
        )

    def fullest(self, cap: CapSet, most: int) -> Iterable[tuple[str, int]]:
        """Return a cap's fullest buckets and what they hold, of equals the last by code."""
        return holdings.fullest(self.session, cap.fund, cap.cap, most)

    def buckets(self, cap: CapSet) -> Iterator[tuple[str, int]]:
        """Yield all of a cap's buckets, the fullest first."""
        return holdings.buckets(self.session, cap.fund, cap.cap)

    def held(self, cap: CapSet, bucket: str) -> int:
        """Return what one bucket holds, 0 if nothing has touched it."""
        key = Key("cap", cap.fund, cap.cap, bucket)
        return ledger.balances(self.session, [key]).get(key, EMPTY).held

    def balances(self, keys: Sequence[Key], caps: Mapping[str, CapSet]) -> dict[Key, Balance]:
        """Return the balances of these keys; some that nothing has touched may be left out."""
        return ledger.balances(self.session, keys)

    def recipient_held(self, fund: str, recipient: str) -> int:
        """Return what is held for one recipient of a fund, in pence."""
        return sum(pence for _, pence in ledger.recipient_balances(self.session, fund, recipient))

    def recipients(self, fund: str) -> Iterator[Row]:
        """Yield each recipient: code, name, kind, area, pence promised, and where it is written.

        With a fund, only those that it lists or has promised money, and only its money.
        """
        return holdings.recipients(self.session, fund)
