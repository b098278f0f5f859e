"""The plans in force: what is planned of each award, from the few entries that say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from vru_ledger.domain.profiles import Profile, counted
from vru_ledger.domain.query import Moment, Query
from vru_ledger.domain.register import Area
from vru_ledger.domain.steps import Recovery
from vru_ledger.store import awards, ledger, register
from vru_ledger.store.database import Session


class Planned(NamedTuple):
    """A plan in force, what each stage holds of its award, and what of it came back, in pence."""

    plan: Profile
    held: Mapping[str, int]
    back_pence: int = 0

    def delivered_pence(self) -> int:
        """Return what was claimed or paid of the award, whether or not it came back."""
        stages = ("payable", "disbursed", "recoverable")
        return sum(self.held.get(stage, 0) for stage in stages) + self.back_pence

    def instalments(self) -> Iterator[tuple[str, int, int]]:
        """Yield each planned payment: its period, pence, and what of all of it is not delivered.

        The pence are no more than what was delivered and what is committed, of the oldest first:
        what is planned of an award beyond what it comes to, or before it is approved, is no plan.
        Nor is what came back: it is of the newest payments that were made, and no later one grows.
        """
        committed, delivered = self.held.get("committed", 0), self.delivered_pence()
        told = list(counted(self.plan.instalments, delivered, committed))
        back = self.back_pence - (delivered - sum(done for _, done, _ in told))
        stays = []
        for _, done, _ in reversed(told):
            stays.append(done - max(0, min(done, back)))
            back -= done - stays[-1]
        for (one, done, left), stay in zip(told, reversed(stays), strict=True):
            if stay + left or committed:
                yield one.period, stay + left, one.amount_pence - done


def in_force(session: Session, query: Query) -> list[Planned]:
    """Return the newest plan of each award that a query asks for, those undone left out.

    By award. Only entries that plan are read, by their index, however many others there are.
    """
    moment = query.moment()
    bcu_of = {one.code: one.bcu for one in register.everything(session, Area)} if query.bcu else {}
    undone = _undone(session, moment, Profile.KIND)
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
        Planned(newest[award], of_awards.get(award, {}), back.get(award, 0))
        for award in sorted(newest)
    ]


def _came_back(session: Session, moment: Moment) -> dict[str, int]:
    """Return what was received back by a moment of each award of which anything was, in pence."""
    undone = _undone(session, moment, Recovery.KIND)
    wanted = ledger.Conditions(
        Query(kind=Recovery.KIND, as_of=moment.as_of, known_at=moment.known_at)
    )
    sums: dict[str, int] = {}
    for number, award, pence in session.rows(
        f"SELECT e.number, e.award, e.amount_pence FROM entries e{wanted.where()}",
        wanted.parameters,
    ):
        if number not in undone:
            sums[award] = sums.get(award, 0) + pence
    return sums


def _undone(session: Session, moment: Moment, kind: str) -> set[int]:
    """Return the entries of a kind that were undone by a moment."""
    wanted = ledger.Conditions(Query(as_of=moment.as_of, known_at=moment.known_at))
    wanted.add("e.reverses IS NOT NULL")
    rows = session.rows(
        "SELECT e.reverses FROM entries p CROSS JOIN entries e"
        f"{wanted.where()} AND p.kind = '{kind}' AND p.{ledger.RARE[2:]}"
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
