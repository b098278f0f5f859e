"""What an entry of a kind never says, whatever the rules: years that are none, loans of no year."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vru_ledger.domain.entries import Allocation, AwardEntry, Entry

_YEARS = ("fy", "to_fy")


def is_year(text: str) -> bool:
    """Say whether a text is a financial year as entries keep it: '2021/22'."""
    found = re.fullmatch(r"(\d{4})/(\d{2})", text, re.ASCII)
    return found is not None and (int(found[1]) + 1) % 100 == int(found[2])


def unheard_of(entry: Entry, number: int) -> Iterator[str]:
    """Yield a sentence for each thing that no entry says, of the entry of this number.

    The guards of a server refuse these; a file's cannot read texts, and older ones did not.
    """
    for name in _YEARS:
        if (said := getattr(entry, name, "")) and not is_year(said):
            yield f"its {name} is {said[:40]!r}, which is no financial year"
    if isinstance(entry, AwardEntry) and entry.unassigned_pence:
        if not entry.fy:
            yield "money of no year is lent to no year"
        elif entry.from_stage != "unallocated" and entry.KIND != "reverse":
            yield f"{entry.KIND} gives money of {entry.fy} to no year"
    if isinstance(entry, Allocation):
        place = int(entry.award.rpartition("-")[2])
        if entry.award != f"{entry.fund}-{place:04}" or not 0 < place <= number:
            yield f"{entry.award[:40]!r} is not the name of an award of {entry.fund}"
        if entry.term_from and entry.term_to and entry.term_from > entry.term_to:
            yield f"the term of {entry.award} ends before it begins"
