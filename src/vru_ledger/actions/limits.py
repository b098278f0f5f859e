"""Limits, new and changed: each an entry of the chain, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vru_ledger.actions import resolve
from vru_ledger.actions.administer import Told
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.record import Recorder
from vru_ledger.caps import PROPERTIES, SEVERITIES, kind_of
from vru_ledger.domain.entries import CapSet, Recorded
from vru_ledger.domain.text import parse_code
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput
from vru_ledger.store import holdings, ledger, register
from vru_ledger.store.database import Database, Session


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
    citation: str = ""


class CapChange(Value):
    """A limit as it was recorded, what it was before, and each bucket that is over it.

    `was_on` is the newest day as of which it was set before, as ISO text.
    """

    recorded: Recorded
    entry: CapSet
    was: CapSet | None = None
    over: Sequence[tuple[str, int]] = ()
    already: bool = False
    was_on: str = ""


def set_cap(
    database: Database, new: NewCap, told: Told, *, actor: str, recorded_at: str, preview: bool
) -> CapChange:
    """Record a limit, new or changed.

    What was not given is as it was: before, or under the same key when this was first asked. Raises
    NotFound, AlreadyThere, or BadInput where the limit cannot be read.
    """

    def work(session: Session) -> CapChange:
        recorder = Recorder(session, actor, recorded_at)
        found = ledger.entries_by_key(session, [told.key] if told.key else [])
        entry = _entry(session, new, told, _before(session, new, found.values()))
        before = already_recorded(found, entry, dated_by_clock=told.dated_by_clock)
        if before and isinstance(before.entry, CapSet):
            return CapChange(recorded=before, entry=before.entry, already=True)
        was = recorder.state(entry.fund).caps.get(entry.cap)
        was_on = ledger.newest_day_of(session, entry.cap) if was else ""
        recorded = recorder.put_cap(entry)
        recorder.journal.flush()
        limit = recorder.state(entry.fund).bounds[entry.cap].limit
        over = [
            (bucket, held - limit)
            for bucket, held in holdings.fullest(session, entry.fund, entry.cap, _OVER)
            if held > limit
        ]
        return CapChange(recorded=recorded, entry=entry, was=was, over=over, was_on=was_on)

    return database.write(work, keep=not preview)


_OVER = 5
"""Buckets that a lowered limit finds over it, at most so many of which are named."""


def _before(session: Session, new: NewCap, found: Iterable[Recorded]) -> CapSet | None:
    """Return what the cap was when this was first asked for, or is now; None if it is new."""
    for earlier in found:
        if isinstance(earlier.entry, CapSet) and earlier.entry.cap == new.code:
            return earlier.entry
    return next((cap for cap, _ in ledger.all_caps(session) if cap.cap == new.code), None)


def _entry(session: Session, new: NewCap, told: Told, before: CapSet | None) -> CapSet:
    """Return the entry that sets a cap, completed by what the cap was before."""
    if before is None and not (new.fund and new.measure):
        raise BadInput(
            f"{new.code} is a new cap",
            "say what it limits: --fund FUND --measure KIND, and --per if it counts per something; "
            "to list those that are there: vru-ledger cap list",
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
    if new.only:
        _must_be_a_kind(session, new.only, fund)
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
        citation=new.citation or (before.citation if before else ""),
        dated=told.dated,
        reason=told.reason,
        decision=told.decision,
        key=told.key,
    )


def _must_be_a_kind(session: Session, only: str, fund: str) -> None:
    """Raise BadInput if nobody of a kind could ever receive the fund: such a cap counts nothing."""
    found = register.find_fund(session, fund)
    kinds = found.kinds.split(",") if found and found.kinds else register.kinds(session)
    if only not in kinds:
        raise BadInput(
            f"--only: {only!r} is no kind of recipient that {fund} goes to",
            f"there are: {', '.join(kinds)}" if kinds else "there are no recipients yet",
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
