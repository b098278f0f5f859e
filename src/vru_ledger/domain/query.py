"""What may be asked about: the filters that every report and every listing takes."""

from __future__ import annotations

from datetime import date

from vru_ledger.domain.value import Value

DIMENSIONS = ("fund", "source", "recipient", "area", "bcu", "fy", "theme")
"""What figures can be broken down by."""


class Moment(Value):
    """When figures are asked of: entries dated up to a day, and numbered up to an entry.

    None is no bound: both None is how things stand now.
    """

    as_of: date | None = None
    known_at: int | None = None

    def is_now(self) -> bool:
        """Say whether every entry counts."""
        return self.as_of is None and self.known_at is None


NOW = Moment()


def at_moment(moment: Moment) -> list[str]:
    """Say when figures are of, for the foot of an answer; nothing if they are of now."""
    said = [f"as of {moment.as_of.isoformat()}"] if moment.as_of else []
    if moment.known_at is not None:
        said.append(f"as it was known at entry {moment.known_at}")
    return [", ".join(said)] if said else []


class Query(Value):
    """Filters, already resolved to codes; empty means any.

    `as_of` counts only entries dated up to that day; `known_at` only entries up to that number, and
    `known` is the same as somebody typed it, until `resolve.query` has found the number. `periods`
    are shown as columns: year, quarter or month. `today` is the day that ages are counted to where
    `as_of` does not say it.
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
    known: str = ""
    by: tuple[str, ...] = ()
    everything: bool = False
    periods: str = ""
    exceptions: bool = False
    today: date | None = None

    def moment(self) -> Moment:
        """Return when it asks about."""
        return Moment(self.as_of, self.known_at)


ANY = Query()
"""Everything, as it stands now."""
