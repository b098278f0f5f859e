"""Undo an entry by its opposite: nothing is removed, and each entry is undone at most once."""

from __future__ import annotations

import shlex
from datetime import date
from typing import Any, cast

from vru_ledger.actions.award import Stepper, of_award_fields
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.record import Recorder
from vru_ledger.caps import keys_of
from vru_ledger.domain.authority import AuthorityProposal, reversal_of
from vru_ledger.domain.entries import (
    AuthorityEntry,
    AwardEntry,
    CapSet,
    Entry,
    Funding,
    Marker,
    Recorded,
    Registration,
)
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.overrides import CapOverride, OverrideReversal
from vru_ledger.domain.query import Query
from vru_ledger.domain.steps import Reversal
from vru_ledger.domain.value import Value
from vru_ledger.errors import (
    AlreadyThere,
    BadInput,
    EntryRefused,
    LedgerError,
    NotFound,
    PeriodClosed,
    ReasonMissing,
)
from vru_ledger.rules import DAY_RULES, judge, stops
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.refusal import Refusal, caps_met
from vru_ledger.store import authority, awards, ledger
from vru_ledger.store.database import Database, Session


class Told(Value):
    """What a reversal is told beside which entry it undoes."""

    reason: str
    dated: date
    dated_by_clock: bool = False
    decision: str = ""
    key: str = ""
    relates_to: str = ""
    plan: str = ""
    approved_by: str = ""


class Reversed(Value):
    """What became of a reversal: what was recorded, and the entry that it undoes."""

    recorded: Recorded
    original: Recorded
    warnings: list[Breach]
    already: bool = False


def reverse(
    database: Database,
    number: int | None,
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> Reversed:
    """Undo entry `number`, or the newest that can be undone if it is None.

    Raises NotFound, BadInput for an entry that cannot be undone, AlreadyThere if it was undone
    before, EntryRefused, KeyConflict and those of `write`.
    """

    def work(session: Session) -> Reversed:
        recorder = Recorder(session, actor, recorded_at)
        wanted = _undone_by(session, told.key) if number is None else number
        done = put_reversal(recorder, _newest(session) if wanted is None else wanted, told)
        recorder.journal.flush()
        return done

    return database.write(work, keep=not preview)


def put_reversal(recorder: Recorder, number: int, told: Told) -> Reversed:
    """Record the opposite of entry `number` in a transaction under way."""
    original = ledger.entry(recorder.session, number)
    if original is None:
        raise NotFound(f"there is no entry {number}", "to find one: vru-ledger log")
    if not told.reason:
        raise ReasonMissing("reverse")
    new = _opposite(recorder.session, original, told)
    found = ledger.entries_by_key(recorder.session, [told.key] if told.key else [])
    before = already_recorded(found, new, dated_by_clock=told.dated_by_clock, made_by_the_ledger=())
    if before:
        return Reversed(before, original, [], already=True)
    if undone := ledger.answering(recorder.session, number):
        raise AlreadyThere(
            f"entry {number} was undone already, by entry {undone}", f"vru-ledger show {undone}"
        )
    if isinstance(new, Reversal):
        return _put_step(recorder, original, told, new)
    if isinstance(new, OverrideReversal):
        recorded, case = recorder.put_override(new)
    else:
        recorded, case = recorder.put_authority(new)
    if recorded is None:
        raise _refused(recorder, original, told, case, judge(case))
    return Reversed(recorded, original, judge(case))


def _put_step(recorder: Recorder, original: Recorded, told: Told, new: Reversal) -> Reversed:
    case, breaches = _judged(recorder, new)
    if stops(breaches):
        raise _refused(recorder, original, told, case, breaches)
    return Reversed(recorder.append(new, case.changes), original, breaches)


def _judged(recorder: Recorder, new: Entry) -> tuple[Case, list[Breach]]:
    """Return the opposite of an entry as the rules look at it, and what they say."""
    if isinstance(new, Reversal):
        state = recorder.state(new.fund)
        stepper = Stepper(recorder)
        life = stepper.life(stepper.made(new.award))
        position = recorder.journal.load(keys_of(new, state.caps), state.caps, state.bounds)
        case = recorder.case(new, position, life)
    elif isinstance(new, OverrideReversal):
        case = recorder.override_case(new)
    else:
        case = recorder.authority_case(cast(AuthorityEntry, new))
    return case, judge(case)


def _opposite(
    session: Session, original: Recorded, told: Told
) -> Reversal | AuthorityEntry | OverrideReversal:
    """Return the entry that undoes another. Raises BadInput for one that cannot be undone."""
    entry, number = original.entry, original.number
    with_it: dict[str, Any] = {
        "dated": told.dated,
        "reason": told.reason,
        "decision": told.decision,
        "key": told.key,
        "relates_to": told.relates_to,
        "plan": told.plan,
        "approved_by": told.approved_by,
    }
    if getattr(entry, "reverses", None) is not None:
        raise BadInput(
            f"entry {number} is a reversal, and is not undone itself",
            "record again what should stand",
        )
    if isinstance(entry, CapSet):
        raise BadInput(
            f"entry {number} set the cap {entry.cap}",
            f"to see what it was before: vru-ledger cap show {entry.cap}; to set it again: "
            "vru-ledger cap set --help",
        )
    if isinstance(entry, CapOverride):
        del with_it["relates_to"]
        return OverrideReversal(**_same(entry), **with_it, since=entry.dated, reverses=number)
    if isinstance(entry, Registration):
        raise BadInput(
            f"entry {number} changed the register, and moved no money",
            "correct the register with a new entry",
        )
    if isinstance(entry, Marker):
        raise BadInput(
            f"entry {number} ({entry.KIND}) moved no money, and is not undone",
            _instead_of(session, entry, told),
        )
    if isinstance(entry, AwardEntry):
        made = awards.made(session, entry.award)
        if made is None:
            raise NotFound(f"there is no award {entry.award}", "vru-ledger check")
        return Reversal(
            **of_award_fields(made),
            **with_it,
            amount_pence=entry.amount_pence,
            unassigned_pence=entry.unassigned_pence,
            from_stage=entry.to_stage,
            to_stage=entry.from_stage,
            reverses=number,
            was=entry.KIND,
        )
    if isinstance(entry, AuthorityProposal):
        asked = authority.proposal(session, number)
        if asked and asked.made_by:
            raise AlreadyThere(
                f"what entry {number} asked for was made, by entry {asked.made_by}",
                f"vru-ledger show {asked.made_by}",
            )
    return reversal_of(entry, number).replace(**with_it)


def _instead_of(session: Session, entry: Marker, told: Told) -> str:
    """Return what to type where somebody wants to undo what moved no money."""
    from vru_ledger.domain.points import PeriodClosure, PeriodEntry, PeriodReopening
    from vru_ledger.rules.period_step import period_step
    from vru_ledger.store.points import closed_periods

    if not isinstance(entry, PeriodEntry):
        return "a paper stays; to name another point: vru-ledger paper tag --help"
    closes = isinstance(entry, PeriodReopening)
    word, kind = ("close", PeriodClosure) if closes else ("reopen", PeriodReopening)
    days = {name: getattr(entry, name) for name in ("period", "first_day", "last_day")}
    if any(period_step(kind(**days, dated=told.dated), closed_periods(session))):
        return "vru-ledger period list"
    return shlex.join(["vru-ledger", "period", word, entry.period, "--reason", told.reason])


def _same(entry: CapOverride) -> dict[str, Any]:
    names = ("cap", "fund", "bucket", "amount_pence", "until")
    return {name: getattr(entry, name) for name in names}


def _undone_by(session: Session, key: str) -> int | None:
    """Return the entry that a reversal with this key undid: asked again, it is the same one."""
    found = ledger.entries_by_key(session, [key]) if key else {}
    return getattr(found[key].entry, "reverses", None) if key in found else None


def _newest(session: Session) -> int:
    """Return the newest entry that is not a reversal and was not undone. Raises NotFound."""
    for found in ledger.entries(session, Query(), newest_first=True):
        if _is_reversal(found.entry) or ledger.answering(session, found.number):
            continue
        if _can_be_undone(found.entry):
            return found.number
        break
    raise NotFound("the newest entry is none that can be undone", "vru-ledger log")


def _is_reversal(entry: Entry) -> bool:
    return getattr(entry, "reverses", None) is not None


def _can_be_undone(entry: Entry) -> bool:
    kinds = AwardEntry | AuthorityEntry | Funding | CapOverride
    return isinstance(entry, kinds) and not _is_reversal(entry)


def _refused(
    recorder: Recorder, original: Recorded, told: Told, case: Case, breaches: list[Breach]
) -> LedgerError:
    entry: Any = original.entry
    of = f" of {format_pounds(entry.amount_pence)}" if entry.amount_pence else ""
    asked = f"to undo entry {original.number} ({entry.KIND}{of})"
    stopping = [breach for breach in breaches if breach.severity == "stop"]
    award = getattr(entry, "award", "")
    command = f"vru-ledger award show {award}" if award else f"vru-ledger show {original.number}"
    put: dict[str, str] = {}
    if all(breach.rule in DAY_RULES for breach in stopping):
        from vru_ledger.actions.typed import cells, on_another_day

        late = told.replace(**on_another_day(told, case, stopping))
        if not stops(_judged(recorder, _opposite(recorder.session, original, late))[1]):
            command, put = _as_typed(original.number, late), cells(told, late)
        if stopping[0].rule == "open-period":
            said = f"{asked} is refused: {stopping[0].sentence}"
            return PeriodClosed(said, command, cells=put)
    refusal = Refusal(
        asked=asked,
        caps=caps_met(case, breaches),
        breaches=breaches,
        largest_passing_pence=Pence(0),
        of_amount=False,
        commands=[command],
        cells=put,
    )
    said = "; ".join(breach.sentence for breach in stopping)
    return EntryRefused(f"{asked} is refused: {said}", refusal)


def _as_typed(number: int, told: Told) -> str:
    words = ["vru-ledger", "reverse", str(number), "--on", told.dated.isoformat()]
    for option in ("relates_to", "decision", "reason", "key"):
        if value := getattr(told, option):
            words += [f"--{option.replace('_', '-')}", value]
    return shlex.join(words)
