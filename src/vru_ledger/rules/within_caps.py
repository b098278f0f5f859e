"""No cap is passed: what it counts, with this entry, stays within its limit and tolerance."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.caps import each_counting
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.quantity import Quantity
from vru_ledger.rules.case import Breach, Case


def within_caps(case: Case) -> Iterator[Breach]:
    """Yield a breach for each cap that the entry would take past its limit.

    A change back towards the limit always passes: a repair is never refused. Past the limit and
    within its tolerance is a warning.
    """
    if not isinstance(case.entry, AwardEntry) or case.entry.held() <= 0:
        return
    for cap, kind in each_counting(case.caps, case.entry):
        key = kind.keys(cap, case.entry)[0]
        change = case.changes.get(key, 0)
        limit, ceiling = case.bounds_of(key)
        after = case.position[key].held + change
        if change <= 0 or after <= limit or cap.severity == "track":
            continue
        passed = ceiling if after > ceiling else limit
        if kind.UNIT == "day":
            said = f"the term would end on {Quantity(after, 'day')}, after {Quantity(limit, 'day')}"
        else:
            over = Quantity(after - passed, kind.UNIT)
            of = f" for {key.bucket}" if key.bucket else ""
            more = case.raised.get(key, 0)
            said = f"{over}{_noun(over)} over its limit of {Quantity(limit - more, kind.UNIT)}"
            said += f" and override of {Quantity(more, kind.UNIT)}" if more else ""
            if ceiling > limit:
                tolerance = Quantity(ceiling - limit, kind.UNIT)
                if after > ceiling:
                    said += f" and tolerance of {tolerance}"
                else:
                    of += ", within its tolerance"
            said += of
        yield Breach(
            "within-caps",
            "stop" if after > ceiling and cap.severity == "stop" else "warn",
            f"{cap.cap}: {said}",
            cap.cap,
            after - passed,
        )


def _noun(over: Quantity) -> str:
    if over.unit == "pence":
        return ""
    return " recipient" if over.value == 1 else " recipients"
