"""Decisions: what each decides, and what was done under it."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
import shlex
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import ANY, Moment, Query, at_moment
from vru_ledger.domain.register import Decision
from vru_ledger.domain.text import shown
from vru_ledger.domain.under_decision import Done, done_by
from vru_ledger.domain.value import Value
from vru_ledger.errors import NotFound
from vru_ledger.reports.meta import Told, allow, meta, standing
from vru_ledger.store import authority, register
from vru_ledger.store.database import Session
from vru_ledger.store.under_decision import done

TITLE = "Decisions: what each decides, and what was done under it"

MEASURES = {
    "amount": "how much it decides, where it names an amount",
    "promised": "what awards were promised under it, less what they gave back under it",
    "authority": "what was received, moved, lapsed or surrendered under it",
}


_MOST_NAMED = 10


class Row(Value):
    """One registered decision, and what was done under it.

    `amount` and `signed_on` are None where nobody said.
    """

    TOLD: ClassVar[Told] = {"amount": {"absent": "none named"}}

    decision: str
    title: str
    amount: Pence | None
    promised: Pence
    authority: Pence
    signed_on: date | None
    signed_by: str


class Fact(Value):
    """One thing that is known."""

    fact: str
    value: str


class Made(Value):
    """One entry under a decision: what it promised, or what authority it changed."""

    TOLD: ClassVar[Told] = {
        "entry": {"absent": ""},
        "dated": {"absent": "-"},
        "undone_by": {"absent": "-"},
    }

    entry: int | None
    dated: date | None
    kind: str
    fund: str
    award: str
    promised: Pence
    authority: Pence
    actor: str
    undone_by: int | None


def answer(session: Session, query: Query) -> Answer:
    """Return every decision registered by then, by reference, with what was done under it by then.

    As of a day without those that were signed later.
    """
    allow(query, "decisions", ())
    told = meta(session, query)
    sums = done(session, moment=query.moment())
    known = {one.code for one in register.everything(session, Decision, query.known_at)}
    return Answer(
        name="decisions",
        title=TITLE,
        row_type=Row,
        rows=[_row(one, sums.get(one.code, Done())) for one in _registered(session, query)],
        shown=tuple(Row.FIELDS),
        drop_first=("signed_by", "signed_on", "authority", "title", "promised"),
        meta=told,
        measures=MEASURES,
        notes=[
            "what was done under one: vru-ledger decision show REF",
            "no total: awards may be promised under the decision that brought their money",
            *_unregistered(sorted({*sums} - known)),
            standing(told),
        ],
    )


def _unregistered(refs: list[str]) -> list[str]:
    """Name the references that entries cite and that are not told above."""
    if not refs:
        return []
    more = f" and {len(refs) - _MOST_NAMED:,} more" if len(refs) > _MOST_NAMED else ""
    return [f"cited and not registered: {', '.join(refs[:_MOST_NAMED])}{more}"]


def _registered(session: Session, query: Query) -> list[Decision]:
    """Return the decisions that there were, as they were registered then."""
    return [
        one
        for one in register.everything(session, Decision, query.known_at)
        if not (query.as_of and one.signed_on) or one.signed_on <= query.as_of
    ]


def _row(one: Decision, under: Done) -> Row:
    pence = None if one.amount_pence is None else Pence(one.amount_pence)
    done_under = Pence(under.promised), Pence(under.authority)
    return Row(one.code, one.title, pence, *done_under, one.signed_on, one.signed_by)


def one(session: Session, ref: str, query: Query = ANY) -> Answer:
    """Return a decision, the entries under it, and their sums against its amount, by then.

    One that is only cited, and not registered, is shown with its entries. Raises NotFound.
    """
    moment = query.moment()
    found = next((one for one in _registered(session, query) if one.code == ref), None)
    made = list(_made(session, ref, moment))
    if found is None and not made:
        then = "".join(f" {said}" for said in at_moment(moment))
        raise NotFound(
            f"no decision is {shown(ref[:60])!r}, and no entry cites it{then}",
            "to list them: vru-ledger decision list",
        )
    total = Made(
        *(None, None, "total", "", ""),
        Pence(sum(row.promised for row in made)),
        Pence(sum(row.authority for row in made)),
        *("", None),
    )
    entries = Answer(
        name="entries",
        title="What was done under it",
        row_type=Made,
        rows=made,
        shown=tuple(Made.FIELDS),
        total=total if made else None,
        drop_first=("actor", "undone_by", "dated", "fund"),
        measures={name: MEASURES[name] for name in ("promised", "authority")},
        notes=["an entry that was undone counts nothing"],
    )
    return Answer(
        name="decision",
        title=f"Decision {ref}",
        row_type=Fact,
        rows=list(_facts(found, ref, total, moment)),
        shown=("fact", "value"),
        meta=meta(session, query),
        notes=at_moment(moment),
        apart=(entries,),
    )


def passed(session: Session, query: Query) -> Iterator[tuple[Decision, str, int]]:
    """Yield each registered decision under which more was promised, or brought, than its amount.

    With what that was, and its pence, by the query's moment.
    """
    sums = done(session, moment=query.moment())
    for decision in _registered(session, query):
        under = sums.get(decision.code, Done())
        for name, pence in zip(Done._fields, under, strict=True):
            if decision.amount_pence is not None and pence > decision.amount_pence:
                yield decision, name, pence


def _facts(found: Decision | None, ref: str, total: Made, moment: Moment) -> Iterator[Fact]:
    yield Fact("reference", ref)
    if found is None:
        again = shlex.join(["vru-ledger", "decision", "add", ref])
        yield Fact("registered", f"no: {again}" if moment.is_now() else "not by then")
    else:
        yield Fact("title", found.title or "not given")
        yield Fact("signed", found.signed_on.isoformat() if found.signed_on else "not given")
        yield Fact("signatory", found.signed_by or "not given")
    amount = found.amount_pence if found else None
    yield Fact("amount", "none named" if amount is None else format_pounds(amount))
    for name, pence in (("promised", total.promised), ("authority", total.authority)):
        said = format_pounds(pence)
        if amount is not None and pence:
            left = amount - pence
            more = f"{format_pounds(left)} left" if left >= 0 else f"{format_pounds(-left)} over"
            said += f" of {format_pounds(amount)}, {more}"
        yield Fact(name, said)


def _made(session: Session, ref: str, moment: Moment) -> Iterator[Made]:
    for recorded, undone_by in authority.under_decision(session, ref, moment):
        entry: Any = recorded.entry
        stages = getattr(entry, "from_stage", ""), getattr(entry, "to_stage", "")
        under = done_by(entry.KIND, *stages, getattr(entry, "amount_pence", 0))
        counts = undone_by is None and getattr(entry, "reverses", None) is None
        yield Made(
            recorded.number,
            entry.dated,
            entry.KIND,
            getattr(entry, "fund", ""),
            getattr(entry, "award", ""),
            Pence(under.promised if counts else 0),
            Pence(under.authority if counts else 0),
            recorded.actor,
            undone_by,
        )
