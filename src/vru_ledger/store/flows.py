"""What entries of some days moved into stages and out of them, each for itself."""

from __future__ import annotations

from collections.abc import Sequence

from vru_ledger.domain.query import Query
from vru_ledger.domain.stages import AUTHORITY
from vru_ledger.store import figures, ledger
from vru_ledger.store.database import Session

Gross = dict[tuple[tuple[str, ...], str], tuple[int, int]]


def gross(session: Session, by: Sequence[str], query: Query) -> Gross:
    """Return pence in (above zero) and out (below), by group and stage.

    Of entries dated from `since` to `until`; one that has no day is of no days. Each entry counts
    for what it leaves in the stage of a group, so that one that moves within it counts for nothing.
    """
    expressions = figures.OF_MOVEMENTS
    wanted = ledger.Conditions(Query(since=query.since, known_at=query.known_at))
    if query.until:
        wanted.add("e.dated <= ?", query.until.isoformat())
    wanted.add("m.entry = e.number")
    if query.stage:
        wanted.add("m.stage = ?", query.stage)
    for name in ("fund", "source", "area", "bcu", "fy"):
        if value := getattr(query, name):
            # Not by an index on the fund, which would be walked for every entry.
            wanted.add(f"{expressions[name]} || '' = ?", value)
    tables = "entries e CROSS JOIN movements m"
    if "bcu" in by or query.bcu:
        tables += " LEFT JOIN areas a ON a.code = m.area"
    if "theme" in by:
        tables += " JOIN funds f ON f.code = m.fund"
    keys = [f"{expressions[name]} AS by_{name}" for name in by]
    columns = [f"by_{name}" for name in by]
    places = ", ".join(str(place) for place in range(1, len(by) + 3))
    each = (
        f"SELECT {', '.join([*keys, 'm.stage AS stage', 'e.number AS number'])},"
        f" SUM(CASE m.stage WHEN '{AUTHORITY}' THEN -m.pence ELSE m.pence END) AS pence"
        f" FROM {tables}{wanted.where()} GROUP BY {places}"
    )
    rows = session.rows(
        f"SELECT {', '.join([*columns, 'stage'])},"
        " CAST(SUM(CASE WHEN pence > 0 THEN pence ELSE 0 END) AS BIGINT),"
        " CAST(SUM(CASE WHEN pence < 0 THEN pence ELSE 0 END) AS BIGINT)"
        f" FROM ({each}) g GROUP BY {', '.join([*columns, 'stage'])}",
        wanted.parameters,
    )
    return {(row[: len(by)], row[-3]): (row[-2], row[-1]) for row in rows}
