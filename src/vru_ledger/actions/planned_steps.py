"""The steps of a plan, taken one after another in one transaction, each with the room around it."""

from __future__ import annotations

from datetime import date
from typing import Any

from vru_ledger.actions import headroom, resolve
from vru_ledger.actions.allocate import Allocator
from vru_ledger.actions.allocation_request import Request
from vru_ledger.actions.authority import Changer
from vru_ledger.actions.authority_request import AuthorityRequest
from vru_ledger.actions.award import Stepper, StepRequest, of_award_fields, told_alike
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.reverse import Told, put_reversal
from vru_ledger.domain.authority import MOVES
from vru_ledger.domain.entries import Allocation, AwardEntry, Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import NOW
from vru_ledger.domain.steps import STEPS
from vru_ledger.errors import NotFound
from vru_ledger.exchange.plan_file import Given, Outcome, Room
from vru_ledger.store import awards, ledger
from vru_ledger.store.books import books_at

MAKING = ("allocate", "propose")
MOVING = tuple(MOVES)
"""Steps that move authority nobody was promised."""

UNDOING = ("reverse",)


class PlannedSteps:
    """Takes steps as a plan gives them. `plan` and `approved_by` are what each entry says of it."""

    def __init__(self, recorder: Recorder, *, plan: str = "", approved_by: str = "") -> None:
        self.recorder = recorder
        self.session = recorder.session
        self.called: dict[str, str] = {}
        """Awards made so far by what the plan calls them."""

        self._before = recorder.journal.number
        self._of_plan: dict[str, Any] = {"plan": plan, "approved_by": approved_by}
        self._allocator = Allocator(recorder)
        self._stepper = Stepper(recorder)

    def take(self, given: Given, key: str = "") -> tuple[Recorded, Outcome]:
        """Record one step, or raise and leave the transaction as it was.

        Raises EntryRefused, AuthorityMissing, NotFound, BadInput, AlreadyThere and KeyConflict.
        """
        if given.do in MAKING:
            return self._make(given, key)
        if given.do in MOVING:
            return self._move(given, key)
        if given.do in UNDOING:
            return self._undo(given, key)
        return self._step(given, key)

    def _make(self, given: Given, key: str) -> tuple[Recorded, Outcome]:
        told: dict[str, Any] = {
            name: getattr(given, name)
            for name in (
                *("fund", "recipient", "fy", "area", "source", "purpose"),
                *("title", "relates_to", "decision", "reason"),
            )
        }
        request = Request(
            **told,
            **self._of_plan,
            amount_pence=Pence(given.amount_pence or 0),
            dated=date.fromisoformat(given.on),
            term_from=_day(given.term_from),
            term_to=_day(given.term_to),
            key=key,
            propose=given.do == "propose",
        )
        new, _, _ = self._allocator.complete(request)
        before = self._room(new)
        done = self._allocator.put(request)
        self.recorder.journal.flush()
        if given.calls:
            self.called[given.calls] = done.entry.award
        return done.recorded, self._outcome(done.recorded, [(before, new)], done.warnings)

    def _step(self, given: Given, key: str) -> tuple[Recorded, Outcome]:
        request = StepRequest(
            kind=given.do,
            award=self._award(given.award),
            dated=date.fromisoformat(given.on),
            amount_pence=None if given.amount_pence is None else Pence(given.amount_pence),
            lower=given.lower,
            ref=given.ref,
            relates_to=given.relates_to,
            decision=given.decision,
            reason=given.reason,
            key=key,
            **self._of_plan,
        )
        like = self._like(self._stepper.made(request.award))
        before = self._room(like)
        done = self._stepper.put(request)
        self.recorder.journal.flush()
        done = told_alike(self.session, done, self._before)
        return done.recorded, self._outcome(done.recorded, [(before, like)], done.warnings)

    def _undo(self, given: Given, key: str) -> tuple[Recorded, Outcome]:
        told = Told(
            reason=given.reason,
            dated=date.fromisoformat(given.on),
            decision=given.decision,
            key=key,
            relates_to=given.relates_to,
            **self._of_plan,
        )
        original = ledger.entry(self.session, given.entry)
        around: list[tuple[Room, Allocation | str]] = []
        if original and isinstance(original.entry, AwardEntry):
            like = self._like(self._stepper.made(original.entry.award))
            around = [(self._room(like), like)]
        elif original and (fund := getattr(original.entry, "fund", "")):
            around = [(self._room(fund), fund)]
        done = put_reversal(self.recorder, given.entry, told)
        self._look_anew()
        return done.recorded, self._outcome(done.recorded, around, done.warnings)

    def _move(self, given: Given, key: str) -> tuple[Recorded, Outcome]:
        """Move authority between funds or years, or give it up."""
        request = AuthorityRequest(
            kind=given.do,
            fund=resolve.fund(self.session, given.fund).code,
            to_fund=resolve.fund(self.session, given.to_fund).code if given.to_fund else "",
            amount_pence=None if given.amount_pence is None else Pence(given.amount_pence),
            source=given.source,
            fy=given.fy,
            to_fy=given.to_fy,
            ref=given.ref,
            relates_to=given.relates_to,
            dated=date.fromisoformat(given.on),
            decision=given.decision,
            reason=given.reason,
            key=key,
            **self._of_plan,
        )
        funds = dict.fromkeys(code for code in (request.fund, request.to_fund) if code)
        around: list[tuple[Room, Allocation | str]] = [(self._room(code), code) for code in funds]
        [done] = Changer(self.recorder).put(request)
        self._look_anew()
        return done.recorded, self._outcome(done.recorded, around, done.warnings)

    def _look_anew(self) -> None:
        """Write what waits, and forget what an entry may have changed behind our back."""
        self.recorder.journal.flush()
        self._allocator = Allocator(self.recorder)
        self._stepper.forget()

    def _award(self, asked: str) -> str:
        """Return the reference of an award, which the plan itself may have made."""
        if not asked.startswith("@"):
            return asked
        if asked not in self.called:
            raise NotFound(
                f"no award is called {asked!r} before this row",
                "give an earlier allocate that name in its column award",
            )
        return self.called[asked]

    def _like(self, made: awards.Made) -> Allocation:
        """Return an award as one more like it would be allocated."""
        return Allocation(
            **of_award_fields(made),
            amount_pence=Pence(1),
            term_from=_day(made.term_from or ""),
            term_to=_day(made.term_to or ""),
        )

    def _room(self, of: Allocation | str) -> Room:
        """Return the room that a fund has, or that there is for one more award like this."""
        if isinstance(of, str):
            pence, stopped_by = headroom.of_fund(books_at(self.session, NOW), of)
            return Room(of=of, before_pence=pence, after_pence=pence, stopped_by=stopped_by)
        next_award = f"{of.fund}-{ledger.newest_award(self.session, of.fund) + 1:04}"
        case, _ = self._allocator.judged(of.replace(amount_pence=Pence(1), award=next_award))
        pence, stopped_by = headroom.room(case)
        named = f"{of.recipient} of {of.fund}"
        return Room(of=named, before_pence=pence, after_pence=pence, stopped_by=stopped_by)

    def _outcome(
        self,
        recorded: Recorded,
        around: list[tuple[Room, Any]],
        warnings: Any,
    ) -> Outcome:
        entry: Any = recorded.entry
        rooms = []
        for before, of in around:
            now = self._room(of)
            rooms.append(now.model_copy(update={"before_pence": before.before_pence}))
        return Outcome(
            fund=entry.fund,
            award=getattr(entry, "award", ""),
            recipient=getattr(entry, "recipient", ""),
            amount_pence=entry.amount_pence,
            from_stage=getattr(entry, "from_stage", ""),
            to_stage=getattr(entry, "to_stage", ""),
            headroom=rooms,
            warnings=[warning.sentence for warning in warnings if warning.severity != "stop"],
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


STEPS_OF_A_PLAN = (
    *MAKING,
    *(name for name in STEPS if name not in UNDOING),
    *MOVING,
    *UNDOING,
)
"""Everything that a plan can do."""
