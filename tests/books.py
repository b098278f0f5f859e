"""A fund without a database: balances in a plain dictionary, and cases to bring before rules."""

from collections.abc import Iterable, Mapping

from vru_ledger.caps import Bounds, bounds, changes_of, keys_of, new_balance
from vru_ledger.domain.entries import Allocation, CapSet, Entry, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund
from vru_ledger.position import EMPTY, Balance, Key, after, under
from vru_ledger.rules import judge, stops
from vru_ledger.rules.case import Breach, Case

ALPHA = Fund(code="ALPHA", name="Alpha Fund")
PLENTY = 10**15


def capped(code: str, bucket: str = "") -> Key:
    """Return the key of what a cap of ALPHA holds of a bucket."""
    return Key("cap", "ALPHA", code, bucket)


class Books:
    """A fund, its caps and its balances, which `put` changes as recording an entry does.

    `money` is its authority in pence by source and year.
    """

    def __init__(
        self,
        caps: Iterable[CapSet] = (),
        money: Mapping[tuple[str, str], int] | None = None,
        *,
        fund: Fund = ALPHA,
        listed: bool = False,
    ) -> None:
        self.fund, self.listed = fund, listed
        self.caps = {cap.cap: cap for cap in caps}
        lines = {("HO", "2021/22"): PLENTY} if money is None else money
        self.authority = sum(lines.values())
        self.bounds: dict[str, Bounds] = {
            code: bounds(cap, self.authority) for code, cap in self.caps.items()
        }
        self.held: dict[Key, Balance] = {}
        for (source, fy), pence in lines.items():
            if pence:
                self.fold(Funding(fund=fund.code, amount_pence=Pence(pence), source=source, fy=fy))

    def balance(self, key: Key) -> Balance:
        """Return a balance as the store would: one that nothing has touched has its bounds."""
        return self.held.get(key) or new_balance(key, self.caps, self.bounds)

    def fold(self, entry: Entry) -> None:
        """Add what an entry changes, whatever the rules say of it."""
        position = {key: self.balance(key) for key in keys_of(entry, self.caps)}
        for key, change in changes_of(entry, self.caps, position).items():
            self.held[key] = after(position[key], change)

    def available(self, new: Allocation) -> tuple[int, int]:
        """Return the unallocated pence of an allocation's own year, and of no year."""
        own, unassigned = (
            self.held.get(Key("stage", self.fund.code, "unallocated", f"{new.source}|{fy}|"), EMPTY)
            for fy in (new.fy, "")
        )
        return own.held, unassigned.held if new.fy else 0

    def case(self, new: Entry, changes: Mapping[Key, int] | None = None) -> Case:
        """Return an entry as the rules look at it, drawn from the authority there is."""
        if isinstance(new, Allocation):
            own, unassigned = self.available(new)
            lent = min(max(0, new.amount_pence - own), unassigned)
            new = new.replace(unassigned_pence=lent)
        position = {key: self.balance(key) for key in keys_of(new, self.caps)}
        if changes is None:
            changes = changes_of(new, self.caps, position)
        return Case(new, self.fund, self.listed, self.caps, self.bounds, position, changes)

    def put(self, new: Allocation) -> list[Breach]:
        """Record an allocation if the rules let it pass; return what they say of it."""
        case = self.case(new)
        breaches = judge(case)
        if not stops(breaches):
            self.fold(case.entry)
        return breaches

    def set_ceiling(self, code: str, limit: int) -> None:
        """Give a cap another limit, as a cap entry does."""
        self.caps[code] = self.caps[code].replace(limit=limit)
        self.bounds[code] = bounds(self.caps[code], self.authority)
        ceiling = self.bounds[code].ceiling if self.caps[code].severity == "stop" else None
        for key, balance in self.held.items():
            if key.scope == "cap" and key.name == code:
                self.held[key] = under(balance, ceiling)


def stopping(breaches: Iterable[Breach]) -> list[str]:
    """Return the sentences that refuse."""
    return [breach.sentence for breach in breaches if breach.severity == "stop"]
