"""A recipient's statement: its awards, every entry of them, and what is left, for it to agree."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.award_states import TYPED, Life
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Recipient
from vru_ledger.domain.stages import HELD, PAID, PAID_MEANS
from vru_ledger.domain.value import Value
from vru_ledger.reports import proof
from vru_ledger.reports.claims import concerns
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.reports.profiles import DUE, due_by
from vru_ledger.store import awards, register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, Figures

TITLE = "Recipient: a statement of its awards, claims and payments, to be agreed"
NEEDS = ("recipient",)

MEASURES = {
    "awarded": "what was approved and is held for it: undrawn + owed + paid",
    "not_approved": "asked for, not yet approved: not awarded",
    "undrawn": "awarded and not yet claimed",
    "owed": "claimed and approved, not yet paid",
    "paid": PAID_MEANS,
    "owed_back": "what of that was demanded back, and is not yet received",
    "due": DUE,
}
_FILTERS = ("recipient", "fund", "fy", "source", "award")
_HELD = {
    "awarded": tuple(stage for stage in HELD if stage != "proposed"),
    "not_approved": ("proposed",),
    "undrawn": ("committed",),
    "owed": ("payable",),
    "paid": PAID,
    "owed_back": ("recoverable",),
}
"""The stages whose sum each figure is."""
_MONEY = tuple(_HELD)


class Row(Value):
    """One award of the recipient."""

    TOLD: ClassVar[Told] = {"fy": {"heading": "year"}, "term_to": {"absent": "-"}}

    award: str
    fund: str
    title: str
    fy: str
    state: str
    term_to: date | None
    awarded: Pence
    not_approved: Pence
    undrawn: Pence
    owed: Pence
    paid: Pence
    owed_back: Pence
    due: Pence


class Line(Value):
    """One entry of an award of the recipient, and what is held for the award after it."""

    TOLD: ClassVar[Told] = {"dated": {"absent": "-"}, "amount": {"absent": "-"}}

    dated: date | None
    award: str
    what: str
    amount: Pence | None
    held: Pence
    ref: str
    reason: str
    entry: int


def answer(session: Session, query: Query) -> Answer:
    """Return the awards of the query's recipient, and beside them every entry; none without one."""
    allow(query, "recipient", _FILTERS)
    day = counted_to(session, query)
    told = meta(session, query)
    found = register.recipient(session, query.recipient) if query.recipient else None
    made = [
        one
        for one in awards.of_recipient(session, query.recipient, query.fund)
        if concerns(session, one, query)
    ]
    rows: list[Row] = []
    lines: list[Line] = []
    for one in made:
        life = awards.life(session, one, query.moment())
        if life.entries:
            rows.append(_row(one, life, day))
            lines += _lines(session, one.award, query)
    total = _total(session, query, rows)
    list(proof.tied(rows, total, _MONEY))
    return Answer(
        name="recipient",
        title=_title(found, day),
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        total=total,
        drop_first=("title", "term_to", "fund", "due", "fy", "not_approved", "owed_back", "state"),
        meta={**told, "counted_to": day.isoformat()},
        measures=MEASURES,
        notes=[
            *narrowing(told),
            *_agreed(found, total, day),
            f"{proof.said({'awarded': total.awarded, 'paid': total.paid})}; {standing(told)}",
        ],
        apart=[_of_lines(sorted(lines, key=lambda line: line.entry))] if lines else [],
    )


def _title(found: Recipient | None, day: date) -> str:
    return f"{found.name} ({found.code}): statement to {day.isoformat()}" if found else TITLE


def _row(one: awards.Made, life: Life, day: date) -> Row:
    return Row(
        award=one.award,
        fund=one.fund,
        title=one.title,
        fy=one.fy,
        state=life.state,
        term_to=date.fromisoformat(one.term_to) if one.term_to else None,
        due=Pence(due_by(life, day).due_pence),
        **_figures(life.held),
    )


def _total(session: Session, query: Query, rows: list[Row]) -> Row:
    """Return what is held for the recipient, asked for without its awards; `due` is their sum."""
    if not query.recipient:
        return proof.summed(Row, (), (*_MONEY, "due"), award="total")  # type: ignore[no-any-return]  # a Row
    sums = dict(zip(COLUMNS, Figures(session).total(("recipient",), query), strict=True))
    told = {"award": "total", **_figures(sums)}
    return proof.summed(Row, rows, ("due",), **told)  # type: ignore[no-any-return]  # a Row


def _figures(held: Mapping[str, int]) -> dict[str, Pence]:
    return {name: Pence(sum(held.get(one, 0) for one in of)) for name, of in _HELD.items()}


def _lines(session: Session, award: str, query: Query) -> Iterator[Line]:
    held = 0
    for one in awards.happened(session, award, query.moment()):
        entry: Any = awards.told_of(session, one.number)
        held += entry.held()
        undone = getattr(entry, "reverses", 0)
        yield Line(
            dated=entry.dated,
            award=award,
            what=f"undoes entry {undone}" if undone else TYPED.get(one.kind, one.kind),
            amount=Pence(one.amount_pence) if one.amount_pence else None,
            held=Pence(held),
            ref=getattr(entry, "ref", ""),
            reason=entry.reason,
            entry=one.number,
        )


def _of_lines(lines: list[Line]) -> Answer:
    return Answer(
        name="entries",
        title="Every entry of these awards, oldest first",
        row_type=Line,
        rows=lines,
        shown=tuple(Line.FIELDS),
        drop_first=("reason", "held", "entry", "ref"),
        measures={"held": "what is held for the award after the entry"},
    )


def _agreed(found: Recipient | None, total: Row, day: date) -> Iterator[str]:
    """Yield the sentence that the recipient's finance officer signs."""
    if found is None:
        yield "say whose statement it is: --recipient NAME"
        return
    yield (
        f"for {found.name} to agree: by {day.isoformat()} it was paid {format_pounds(total.paid)}, "
        f"and {format_pounds(total.owed_back)} of that is demanded back and not yet received"
    )
    yield "agreed: name ____________________ position ____________________ date ____________"
