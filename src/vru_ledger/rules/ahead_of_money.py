"""Money is promised on days on which the fund had it; whoever promises it earlier is told so."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.money import format_pounds
from vru_ledger.rules.case import Breach, Case


def ahead_of_money(case: Case) -> Iterator[Breach]:
    """Yield a warning for an entry dated before the authority came that it takes from.

    It stops nothing: by entry number no line is ever below nothing, and a day typed late is no harm
    to anybody. But a report as of a day between shows what was promised then and not yet there.
    """
    if case.ahead is not None:
        then, had, takes = case.ahead
        yield Breach(
            "ahead-of-money",
            "warn",
            f"before {then} {case.fund.name} had {format_pounds(max(0, had))} unallocated there: "
            f"{format_pounds(takes - max(0, had))} is promised ahead of the money, and reports as "
            "of the days between show so; that is no reason to refuse it",
        )
