"""What may be asked about: the filters that every report and every listing takes."""

from __future__ import annotations

from datetime import date

from vru_ledger.domain.value import Value

DIMENSIONS = ("fund", "source", "recipient", "area", "bcu", "fy", "theme")
"""What figures can be broken down by."""


class Query(Value):
    """Filters, already resolved to codes; empty means any.

    `as_of` counts only entries dated up to that day; `known_at` only entries up to that number.
    """

    fund: str = ""
    recipient: str = ""
    area: str = ""
    bcu: str = ""
    source: str = ""
    fy: str = ""
    stage: str = ""
    award: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    known_at: int | None = None
    by: tuple[str, ...] = ()
    everything: bool = False
