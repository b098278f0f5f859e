"""Exceptions: everything that somebody has to look at, wherever it is, and what to type next."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
import shlex
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.award_states import life_of, waiting
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.periods import month
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund
from vru_ledger.domain.value import Value
from vru_ledger.reports import caps, claims, decisions
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.reports.profiles import due_by
from vru_ledger.store import authority, awards, plans, register, undrawn
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session
from vru_ledger.store.turnovers import by_month

TITLE = "Exceptions: what somebody has to look at, and what to type next"

PROPOSED_DAYS, OWED_DAYS, ENDING_DAYS = 14, 30, 90
"""Days after which a proposal, and money demanded back, are looked at; and before a last day."""

MEASURES = {
    "what": "cap: passed, within its tolerance or beyond; override ended: its room is over "
    "and still used; claim: waits over 30 days; behind plan: due in periods whose last day is "
    "past, and not paid; term ended: undrawn when the term is past; proposal: not decided for "
    f"{PROPOSED_DAYS} days; owed back: demanded {OWED_DAYS} days ago, each demand by "
    "itself; not covered: expected money that nobody underwrites; ends soon: unallocated, with "
    f"{ENDING_DAYS} days to its last day, which is its year's where it is in-year-only, or past "
    "it; ahead of money: promised at the end of a month, and the money came in a later one; "
    "decision: more was done under it than it decides",
    "amount": "the pounds in question; of a cap that counts no money there are none",
    "age_days": "days that it waits, or is past its day; below zero: days to come",
}
_FILTERS = ("fund", "recipient", "area", "bcu", "source", "fy", "award")
_OF_AWARDS = ("recipient", "area", "bcu", "award")


class Row(Value):
    """One thing to look at."""

    TOLD: ClassVar[Told] = {"amount": {"absent": "-"}, "next": {"heading": "to look: vru-ledger"}}

    what: str
    fund: str
    about: str
    amount: Pence | None
    age_days: int | None
    detail: str
    next: str


def answer(session: Session, query: Query) -> Answer:
    """Return everything that somebody has to look at, by what it is."""
    allow(query, "exceptions", _FILTERS)
    day = counted_to(session, query)
    told = meta(session, query)
    rows = [
        *_of_caps(session, query),
        *_of_overrides(session, query, day),
        *_of_claims(session, query),
        *_of_plans(session, query, day),
        *_of_terms(session, query, day),
        *_waiting(session, query, day),
        *_undecided(session, query, day),
        *_of_lines(session, query, day),
        *_of_months(session, query, day),
        *_of_decisions(session, query),
    ]
    counted = ", ".join(f"{what} {many}" for what, many in Counter(r.what for r in rows).items())
    return Answer(
        name="exceptions",
        title=f"Exceptions, to {day.isoformat()}",
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("fund", "next", "age_days", "detail"),
        meta={**told, "counted_to": day.isoformat()},
        measures=MEASURES,
        notes=[
            *narrowing(told),
            f"{len(rows)} to look at: {counted}" if rows else "nothing to look at",
            "no total: one pound can be in several of these",
            standing(told),
        ],
    )


def _of_caps(session: Session, query: Query) -> Iterator[Row]:
    for row in caps.answer(session, query.replace(exceptions=True, everything=True)).rows:
        if row.verdict == "full":
            continue  # All of it is promised, as it should be.
        over = row.used.value - row.limit.value
        yield Row(
            what="cap",
            fund=row.fund,
            about=f"{row.cap}, {row.bucket}",
            amount=Pence(max(0, over)) if row.used.unit == "pence" else None,
            age_days=None,
            detail=f"{row.verdict}: {row.used} of {row.limit}",
            next=f"cap show {row.cap}",
        )


def _of_overrides(session: Session, query: Query, day: date) -> Iterator[Row]:
    """Yield the overrides that have ended while their bucket still holds more than its cap."""
    if any(getattr(query, name) for name in (*_OF_AWARDS, "source", "fy")):
        return
    books = books_at(session, query.moment())
    comes_to = {cap.cap: (cap, of) for cap, of in books.caps(query.fund)}
    overrides, raised = books.overrides(), books.raised(day)
    undone = {one.undoes for one in overrides}
    for one in overrides:
        if one.cap not in comes_to or one.undoes or one.entry in undone:
            continue
        if one.until is None or one.until >= day:
            continue
        cap, bounds = comes_to[one.cap]
        room = bounds.ceiling + raised.get((one.cap, one.bucket), 0)
        over = books.held(cap, one.bucket) - room
        if over > 0:
            yield Row(
                what="override ended",
                fund=one.fund,
                about=f"{one.cap}, {one.bucket or 'whole fund'}",
                amount=Pence(over),
                age_days=(day - one.until).days,
                detail=f"entry {one.entry} let it pass until {one.until.isoformat()}",
                next="cap overrides",
            )


def _of_claims(session: Session, query: Query) -> Iterator[Row]:
    for row in claims.answer(session, query.replace(exceptions=True)).rows:
        yield Row(
            what="claim",
            fund=row.fund,
            about=f"{row.award}, {row.name}",
            amount=row.waiting,
            age_days=row.age_days,
            detail=f"claimed {row.dated.isoformat()}{f' ({row.ref})' if row.ref else ''}",
            next=f"award show {row.award}",
        )


def _of_plans(session: Session, query: Query, day: date) -> Iterator[Row]:
    for plan, *_ in plans.in_force(session, query):
        happened = awards.happened(session, plan.award, query.moment())
        life = life_of(awards.held_then(happened), happened, partial(awards.told_of, session))
        late = due_by(life, day).late_pence
        if late:
            yield Row(
                what="behind plan",
                fund=plan.fund,
                about=plan.award,
                amount=Pence(late),
                age_days=None,
                detail=f"{life.state}; planned in version {plan.version}",
                next=f"award show {plan.award}",
            )


def _of_terms(session: Session, query: Query, day: date) -> Iterator[Row]:
    """Yield for each fund what is undrawn of awards whose term is past: they can be very many."""
    for fund, count, pence, first in undrawn.ended(session, query, day):
        yield Row(
            what="term ended",
            fund=fund,
            about="1 award" if count == 1 else f"{count:,} awards",
            amount=Pence(pence),
            age_days=(day - first).days,
            detail="undrawn, and the last day of the term is past",
            next=f"report commitments --exceptions --fund {fund}",
        )


def _waiting(session: Session, query: Query, day: date) -> Iterator[Row]:
    """Yield proposals that nobody decides, and what was demanded back and does not come.

    Each entry that is left of them waits since its own day: a new demand makes no old one younger.
    """
    for stage, what, kinds, most in (
        ("proposed", "proposal", ("propose", "amend"), PROPOSED_DAYS),
        ("recoverable", "owed back", ("clawback",), OWED_DAYS),
    ):
        for award, pence in undrawn.holding(session, stage, query):
            made = awards.made(session, award)
            if made is None or not claims.concerns(session, made, query):
                continue
            happened = awards.happened(session, award, query.moment())
            for one, part in waiting(happened, kinds, stage, pence):
                asked = date.fromisoformat(one.dated) if one and one.dated else None
                age = (day - asked).days if asked else None
                if part > 0 and (age is None or age > most):
                    yield Row(
                        what=what,
                        fund=made.fund,
                        about=award,
                        amount=Pence(part),
                        age_days=age,
                        detail=_since(asked),
                        next=f"award show {award}",
                    )


def _undecided(session: Session, query: Query, day: date) -> Iterator[Row]:
    """Yield virements and the like that somebody proposed and nobody decides."""
    if any(getattr(query, name) for name in _OF_AWARDS):
        return
    for recorded in authority.waiting(session, query.moment()):
        entry: Any = recorded.entry
        here, there = (
            [getattr(entry, f"{to}{name}") for name in ("fund", "source", "fy")]
            for to in ("", "to_")
        )
        asked = (query.fund, query.source, query.fy)
        if not any(
            all(one in ("", part) for one, part in zip(asked, line, strict=True))
            for line in (here, there)
        ):
            continue
        age = (day - entry.dated).days if entry.dated else None
        if age is None or age > PROPOSED_DAYS:
            to = f" to {entry.to_fund}" if entry.to_fund not in ("", entry.fund) else ""
            yield Row(
                what="proposal",
                fund=entry.fund,
                about=f"{entry.what}{to}, entry {recorded.number}",
                amount=Pence(entry.amount_pence),
                age_days=age,
                detail=_since(entry.dated),
                next=f"show {recorded.number}",
            )


def _since(day: date | None) -> str:
    return f"since {day.isoformat()}" if day else "no day given"


def _of_lines(session: Session, query: Query, day: date) -> Iterator[Row]:
    """Yield lines of authority that are not sure, or that end soon with money nobody has."""
    narrowed = any(getattr(query, name) for name in _OF_AWARDS)
    if narrowed:
        return
    books = books_at(session, query.moment())
    for fund in register.everything(session, Fund):
        if query.fund not in ("", fund.code):
            continue
        for line in books.of_authority(fund.code):
            if query.source not in ("", line.source) or query.fy not in ("", line.fy):
                continue
            about = " ".join(part for part in (line.source, line.fy) if part) or "no source or year"
            bare = line.said.get("expected", 0) - sum(line.covers.values())
            show = f"fund show {fund.code}"
            if bare:
                detail = "expected, and nobody stands in for it"
                yield Row("not covered", fund.code, about, Pence(bare), None, detail, show)
            last = line.terms.last_day(line.fy)
            if last and line.unallocated and (last - day).days <= ENDING_DAYS:
                detail = f"unallocated; to be used by {last.isoformat()}"
                past = (day - last).days
                left = Pence(line.unallocated)
                yield Row("ends soon", fund.code, about, left, past, detail, show)


def _of_months(session: Session, query: Query, day: date) -> Iterator[Row]:
    """Yield the lines that at the end of a month had promised more than had come by then."""
    if any(getattr(query, name) for name in _OF_AWARDS):
        return
    moved: dict[tuple[str, str, str], dict[str, int]] = {}
    for name, fund, _, source, fy, _, pence in by_month(
        session, query.moment(), query.fund, stages=("unallocated",)
    ):
        if query.source in ("", source) and query.fy in ("", fy):
            line = moved.setdefault((fund, source, fy), {})
            line[name] = line.get(name, 0) + pence
    for (fund, source, fy), months in sorted(moved.items()):
        held, lowest = 0, (0, "")
        for name in sorted(months):
            held += months[name]
            if name:
                lowest = min(lowest, (held, name))
        if lowest[0] < 0:
            last = month(date.fromisoformat(f"{lowest[1]}-01")).last_day
            yield Row(
                what="ahead of money",
                fund=fund,
                about=" ".join(part for part in (source, fy) if part) or "no source or year",
                amount=Pence(-lowest[0]),
                age_days=(day - last).days,
                detail=f"promised by {last.isoformat()}, and the money came later",
                next=f"report position --fund {fund} --by source,fy --as-of {last.isoformat()}",
            )


def _of_decisions(session: Session, query: Query) -> Iterator[Row]:
    """Yield the decisions under which more was done than they decide; they are of no one fund."""
    if any(getattr(query, name) for name in _FILTERS):
        return
    for decision, name, pence in decisions.passed(session, query):
        decided = decision.amount_pence or 0
        yield Row(
            what="decision",
            fund="",
            about=decision.code,
            amount=Pence(pence - decided),
            age_days=None,
            detail=f"{name} {format_pounds(pence)} of {format_pounds(decided)}",
            next=shlex.join(["decision", "show", decision.code]),
        )
