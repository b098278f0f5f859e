"""What a rule may look at, and what it may say: an entry and its balances in, breaches out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from vru_ledger.caps import Bounds
from vru_ledger.domain.entries import CapSet, Entry
from vru_ledger.domain.register import AuthorityLimit, Fund
from vru_ledger.domain.stages import NO_TERMS, Ahead, LineTerms
from vru_ledger.domain.value import Value
from vru_ledger.position import Key, Position

if TYPE_CHECKING:
    from vru_ledger.domain.award_states import Life
    from vru_ledger.domain.periods import Period
    from vru_ledger.domain.under_decision import Decided


class Asked(NamedTuple):
    """What somebody asked for in entry `number`: who, what, and which entries undid it or made it.

    `made_undone` is the entry that undid the one which made it; each is 0 where there is none.
    """

    number: int
    actor: str
    entry: Entry
    undone: int = 0
    made: int = 0
    made_undone: int = 0

    def became(self) -> str:
        """Say what became of it: 'was undone, by entry 40', or '' while it waits."""
        if self.undone:
            return f"was undone, by entry {self.undone}"
        if self.made_undone:
            return f"was approved by entry {self.made}, which entry {self.made_undone} undid"
        return f"was approved already, by entry {self.made}" if self.made else ""

    def is_over(self) -> bool:
        """Say whether nothing stands of it: who still wants it asks anew."""
        return bool(self.undone or self.made_undone)


class Case(Value):
    """An entry before the rules: its fund and the fund's caps, and the balances it touches.

    `listed` says whether the fund, if it is closed, names the recipient. `position` is before the
    entry, `changes` what the entry would add to it, in the unit of each balance. `life` is what the
    award has come to before a step, `actor` who takes it. `who` is what to call the recipient, its
    code if it is empty. `raised` is by how much overrides in force on the entry's day raise a cap's
    balance, `limit` what decides on that day who may do it, `terms` those of the line that money
    leaves, and `asked` the proposal that the entry names. `closed` are the periods that take no new
    date, `decided` what the entry's decision decides, where it names an amount, and `ahead` since
    when there is as much as it takes, where that is after its day. `undone_on` is the day of the
    entry of authority, or of the override, that it undoes, `unsaid_pence` how much authority of the
    line that it takes from is none that somebody called expected, confirmed or received.
    """

    entry: Entry
    fund: Fund
    listed: bool
    caps: Mapping[str, CapSet]
    bounds: Mapping[str, Bounds]
    position: Position
    changes: Mapping[Key, int]
    life: Life | None = None
    actor: str = ""
    who: str = ""
    raised: Mapping[Key, int] = MappingProxyType({})
    limit: AuthorityLimit | None = None
    terms: LineTerms = NO_TERMS
    asked: Asked | None = None
    closed: Sequence[Period] = ()
    decided: Decided | None = None
    ahead: Ahead | None = None
    undone_on: date | None = None
    unsaid_pence: int | None = None

    def bounds_of(self, key: Key) -> Bounds:
        """Return what the cap of a balance allows, with what overrides add to it on that day."""
        limit, ceiling = self.bounds[key.name]
        more = self.raised.get(key, 0)
        return Bounds(limit + more, ceiling + more)


class Breach(NamedTuple):
    """One thing wrong with an entry (severity stop), or worth a warning (severity warn).

    `cap` names the cap that speaks, and `over` is by how much it would be passed, in its unit.
    `day` is the first on which it would not be said.
    """

    rule: str
    severity: str
    sentence: str
    cap: str = ""
    over: int = 0
    day: date | None = None
