"""Decisions: what each decides, and what was done under it."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
import shlex
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.entries import AuthorityEntry, AwardEntry, Entry, Funding
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Decision
from vru_ledger.domain.text import shown
from vru_ledger.domain.value import Value
from vru_ledger.errors import NotFound
from vru_ledger.reports.meta import Told, allow, meta, standing
from vru_ledger.store import authority, register
from vru_ledger.store.database import Session

TITLE = "Decisions: what each decides"
LOOKS_BACK = False

MEASURES = {
    "amount": "how much it decides, where it names an amount",
    "promised": "what awards were promised under it, less what they gave back under it",
    "authority": "what was received, moved, lapsed or surrendered under it",
}


class Row(Value):
    """One registered decision. `amount` and `signed_on` are None where nobody said."""

    TOLD: ClassVar[Told] = {"amount": {"absent": "none named"}}

    decision: str
    title: str
    amount: Pence | None
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
    """Return every registered decision, by reference."""
    allow(query, "decisions", (), times=False)
    told = meta(session, query)
    return Answer(
        name="decisions",
        title=TITLE,
        row_type=Row,
        rows=[_row(one) for one in register.everything(session, Decision)],
        shown=tuple(Row.FIELDS),
        drop_first=("signed_by", "signed_on", "title"),
        meta=told,
        measures={"amount": MEASURES["amount"]},
        notes=["what was done under one: vru-ledger decision show REF", standing(told)],
    )


def _row(one: Decision) -> Row:
    pence = None if one.amount_pence is None else Pence(one.amount_pence)
    return Row(one.code, one.title, pence, one.signed_on, one.signed_by)


def one(session: Session, ref: str) -> Answer:
    """Return a decision, the entries under it, and their sums against its amount.

    One that is only cited, and not registered, is shown with its entries. Raises NotFound.
    """
    found = next((one for one in register.everything(session, Decision) if one.code == ref), None)
    made = list(_made(session, ref))
    if found is None and not made:
        raise NotFound(
            f"no decision is {shown(ref[:60])!r}, and no entry cites it",
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
        rows=list(_facts(found, ref, total)),
        shown=("fact", "value"),
        meta=meta(session, Query()),
        apart=(entries,),
    )


def passed(session: Session, query: Query) -> Iterator[tuple[Decision, str, int]]:
    """Yield each registered decision under which more was promised, or brought, than its amount.

    With what that was, and its pence, by the query's moment.
    """
    for decision in register.everything(session, Decision):
        if decision.amount_pence is None:
            continue
        made = [one for one in _made(session, decision.code) if _counted(one, query)]
        for name in ("promised", "authority"):
            pence = sum(getattr(one, name) for one in made)
            if pence > decision.amount_pence:
                yield decision, name, pence


def _counted(made: Made, query: Query) -> bool:
    """Say whether a moment counts an entry; one that was undone later still counts as undone."""
    known = query.known_at is None or (made.entry or 0) <= query.known_at
    return known and (query.as_of is None or made.dated is None or made.dated <= query.as_of)


def _facts(found: Decision | None, ref: str, total: Made) -> Iterator[Fact]:
    yield Fact("reference", ref)
    if found is None:
        again = shlex.join(["vru-ledger", "decision", "add", ref])
        yield Fact("registered", f"no: {again}")
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


def _made(session: Session, ref: str) -> Iterator[Made]:
    for recorded, undone_by in authority.under_decision(session, ref):
        entry: Any = recorded.entry
        counts = undone_by is None and getattr(entry, "reverses", None) is None
        yield Made(
            recorded.number,
            entry.dated,
            entry.KIND,
            getattr(entry, "fund", ""),
            getattr(entry, "award", ""),
            Pence(_promised(entry) if counts else 0),
            Pence(_authority(entry) if counts else 0),
            recorded.actor,
            undone_by,
        )


def _promised(entry: Entry) -> int:
    """Return the pence by which an entry adds to what an award was promised."""
    if not isinstance(entry, AwardEntry):
        return 0
    if entry.to_stage == "committed" and entry.from_stage in ("unallocated", "proposed"):
        return entry.amount_pence
    if entry.from_stage == "committed" and entry.to_stage == "unallocated":
        return -entry.amount_pence
    return 0


def _authority(entry: Entry) -> int:
    """Return the pence of authority that an entry brought, moved or ended."""
    if isinstance(entry, Funding):
        return entry.amount_pence
    moves = isinstance(entry, AuthorityEntry) and any(True for _ in entry.movements())
    return entry.amount_pence if isinstance(entry, AuthorityEntry) and moves else 0
