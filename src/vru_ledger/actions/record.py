"""Record entries: every change to money or to a limit goes through here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.actions.beside import Beside
from vru_ledger.caps import Bounds, bounds, changes_of, counted
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
from vru_ledger.domain.register import AuthorityLimit, Fund, newest_limit
from vru_ledger.domain.stages import NO_TERMS, LineTerms
from vru_ledger.errors import AlreadyThere, BadInput, NotFound, PeriodClosed
from vru_ledger.position import Balance, Key, funds_of_authority
from vru_ledger.rules import judge, stops
from vru_ledger.rules.case import Asked, Case
from vru_ledger.store import authority, ledger, points, register
from vru_ledger.store.database import Session
from vru_ledger.store.journal import Journal

if TYPE_CHECKING:
    from vru_ledger.domain.award_states import Life
    from vru_ledger.domain.overrides import CapOverride, Raised

_MOST_LISTED = 20_000
"""Recipients of closed funds that are remembered during a batch."""


class FundState:
    """A fund as the rules need it: itself, its caps and what they come to."""

    __slots__ = ("bounds", "caps", "fund")

    def __init__(self, fund: Fund, caps: dict[str, CapSet], bounds: dict[str, Bounds]) -> None:
        self.fund = fund
        self.caps = caps
        self.bounds = bounds


class Recorder:
    """One write transaction on the ledger, in the name of one actor."""

    def __init__(self, session: Session, actor: str, recorded_at: str) -> None:
        self.session = session
        self.actor = actor
        self.recorded_at = recorded_at
        self.journal = Journal(session)
        self.closed = points.closed_periods(session)
        self.beside = Beside()
        self._states: dict[str, FundState] = {}
        self._terms: dict[str, dict[tuple[str, str], LineTerms]] = {}
        self._limits: list[AuthorityLimit] | None = None
        self._listed: dict[tuple[str, str], bool] = {}

    def resumes(self, session: Session, recorded_at: str) -> bool:
        """Go on in another transaction, and say whether nothing was recorded in between."""
        self.session, self.recorded_at = session, recorded_at
        return self.journal.resumes(session)

    def state(self, fund: str, found: Fund | None = None) -> FundState:
        """Return the fund with exactly this code, `found` if it was. Raises NotFound."""
        if fund not in self._states:
            found = found or register.find_fund(self.session, fund)
            if found is None:
                raise NotFound(f"no fund has the code {fund!r}", "vru-ledger fund list")
            self._states[fund] = FundState(found, *ledger.caps_of(self.session, fund))
        return self._states[fund]

    def lines(self, fund: str) -> list[tuple[str, str, int]]:
        """Return a fund's lines of authority: source, year and unallocated pence."""
        return ledger.lines(self.session, fund)

    def is_listed(self, fund: str, recipient: str) -> bool:
        """Say whether a fund names a recipient."""
        key = (fund, recipient)
        if key not in self._listed:
            if len(self._listed) > _MOST_LISTED:
                self._listed.clear()
            self._listed[key] = register.is_listed(self.session, fund, recipient)
        return self._listed[key]

    def overrides(self, cap: str, bucket: str) -> list[Raised]:
        """Return what entries did to the ceiling of one bucket of a cap."""
        return authority.overrides(self.session, cap, bucket)

    def limit_on(self, day: date | None) -> AuthorityLimit | None:
        """Return what decides on a day who may do what: the newest setting from then or before."""
        if self._limits is None:
            self._limits = register.everything(self.session, AuthorityLimit)
        return newest_limit(self._limits, day) if self._limits else None

    def terms(self, fund: str, source: str, fy: str) -> LineTerms:
        """Return the terms on which a line of authority came."""
        if fund not in self._terms:
            self._terms[fund] = authority.line_terms(self.session, fund)
        found = self._terms[fund]
        return (found.get((source, fy)) or found.get((source, ""), NO_TERMS)) if found else NO_TERMS

    def case(
        self,
        new: AwardEntry,
        position: Mapping[Key, Balance],
        life: Life | None = None,
        who: str = "",
    ) -> Case:
        """Return an entry about an award as the rules look at it; `life` is what it follows.

        `who` is what to call the recipient, by its code unless told.
        """
        state = self.state(new.fund)
        changes = changes_of(new, state.caps, position)
        return Case(
            entry=new,
            fund=state.fund,
            # An open fund goes to anybody, so nobody asks whom it lists.
            listed=state.fund.closed and self.is_listed(new.fund, new.recipient),
            caps=state.caps,
            bounds=state.bounds,
            position=position,
            changes=changes,
            life=life,
            actor=self.actor,
            who=who,
            closed=self.closed,
            raised=self._raised(new, state, position, changes),
            limit=self.limit_on(new.dated),
            terms=self.terms(new.fund, new.source, new.fy) if new.promises() else NO_TERMS,
            **self.beside.of(self.session, self.journal, new, position, changes),
        )

    def _raised(
        self,
        new: AwardEntry,
        state: FundState,
        position: Mapping[Key, Balance],
        changes: Mapping[Key, int],
    ) -> dict[Key, int]:
        """Return by how much overrides raise the caps' balances on the entry's day."""
        raised = {}
        for key in changes:
            # A bucket that was never raised has its cap's own ceiling: nothing to look up.
            if key.scope == "cap" and position[key].ceiling not in (
                None,
                state.bounds[key.name].ceiling,
            ):
                found = self.overrides(key.name, key.bucket)
                pence = sum(one.amount_pence for one in found if one.in_force(new.dated))
                if pence:
                    raised[key] = pence
        return raised

    def append(self, entry: Entry, changes: Mapping[Key, int]) -> Recorded:
        """Chain an entry that the rules have passed. Raises PeriodClosed for a day that is."""
        self.must_be_open(entry)
        self.beside.add(entry, changes)
        return self.journal.append(entry, changes, self.actor, self.recorded_at)

    def must_be_open(self, entry: Entry) -> None:
        """Raise PeriodClosed for an entry that is dated in a closed period."""
        if not self.closed:
            return
        from vru_ledger.rules.open_period import in_closed

        if said := in_closed(entry, self.closed):
            raise PeriodClosed(said, "to see them: vru-ledger period list")

    def put_register(self, entry: Registration) -> Recorded:
        """Record a registration, and look anew at what it may have changed."""
        recorded = self.append(entry, {})
        self._states.clear()
        self._listed.clear()
        self._terms.clear()
        self._limits = None
        return recorded

    def put_marker(self, entry: Marker) -> Recorded:
        """Record a paper or what happens to a period, and look anew at which are closed."""
        recorded = self.append(entry, {})
        self.closed = points.closed_periods(self.session)
        return recorded

    def authority_case(self, entry: Funding | AuthorityEntry) -> Case:
        """Return an entry about authority as the rules look at it."""
        changes = changes_of(entry, {}, {})
        state = self.state(entry.fund)
        self.journal.flush()
        held = self.journal.load(list(changes), {}, {})
        # A copy: the case says the same after the entry is recorded.
        position = {key: held[key] for key in changes}
        return Case(
            entry=entry,
            fund=state.fund,
            listed=True,
            caps=state.caps,
            bounds=state.bounds,
            position=position,
            changes=changes,
            actor=self.actor,
            limit=self.limit_on(entry.dated),
            terms=self.terms(entry.fund, entry.source, entry.fy),
            asked=self._asked(getattr(entry, "proposal", 0)),
            undone_on=authority.undone_on(self.session, entry),
            unsaid_pence=authority.unsaid(self.session, entry),
            closed=self.closed,
            **self.beside.of(self.session, self.journal, entry, position, changes),
        )

    def put_authority(self, entry: Funding | AuthorityEntry) -> tuple[Recorded | None, Case]:
        """Record authority that comes, moves or goes, and what it makes of caps that are shares.

        Returns no entry if a rule stops it; the case says which.
        """
        case = self.authority_case(entry)
        if stops(judge(case)):
            return None, case
        return self._append_authority(entry, case.changes), case

    def put_authority_again(self, entry: Funding | AuthorityEntry) -> Recorded:
        """Record authority that the rules passed when it was first recorded, in another ledger."""
        changes = changes_of(entry, {}, {})
        self.journal.load(list(changes), {}, {})
        return self._append_authority(entry, changes)

    def _append_authority(
        self, entry: Funding | AuthorityEntry, changes: Mapping[Key, int]
    ) -> Recorded:
        recorded = self.append(entry, changes)
        if any(key.scope == "line" for key in changes):
            self.journal.flush()
            self._terms.clear()
        for fund in funds_of_authority(changes):
            self._share_anew(fund, recorded.number)
        return recorded

    def _asked(self, number: int) -> Asked | None:
        """Return the proposal that an entry names, if there is such an entry."""
        if not number:
            return None
        from vru_ledger.actions.asked_for import asked_for

        return asked_for(self.session, number)

    def put_override(self, entry: CapOverride) -> tuple[Recorded | None, Case]:
        """Record that one bucket of a cap is raised. Returns no entry if a rule stops it."""
        case = self.override_case(entry)
        if stops(judge(case)):
            return None, case
        recorded = self.append(entry, {})
        key = Key("cap", entry.fund, entry.cap, entry.bucket)
        self.journal.put_override(entry, recorded.number, key, case.bounds[entry.cap].ceiling)
        return recorded, case

    def override_case(self, entry: CapOverride) -> Case:
        """Return what raises one bucket of a cap as the rules look at it."""
        state = self.state(entry.fund)
        return Case(
            entry=entry,
            fund=state.fund,
            listed=True,
            caps=state.caps,
            bounds=state.bounds,
            position={},
            changes={},
            actor=self.actor,
            limit=self.limit_on(entry.dated),
            closed=self.closed,
            undone_on=authority.undone_on(self.session, entry),
        )

    def put_funding(self, entry: Funding) -> Recorded:
        """Record authority that was confirmed. Raises PeriodClosed."""
        self.must_be_open(entry)
        recorded, _ = self.put_authority(entry)
        if recorded is None:
            raise AssertionError("no rule stops authority from coming")
        return recorded

    def _share_anew(self, fund: str, number: int) -> None:
        """Give the caps that are a share of a fund's authority what they come to now."""
        state = self.state(fund)
        shares = [cap for cap in state.caps.values() if cap.measure == "share"]
        if not shares:
            return
        self.journal.flush()
        pence = ledger.authority(self.session, fund)
        for cap in shares:
            state.bounds[cap.cap] = bounds(cap, pence)
            self.journal.set_cap(cap, state.bounds[cap.cap], number)

    def put_cap(self, entry: CapSet) -> Recorded:
        """Record a limit; a new one first counts what has been allocated already.

        Raises BadInput if the code is another fund's, or would come to measure something else.
        """
        state = self.state(entry.fund)
        self.journal.flush()
        before = state.caps.get(entry.cap)
        if before is None and any(cap.cap == entry.cap for cap, _ in ledger.all_caps(self.session)):
            raise AlreadyThere(
                f"{entry.cap} is a cap of another fund", "give this one another code"
            )
        if before and (before.measure, before.per, before.only) != (
            entry.measure,
            entry.per,
            entry.only,
        ):
            raise BadInput(
                f"{entry.cap} measures {described(before)} and goes on doing so",
                "to measure something else set a cap with another code",
            )
        comes_to = bounds(entry, ledger.authority(self.session, entry.fund))
        recorded = self.append(entry, {})
        past = None
        if before is None:
            before_it = ledger.holdings_before(self.session, entry.fund, recorded.number)
            past = counted(entry, comes_to, before_it)
        self.journal.set_cap(entry, comes_to, recorded.number, past)
        state.caps[entry.cap], state.bounds[entry.cap] = entry, comes_to
        state.caps = dict(sorted(state.caps.items()))
        return recorded


def described(cap: CapSet) -> str:
    """Say what a cap measures: 'amount per recipient', 'recipients of kind a-and-e'."""
    per = f" per {', '.join(cap.per)}" if cap.per else ""
    return f"{cap.measure}{per}" + (f" of kind {cap.only}" if cap.only else "")
