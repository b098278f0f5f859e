"""Who may decide what, and where money is from: decisions, limits of authority, sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from vru_ledger.actions import resolve
from vru_ledger.actions.administer import Told
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.record import Recorder
from vru_ledger.domain.entries import Recorded, Registration
from vru_ledger.domain.register import (
    AuthorityLimit,
    Decision,
    FundingSource,
    Record,
    newest_limit,
)
from vru_ledger.domain.value import Value
from vru_ledger.errors import AlreadyThere, BadInput, NotFound
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Database, Session


class Put(Value):
    """A record of the register as it was recorded, and what it was before."""

    recorded: Recorded
    record: Record
    was: Record | None = None
    already: bool = False


class NewLimit(Value):
    """Limits of authority as somebody asked for them: pence, None for no limit.

    What is not given (`..._given` False) stays as it is on that day.
    """

    decision_over_pence: int | None = None
    decision_given: bool = False
    second_person_over_pence: int | None = None
    second_person_given: bool = False


class SourceChange(Value):
    """What is to be said of a source; what is None stays as it was, and `no_use_by` clears."""

    code: str
    name: str = ""
    in_year_only: bool | None = None
    use_by: date | None = None
    no_use_by: bool = False


def add_decision(
    database: Database, new: Decision, told: Told, *, actor: str, recorded_at: str, preview: bool
) -> Put:
    """Register a decision. Raises BadInput without a reference, AlreadyThere if it is there."""
    if not new.code:
        raise BadInput("a decision has a reference", "write it like 'PCD 1644', MD3274 or DD2738")

    def made(session: Session) -> tuple[Decision, Decision | None]:
        return new, register.find_decision(session, new.code)

    return _put(database, made, told, actor, recorded_at, preview, new=True)


def set_limit(
    database: Database, new: NewLimit, told: Told, *, actor: str, recorded_at: str, preview: bool
) -> Put:
    """Set from the day of `told` on what needs a decision, and what a second person."""

    def made(session: Session) -> tuple[AuthorityLimit, AuthorityLimit | None]:
        was = newest_limit(register.everything(session, AuthorityLimit), told.dated)
        before = was or AuthorityLimit(code="")
        return AuthorityLimit(
            code=told.dated.isoformat(),
            decision_over_pence=new.decision_over_pence
            if new.decision_given
            else before.decision_over_pence,
            second_person_over_pence=new.second_person_over_pence
            if new.second_person_given
            else before.second_person_over_pence,
        ), was

    return _put(database, made, told, actor, recorded_at, preview)


def add_source(
    database: Database,
    new: FundingSource,
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool,
) -> Put:
    """Register a funding source. Raises AlreadyThere if its code or name is another's."""

    def made(session: Session) -> tuple[FundingSource, FundingSource | None]:
        found = register.find_source(session, new.code)
        return new, found or register.find_source(session, new.name)

    return _put(database, made, told, actor, recorded_at, preview, new=True)


def set_source(
    database: Database,
    asked: SourceChange,
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool,
) -> Put:
    """Correct what is said of a source. Raises NotFound."""

    def made(session: Session) -> tuple[FundingSource, FundingSource | None]:
        was = resolve.source(session, asked.code)
        only = was.in_year_only if asked.in_year_only is None else asked.in_year_only
        use_by = None if asked.no_use_by else asked.use_by or was.use_by
        name = asked.name or was.name
        return was.replace(name=name, in_year_only=only, use_by=use_by), was

    return _put(database, made, told, actor, recorded_at, preview)


def source(session: Session, asked: str) -> FundingSource:
    """Return a source by code or name. Raises NotFound with what to type to list them."""
    found = register.find_source(session, asked)
    if found is None:
        raise NotFound(f"no funding source is called {asked[:60]!r}", "vru-ledger source list")
    return found


def _put(
    database: Database,
    made: Callable[[Session], tuple[Record, Record | None]],
    told: Told,
    actor: str,
    recorded_at: str,
    preview: bool,
    *,
    new: bool = False,
) -> Put:
    """Record one record of the register; `new` says that it must not be there yet."""

    def work(session: Session) -> Put:
        record, was = made(session)
        entry = Registration(
            records=(record,),
            dated=told.dated,
            reason=told.reason,
            decision=told.decision,
            key=told.key,
        )
        found = ledger.entries_by_key(session, [told.key] if told.key else [])
        if before := already_recorded(found, entry, dated_by_clock=told.dated_by_clock):
            return Put(before, record, was, already=True)
        if new and was is not None:
            code = getattr(was, "code", "")
            word = "decision" if isinstance(was, Decision) else "source"
            raise AlreadyThere(
                f"{code} is registered already", f"see it: vru-ledger {word} show '{code}'"
            )
        recorder = Recorder(session, actor, recorded_at)
        recorded = recorder.put_register(entry)
        recorder.journal.flush()
        return Put(recorded, record, was)

    return database.write(work, keep=not preview)
