"""A closed fund goes only to the recipients it lists, and each fund only to its kinds."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.entries import Allocation
from vru_ledger.rules.case import Breach, Case


def listed_recipient(case: Case) -> Iterator[Breach]:
    """Yield a breach if the recipient is not one that the fund may be given to."""
    new = case.entry
    if not isinstance(new, Allocation):
        return
    who = case.who or new.recipient
    if case.fund.closed and not case.listed:
        yield Breach(
            "listed-recipient",
            "stop",
            f"{case.fund.name} goes only to the recipients it lists, and {who} is not one of them",
        )
    elif case.fund.kinds and new.recipient_kind not in case.fund.kinds.split(","):
        yield Breach(
            "listed-recipient",
            "stop",
            f"{case.fund.name} goes to recipients of kind {case.fund.kinds.replace(',', ' or ')}, "
            f"and {who} is of kind {new.recipient_kind}",
        )
