"""The awards: each one's state and stages, and the whole statement of one."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.award_states import MEANINGS, TYPED, Life, life_of
from vru_ledger.domain.entries import AwardEntry, Recorded
from vru_ledger.domain.money import Pence, format_decimal, format_pounds
from vru_ledger.domain.query import ANY, Moment, Query
from vru_ledger.domain.stages import HELD
from vru_ledger.domain.stages import MEASURES as STAGE_MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.reports import profiles
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import awards, ledger, register
from vru_ledger.store.database import Session

TITLE = "Awards: what each has come to, the newest first"
MOST = 40
"""Awards that are listed unless everything is asked for."""

_FILTERS = ("fund", "recipient", "area", "bcu", "source", "fy", "award")


class Row(Value):
    """One award, and what each stage holds of it."""

    TOLD: ClassVar[Told] = {"recipient": {"machine_only": True}}

    award: str
    fund: str
    recipient: str
    name: str
    dated: date | None
    fy: str
    state: str
    proposed: Pence
    committed: Pence
    payable: Pence
    disbursed: Pence
    recoverable: Pence
    term_to: date | None
    title: str


class Line(Value):
    """One entry of an award: where its money went, and what is held for the award after it."""

    TOLD: ClassVar[Told] = {"amount": {"absent": "-"}}

    entry: int
    dated: date | None
    kind: str
    amount: Pence | None
    went: str
    held: Pence
    ref: str
    actor: str
    why: str


def answer(session: Session, query: Query) -> Answer:
    """Return the awards that a query asks for, the newest first."""
    allow(query, "awards", _FILTERS)
    rows: Any = _rows(session, query, None if query.everything else MOST + 1)
    notes = []
    if not query.everything:
        rows = list(rows)
        if len(rows) > MOST:
            rows.pop()
            notes.append(f"the newest {MOST} are shown; --all shows every one")
    return _answer(session, query, rows, notes)


def newest(session: Session, query: Query, most: int, holding: str = "") -> Answer:
    """Return the same, no more than `most`.

    With `holding` only those whose reference, recipient, title or year hold each of its words.
    """
    allow(query, "awards", _FILTERS)
    return _answer(session, query, _rows(session, query, most, holding), [])


def _answer(session: Session, query: Query, rows: Any, notes: list[str]) -> Answer:
    told = meta(session, query)
    return Answer(
        name="awards",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("title", "term_to", "fy", "dated", "fund", "recoverable", "payable", "state"),
        charted=("committed", "disbursed"),
        meta=told,
        measures={stage: STAGE_MEASURES[stage] for stage in HELD},
        notes=[*notes, *narrowing(told), standing(told)],
    )


def _rows(session: Session, query: Query, most: int | None, holding: str = "") -> Iterator[Row]:
    for one in awards.standings(session, query, most, holding):
        held = {stage: getattr(one, stage) for stage in HELD}
        happened = awards.happened(session, one.award, query.moment())
        life = life_of(held, happened, partial(awards.told_of, session))
        yield Row(
            award=one.award,
            fund=one.fund,
            recipient=one.recipient,
            name=one.recipient_name,
            dated=_day(one.dated),
            fy=one.fy,
            state=life.state,
            term_to=_day(one.term_to),
            title=one.title,
            **{stage: Pence(pence) for stage, pence in held.items()},
        )


def one(session: Session, made: awards.Made, today: date, query: Query = ANY) -> Answer:
    """Return the statement of one award: its terms, every entry, its stages, and what is due.

    Raises NotFound if it was not made by the time that the query asks for.
    """
    query, moment = query.replace(award=made.award), query.moment()
    life = profiles.life_then(session, made, moment)
    recipient = register.recipient(session, made.recipient)
    name = recipient.name if recipient else made.recipient
    told = meta(session, query)
    return Answer(
        name="award",
        title=f"{made.award}: {name}{f', {made.title}' if made.title else ''}",
        row_type=Line,
        rows=list(_lines(ledger.entries(session, query))),
        shown=tuple(Line.FIELDS),
        drop_first=("why", "actor", "ref", "dated", "went"),
        meta={**told, "state": life.state, **{f"{s}_pence": life.held.get(s, 0) for s in HELD}},
        measures={"held": STAGE_MEASURES["allocated"]},
        notes=[
            *_terms(session, made, life),
            *_due(made, life, today, moment),
            standing(told),
        ],
    )


def _terms(session: Session, made: awards.Made, life: Life) -> Iterator[str]:
    area = register.area(session, made.area) if made.area else None
    of = [
        f"fund {made.fund}",
        *([f"source {made.source}"] if made.source else []),
        *([f"year {made.fy}"] if made.fy else []),
        *([f"area {area.name}"] if area else []),
        *([f"for {made.purpose}"] if made.purpose else []),
    ]
    if made.term_to:
        of.append(f"term {made.term_from or ''}..{made.term_to}")
    yield f"terms: {', '.join(of)}"
    stages = [
        f"{stage} {format_pounds(life.held[stage])}" for stage in HELD if life.held.get(stage)
    ]
    yield f"state: {life.state} ({MEANINGS[life.state]}); {', '.join(stages) or 'nothing is held'}"
    if life.proposers:
        yield f"proposed by {', '.join(life.proposers)}; somebody else may approve it"


def _due(made: awards.Made, life: Life, today: date, moment: Moment) -> Iterator[str]:
    """Yield what is planned and due, and to whom; what may be done next is told of now only."""
    yield from profiles.said(life, today)
    if pence := life.held.get("payable", 0):
        may_pay = moment.is_now() and "pay" in life.legal()
        now = life.pays_now_pence() if may_pay else 0
        much = "all" if now == pence else format_decimal(now).removesuffix(".00")
        how = f": vru-ledger pay {made.award} {much}" if now else ""
        yield f"owed to the recipient: {format_pounds(pence)}{how}"
    if pence := life.held.get("recoverable", 0):
        yield f"owed back by the recipient: {format_pounds(pence)}"
    if not moment.is_now():
        yield f"what may follow is told of today: vru-ledger award show {made.award}"
        return
    may = [TYPED.get(kind, kind) for kind in life.possible()]
    yield f"what may follow: {', '.join(may) if may else 'nothing'}"


def _lines(found: Iterator[Recorded]) -> Iterator[Line]:
    held = 0
    for recorded in found:
        entry = recorded.entry
        if not isinstance(entry, AwardEntry):
            continue
        held += entry.held()
        undone = getattr(entry, "reverses", None)
        yield Line(
            entry=recorded.number,
            dated=entry.dated,
            kind=entry.KIND,
            amount=entry.amount_pence or None,
            went=f"{entry.from_stage} > {entry.to_stage}" if entry.amount_pence else "",
            held=Pence(held),
            ref=getattr(entry, "ref", ""),
            actor=recorded.actor,
            why=", ".join(
                part
                for part in (
                    _planned(entry),
                    f"undoes entry {undone}" if undone is not None else "",
                    entry.reason,
                    entry.decision,
                )
                if part
            ),
        )


def _planned(entry: Any) -> str:
    """Say what an entry plans, or which milestone was met; nothing of any other entry."""
    if entry.KIND == "profile":
        return f"version {entry.version}: {format_pounds(entry.total_pence())}"
    return str(entry.milestone) if entry.KIND == "milestone" else ""


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
