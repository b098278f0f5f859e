"""Nothing is promised that is not there: no stage of a fund or of an award falls below zero."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.money import format_pounds
from vru_ledger.position import Key
from vru_ledger.rules.case import Breach, Case


def within_authority(case: Case) -> Iterator[Breach]:
    """Yield a breach for each balance of money that the entry would take below its floor."""
    life = case.life
    if life is not None and case.entry.KIND not in (*life.legal(), "reverse"):
        # Another rule says that it cannot be; what it would take then says nothing.
        return
    short = [key for key, change in case.changes.items() if change < 0 and _falls(case, key)]
    of_award = {key.name for key in short if key.scope == "award"}
    for key in short:
        # What an award has not is told of the award, not of its fund as well.
        if key.scope == "stage" and key.name in of_award:
            continue
        change = case.changes[key]
        held, floor, _, _ = case.position[key]
        where = key.fund if key.scope == "stage" else key.bucket
        source, _, rest = key.bucket.partition("|") if key.scope == "stage" else ("", "", "")
        year = rest.partition("|")[0]
        of = "".join([f" from {source}" if source else "", f" for {year}" if year else ""])
        yield Breach(
            "within-authority",
            "stop",
            f"{where} has {format_pounds(held)} {key.name}{of}; "
            f"this needs {format_pounds(-change)}",
            over=(floor or 0) - held - change,
        )


def _falls(case: Case, key: Key) -> bool:
    """Say whether a balance of a fund's or an award's money would fall below its floor."""
    held, floor, _, _ = case.position[key]
    below = floor is not None and held + case.changes[key] < floor
    return below and key.scope in ("stage", "award")
