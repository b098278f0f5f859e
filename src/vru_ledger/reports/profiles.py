"""The planned payments of one award: by period, what they wait for, what is paid and due."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.award_states import Life
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.periods import period_bounds
from vru_ledger.domain.profiles import Instalment, Profile, counted
from vru_ledger.domain.query import ANY, Moment, Query, at_moment
from vru_ledger.domain.value import Value
from vru_ledger.errors import NotFound
from vru_ledger.reports.meta import meta, standing
from vru_ledger.store import awards
from vru_ledger.store.database import Session

DUE = (
    "planned in periods that have begun, and not paid: no more than the award can still pay, "
    "without what waits for a milestone"
)


class Row(Value):
    """One planned payment. What was paid is counted against the oldest payments first."""

    period: str
    fy: str
    first_day: date
    last_day: date
    planned: Pence
    paid: Pence
    due: Pence
    milestone: str
    waits: str


class Part(NamedTuple):
    """A planned payment: what was paid of it, what of the rest can be paid, whether that waits."""

    planned: Instalment
    paid_pence: int
    left_pence: int
    waits: bool

    def due_pence(self, day: date) -> int:
        """Return what is due by a day: from the first of its period, and nothing while it waits."""
        begun = period_bounds(self.planned.period)[0] <= day
        return self.left_pence if begun and not self.waits else 0


class Due(NamedTuple):
    """What a plan comes to on a day: pence due and not paid, of that late, and what is next.

    A payment is due from the first day of its period, and late after its last.
    """

    due_pence: int
    late_pence: int
    next: Part | None


def due_by(life: Life, today: date) -> Due:
    """Return what is due of an award's plan by a day: never more than it can still pay.

    Nothing where none was planned, where the award is closed or undone, or not approved. This is
    the one meaning of due and late: every report asks here.
    """
    due = late = 0
    coming: Part | None = None
    for part in parts(life):
        first, last = period_bounds(part.planned.period)
        if first > today:
            coming = coming or (part if part.left_pence else None)
            continue
        due += part.due_pence(today)
        late += part.due_pence(today) if last < today else 0
    return Due(due, late, coming)


def parts(life: Life) -> Iterator[Part]:
    """Yield each planned payment of an award, the oldest first: so are paid and left counted."""
    planned, waits = life.profile.instalments if life.profile else (), False
    for one, paid, left in counted(planned, life.paid_pence(), life.can_pay_pence()):
        waits = waits or bool(one.milestone and one.milestone not in life.met)
        yield Part(one, paid, left, waits)


def life_then(session: Session, made: awards.Made, moment: Moment) -> Life:
    """Return what an award had come to by a moment. Raises NotFound if it was not made by then."""
    life = awards.life(session, made, moment)
    if not life.entries:
        raise NotFound(
            f"{made.award} was not made yet, {' '.join(at_moment(moment))}",
            f"entry {made.entry} made it: vru-ledger show {made.entry}",
        )
    return life


def answer(
    session: Session, made: awards.Made, today: date, version: int = 0, query: Query = ANY
) -> Answer:
    """Return the plan of an award in force by then, or the version asked for. Raises NotFound."""
    query, moment = query.replace(award=made.award), query.moment()
    life = life_then(session, made, moment)
    profiles = list(awards.profiles(session, made.award, moment))
    profile = (
        life.profile
        if not version
        else next((p for _, p in profiles if p.version == version), None)
    )
    if profile is None:
        then = "".join(f" {said}" for said in at_moment(moment))
        raise NotFound(
            f"{made.award} has no version {version} of its plan{then}"
            if version
            else f"nothing is planned of {made.award}{then}",
            "plan it: vru-ledger award forecast --help",
        )
    told = meta(session, query)
    of_version = life.replace(profile=profile)
    return Answer(
        name="profile",
        title=f"{made.award}: planned payments, version {profile.version}",
        row_type=Row,
        rows=list(_rows(of_version, today)),
        shown=tuple(Row.FIELDS),
        drop_first=("first_day", "last_day", "fy", "milestone"),
        meta={
            **told,
            "version": profile.version,
            "planned_pence": profile.total_pence(),
            "due_by": today.isoformat(),
        },
        measures={
            "planned": "meant to be paid in the period",
            "paid": "paid, counted against the oldest planned payments first",
            "due": DUE,
        },
        notes=[*said(of_version, today), *_versions(profiles, life), standing(told)],
    )


def said(life: Life, today: date) -> Iterator[str]:
    """Yield what is planned, paid, due by a day, and due next, each as a sentence."""
    profile = life.profile
    if profile is None:
        return
    total, many = profile.total_pence(), len(profile.instalments)
    payments = "1 payment" if many == 1 else f"{many} payments"
    back = life.back_pence()
    came = f", of that {format_pounds(back)} came back and is not due again" if back else ""
    yield (
        f"planned {format_pounds(total)} in {payments} (version {profile.version}), paid "
        f"{format_pounds(life.paid_pence())}{came}"
    )
    if total != (worth := life.worth_pence()):
        came = f", with the {format_pounds(back)} that came back" if back else ""
        planned = f"the plan comes to {format_pounds(total)}"
        yield f"{planned} and the award to {format_pounds(worth)}{came}"
    there = due_by(life, today)
    late = f", of that late {format_pounds(there.late_pence)}" if there.late_pence else ""
    yield f"due by {today.isoformat()}: {format_pounds(there.due_pence)}{late}"
    if there.next is not None:
        when = f"next due: {format_pounds(there.next.left_pence)} in {there.next.planned.period}"
        waiting = life.waits_for() if there.next.waits else None
        yield f"{when}, if {waiting[1]!r} is met" if waiting else when
    if (waits := life.waits_for()) and life.can_pay_pence():
        yield f"waits for {waits[1]!r}: no more than {format_pounds(waits[0])} is paid before it"


def _rows(life: Life, today: date) -> Iterator[Row]:
    for part in parts(life):
        one = part.planned
        first, last = period_bounds(one.period)
        yield Row(
            period=one.period,
            fy=one.period[:7],
            first_day=first,
            last_day=last,
            planned=one.amount_pence,
            paid=Pence(part.paid_pence),
            due=Pence(part.due_pence(today)),
            milestone=one.milestone,
            waits="waits" if part.waits else "met" if one.milestone else "",
        )


def _versions(profiles: list[tuple[int, Profile]], life: Life) -> Iterator[str]:
    if len(profiles) > 1 and life.profile is not None:
        told = ", ".join(
            f"{profile.version} (entry {number}, {format_pounds(profile.total_pence())})"
            for number, profile in profiles
        )
        yield f"versions: {told}; {life.profile.version} is in force"
