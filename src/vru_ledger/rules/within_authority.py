"""Nothing is promised that is not there, or only expected: no money falls below its floor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vru_ledger.domain.money import format_pounds
from vru_ledger.position import Key
from vru_ledger.rules.case import Breach, Case


def within_authority(case: Case) -> Iterator[Breach]:
    """Yield a breach for each balance of money that the entry would take below its floor."""
    life = case.life
    if life is not None and case.entry.KIND not in (*life.legal(), "reverse"):
        # Another rule says that it cannot be; what it would take then says nothing.
        return
    short = [key for key, change in case.changes.items() if _falls(case, key, change)]
    of_award = {key.name for key in short if key.scope == "award"}
    for key in short:
        # What an award has not is told of the award, not of its fund as well.
        if key.scope == "stage" and key.name in of_award:
            continue
        if key.name == "authority" and key._replace(name="unallocated") in short:
            continue
        change = case.changes[key]
        held, floor, _, _ = case.position[key]
        if key.scope == "line":
            yield _of_line(key, held, change)
            continue
        floor = (floor or 0) + _raised_floor(case, key)
        where = key.fund if key.scope == "stage" else key.bucket
        source, _, rest = key.bucket.partition("|") if key.scope == "stage" else ("", "", "")
        year = rest.partition("|")[0]
        of = "".join([f" from {source}" if source else "", f" for {year}" if year else ""])
        sure = f", of which {format_pounds(floor)} is only expected" if floor else ""
        yield Breach(
            "within-authority",
            "stop",
            f"{where} has {format_pounds(held)} {key.name}{of}{sure}; "
            f"this needs {format_pounds(-change)}",
            over=floor - held - change,
        )
    if not short:
        yield from _of_unsaid(case)


def _of_unsaid(case: Case) -> Iterator[Breach]:
    """Yield a breach where what is said of a line would be said of more than there is."""
    new: Any = case.entry
    if case.unsaid_pence is None or new.amount_pence <= case.unsaid_pence:
        return
    of = " ".join(part for part in (new.fund, new.source, new.fy) if part)
    yield Breach(
        "within-authority",
        "stop",
        f"{of} has {format_pounds(max(0, case.unsaid_pence))} that nobody called expected, "
        f"confirmed or received; this needs {format_pounds(new.amount_pence)} of it",
        over=new.amount_pence - case.unsaid_pence,
    )


def _falls(case: Case, key: Key, change: int) -> bool:
    """Say whether a balance of a fund's or an award's money would fall below its floor."""
    if key.scope not in ("stage", "award", "line"):
        return False
    held, floor, _, _ = case.position[key]
    rise = _raised_floor(case, key)
    return (change < 0 or rise > 0) and held + change < (floor or 0) + rise


def _raised_floor(case: Case, key: Key) -> int:
    """Return by how much the entry raises the floor of a balance: what it makes only expected."""
    if key.scope != "stage" or key.name != "unallocated":
        return 0
    return case.changes.get(Key("line", key.fund, "expected", key.bucket), 0)


def _of_line(key: Key, held: int, change: int) -> Breach:
    """Return what is wrong where less is expected of a line, or confirmed, than would go."""
    source, year, detail = key.bucket.split("|")
    of = "".join([f" from {source}" if source else "", f" for {year}" if year else ""])
    covered = ""
    if key.name == "expected":
        covered = f" underwritten by {detail}" if detail else " and not underwritten"
    return Breach(
        "within-authority",
        "stop",
        f"{key.fund} has {format_pounds(held)} {key.name}{covered}{of}; "
        f"this needs {format_pounds(-change)}",
        over=-held - change,
    )
