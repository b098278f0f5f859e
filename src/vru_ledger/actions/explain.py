"""Why a figure is what it is: the entries that make it, and the source that each one cites."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from vru_ledger.actions import resolve
from vru_ledger.actions.record import described
from vru_ledger.caps import kind_of, limit_in_words
from vru_ledger.domain.answer import Answer, Fact
from vru_ledger.domain.chain import GENESIS
from vru_ledger.domain.entries import Allocation, CapSet, Funding, Recorded, Registration
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import NOW, Moment, Query, at_moment
from vru_ledger.domain.stages import AUTHORITY, MEASURES, STAGES
from vru_ledger.domain.text import shown
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerContradicts, NotFound
from vru_ledger.store import ledger, register
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session

_NUMBER = re.compile(r"[Ee]?(\d{1,15})", re.ASCII)


class Moved(Value):
    """Pence that an entry moved into a stage, or out of it."""

    stage: str
    fund: str
    source: str
    fy: str
    award: str
    area: str
    amount: Pence


class Part(Value):
    """One entry's part in a figure, what the figure was after it, and where it is written."""

    entry: int
    dated: date | None
    kind: str
    recipient: str
    moved: Pence
    running: Pence
    actor: str
    cited: str


class Setting(Value):
    """One time that a cap was set."""

    entry: int
    dated: date | None
    limit: str
    actor: str
    cited: str


def of_entry(session: Session, asked: str) -> Answer:
    """Return one entry whole, asked for by its number or as an award. Raises NotFound."""
    recorded = _entry(session, asked)
    entry = recorded.entry
    told = [
        Fact("entry", str(recorded.number)),
        Fact("kind", entry.KIND),
        *_facts(entry),
        Fact("recorded at", recorded.recorded_at),
        Fact("by", recorded.actor),
        Fact("previous hash", _previous(session, recorded)),
        Fact("hash", recorded.hash),
    ]
    moved = [
        Moved(stage, fund, source, fy, award or "", area, Pence(pence))
        for stage, pence, fund, source, fy, award, _, area in ledger.movements(
            session, recorded.number
        )
    ]
    movements = Answer(
        name="movements",
        title="What it moved",
        row_type=Moved,
        rows=moved,
        shown=("stage", "fund", "source", "fy", "award", "area", "amount"),
        drop_first=("area", "source", "award", "fy"),
        notes=("they sum to zero; authority is the counterpart of the stages",) if moved else (),
    )
    return Answer(
        name="entry",
        title=f"Entry {recorded.number}",
        row_type=Fact,
        rows=told,
        shown=("fact", "value"),
        meta=ledger.standing(session),
        apart=(movements,) if moved else (),
    )


def _previous(session: Session, recorded: Recorded) -> str:
    before = ledger.entry(session, recorded.number - 1)
    return before.hash if before else GENESIS


def _facts(entry: Any) -> Iterator[Fact]:
    """Yield what was given of an entry, in words."""
    for field in entry.FIELDS:
        value = getattr(entry, field)
        if value in ("", None, 0, ()) and field not in ("dated",):
            continue
        name = field.removesuffix("_pence").replace("_", " ")
        if field.endswith("_pence"):
            value = format_pounds(value)
        elif isinstance(entry, CapSet) and field == "limit":
            value = kind_of(entry.measure).show(value)
        elif field == "records":
            codes = [getattr(one, "code", getattr(one, "recipient", "")) for one in value]
            value = f"{len(codes)} of {value[0].TABLE}: {', '.join(codes)}"
        elif field == "instalments":
            value = "; ".join(
                f"{one.period} {format_pounds(one.amount_pence)}"
                + (f" after {one.milestone!r}" if one.milestone else "")
                for one in value
            )
        elif isinstance(value, tuple):
            value = ", ".join(value)
        elif value is None:
            value = "not dated"
        yield Fact(name, str(value))


def _entry(session: Session, asked: str) -> Recorded:
    if match := _NUMBER.fullmatch(asked.strip()):
        if found := ledger.entry(session, int(match[1])):
            return found
        newest = ledger.head(session).number
        raise NotFound(
            f"there is no entry {int(match[1])}", f"the newest is {newest}: vru-ledger log"
        )
    code = asked.strip().upper()
    # No code at all would be every award.
    for found in ledger.entries(session, Query(award=code), most=1) if code else ():
        return found
    named = shown(asked[:60])
    if found_recipients := register.find_recipients(session, asked.strip()):
        code = found_recipients[0].code
        raise NotFound(
            f"{named!r} is a recipient, and no figure, entry or award",
            f"to see what makes up theirs: vru-ledger log --recipient {code}",
        )
    raise NotFound(f"no entry or award is called {named!r}", "to find one: vru-ledger log")


def why(session: Session, what: str, most: int | None, moment: Moment = NOW) -> Answer:
    """Explain a figure like 'MYENDS.committed', a cap, an award or an entry. Raises NotFound."""
    fund, dot, measure = what.strip().rpartition(".")
    if dot and fund:
        return _of_figure(session, fund, measure.casefold(), most, moment)
    if _cap(session, what):
        return of_cap(session, what, most, moment)
    if register.find_fund(session, what):
        return _of_figure(session, what, AUTHORITY, most, moment)
    return of_entry(session, what)


def _of_figure(
    session: Session, asked: str, measure: str, most: int | None, moment: Moment
) -> Answer:
    """Return the entries that moved one stage of a fund, with the running figure."""
    fund = resolve.fund(session, asked)
    stages = {
        "allocated": STAGES[1:],
        **{stage: (stage,) for stage in (*STAGES, AUTHORITY)},
    }
    if measure not in stages:
        raise NotFound(
            f"{measure[:40]!r} is not a figure of a fund", f"there are {', '.join(stages)}"
        )
    moves: list[tuple[int, int, int]] = []
    running = 0
    for number, pence in ledger.moved(session, fund.code, stages[measure], moment):
        change = -pence if measure == AUTHORITY else pence
        running += change
        moves.append((number, change, running))
    newest = moves if most is None else moves[-most:]
    rows = [_part(session, number, change, after) for number, change, after in newest]
    notes = [
        f"{measure}: {MEASURES[measure]}",
        f"{fund.code}.{measure} is {format_pounds(running)}, from {_entries(len(moves))}",
        *_not_shown(len(moves), most),
        *at_moment(moment),
    ]
    return _parts(f"Why {fund.code}.{measure}", rows, notes, ledger.standing(session, moment))


def _cap(session: Session, asked: str) -> CapSet | None:
    code = asked.strip().upper()
    return next((cap for cap, _ in ledger.all_caps(session) if cap.cap == code), None)


def of_cap(session: Session, asked: str, most: int | None, moment: Moment = NOW) -> Answer:
    """Return what a cap is, and the entries that set it, each with its source. Raises NotFound."""
    cap = _cap(session, asked)
    if cap is None:
        raise NotFound(
            f"no cap is called {shown(asked[:60])!r}", "to list them: vru-ledger cap list"
        )
    rows = []
    times = Query(as_of=moment.as_of, known_at=moment.known_at)
    for recorded in ledger.entries(session, times.replace(fund=cap.fund, kind=CapSet.KIND)):
        entry = recorded.entry
        if isinstance(entry, CapSet) and entry.cap == cap.cap:
            cap = entry
            told = (entry.citation, entry.decision, entry.reason)
            said = ", ".join(part for part in told if part)
            rows.append(
                Setting(
                    recorded.number,
                    entry.dated,
                    limit_in_words(entry),
                    recorded.actor,
                    said or "no source given",
                )
            )
    return Answer(
        name="why",
        title=f"{cap.cap}: each time it was set",
        row_type=Setting,
        rows=rows if most is None else rows[-most:],
        shown=("entry", "dated", "limit", "actor", "cited"),
        drop_first=("actor", "dated"),
        meta=ledger.standing(session, moment),
        notes=[
            f"{cap.cap} measures {described(cap)} of {cap.fund}; "
            + (f"its limit is {limit_in_words(cap)}" if rows else "it was not set by then"),
            *at_moment(moment),
            f"what it holds: vru-ledger report caps --fund {cap.fund}",
            *_overridden(session, cap, moment),
            *_not_shown(len(rows), most),
        ],
    )


def _overridden(session: Session, cap: CapSet, moment: Moment) -> list[str]:
    """Say that a cap was overridden, and where each time is listed."""
    count = len(books_at(session, moment).overrides(cap.cap))
    if not count:
        return []
    listed = f"vru-ledger cap overrides --fund {cap.fund}"
    return [f"overrides of it: {_entries(count)}; {listed}"]


def _part(session: Session, number: int, moved: int, running: int) -> Part:
    recorded = ledger.entry(session, number)
    if recorded is None:
        raise LedgerContradicts("a movement belongs to an entry")
    entry = recorded.entry
    cited = ""
    recipient = ""
    if isinstance(entry, Funding):
        cited = entry.citation
    elif isinstance(entry, Allocation):
        recipient = entry.recipient
    if not isinstance(entry, Registration):
        cited = ", ".join(part for part in (cited, entry.decision, entry.reason) if part)
    return Part(
        number,
        entry.dated,
        entry.KIND,
        recipient,
        Pence(moved),
        Pence(running),
        recorded.actor,
        cited or "no source given",
    )


def _parts(title: str, rows: list[Part], notes: list[str], meta: dict[str, Any]) -> Answer:
    return Answer(
        name="why",
        title=title,
        row_type=Part,
        rows=rows,
        shown=("entry", "dated", "kind", "recipient", "moved", "running", "actor", "cited"),
        drop_first=("actor", "kind", "dated", "recipient"),
        meta=meta,
        notes=notes,
    )


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _not_shown(count: int, most: int | None) -> list[str]:
    if most is None or count <= most:
        return []
    return [f"the newest {most} are shown; --all shows every one"]
