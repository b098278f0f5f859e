"""Nothing is allocated from a fund whose total no cap stops: what is not limited is not allowed."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.caps import stops_total
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.rules.case import Breach, Case


def capped_fund(case: Case) -> Iterator[Breach]:
    """Yield a breach if no cap with severity stop measures the amount of the whole fund."""
    if not isinstance(case.entry, AwardEntry) or case.entry.held() <= 0:
        return
    if not any(map(stops_total, case.caps.values())):
        yield Breach(
            "capped-fund",
            "stop",
            f"{case.fund.name} has no cap that stops its total, so nothing can be allocated",
        )
