"""An allocation dated after its fund's last day is recorded, and said aloud."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.caps import each_counting
from vru_ledger.domain.entries import Allocation
from vru_ledger.domain.quantity import day_text
from vru_ledger.rules.case import Breach, Case


def within_dates(case: Case) -> Iterator[Breach]:
    """Yield a warning for each last day (a cap of kind end) that the entry is dated after."""
    new = case.entry
    if not isinstance(new, Allocation) or new.dated is None:
        return
    for cap, _ in each_counting(case.caps, new):
        if cap.measure != "end" or cap.severity == "track":
            continue
        if int(new.dated.strftime("%Y%m%d")) > cap.limit:
            yield Breach(
                "within-dates",
                "warn",
                f"{cap.cap}: dated {new.dated.isoformat()}, after the last day "
                f"{day_text(cap.limit)}; that is no reason to refuse it",
                cap.cap,
            )
