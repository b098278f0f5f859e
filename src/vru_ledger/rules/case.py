"""What a rule may look at, and what it may say: an entry and its balances in, breaches out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vru_ledger.caps import Bounds
from vru_ledger.domain.entries import CapSet, Entry
from vru_ledger.domain.register import Fund
from vru_ledger.domain.value import Value
from vru_ledger.position import Key, Position

if TYPE_CHECKING:
    from vru_ledger.domain.award_states import Life
    from vru_ledger.domain.periods import Period


class Case(Value):
    """An entry before the rules: its fund and the fund's caps, and the balances it touches.

    `listed` says whether the fund, if it is closed, names the recipient. `position` is before the
    entry, `changes` what the entry would add to it, in the unit of each balance. `life` is what the
    award has come to before a step, `actor` who takes it. `who` is what to call the recipient, its
    code if it is empty; `closed` are the periods that take no new date.
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
    closed: Sequence[Period] = ()


class Breach(NamedTuple):
    """One thing wrong with an entry (severity stop), or worth a warning (severity warn).

    `cap` names the cap that speaks, and `over` is by how much it would be passed, in its unit.
    """

    rule: str
    severity: str
    sentence: str
    cap: str = ""
    over: int = 0
