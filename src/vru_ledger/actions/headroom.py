"""How much more could go: to a fund, to a recipient of it, and which cap stops more."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.actions import resolve
from vru_ledger.actions.allocate import Allocator
from vru_ledger.actions.allocation_request import Request
from vru_ledger.actions.record import Recorder
from vru_ledger.caps import OPTION_OF, each_counting, missing, stops_total
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.entries import Allocation
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.query import NOW, Moment, at_moment
from vru_ledger.domain.register import Fund
from vru_ledger.domain.stages import MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.position import Key, available
from vru_ledger.rules import judge
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.refusal import caps_met
from vru_ledger.store import authority, ledger, register
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session
from vru_ledger.store.present_books import Books

_HEADROOM = {
    "headroom": "the most that one more allocation could be: the least room of any cap that stops, "
    "and of what is unallocated",
    "stopped_by": "what stops more: the caps with the least room, or 'authority'",
}


class FundRow(Value):
    """How much more could be allocated from one fund."""

    fund: str
    name: str
    authority: Pence
    allocated: Pence
    headroom: Pence
    stopped_by: str


class RecipientRow(Value):
    """How much more could go to one recipient of a fund."""

    recipient: str
    name: str
    allocated: Pence
    headroom: Pence
    stopped_by: str


class CapRow(Value):
    """How much more one cap would let an allocation have.

    Nothing is used of a bucket that is not named; `binds` says then what names it.
    """

    TOLD: ClassVar[dict[str, dict[str, bool]]] = {
        "tolerance": {"machine_only": True},
        "override": {"machine_only": True},
    }

    cap: str
    limit: Quantity
    tolerance: Quantity | None
    override: Quantity | None
    used: Quantity | None
    headroom: Quantity | None
    binds: str


def of_funds(session: Session, day: date, moment: Moment = NOW) -> Answer:
    """Return how much more could be allocated from each fund on a day."""
    rows = []
    books = books_at(session, moment)
    books.stage_balances()
    for fund in register.everything(session, Fund, moment.known_at):
        headroom, stopped_by = of_fund(books, fund.code, day)
        authority = books.authority(fund.code)
        unallocated = sum(line[2] for line in books.lines(fund.code))
        rows.append(
            FundRow(
                fund.code,
                fund.name,
                Pence(authority),
                Pence(authority - unallocated),
                Pence(headroom),
                stopped_by,
            )
        )
    total = FundRow(
        "total",
        "",
        Pence(sum(row.authority for row in rows)),
        Pence(sum(row.allocated for row in rows)),
        Pence(sum(row.headroom for row in rows)),
        "",
    )
    return Answer(
        name="headroom",
        title="Headroom by fund",
        row_type=FundRow,
        rows=rows,
        meta=ledger.standing(session, moment),
        shown=("fund", "name", "authority", "allocated", "headroom", "stopped_by"),
        total=total,
        drop_first=("name", "authority", "allocated", "stopped_by"),
        measures={
            **{name: MEASURES[name] for name in ("authority", "allocated")},
            "headroom": "unallocated, or less where a cap on the whole fund leaves less",
            "stopped_by": _HEADROOM["stopped_by"],
        },
        notes=("for one fund's recipients: vru-ledger headroom FUND", *at_moment(moment)),
    )


def of_fund(books: Books, fund: str, day: date | None = None) -> tuple[int, str]:
    """Return the pence that the fund as a whole could still give, and what stops more.

    With a `day`, counting the overrides of caps that are in force on it.
    """
    room = {"authority": books.free(fund)}
    caps, bounds = books.caps_of(fund)
    whole = {cap.cap: Key("cap", fund, cap.cap, "") for cap in caps.values() if stops_total(cap)}
    if not whole:
        return 0, "no cap on its total"
    held = books.balances(list(whole.values()), caps)
    raised = books.raised(day) if day else {}
    for cap, key in whole.items():
        most = bounds[cap].ceiling + raised.get((cap, ""), 0)
        room[cap] = most - (held[key].held if key in held else 0)
    return _least(room)


def _least(room: dict[str, int]) -> tuple[int, str]:
    least = max(0, min(room.values()))
    return least, ", ".join(name for name, left in room.items() if max(0, left) == least)


def of_recipients(session: Session, asked: Request, moment: Moment = NOW) -> Answer:
    """Return how much more could go to each recipient that a fund lists. Raises NotFound."""
    fund = resolve.fund(session, asked.fund)
    books = books_at(session, moment)
    allocator = Allocator(_recorder(books))
    rows = []
    for recipient in register.listed(session, fund.code, moment.known_at):
        case = _case(allocator, asked.replace(recipient=recipient.code))
        headroom, stopped_by = room(case)
        held = books.recipient_held(fund.code, recipient.code)
        rows.append(
            RecipientRow(recipient.code, recipient.name, Pence(held), Pence(headroom), stopped_by)
        )
    headroom, stopped_by = of_fund(books, fund.code, asked.dated)
    notes = [f"the fund as a whole: {format_pounds(headroom)}, stopped by {stopped_by}"]
    notes += _not_sure(books, fund.code)
    if not fund.closed:
        notes.append(
            f"{fund.name} is open to recipients it does not list; "
            f"for one: vru-ledger headroom {fund.code} RECIPIENT"
        )
    return Answer(
        name="headroom",
        title=f"Headroom of {fund.name} by recipient",
        row_type=RecipientRow,
        rows=rows,
        meta=ledger.standing(session, moment),
        shown=("recipient", "name", "allocated", "headroom", "stopped_by"),
        drop_first=("name", "allocated", "stopped_by"),
        measures={"allocated": MEASURES["allocated"], **_HEADROOM},
        notes=[*notes, *at_moment(moment)],
    )


def of_recipient(session: Session, request: Request, moment: Moment = NOW) -> Answer:
    """Return how much more could go to one recipient, cap by cap. Raises NotFound, BadInput."""
    books = books_at(session, moment)
    allocator = Allocator(_recorder(books))
    case = _case(allocator, request)
    headroom, stopped_by = room(case)
    binding = stopped_by.split(", ")
    rows = []
    for met in caps_met(case, []):
        needs = met.verdict.startswith("needs ")
        rows.append(
            CapRow(
                met.cap,
                met.limit,
                met.tolerance,
                met.override,
                None if needs else met.used,
                None if needs else met.headroom,
                met.verdict if needs else "binds" if met.cap in binding else "",
            )
        )
    said = [breach.sentence for breach in judge(case) if _is_other(breach)]
    return Answer(
        name="headroom",
        title=f"Headroom of {case.fund.name} for {request.recipient}",
        row_type=CapRow,
        rows=rows,
        shown=tuple(CapRow.FIELDS),
        drop_first=("used", "limit"),
        meta={
            **ledger.standing(session, moment),
            "headroom_pence": headroom,
            "stopped_by": stopped_by,
        },
        measures={"headroom": "limit + tolerance + override - used, nothing below zero"},
        notes=[
            f"the most that one more allocation could be: {format_pounds(headroom)}, "
            f"stopped by {stopped_by}",
            *_above_limits(rows),
            *_not_sure(books, case.fund.code),
            *said,
            *at_moment(moment),
        ],
    )


def _above_limits(rows: list[CapRow]) -> Iterator[str]:
    """Say of each cap what it lets pass beyond its limit: without it, its room is no difference."""
    for row in rows:
        more = [
            f"{name} {pence}" for name in ("tolerance", "override") if (pence := getattr(row, name))
        ]
        if more:
            yield f"{row.cap}: {' + '.join([f'limit {row.limit}', *more])}"


def of_one_line(session: Session, asked: Request, moment: Moment = NOW) -> tuple[Request, str]:
    """Return a request with the source and year that has most to give, where none was told.

    That is the line from which most can go to the recipient, if there is one, and of equals the one
    with most that is free to promise. And a note of it and of the others, empty where there was
    nothing to choose. Raises NotFound.
    """
    books = books_at(session, moment)
    lines = _to_draw_on(books, resolve.fund(session, asked.fund).code, asked)
    if len(lines) < 2:
        return asked.replace(fy=asked.fy or "".join(year for _, year in lines)), ""
    allocator = Allocator(_recorder(books))

    def of_line(source: str, year: str) -> Request:
        return asked.replace(source=source or "none", fy=year)

    def gives(line: tuple[str, str]) -> tuple[int, int]:
        most = room(_case(allocator, of_line(*line)))[0] if asked.recipient else 0
        return most, lines[line]

    source, year = most = max(lines, key=gives)
    others = ", ".join(
        f"{format_pounds(Pence(pence))} with --source {of or 'none'}{f' --fy {fy}' if fy else ''}"
        for (of, fy), pence in lines.items()
        if (of, fy) != most
    )
    told = f"{source or 'no source'}{f' for {year}' if year else ''}"
    return of_line(
        *most
    ), f"this is money from {told}, the line with most to give; others: {others}"


def _to_draw_on(books: Books, fund: str, asked: Request) -> dict[tuple[str, str], int]:
    """Return the pence that are free by source and year: what a year lacks is lent it.

    Only of the source and the year that are asked for, if they are.
    """
    unsure = {key.bucket: pence for key, pence in books.expected(fund).items()}
    free = {
        (source, year): pence - unsure.get(f"{source}|{year}|", 0)
        for source, year, pence in books.lines(fund)
    }
    if typed := asked.source.strip():
        code = "" if typed.casefold() == "none" else resolve.source(books.session, typed).code
        free = {line: pence for line, pence in free.items() if line[0] == code}
    if asked.fy:
        free = {line: pence for line, pence in free.items() if line[1] in ("", asked.fy)}
    return {
        (source, asked.fy or year): free.get((source, asked.fy or year), 0)
        + (free.get((source, ""), 0) if asked.fy or year else 0)
        for source, year in free
    }


def _recorder(books: Books) -> Recorder:
    """Return what judges an allocation that is never written: by the books as they stood."""
    if books.moment.is_now():
        return Recorder(books.session, "", "")
    from vru_ledger.actions.earlier import EarlierRecorder

    return EarlierRecorder(books)


def _not_sure(books: Books, fund: str) -> list[str]:
    """Say which unallocated money of a fund is only expected, and which is underwritten."""
    notes = []
    if not books.moment.is_now():
        for key, pence in sorted(books.expected(fund).items()):
            of = key.bucket.strip("|").replace("|", " ") or "no source or year"
            unsure = format_pounds(Pence(pence))
            notes.append(f"{unsure} of {of} was only expected, and not to be promised")
        return notes
    for line in authority.lines(books.session, fund):
        of = " ".join(part for part in (line.source, line.fy) if part) or "no source or year"
        if line.floor:
            unsure = format_pounds(line.floor)
            notes.append(f"{unsure} of {of} is only expected, and not to be promised")
        for underwriter, pence in sorted(line.covers.items()):
            said = f"{format_pounds(pence)} of {of} is only expected, underwritten by {underwriter}"
            notes.append(said)
        if line.terms.use_by:
            notes.append(f"{of}: used by {line.terms.use_by.isoformat()}")
        if line.terms.in_year_only:
            notes.append(f"{of}: in-year-only")
    return notes


def _is_other(breach: Breach) -> bool:
    # What caps and authority say of a penny is told by their room.
    return breach.severity == "stop" and breach.rule not in ("within-caps", "within-authority")


def _case(allocator: Allocator, request: Request) -> Case:
    new, _, _ = allocator.complete(request)
    return allocator.judged(new)[0]


_IN_A_WORD = {
    "listed-recipient": "not a recipient of this fund",
    "capped-fund": "no cap stops its total",
}


def _briefly(case: Case, new: Allocation, breach: Breach) -> str:
    """Say in a word what stops everything: 'MYENDS-YEAR needs --fy', or the rule."""
    lacking = missing(case.caps[breach.cap], new) if breach.cap else ()
    options = " ".join(OPTION_OF.get(name, name) for name in lacking)
    if options:
        return f"{breach.cap} needs {options}"
    return breach.cap or _IN_A_WORD.get(breach.rule, breach.rule)


def room(case: Case) -> tuple[int, str]:
    """Return the pence that one more allocation could be, and what stops more."""
    new = case.entry
    if not isinstance(new, Allocation):
        return 0, ""
    others = [breach for breach in judge(case) if _is_other(breach)]
    if others:
        return 0, ", ".join(dict.fromkeys(_briefly(case, new, breach) for breach in others))
    room = {"authority": sum(available(new, case.position))}
    counts: list[str] = []
    for cap, kind in each_counting(case.caps, new):
        if cap.severity != "stop" or missing(cap, new):
            continue
        key = kind.keys(cap, new)[0]
        left = case.bounds_of(key).ceiling - case.position[key].held
        if kind.UNIT == "pence":
            room[cap.cap] = left
        elif case.changes.get(key, 0) > max(0, left):
            counts.append(cap.cap)
    if counts:
        return 0, ", ".join(counts)
    least, names = _least(room)
    return least, names
