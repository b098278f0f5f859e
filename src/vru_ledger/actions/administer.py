"""Funds and recipients, added and admitted: each an entry of the chain, with its reason."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date

from vru_ledger.actions import resolve
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.newcomer import must_be_new
from vru_ledger.actions.record import Recorder
from vru_ledger.domain.entries import CapSet, Funding, Recorded, Registration
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund, Listing, Recipient, Record
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
                admit_ = ["vru-ledger", "fund", "admit", fund, one.code, "--reason", told.reason]
                raise AlreadyThere(
                    f"{one.code} is called {one.name!r} and of kind {one.kind} already",
                    f"to let {fund} list it: {shlex.join(admit_)}"
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


def admit(
    database: Database,
    fund: str,
    recipient: str,
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool,
) -> tuple[Recorded, Fund, Recipient, bool]:
    """Record that a fund lists a recipient who is there already, both by code or name.

    Returns the entry, whom it is about, and whether the same key had recorded it. Raises NotFound,
    AlreadyThere, or BadInput where the fund is not for that kind.
    """

    def work(session: Session) -> tuple[Recorded, Fund, Recipient, bool]:
        recorder = Recorder(session, actor, recorded_at)
        of = resolve.fund(session, fund)
        # A name that several have means the one that this fund may be given to.
        several = len(register.find_recipients(session, recipient)) > 1
        who = resolve.recipient(session, recipient, of if several else None)
        entry = _registration((Listing(fund=of.code, recipient=who.code),), told)
        found = ledger.entries_by_key(session, [told.key] if told.key else [])
        if before := already_recorded(found, entry, dated_by_clock=told.dated_by_clock):
            return before, of, who, True
        if register.is_listed(session, of.code, who.code):
            raise AlreadyThere(
                f"{of.name} lists {who.name} ({who.code}) already",
                f"see whom it lists: vru-ledger recipient list --fund {of.code}",
            )
        if of.kinds:
            _must_be_of(who.kind, of.kinds, of.code)
        recorded = recorder.put_register(entry)
        recorder.journal.flush()
        return recorded, of, who, False

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
            "leave it out of the list of that fund",
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
