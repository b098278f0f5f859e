"""Raise one bucket of one cap by an amount until a day, under a decision and for a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from vru_ledger.actions import resolve
from vru_ledger.actions.administer import Told
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.record import Recorder
from vru_ledger.caps import kind_of
from vru_ledger.domain.entries import CapSet, Recorded
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.overrides import CapOverride
from vru_ledger.domain.register import Fund
from vru_ledger.domain.text import shown
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import parse_financial_year
from vru_ledger.errors import AuthorityMissing, BadInput, NotFound, PeriodClosed
from vru_ledger.rules import DAY_RULES, judge
from vru_ledger.rules.refusal import Refusal
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, Session


class Overridden(Value):
    """An override as it was recorded, the cap it raises, and its bucket in words."""

    recorded: Recorded
    entry: CapOverride
    cap: CapSet
    bucket_words: str
    already: bool = False


def override(
    database: Database,
    cap: str,
    parts: tuple[str, ...],
    amount_pence: Pence,
    until: date,
    told: Told,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> Overridden:
    """Record an override. `parts` say which bucket, one for each thing the cap counts per.

    Raises NotFound, BadInput where nothing can be raised so, AuthorityMissing without a decision,
    KeyConflict and those of `write`.
    """

    def work(session: Session) -> Overridden:
        recorder = Recorder(session, actor, recorded_at)
        found = _cap(session, cap)
        fund = recorder.state(found.fund).fund
        bucket = "|".join(_part(session, name, part, fund) for name, part in _pairs(found, parts))
        new = CapOverride(
            cap=found.cap,
            fund=found.fund,
            amount_pence=amount_pence,
            bucket=bucket,
            until=until,
            dated=told.dated,
            reason=told.reason,
            decision=told.decision,
            key=told.key,
        )
        words = ", ".join(parts)
        before = ledger.entries_by_key(session, [told.key] if told.key else [])
        if was := already_recorded(before, new, dated_by_clock=told.dated_by_clock):
            return Overridden(was, new, found, words, already=True)
        if until < told.dated:
            raise BadInput(
                f"--until: {until.isoformat()} is before the override begins, on "
                f"{told.dated.isoformat()}",
                "say a later last day, or another first day with --on",
            )
        recorded, case = recorder.put_override(new)
        if recorded is None:
            asked = f"to raise {found.cap} by {format_pounds(amount_pence)}"
            breaches = judge(case)
            refusal: Any = Refusal(asked, [], breaches, Pence(0))
            said = "; ".join(breach.sentence for breach in breaches)
            if all(breach.rule in DAY_RULES for breach in breaches):
                raise PeriodClosed(
                    f"{asked} is refused: {said}", "to see them: vru-ledger period list"
                )
            raise AuthorityMissing(f"{asked} is refused: {said}", refusal)
        recorder.journal.flush()
        return Overridden(recorded, new, found, words)

    return database.write(work, keep=not preview)


def _cap(session: Session, asked: str) -> CapSet:
    """Return a cap that can be raised for one bucket. Raises NotFound, BadInput."""
    code = asked.strip().upper()
    found = next((cap for cap, _ in ledger.all_caps(session) if cap.cap == code), None)
    if found is None:
        raise NotFound(
            f"no cap is called {shown(asked[:60])!r}", "to list them: vru-ledger cap list"
        )
    if kind_of(found.measure).UNIT != "pence":
        raise BadInput(
            f"{found.cap} counts {found.measure}, and an override is of money",
            "its limit is set anew instead: vru-ledger cap set --help",
        )
    if found.severity != "stop":
        raise BadInput(
            f"{found.cap} stops nothing (severity {found.severity}), so nothing needs raising",
            f"vru-ledger cap show {found.cap}",
        )
    return found


def _pairs(cap: CapSet, parts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what the cap counts per, each with what was said of it. Raises BadInput."""
    per = ("award",) if cap.measure == "award" else cap.per
    if len(parts) != len(per):
        words = " ".join(name.upper() for name in per)
        counted = f"per {', '.join(per)}" if per else "over its whole fund"
        raise BadInput(
            f"{cap.cap} counts {counted}, and {len(parts)} of these were said",
            f"after {cap.cap} comes {words}{' ' if words else ''}AMOUNT: "
            "vru-ledger cap override --help",
        )
    return list(zip(per, parts, strict=True))


def _part(session: Session, name: str, asked: str, fund: Fund) -> str:
    """Return one part of a bucket as allocations have it: a code, a year, or as typed."""
    if name == "recipient":
        return resolve.recipient(session, asked, fund).code
    if name == "financial-year":
        try:
            return parse_financial_year(asked)
        except ValueError as problem:
            raise BadInput(f"YEAR: {shown(str(problem))}") from None
    if name in ("area", "bcu"):
        return resolve.area(session, asked, "bcu" if name == "bcu" else "").code
    if name == "source":
        return resolve.source(session, asked).code
    if name == "award":
        return resolve.award(session, asked).award
    return asked.strip()
