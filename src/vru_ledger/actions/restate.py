"""Restate an award: the old one is undone and a new one made, two linked entries or none."""

from __future__ import annotations

import shlex
from datetime import date

from vru_ledger.actions.allocate import Allocated, Allocator, Request
from vru_ledger.actions.award import Stepper, StepRequest, as_typed
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.reverse import Reversed, put_reversal
from vru_ledger.actions.reverse import Told as Undoing
from vru_ledger.domain.entries import Allocation, Proposal
from vru_ledger.domain.money import Pence, format_decimal, format_pounds
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput, EntryRefused, KeyConflict
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
        raise BadInput("amend needs a reason", "say why with --reason, in a sentence")

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
    told = Undoing(
        reason=asked.reason,
        dated=asked.dated,
        dated_by_clock=asked.dated_by_clock,
        decision=asked.decision,
        key=f"{asked.key} undone" if asked.key else "",
    )
    undone = put_reversal(recorder, made.entry, told)
    recorder.journal.flush()
    try:
        new = Allocator(recorder).put(_again(old, Pence(amount), asked))
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
        pounds = format_decimal(abs(change)).removesuffix(".00")
        words = ["vru-ledger", "amend", old.award, f"{'-' if change < 0 else '+'}{pounds}"]
        words.append("--restate")
        if not asked.dated_by_clock:
            words += ["--on", asked.dated.isoformat()]
        for option in ("decision", "reason", "key"):
            if value := getattr(asked, option):
                words += [f"--{option}", value]
        commands = [shlex.join(words)]
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


def _again(old: Allocation, amount: Pence, asked: Restatement) -> Request:
    return Request(
        fund=old.fund,
        recipient=old.recipient,
        amount_pence=amount,
        dated=old.dated or asked.dated,
        fy=old.fy,
        term_from=old.term_from,
        term_to=old.term_to,
        area=old.area,
        source=old.source,
        purpose=old.purpose,
        title=old.title,
        decision=asked.decision or old.decision,
        reason=asked.reason,
        key=asked.key,
        propose=isinstance(old, Proposal),
        restates=old.award,
    )
