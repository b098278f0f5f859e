"""Every cap finds what it counts per: leaving a property out is no way round a limit on it."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.caps import OPTION_OF, each_counting, missing
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.rules.case import Breach, Case


def measurable(case: Case) -> Iterator[Breach]:
    """Yield a breach for each property that a cap counts per and the allocation does not have."""
    if not isinstance(case.entry, AwardEntry) or case.entry.held() <= 0:
        return
    for cap, _ in each_counting(case.caps, case.entry):
        if cap.severity == "track":
            continue
        for name in missing(cap, case.entry):
            yield Breach(
                "measurable",
                cap.severity,
                f"{cap.cap} counts per {name}: say which with {OPTION_OF.get(name, '--' + name)}",
                cap.cap,
            )
