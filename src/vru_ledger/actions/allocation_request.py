"""An allocation as it is asked for, and what came of asking."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.domain.entries import Allocation, Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.value import Value

if TYPE_CHECKING:
    from vru_ledger.domain.profiles import Instalment
    from vru_ledger.rules.case import Breach


class Request(Value):
    """An allocation as somebody asked for it: names, not codes; values already read.

    `dated_by_clock` says that nobody gave the day. `kind` is the kind of a new recipient, who is
    `distinct` from others whose name reads alike. `propose` asks for a proposal, which somebody
    else approves. `plan` is how it will be paid: 'quarterly', 'monthly', a number of quarters, or
    payments. `restates` is an award it replaces.
    """

    fund: str
    recipient: str
    amount_pence: Pence
    dated: date
    dated_by_clock: bool = False
    fy: str = ""
    term_from: date | None = None
    term_to: date | None = None
    area: str = ""
    source: str = ""
    purpose: str = ""
    title: str = ""
    decision: str = ""
    reason: str = ""
    key: str = ""
    new_recipient: bool = False
    kind: str = ""
    propose: bool = False
    distinct: bool = False
    profile: str | tuple[Instalment, ...] = ""
    restates: str = ""
    plan: str = ""
    approved_by: str = ""
    relates_to: str = ""


class Allocated(Value):
    """What became of a request: recorded now, or `already` recorded under the same key."""

    recorded: Recorded
    entry: Allocation
    fund_name: str
    recipient_name: str
    warnings: list[Breach]
    already: bool = False
    profile: Recorded | None = None
