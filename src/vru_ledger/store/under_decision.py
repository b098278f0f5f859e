"""What was done under each decision: the entries that cite it, added up."""

from __future__ import annotations

from typing import Any

from vru_ledger.domain.query import NOW, Moment
from vru_ledger.domain.under_decision import Done, done_by
from vru_ledger.store.database import Session


def done(session: Session, ref: str = "", moment: Moment = NOW) -> dict[str, Done]:
    """Return what was done by a moment under every decision, or one, by reference.

    An entry that was undone by then, and what undid it, count nothing.
    """
    then, values = _by("e", moment)
    undone, of_undone = _by("r", moment)
    one = " AND e.decision = ?" if ref else ""
    found: dict[str, Done] = {}
    for code, kind, from_stage, to_stage, pence in session.rows(
        "SELECT e.decision, e.kind, e.from_stage, e.to_stage, CAST(SUM(e.amount_pence) AS BIGINT)"
        f" FROM entries e LEFT JOIN entries r ON r.reverses = e.number{undone}"
        f" WHERE e.decision <> ''{one} AND e.reverses IS NULL AND r.number IS NULL{then}"
        " GROUP BY e.decision, e.kind, e.from_stage, e.to_stage",
        [*of_undone, *([ref] if ref else []), *values],
    ):
        found[code] = found.get(code, Done()).plus(done_by(kind, from_stage, to_stage, pence or 0))
    return found


def _by(entry: str, moment: Moment) -> tuple[str, list[Any]]:
    """Return the SQL that an entry counts at a moment."""
    texts, values = "", list[Any]()
    if moment.known_at is not None:
        texts += f" AND {entry}.number <= ?"
        values.append(moment.known_at)
    if moment.as_of:
        texts += f" AND ({entry}.dated IS NULL OR {entry}.dated <= ?)"
        values.append(moment.as_of.isoformat())
    return texts, values
