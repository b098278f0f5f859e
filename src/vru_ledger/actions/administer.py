"""Funds, recipients and limits, added and changed: each an entry of the chain, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from vru_ledger.actions import resolve
from vru_ledger.actions.newcomer import must_be_new
from vru_ledger.actions.record import Recorder, already_recorded
from vru_ledger.caps import PROPERTIES, SEVERITIES, kind_of
from vru_ledger.domain.entries import CapSet, Funding, Recorded, Registration
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund, Listing, Recipient, Record
from vru_ledger.domain.text import parse_code
from vru_ledger.domain.value import Value
from vru_ledger.errors import AlreadyThere, BadInput
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Database, Session


class Told(Value):
    """What every change is told beside what it changes."""

    dated: date
    reason: str
    decision: str = ""
    key: str = ""
    dated_by_clock: bool = False


class NewFund(Value):
    """A fund as somebody asked for it; `recipients` are codes or names."""

    code: str
    name: str
    amount_pence: Pence
    theme: str = ""
    closed: bool = False
    kinds: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    term_from: date | None = None
    term_to: date | None = None
    source: str = ""
    fy: str = ""
    note: str = ""


class NewCap(Value):
    """A limit as somebody asked for it; `limit` and `tolerance` as typed, for its kind to read.

    What is not given stays as it was, for a cap that is there already.
    """

    code: str
    limit: str
    fund: str = ""
    measure: str = ""
    per: tuple[str, ...] = ()
    only: str = ""
    severity: str = ""
    tolerance: str = ""


class CapChange(Value):
    """A limit as it was recorded, what it was before, and each bucket that is over it."""

    recorded: Recorded
    entry: CapSet
    was: CapSet | None = None
    over: Sequence[tuple[str, int]] = ()
    already: bool = False


def add_fund(
    database: Database, new: NewFund, told: Told, *, actor: str, recorded_at: str, preview: bool
) -> list[Recorded]:
    """Record a fund, its authority, and a cap that stops its total. Raises AlreadyThere."""

    def work(session: Session) -> list[Recorded]:
        recorder = Recorder(session, actor, recorded_at)
        fund, listed = _fund(session, new)
        entry = _registration((fund, *listed), told)
        funding = _funding(session, new, told)
        keys = [told.key, funding.key] if told.key else []
        found = ledger.entries_by_key(session, keys)
        already_recorded(found, funding, dated_by_clock=told.dated_by_clock)
        if before := already_recorded(found, entry, dated_by_clock=told.dated_by_clock):
            return [before]
        for asked in (new.code, new.name):
            if register.find_fund(session, asked):
                raise AlreadyThere(
                    f"a fund is called {asked!r} already", f"see it: vru-ledger fund show {asked}"
                )
        for one in register.alike(session, Fund, new.name):
            raise AlreadyThere(
                f"{new.name!r} reads like a fund that is there; did you mean {one.name} "
                f"({one.code})?",
                "for another fund, give a name that tells the two apart",
            )
        done = [
            recorder.put_register(entry),
            recorder.put_funding(funding),
            recorder.put_cap(
                CapSet(
                    cap=_cap_on_total(session, new.code),
                    fund=new.code,
                    measure="amount",
                    limit=new.amount_pence,
                    dated=told.dated,
                    reason=told.reason,
                    decision=told.decision,
                )
            ),
        ]
        recorder.journal.flush()
        return done

    return database.write(work, keep=not preview)


def add_recipient(
    database: Database,
    new: Recipient,
    fund: str,
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool,
    distinct: bool = False,
) -> tuple[Recorded, bool]:
    """Record a recipient, and that a fund lists it if `fund` is given.

    Raises AlreadyThere if it is there, or if its name reads like another's and nobody said that it
    is `distinct`.
    """

    def work(session: Session) -> tuple[Recorded, bool]:
        recorder = Recorder(session, actor, recorded_at)
        found = ledger.entries_by_key(session, [told.key] if told.key else [])
        made = Recipient(
            code=new.code or _code_before(found, new) or resolve.free_code(session, new.name),
            name=new.name,
            kind=new.kind,
            area=resolve.area(session, new.area).code if new.area else "",
        )
        listed = (
            (Listing(fund=resolve.fund(session, fund).code, recipient=made.code),) if fund else ()
        )
        if listed and (kinds := resolve.fund(session, fund).kinds):
            _must_be_of(made.kind, kinds, fund)
        entry = _registration((made, *listed), told)
        if before := already_recorded(found, entry, dated_by_clock=told.dated_by_clock):
            return before, True
        for one in register.recipients_named(session, new.name):
            if one.kind == new.kind:
                raise AlreadyThere(
                    f"{one.code} is called {one.name!r} and of kind {one.kind} already",
                    f"to let {fund} list it: vru-ledger fund admit {fund} {one.code} --reason TEXT"
                    if fund
                    else f"see it: vru-ledger recipient show {one.code}",
                )
        must_be_new(session, new.name, new.kind, distinct=distinct)
        if new.code and register.recipient(session, new.code):
            raise AlreadyThere(f"a recipient has the code {new.code} already", "give another code")
        recorded = recorder.put_register(entry)
        recorder.journal.flush()
        return recorded, False

    return database.write(work, keep=not preview)


def _cap_on_total(session: Session, fund: str) -> str:
    """Return a code for the cap on a fund's total that no cap has: 'MYENDS-FUND'."""
    taken = {cap.cap for cap, _ in ledger.all_caps(session)}
    code, number = f"{fund[:35]}-FUND", 1
    while code in taken:
        number += 1
        code = f"{fund[:30]}-FUND-{number}"
    return code


def _code_before(found: Mapping[str, Recorded], new: Recipient) -> str:
    """Return the code that the same recipient was given when its key was first used."""
    for before in found.values():
        for one in getattr(before.entry, "records", ()):
            if isinstance(one, Recipient) and (one.name, one.kind) == (new.name, new.kind):
                return one.code
    return ""


def set_cap(
    database: Database, new: NewCap, told: Told, *, actor: str, recorded_at: str, preview: bool
) -> CapChange:
    """Record a limit, new or changed.

    Raises NotFound, AlreadyThere, or BadInput where the limit cannot be read.
    """

    def work(session: Session) -> CapChange:
        recorder = Recorder(session, actor, recorded_at)
        entry = _cap(session, new, told)
        if told.key:
            found = ledger.entries_by_key(session, [told.key])
            if before := already_recorded(found, entry, dated_by_clock=told.dated_by_clock):
                return CapChange(recorded=before, entry=entry, already=True)
        was = recorder.state(entry.fund).caps.get(entry.cap)
        recorded = recorder.put_cap(entry)
        recorder.journal.flush()
        limit = recorder.state(entry.fund).bounds[entry.cap].limit
        over = [
            (bucket, held - limit)
            for bucket, held, _ in ledger.cap_balances(session, entry.fund, entry.cap, _OVER)
            if held > limit
        ]
        return CapChange(recorded=recorded, entry=entry, was=was, over=over)

    return database.write(work, keep=not preview)


_OVER = 5
"""Buckets that a lowered limit finds over it, at most so many of which are named."""


def _registration(records: tuple[Record, ...], told: Told) -> Registration:
    return Registration(
        records=records,
        dated=told.dated,
        reason=told.reason,
        decision=told.decision,
        key=told.key,
    )


def _funding(session: Session, new: NewFund, told: Told) -> Funding:
    """Return the authority that a new fund begins with, under a key of its own."""
    return Funding(
        fund=new.code,
        amount_pence=new.amount_pence,
        source=resolve.source(session, new.source).code if new.source else "",
        fy=new.fy,
        dated=told.dated,
        reason=told.reason,
        decision=told.decision,
        key=f"{told.key} authority" if told.key else "",
    )


def _must_be_of(kind: str, kinds: str, fund: str) -> None:
    if kind not in kinds.split(","):
        raise BadInput(
            f"{fund} goes to recipients of kind {kinds.replace(',', ' or ')}, not {kind}",
            "give it one of those kinds, or do not list it there",
        )


def _fund(session: Session, new: NewFund) -> tuple[Fund, tuple[Listing, ...]]:
    """Return the fund that was asked for, and its list of recipients."""
    fund = Fund(
        code=new.code,
        name=new.name,
        theme=new.theme,
        closed=new.closed,
        kinds=",".join(new.kinds),
        term_from=new.term_from,
        term_to=new.term_to,
        note=new.note,
    )
    listed = tuple(
        Listing(fund=new.code, recipient=resolve.recipient(session, asked).code)
        for asked in new.recipients
    )
    return fund, listed


def _cap(session: Session, new: NewCap, told: Told) -> CapSet:
    """Return the entry that sets a cap, completed by what the cap is already."""
    before = next((cap for cap, _ in ledger.all_caps(session) if cap.cap == new.code), None)
    if before is None and not (new.fund and new.measure):
        raise BadInput(
            f"{new.code} is a new cap",
            "say what it limits: --fund FUND --measure KIND, and --per if it counts per something",
        )
    fund = resolve.fund(session, new.fund).code if new.fund else before.fund if before else ""
    measure = new.measure or (before.measure if before else "")
    severity = new.severity or (before.severity if before else "stop")
    per = new.per or (before.per if before else ())
    try:
        limit = kind_of(measure).read(new.limit)
    except ValueError as problem:
        raise BadInput(f"LIMIT: {problem}") from None
    unknown = [name for name in per if name not in PROPERTIES]
    if unknown:
        raise BadInput(
            f"--per: {unknown[0][:40]!r} is nothing that a cap counts per",
            f"there are {', '.join(PROPERTIES)}",
        )
    if severity not in SEVERITIES:
        raise BadInput(f"--severity: {severity[:40]!r} is none of {', '.join(SEVERITIES)}")
    tolerance, tolerance_bp = _tolerance(new.tolerance, measure)
    if before and not new.tolerance:
        tolerance, tolerance_bp = before.tolerance, before.tolerance_bp
    return CapSet(
        cap=parse_code(new.code),
        fund=fund,
        measure=measure,
        limit=limit,
        per=per,
        only=new.only or (before.only if before else ""),
        severity=severity,
        tolerance=tolerance,
        tolerance_bp=tolerance_bp,
        dated=told.dated,
        reason=told.reason,
        decision=told.decision,
        key=told.key,
    )


def _tolerance(typed: str, measure: str) -> tuple[int | None, int | None]:
    """Read '1k', '2' or '2.5%', as the measure's unit goes: in the unit, and in basis points."""
    if not typed:
        return None, None
    unit = kind_of(measure).UNIT
    if unit == "day":
        raise BadInput("a last day has no tolerance", "leave --tolerance out")
    if typed.strip() == "0":
        return 0, None  # None at all: the only way to take one away.
    try:
        if typed.strip().endswith("%"):
            return None, kind_of("share").read(typed)
        return kind_of("amount" if unit == "pence" else measure).read(typed), None
    except ValueError as problem:
        raise BadInput(f"--tolerance: {problem}") from None
