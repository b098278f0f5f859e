"""The plans in force: what is planned of each award, from the few entries that say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from vru_ledger.domain.periods import month
from vru_ledger.domain.profiles import Profile, counted
from vru_ledger.domain.query import Moment, Query
from vru_ledger.domain.register import Area
from vru_ledger.domain.steps import Recovery
from vru_ledger.domain.years import quarter
from vru_ledger.store import awards, ledger, register
from vru_ledger.store.database import Session


class Planned(NamedTuple):
    """A plan in force, what each stage holds of its award, and what of it came back, by day.

    All in pence; days are ISO text, and what is below zero was a receipt that was undone.
    """

    plan: Profile
    held: Mapping[str, int]
    back: Sequence[tuple[str, int]] = ()

    def back_pence(self) -> int:
        """Return what came back of the award, in all."""
        return sum(pence for _, pence in self.back)

    def delivered_pence(self) -> int:
        """Return what was claimed or paid of the award, whether or not it came back."""
        stages = ("payable", "disbursed", "recoverable")
        return sum(self.held.get(stage, 0) for stage in stages) + self.back_pence()

    def instalments(self) -> Iterator[tuple[str, int, int]]:
        """Yield each planned payment: its period, pence, and what of all of it is not delivered.

        The pence are no more than what was delivered and what is committed, of the oldest first:
        what is planned of an award beyond what it comes to, or before it is approved, is no plan.
        What was delivered is so for good: if it came back, no later payment takes its place.
        """
        committed = self.held.get("committed", 0)
        for one, done, left in counted(self.plan.instalments, self.delivered_pence(), committed):
            if done + left or committed:
                yield one.period, done + left, one.amount_pence - done

    def flows(self) -> Iterator[tuple[str, int]]:
        """Yield what is planned by period, less what came back, in the period when it came.

        As that is taken off what was paid: so the two differ by what was not paid as planned.
        """
        for period, pence, _ in self.instalments():
            yield period, pence
        # What was paid beyond the plan is in no plan when it comes back.
        beyond = max(0, self.delivered_pence() - self.plan.total_pence())
        monthly = any("-P" in one.period for one in self.plan.instalments)
        for day, pence in self.back:
            in_plan = pence if pence < 0 else max(0, pence - beyond)
            beyond -= max(0, pence - in_plan)
            when = date.fromisoformat(day)
            yield (month(when).name if monthly else quarter(when)), -in_plan


def in_force(session: Session, query: Query) -> list[Planned]:
    """Return the newest plan of each award that a query asks for, those undone left out.

    By award. Only entries that plan are read, by their index, however many others there are.
    """
    moment = query.moment()
    bcu_of = {one.code: one.bcu for one in register.everything(session, Area)} if query.bcu else {}
    undone = _undone(session, moment)
    newest: dict[str, Any] = {}
    asked = Query(
        kind=Profile.KIND,
        fund=query.fund,
        recipient=query.recipient,
        award=query.award,
        as_of=query.as_of,
        known_at=query.known_at,
    )
    for recorded in ledger.entries(session, asked):
        plan: Any = recorded.entry
        if (
            recorded.number not in undone
            and query.source in ("", plan.source)
            and query.fy in ("", plan.fy)
            and query.area in ("", plan.area)
            and query.bcu in ("", bcu_of.get(plan.area, plan.bcu))
        ):
            newest[plan.award] = plan
    of_awards = held(session, [(plan.fund, award) for award, plan in newest.items()], moment)
    back = _came_back(session, moment) if newest else {}
    return [
        Planned(newest[award], of_awards.get(award, {}), back.get(award, ()))
        for award in sorted(newest)
    ]


def _came_back(session: Session, moment: Moment) -> dict[str, list[tuple[str, int]]]:
    """Return what came back by a moment, of each award of which anything did, by day.

    Below zero is what was undone of it.
    """
    times = ledger.Conditions(Query(as_of=moment.as_of, known_at=moment.known_at))
    received = f"p.kind = '{Recovery.KIND}' AND p.{ledger.RARE[2:]}"
    sums: dict[str, list[tuple[str, int]]] = {}
    for sign, joined in (
        (1, "e.number = p.number"),
        (-1, "e.reverses IS NOT NULL AND e.reverses = p.number"),
    ):
        wanted = " AND ".join((received, joined, *times.texts))
        for award, day, pence in session.rows(
            "SELECT e.award, e.dated, e.amount_pence FROM entries p CROSS JOIN entries e"
            f" WHERE {wanted} ORDER BY e.number",
            times.parameters,
        ):
            sums.setdefault(award, []).append((day, sign * pence))
    return sums


def _undone(session: Session, moment: Moment) -> set[int]:
    """Return the plans that were undone by a moment."""
    wanted = ledger.Conditions(Query(as_of=moment.as_of, known_at=moment.known_at))
    wanted.add("e.reverses IS NOT NULL")
    rows = session.rows(
        "SELECT e.reverses FROM entries p CROSS JOIN entries e"
        f"{wanted.where()} AND p.kind = 'profile' AND p.{ledger.RARE[2:]}"
        " AND e.reverses = p.number",
        wanted.parameters,
    )
    return {number for (number,) in rows}


def held(
    session: Session, of: Iterable[tuple[str, str]], moment: Moment
) -> dict[str, dict[str, int]]:
    """Return what each stage held of these awards by a moment, in pence; `of` is fund and award."""
    if not moment.is_now():
        return {award: awards.held_then(awards.happened(session, award, moment)) for _, award in of}
    keys = [key for fund, award in of for key in awards.stage_keys(fund, award)]
    found: dict[str, dict[str, int]] = {}
    for key, balance in ledger.balances(session, keys).items():
        found.setdefault(key.bucket, {})[key.name] = balance.held
    return found
