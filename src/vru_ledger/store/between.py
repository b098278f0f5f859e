"""What lies between two moments: the entries that one counts and the other does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from vru_ledger.domain.entries import Recorded
from vru_ledger.domain.query import Moment
from vru_ledger.domain.stages import AUTHORITY
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

_KEYS = {
    "fund": "m.fund",
    "source": "m.source",
    "recipient": "COALESCE(m.recipient, '')",
    "area": "m.area",
    "bcu": "COALESCE(a.bcu, '')",
    "fy": "m.fy",
    "theme": "f.theme",
}


class Moved(NamedTuple):
    """What one entry moved of a figure: the figure's codes and stage, the entry, and pence."""

    keys: tuple[str, ...]
    stage: str
    entry: int
    pence: int


def _counted(moment: Moment) -> tuple[list[str], list[Any]]:
    """Return what an entry that a moment counts must keep."""
    texts: list[str] = []
    values: list[Any] = []
    if moment.known_at is not None:
        texts.append("e.number <= ?")
        values.append(moment.known_at)
    if moment.as_of is not None:
        texts.append("(e.dated IS NULL OR e.dated <= ?)")
        values.append(moment.as_of.isoformat())
    return texts or ["1 = 1"], values


def _not_counted(moment: Moment) -> tuple[str, list[Any]]:
    """Return what an entry that a moment does not count has."""
    texts: list[str] = []
    values: list[Any] = []
    if moment.known_at is not None:
        texts.append("e.number > ?")
        values.append(moment.known_at)
    if moment.as_of is not None:
        # An entry without a day counts always; compared with nothing it would be unknown.
        texts.append("COALESCE(e.dated, '') > ?")
        values.append(moment.as_of.isoformat())
    return f"({' OR '.join(texts) or '1 = 0'})", values


def _only_in(counts: Moment, other: Moment) -> tuple[str, list[Any]]:
    texts, values = _counted(counts)
    lacks, more = _not_counted(other)
    return " AND ".join([*texts, lacks]), [*values, *more]


def moved(
    session: Session, counts: Moment, other: Moment, by: Sequence[str], fund: str
) -> Iterator[Moved]:
    """Yield what each entry that `counts` counts and `other` does not moved, in their order.

    Pence as balances count them: authority that grows is above zero.
    """
    where, values = _only_in(counts, other)
    tables = "entries e CROSS JOIN movements m"
    if "bcu" in by:
        tables += " LEFT JOIN areas a ON a.code = m.area"
    if "theme" in by:
        tables += " JOIN funds f ON f.code = m.fund"
    if fund:
        # By its entry and not by its fund: an index on the fund would be walked for every entry.
        where += " AND m.fund || '' = ?"
        values.append(fund)
    keys = ", ".join(_KEYS[name] for name in by)
    places = ", ".join(str(place) for place in range(1, len(by) + 3))
    sql = (
        f"SELECT {keys}, m.stage, e.number, CAST(SUM(m.pence) AS BIGINT) FROM {tables}"
        f" WHERE m.entry = e.number AND {where} GROUP BY {places}"
        " HAVING SUM(m.pence) <> 0 ORDER BY e.number"
    )
    for *codes, stage, entry, pence in session.stream(sql, values):
        yield Moved(tuple(codes), stage, entry, -pence if stage == AUTHORITY else pence)


def entries(
    session: Session, counts: Moment, other: Moment, fund: str, *, of_caps: bool = False
) -> Iterator[Recorded]:
    """Yield the entries that `counts` counts and `other` does not and that change cap use.

    With `of_caps` those that set a limit. Oldest first.
    """
    where, values = _only_in(counts, other)
    if of_caps:
        where += f" AND e.{ledger.OF_HISTORY} AND e.kind = 'cap'"
    else:
        where += (
            " AND e.award IS NOT NULL"
            " AND (e.from_stage = 'unallocated' OR e.to_stage = 'unallocated')"
        )
    if fund:
        where += " AND e.fund = ?"
        values.append(fund)
    return ledger.entries_where(session, where, values)
