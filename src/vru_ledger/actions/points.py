"""Name a point of the ledger's history for a paper; close a period, and open it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vru_ledger.actions.administer import Told
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.record import Recorder
from vru_ledger.domain.entries import Marker, Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import Period
from vru_ledger.domain.points import PaperTag, PeriodClosure, PeriodReopening
from vru_ledger.domain.value import Value
from vru_ledger.errors import (
    AlreadyThere,
    AuthorityMissing,
    EntryRefused,
    LedgerError,
    PeriodClosed,
)
from vru_ledger.rules.case import Breach
from vru_ledger.rules.period_step import period_step
from vru_ledger.rules.refusal import Refusal
from vru_ledger.store import ledger, points
from vru_ledger.store.database import Database, Session


class Marked(Value):
    """What became of a request: the entry, and the periods that still hold days of a reopened one.

    `already` says that the same key had recorded it before.
    """

    recorded: Recorded
    still_closed: Sequence[Period] = ()
    already: bool = False


def tag_paper(
    database: Database, name: str, told: Told, *, actor: str, recorded_at: str, preview: bool
) -> Marked:
    """Record that a paper shows the figures of the newest entry. Raises AlreadyThere, KeyConflict.

    `name` is a code. What it names is fixed by the chain: the entry's number and its hash.
    """

    def work(session: Session) -> Marked:
        recorder = Recorder(session, actor, recorded_at)
        at, head = recorder.journal.number, recorder.journal.hash
        new = PaperTag(paper=name, at=at, head=head, **_told(told))
        if before := _before(session, new, told, ("at", "head")):
            return before
        if there := points.paper(session, name):
            raise AlreadyThere(
                f"paper {name} names entry {there.at} already, by entry {there.entry}",
                f"its figures: vru-ledger report position --known-at paper:{name}",
            )
        return _put(recorder, new)

    return database.write(work, keep=not preview)


def close_period(
    database: Database, period: Period, told: Told, *, actor: str, recorded_at: str, preview: bool
) -> Marked:
    """Record that a period takes no new date.

    Raises PeriodClosed if it is closed already, EntryRefused if it has not ended, KeyConflict.
    """

    def work(session: Session) -> Marked:
        recorder = Recorder(session, actor, recorded_at)
        new = PeriodClosure(
            period=period.name,
            first_day=period.first_day,
            last_day=period.last_day,
            **_told(told),
        )
        if before := _before(session, new, told):
            return before
        breaches = list(period_step(new, recorder.closed))
        if breaches:
            raise _not_possible(f"to close {period.name}", breaches)
        return _put(recorder, new)

    return database.write(work, keep=not preview)


def reopen_period(
    database: Database,
    period: Period,
    told: Told,
    *,
    actor: str,
    named: bool,
    recorded_at: str,
    preview: bool,
) -> Marked:
    """Record that a period takes entries again; `named` says that somebody said who they are.

    Raises AuthorityMissing if nobody did, PeriodClosed if it is not closed, KeyConflict.
    """

    def work(session: Session) -> Marked:
        recorder = Recorder(session, actor, recorded_at)
        new = PeriodReopening(
            period=period.name,
            first_day=period.first_day,
            last_day=period.last_day,
            **_told(told),
        )
        if before := _before(session, new, told):
            return before
        asked = f"to reopen {period.name}"
        breaches = list(period_step(new, recorder.closed))
        if breaches:
            raise _not_possible(asked, breaches)
        if not named:
            said = "whoever reopens a period says who they are, with --as NAME before the command"
            breach = Breach("named-person", "stop", said)
            refusal = Refusal(asked, [], [breach], Pence(0))
            raise AuthorityMissing(f"{asked} is refused: {said}", refusal)
        done = _put(recorder, new)
        still = [one for one in recorder.closed if _overlap(one, period)]
        return done.replace(still_closed=still)

    return database.write(work, keep=not preview)


def _told(told: Told) -> dict[str, Any]:
    return {
        "dated": told.dated,
        "reason": told.reason,
        "decision": told.decision,
        "key": told.key,
    }


def _before(
    session: Session, new: Marker, told: Told, made_by_the_ledger: Sequence[str] = ()
) -> Marked | None:
    """Return what the same key recorded before, None if nothing. Raises KeyConflict."""
    found = ledger.entries_by_key(session, [new.key] if new.key else [])
    before = already_recorded(
        found,
        new,
        dated_by_clock=told.dated_by_clock,
        made_by_the_ledger=made_by_the_ledger,
    )
    return Marked(before, already=True) if before else None


def _put(recorder: Recorder, new: Marker) -> Marked:
    done = Marked(recorder.put_marker(new))
    recorder.journal.flush()
    return done


def _not_possible(asked: str, breaches: list[Breach]) -> LedgerError:
    """Return the refusal: a conflict where the period's state is in the way, a rule's otherwise."""
    said = "; ".join(breach.sentence for breach in breaches)
    if all(breach.rule == "period-step" for breach in breaches):
        return PeriodClosed(f"{asked} is not possible: {said}", "vru-ledger period list")
    refusal = Refusal(asked, [], breaches, Pence(0), commands=["vru-ledger period list"])
    return EntryRefused(f"{asked} is refused: {said}", refusal)


def _overlap(one: Period, other: Period) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day
