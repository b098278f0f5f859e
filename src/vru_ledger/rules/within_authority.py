"""Nothing is promised that is not there: no stage of a fund or of an award falls below zero."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.money import format_pounds
from vru_ledger.rules.case import Breach, Case


def within_authority(case: Case) -> Iterator[Breach]:
    """Yield a breach for each balance of money that the entry would take below its floor."""
    for key, change in case.changes.items():
        if change >= 0 or key.scope not in ("stage", "award"):
            continue
        held, floor, _, _ = case.position[key]
        if floor is None or held + change >= floor:
            continue
        where = key.fund if key.scope == "stage" else key.bucket
        source, _, rest = key.bucket.partition("|") if key.scope == "stage" else ("", "", "")
        year = rest.partition("|")[0]
        of = "".join([f" from {source}" if source else "", f" for {year}" if year else ""])
        yield Breach(
            "within-authority",
            "stop",
            f"{where} has {format_pounds(held)} {key.name}{of}; "
            f"this needs {format_pounds(-change)}",
            over=floor - held - change,
        )
