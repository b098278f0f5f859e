"""Planned payments add up to their award, and what waits for a milestone is not paid before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import format_pounds
from vru_ledger.rules.case import Breach, Case

if TYPE_CHECKING:
    from vru_ledger.domain.award_states import Life

RULE = "planned"


def planned(case: Case) -> Iterator[Breach]:
    """Yield a breach for a plan that does not fit its award, and for a payment before its time."""
    new: Any = case.entry
    life = case.life
    if life is None or not isinstance(new, AwardEntry):
        return
    if new.KIND == "profile":
        yield from _fits(new, life)
    elif new.KIND == "milestone":
        yield from _named(new, life)
    elif life.profile is not None and new.KIND in ("claim", "advance", "pay"):
        yield from _waits(new, life)
    elif life.profile is not None:
        yield from _no_longer_fits(new, life)


def _stop(sentence: str, over: int = 0) -> Breach:
    return Breach(RULE, "stop", sentence, over=over)


def _fits(new: Any, life: Life) -> Iterator[Breach]:
    from vru_ledger.domain.periods import parse_part
    from vru_ledger.domain.profiles import in_order

    if new.version != life.versions + 1:
        yield _stop(f"it is version {new.version} of its plan, after {life.versions} before it")
    if any(
        one.amount_pence <= 0 or parse_part(one.period) != one.period for one in new.instalments
    ):
        yield _stop("a payment is of nothing, or of no period")
    elif new.instalments != in_order(new.instalments):
        yield _stop("its payments are not in the order of their periods")
    total, worth = new.total_pence(), life.worth_pence()
    if total != worth:
        short = format_pounds(abs(worth - total))
        yield _stop(
            f"the planned payments come to {format_pounds(total)} and {new.award} to "
            f"{format_pounds(worth)}: {short} {'too little' if total < worth else 'too much'}"
        )


def _named(new: Any, life: Life) -> Iterator[Breach]:
    names = life.profile.milestones() if life.profile else ()
    if new.milestone not in names:
        there = f"it waits for {', '.join(map(repr, names))}" if names else "it waits for none"
        yield _stop(f"{new.award} has no milestone {new.milestone!r}; {there}")
    elif new.milestone in life.met:
        yield _stop(f"the milestone {new.milestone!r} of {new.award} was met already")


def _waits(new: Any, life: Life) -> Iterator[Breach]:
    waits = life.waits_for()
    if waits is None:
        return
    may, milestone = waits
    so_far = life.paid_pence() if new.KIND == "pay" else life.delivered_pence()
    if (over := so_far + new.amount_pence - may) > 0:
        done = "paid" if new.KIND == "pay" else "claimed"
        yield _stop(
            f"{new.award} waits for the milestone {milestone!r}: {format_pounds(may)} may be "
            f"{done} before it is met, and {format_pounds(so_far)} is",
            min(over, new.amount_pence),
        )


def _no_longer_fits(new: Any, life: Life) -> Iterator[Breach]:
    """Warn where an award comes to something else than was planned of it."""
    kind = new.was if new.KIND == "reverse" else new.KIND
    if life.profile is None or (
        kind not in ("amend", "reject", "withdraw") and new.KIND != "approve"
    ):
        return
    proposed, promised = life.held.get("proposed", 0), life.is_promised()
    after = life.worth_pence() + (proposed if promised else 0) + new.held()
    if promised or new.KIND == "approve":
        after -= proposed + new.amount_pence * (
            (new.to_stage == "proposed") - (new.from_stage == "proposed")
        )
    total = life.profile.total_pence()
    if after and after != total:
        yield Breach(
            RULE,
            "warn",
            f"{new.award} then comes to {format_pounds(after)} and its planned payments to "
            f"{format_pounds(total)}: plan it anew with "
            "vru-ledger award forecast --help",
        )
