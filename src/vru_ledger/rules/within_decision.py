"""Under a decision no more is done than it decides; somebody who does more is told so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.under_decision import done_by_entry
from vru_ledger.rules.case import Breach, Case


def within_decision(case: Case) -> Iterator[Breach]:
    """Yield a warning for an entry that takes what is promised, or moved, over its decision.

    It stops nothing: a decision may be registered with too little, or be followed by another.
    """
    new: Any = case.entry
    if case.decided is None or getattr(new, "reverses", None) is not None:
        return
    more = done_by_entry(new)
    code, amount, before = case.decided
    for what, pence, was in (
        ("promised", more.promised, before.promised),
        ("of authority moved", more.authority, before.authority),
    ):
        after = was + pence
        if pence > 0 and after > amount:
            yield Breach(
                "within-decision",
                "warn",
                f"{code}: {format_pounds(after)} {what} under it, {format_pounds(after - amount)} "
                f"over the {format_pounds(amount)} that it decides; that is no reason to refuse it",
            )
