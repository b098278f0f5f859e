"""Restate an award: the old one is undone and a new one made, two linked entries or none."""

from __future__ import annotations

import shlex
from datetime import date

from vru_ledger.actions.allocate import Allocator
from vru_ledger.actions.allocation_request import Allocated, Request
from vru_ledger.actions.authority_request import NONE
from vru_ledger.actions.award import Stepper, StepRequest, as_typed
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.reverse import Reversed, put_reversal
from vru_ledger.actions.reverse import Told as Undoing
from vru_ledger.domain.entries import Allocation, Proposal
from vru_ledger.domain.money import Pence, format_decimal, format_pounds
from vru_ledger.domain.periods import first_open_day, holding
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput, EntryRefused, KeyConflict, PeriodClosed, ReasonMissing
from vru_ledger.rules import DAY_RULES
from vru_ledger.rules.case import Breach
from vru_ledger.rules.refusal import Refusal
from vru_ledger.store import awards, ledger
from vru_ledger.store.database import Database, Session


class Restatement(Value):
    """By how much an award should have been more (or less, below zero), and why."""

    award: str
    change_pence: int
    reason: str
    dated: date
    dated_by_clock: bool = False
    decision: str = ""
    key: str = ""


class Restated(Value):
    """What became of it: the entry that undoes the old award, and the one that makes the new."""

    undone: Reversed
    made: Allocated
    already: bool = False


def restate(
    database: Database,
    asked: Restatement,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> Restated:
    """Undo an award and make it again with another amount, in one transaction.

    Raises EntryRefused once something was claimed, paid or decided about it, or where a cap says
    no; BadInput without a reason; NotFound, KeyConflict and those of `write`.
    """
    if not asked.reason:
        raise ReasonMissing("amend")

    def work(session: Session) -> Restated:
        recorder = Recorder(session, actor, recorded_at)
        done = _restate(recorder, asked)
        recorder.journal.flush()
        return done

    return database.write(work, keep=not preview)


def _restate(recorder: Recorder, asked: Restatement) -> Restated:
    session = recorder.session
    stepper = Stepper(recorder)
    made = stepper.made(asked.award)
    old = awards.told_of(session, made.entry)
    if not isinstance(old, Allocation):
        raise AssertionError(f"entry {made.entry} made {made.award}, and is no allocation")
    amount = old.amount_pence + asked.change_pence
    if amount <= 0:
        raise BadInput(
            f"{made.award} came to {format_pounds(old.amount_pence)}, so nothing would be left",
            "to undo it: "
            + shlex.join(["vru-ledger", "reverse", str(made.entry), "--reason", asked.reason]),
        )
    _not_begun(stepper, made, asked)
    dated, relates_to, late = _when(recorder, old, asked)
    told = Undoing(
        reason=asked.reason,
        # One day for both: between two days the award would count beside what restates it.
        dated=dated if asked.dated_by_clock else asked.dated,
        dated_by_clock=asked.dated_by_clock,
        decision=asked.decision,
        key=f"{asked.key} undone" if asked.key else "",
        relates_to=late,
    )
    try:
        undone = put_reversal(recorder, made.entry, told)
    except (EntryRefused, PeriodClosed) as error:
        raise _another_day(error, recorder, old, asked) from None
    recorder.journal.flush()
    try:
        new = Allocator(recorder).put(_again(old, Pence(amount), asked, dated, relates_to))
    except EntryRefused as error:
        raise _smaller(error, old, asked) from None
    if undone.already != new.already:
        raise KeyConflict(f"the key {asked.key!r} was used for something else", "use a new key")
    if stepper.life(made).profile is not None and not new.already:
        said = (
            f"{made.award} was planned, and {new.entry.award} is not yet: "
            "vru-ledger award forecast --help"
        )
        new = new.replace(warnings=[*new.warnings, Breach("planned", "warn", said)])
    return Restated(undone, new, already=new.already)


def _smaller(error: EntryRefused, old: Allocation, asked: Restatement) -> EntryRefused:
    """Return the refusal of the new award with what would pass in its place."""
    largest = error.refusal.largest_passing_pence
    change = largest - old.amount_pence
    commands = [f"vru-ledger award show {old.award}"]
    if largest and change:
        commands = [_as_typed(old, change, asked)]
    return EntryRefused(error.message, error.refusal.replace(commands=commands))


def _not_begun(stepper: Stepper, made: awards.Made, asked: Restatement) -> None:
    """Raise EntryRefused if something happened to the award since that a reversal would hide."""
    if asked.key and ledger.entries_by_key(stepper.session, [asked.key]):
        return
    life = stepper.life(made)
    since = [one for one in life.standing if one.number != made.entry and one.kind != "profile"]
    if not since:
        return
    told = ", ".join(f"entry {one.number} ({one.kind})" for one in since[-4:])
    sentence = (
        f"{made.award} went on since it was made, by {told}; what changed in the world since is an "
        "amendment"
    )
    what = f"to restate {made.award}"
    refusal = Refusal(
        asked=what,
        caps=[],
        breaches=[Breach("legal-step", "stop", sentence)],
        largest_passing_pence=Pence(0),
        of_amount=False,
        commands=_instead(stepper, made, asked),
    )
    raise EntryRefused(f"{what} is refused: {sentence}", refusal)


def _instead(stepper: Stepper, made: awards.Made, asked: Restatement) -> list[str]:
    """Return the amendment that would do, if it would; otherwise where to look."""
    request = StepRequest(
        kind="amend",
        award=made.award,
        dated=asked.dated,
        dated_by_clock=asked.dated_by_clock,
        amount_pence=Pence(abs(asked.change_pence)),
        lower=asked.change_pence < 0,
        reason=asked.reason,
        decision=asked.decision,
    )
    if stepper.would_stop(request):
        return [f"vru-ledger award show {made.award}"]
    return [as_typed(request)]


def _another_day(
    error: EntryRefused | PeriodClosed, recorder: Recorder, old: Allocation, asked: Restatement
) -> EntryRefused | PeriodClosed:
    """Return the refusal to undo the old award with the whole restatement on a day that passes.

    To undo it alone, which is what the refusal suggests, would leave nothing in its place.
    """
    if isinstance(error, EntryRefused) and any(
        one.severity == "stop" and one.rule not in DAY_RULES for one in error.refusal.breaches
    ):
        return error
    day = first_open_day(max(asked.dated, old.dated or asked.dated), recorder.closed)
    command = _as_typed(old, asked.change_pence, asked.replace(dated=day, dated_by_clock=False))
    if isinstance(error, PeriodClosed):
        return PeriodClosed(error.message.partition(", and say --relates-to")[0], command)
    return EntryRefused(error.message, error.refusal.replace(commands=[command]))


def _as_typed(old: Allocation, change: int, asked: Restatement) -> str:
    """Return the restatement as it is typed, by another change or on another day."""
    pounds = format_decimal(abs(change)).removesuffix(".00")
    words = ["vru-ledger", "amend", old.award, f"{'-' if change < 0 else '+'}{pounds}"]
    words.append("--restate")
    if not asked.dated_by_clock:
        words += ["--on", asked.dated.isoformat()]
    for option in ("decision", "reason", "key"):
        if value := getattr(asked, option):
            words += [f"--{option}", value]
    return shlex.join(words)


def _when(recorder: Recorder, old: Allocation, asked: Restatement) -> tuple[date, str, str]:
    """Return the day of the restatement, the period it relates to, and the one it is late for.

    It is the award's own day, unless somebody says another or it is closed by now: what comes late
    is dated in the open period, and relates to the one it belongs to. Asked again with its key, it
    is as it was recorded.
    """
    found = ledger.entries_by_key(recorder.session, [asked.key] if asked.key else [])
    was = found[asked.key].entry if asked.key in found else None
    if isinstance(was, Allocation):
        late = was.relates_to if was.relates_to != old.relates_to else ""
        return was.dated or asked.dated, was.relates_to, late
    closed = holding(old.dated, recorder.closed) if old.dated else None
    if closed:
        return asked.dated, closed.name, closed.name
    own = old.dated if asked.dated_by_clock else None
    return own or asked.dated, old.relates_to, ""


def _again(
    old: Allocation, amount: Pence, asked: Restatement, dated: date, relates_to: str
) -> Request:
    return Request(
        fund=old.fund,
        recipient=old.recipient,
        amount_pence=amount,
        dated=dated,
        relates_to=relates_to,
        fy=old.fy,
        term_from=old.term_from,
        term_to=old.term_to,
        area=old.area,
        source=old.source or NONE,
        purpose=old.purpose,
        title=old.title,
        decision=asked.decision or old.decision,
        reason=asked.reason,
        key=asked.key,
        propose=isinstance(old, Proposal),
        restates=old.award,
    )
