"""Virements and every other change of a budget: what moved, where to, by whom and why."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerContradicts
from vru_ledger.reports import proof
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import budget_changes, ledger
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, Figures

TITLE = "Virements: every change of a budget, by whom and why"

MEASURES = {
    "kind": "fund is authority received; reverse-authority undoes an earlier entry",
    "money": "the line of authority that it leaves or enters first: fund, source and year",
    "goes_to": "the line that it enters, where it moves from one to another",
    "amount": "what it is about",
    "change": "by how much the authority that is asked about grew; within it nothing",
    "undone_by": "the entry that undid it",
}
_FILTERS = ("fund", "source", "fy", "kind", "since", "until")


class Row(Value):
    """One entry that changed how much authority a line has."""

    TOLD: ClassVar[Told] = {
        "entry": {"absent": ""},
        "dated": {"absent": "-"},
        "amount": {"absent": ""},
        "undone_by": {"absent": "-"},
    }

    entry: int | None
    dated: date | None
    kind: str
    money: str
    goes_to: str
    amount: Pence | None
    change: Pence
    actor: str
    decision: str
    reason: str
    undone_by: int | None


def answer(session: Session, query: Query) -> Answer:
    """Return the entries that changed a budget, oldest first."""
    allow(query, "virements", _FILTERS)
    told = meta(session, query)
    rows = list(_rows(session, query))
    change = sum(row.change for row in rows)
    said, over = "", 0
    if not (query.since or query.until or query.kind):
        sums = dict(zip(COLUMNS, Figures(session).total((), query), strict=True))
        over = sums["authority"] - change
        if over and not query.fy:
            raise LedgerContradicts(f"changes come to {change}p of {sums['authority']}p authority")
        said = "" if over else "changes come to the authority as it stands; "
    return Answer(
        name="virements",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        total=proof.summed(Row, rows, ("change",), kind="total"),
        drop_first=("undone_by", "decision", "entry", "actor", "dated", "reason", "amount"),
        meta=told,
        measures=MEASURES,
        notes=[
            *narrowing(told),
            *([_taken_over(over)] if over else []),
            f"{said}{proof.said({'change': change})}; {standing(told)}",
        ],
    )


def _taken_over(pence: int) -> str:
    return (
        f"{format_pounds(Pence(pence))} that awards of the year took over from money of no year "
        "is in no row"
    )


def _rows(session: Session, query: Query) -> Iterator[Row]:
    for recorded, undone_by in budget_changes.log(session, query):
        entry: Any = recorded.entry
        change = sum(
            -pence
            for stage, pence, fund, source, fy, *_ in ledger.movements(session, recorded.number)
            if stage == "authority"
            and query.fund in ("", fund)
            and query.source in ("", source)
            and query.fy in ("", fy)
        )
        money = _line(entry.fund, entry.source, entry.fy)
        to = getattr(entry, "to_fund", "")
        there = _line(to, entry.to_source, entry.to_fy) if to else ""
        yield Row(
            entry=recorded.number,
            dated=entry.dated,
            kind=entry.KIND,
            money=money,
            # What undoes an ending names its own line twice, and moves nothing to another.
            goes_to=there if there != money else "",
            amount=entry.amount_pence,
            change=Pence(change),
            actor=recorded.actor,
            decision=entry.decision,
            reason=entry.reason or getattr(entry, "citation", ""),
            undone_by=undone_by,
        )


def _line(fund: str, source: str, fy: str) -> str:
    return " ".join(part for part in (fund, source, fy) if part)
