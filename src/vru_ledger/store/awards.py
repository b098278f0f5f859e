"""Awards, read: what each was made as, and what has happened to it since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from vru_ledger.domain.award_states import MARKS, Happened, Life, life_of
from vru_ledger.domain.chain import written
from vru_ledger.domain.query import NOW, Moment, Query
from vru_ledger.domain.stages import HELD
from vru_ledger.position import Key
from vru_ledger.store import ledger
from vru_ledger.store.database import Session


class Made(NamedTuple):
    """An award as it was made: whose it is, the properties that caps count it by, and its terms.

    The days of its term are ISO text, None where none was given.
    """

    award: str
    fund: str
    entry: int
    recipient: str
    recipient_kind: str
    area: str
    bcu: str
    source: str
    fy: str
    purpose: str
    title: str
    term_from: str | None
    term_to: str | None


_MADE = (
    "ref, fund, entry, recipient, recipient_kind, area, bcu, source, fy, purpose, title,"
    " term_from, term_to"
)


def made(session: Session, ref: str) -> Made | None:
    """Return the award with exactly this reference."""
    row = session.row(f"SELECT {_MADE} FROM awards WHERE ref = ?", (ref,))
    return Made(*row) if row else None


def of_recipient(session: Session, recipient: str, fund: str = "") -> list[Made]:
    """Return a recipient's awards, of all funds or one, oldest first."""
    rows = session.rows(
        f"SELECT {_MADE} FROM awards WHERE recipient = ?"
        + (" AND fund = ?" if fund else "")
        + " ORDER BY entry",
        (recipient, fund) if fund else (recipient,),
    )
    return [Made(*row) for row in rows]


def happened(session: Session, ref: str, moment: Moment = NOW) -> list[Happened]:
    """Return the entries of an award by a moment, oldest first."""
    return _happened(session, ref, moment)


def marking(
    session: Session, ref: str, moment: Moment = NOW, after: date | None = None
) -> list[Happened] | None:
    """Return only those that mark the award's state, of which there are few.

    With `after`, also each that is dated after that day: what a step of that day comes before. None
    if its payments were planned: then what was claimed and paid bears on what may follow.
    """
    which, dated = _MARKING, [after.isoformat()] if after else []
    found = _happened(session, ref, moment, f"({which} OR e.dated > ?)" if after else which, dated)
    return None if any(one.kind == "profile" for one in found) else found


_MARKING = f"(e.kind IN {MARKS} OR e.to_stage = 'proposed' OR e.reverses IS NOT NULL)"


def _happened(
    session: Session, ref: str, moment: Moment, which: str = "", values: Sequence[str] = ()
) -> list[Happened]:
    wanted = ledger.Conditions(Query(award=ref, as_of=moment.as_of, known_at=moment.known_at))
    if which:
        wanted.add(which, *values)
    rows = session.rows(
        "SELECT e.number, e.kind, e.actor, e.to_stage, e.reverses, e.from_stage, e.amount_pence,"
        f" e.dated FROM entries e{wanted.where()} ORDER BY e.number",
        wanted.parameters,
    )
    return [Happened(*row) for row in rows]


def told_of(session: Session, number: int) -> Any:
    """Return what entry `number` says, None if there is none."""
    found = ledger.entry(session, number)
    return found.entry if found else None


def profiles(session: Session, ref: str, moment: Moment = NOW) -> Iterator[tuple[int, Any]]:
    """Yield every plan of an award with the number of its entry, oldest first, undone ones too."""
    for one in happened(session, ref, moment):
        if one.kind == "profile":
            yield one.number, told_of(session, one.number)


def held_then(happened: Iterable[Happened]) -> dict[str, int]:
    """Return what each stage held of an award after these entries, in pence."""
    held: dict[str, int] = {}
    for one in happened:
        for stage, pence in ((one.from_stage, -one.amount_pence), (one.to_stage, one.amount_pence)):
            if stage in HELD:
                held[stage] = held.get(stage, 0) + pence
    return {stage: pence for stage, pence in held.items() if pence}


def stage_keys(fund: str, ref: str) -> Sequence[Key]:
    """Return the keys of what each stage holds of an award."""
    return [Key("award", fund, stage, ref) for stage in HELD]


def held(session: Session, fund: str, ref: str) -> dict[str, int]:
    """Return what each stage holds of an award, in pence, without those that hold nothing."""
    found = ledger.balances(session, stage_keys(fund, ref))
    return {key.name: balance.held for key, balance in found.items() if balance.held}


def life(session: Session, of: Made, moment: Moment = NOW) -> Life:
    """Return what an award had come to by a moment; without entries if it was not made by then."""
    found = happened(session, of.award, moment)
    there = held(session, of.fund, of.award) if moment.is_now() else held_then(found)
    return life_of(there, found, lambda number: told_of(session, number))


def with_ref(
    session: Session, award: str, kinds: Sequence[str], ref: str, before: int
) -> tuple[int, str, int, str | None] | None:
    """Return the newest entry up to `before` of an award, of these kinds, with this reference.

    As number, kind, pence and day. One that was undone is none.
    """
    row = session.row(
        "SELECT number, kind, amount_pence, dated FROM entries WHERE award = ? AND number <= ?"
        # A reference stands in the text alone; where quotes are escaped nothing else reads so.
        f" AND kind IN ({', '.join('?' * len(kinds))}) AND REPLACE(fact, ?, '') <> fact"
        " AND NOT EXISTS (SELECT 1 FROM entries later WHERE later.reverses = entries.number)"
        " ORDER BY number DESC LIMIT 1",
        (award, before, *kinds, written("ref", ref)),
    )
    return (row[0], row[1], row[2], row[3]) if row else None


class Standing(NamedTuple):
    """An award as a list tells it: whose it is, and what each stage holds, in pence."""

    award: str
    fund: str
    recipient: str
    recipient_name: str
    dated: str | None
    fy: str
    title: str
    term_to: str | None
    proposed: int
    committed: int
    payable: int
    disbursed: int
    recoverable: int


def standings(
    session: Session, query: Query, most: int | None, holding: str = ""
) -> Iterator[Standing]:
    """Yield the awards that a query asks for, the newest first, and no more than `most`.

    With `holding` only those whose reference, recipient, title or year hold each of its words,
    whatever their case; a letter beyond ASCII stands for any, as SQLite knows no cases there.
    """
    wanted, values = ["1 = 1"], []
    for column, value in (
        ("a.fund", query.fund),
        ("a.recipient", query.recipient),
        ("a.ref", query.award),
        ("a.area", query.area),
        ("a.bcu", query.bcu),
        ("a.source", query.source),
        ("a.fy", query.fy),
    ):
        if value:
            wanted.append(f"{column} = ?")
            values.append(value)
    for word in holding.lower().split():
        pattern = "".join(one if one.isascii() else "_" for one in re.sub(r"([!%_])", r"!\1", word))
        columns = ("a.ref", "a.recipient", "r.name", "a.title", "a.fy")
        any_of = " OR ".join(f"LOWER({one}) LIKE ? ESCAPE '!'" for one in columns)
        wanted.append(f"({any_of})")
        values += [f"%{pattern}%"] * len(columns)
    moment = query.moment()
    if not moment.is_now():
        times = ledger.Conditions(Query(as_of=moment.as_of, known_at=moment.known_at))
        wanted += times.texts
        values += times.parameters
    held = "".join(
        ", COALESCE((SELECT b.held FROM balances b WHERE b.scope = 'award' AND b.fund = a.fund"
        f" AND b.name = '{stage}' AND b.bucket = a.ref), 0)"
        for stage in HELD
    )
    # By number within a fund, and by reference over all: both lie in an index.
    order = "a.number DESC" if query.fund else "a.ref DESC"
    sql = (
        f"SELECT a.ref, a.fund, a.recipient, r.name, e.dated, a.fy, a.title, a.term_to{held}"
        " FROM awards a JOIN recipients r ON r.code = a.recipient"
        f" JOIN entries e ON e.number = a.entry WHERE {' AND '.join(wanted)} ORDER BY {order}"
    )
    for row in session.stream(sql + ("" if most is None else f" LIMIT {int(most)}"), values):
        one = Standing(*row)
        if not moment.is_now():
            then = held_then(happened(session, one.award, moment))
            one = Standing(*row[: -len(HELD)], *(then.get(stage, 0) for stage in HELD))
        yield one
