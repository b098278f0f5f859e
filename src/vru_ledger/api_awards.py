"""What happens to an award, from Python: typed calls, each a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

from vru_ledger.domain.decisions import parse_decision
from vru_ledger.domain.money import LARGEST_PENCE, Pence
from vru_ledger.domain.periods import parse_period_name
from vru_ledger.domain.text import parse_name, parse_sentence, shown
from vru_ledger.errors import BadInput
from vru_ledger.store.database import Database

if TYPE_CHECKING:
    from vru_ledger.actions.award import Stepped, StepRequest
    from vru_ledger.actions.profile import Planned
    from vru_ledger.actions.restate import Restated
    from vru_ledger.actions.reverse import Reversed
    from vru_ledger.domain.award_states import Life
    from vru_ledger.domain.profiles import Instalment
    from vru_ledger.store.awards import Made


class Words(TypedDict, total=False):
    """What any entry may be told: the day it counts from (today), by which decision; its key.

    With `preview` all of it is done and then undone.
    """

    on: date | None
    decision: str
    key: str
    preview: bool


class Why(Words, total=False):
    """What an entry may be told that needs no reason."""

    reason: str


class Reasoned(Words):
    """What an entry is told that has to say why."""

    reason: str


class StepWords(Why, total=False):
    """What a step may be told besides: the paper behind it, the closed period it belongs to."""

    ref: str
    relates_to: str


class ReasonedStep(Reasoned, total=False):
    """The same of a step that has to say why."""

    ref: str
    relates_to: str


class AwardStanding(NamedTuple):
    """An award: its terms as it was made, and what has become of it (`life.state`, `life.held`)."""

    made: Made
    life: Life


class AwardCalls:
    """Calls about awards. Amounts are whole pence above zero; None means all that there is.

    Each raises EntryRefused with what stands in the way and what would pass, AuthorityMissing where
    somebody else must decide, NotFound, BadInput, KeyConflict or LedgerBusy; then nothing was
    written.
    """

    database: Database
    actor: str

    def award(self, award: str) -> AwardStanding:
        """Return an award's terms and what it has come to. Raises NotFound."""
        from vru_ledger.actions import resolve
        from vru_ledger.store import awards

        with self.database.read() as session:
            made = resolve.award(session, award)
            return AwardStanding(made, awards.life(session, made))

    def steps(self, requests: Sequence[StepRequest], *, preview: bool = False) -> list[Stepped]:
        """Take steps in one transaction, all or none, each judged after those before it."""
        from vru_ledger.actions.award import take

        return take(self.database, requests, actor=self.actor, recorded_at=now(), preview=preview)

    def approve(self, award: str, **words: Unpack[StepWords]) -> Stepped:
        """Promise what was proposed; whoever proposed it cannot."""
        return self._step("approve", award, None, words)

    def reject(self, award: str, **words: Unpack[ReasonedStep]) -> Stepped:
        """Free what was proposed: it is not approved."""
        return self._step("reject", award, None, words)

    def withdraw(self, award: str, **words: Unpack[ReasonedStep]) -> Stepped:
        """Free what was proposed: it is no longer asked for."""
        return self._step("withdraw", award, None, words)

    def amend(
        self,
        award: str,
        change_pence: int,
        *,
        propose: bool = False,
        **words: Unpack[ReasonedStep],
    ) -> Stepped:
        """Let an award grow by `change_pence`, or below zero give back what is not delivered.

        With `propose` somebody else approves the growth.
        """
        amount = whole_pence(abs(change_pence) if type(change_pence) is int else change_pence)
        if propose and change_pence < 0:
            raise BadInput("propose is for an award that grows")
        request = self._request("amend", award, amount, words)
        request = request.replace(lower=change_pence < 0, propose=propose)
        return self.steps([request], preview=words.get("preview", False))[0]

    def restate(self, award: str, change_pence: int, **words: Unpack[Reasoned]) -> Restated:
        """Undo an award that was wrong from the start and make it anew: two linked entries.

        Both are of the award's own day, or of `on`; if its day is closed by now, of `on` or today.
        Refused once anything was claimed, paid or decided about it: then amend it.
        """
        from vru_ledger.actions.restate import Restatement, restate

        amount = whole_pence(abs(change_pence) if type(change_pence) is int else change_pence)
        asked = Restatement(
            award=award,
            change_pence=-amount if change_pence < 0 else amount,
            **_told(words),
        )
        return restate(
            self.database,
            asked,
            actor=self.actor,
            recorded_at=now(),
            preview=words.get("preview", False),
        )

    def claim(self, award: str, amount_pence: int | None, **words: Unpack[StepWords]) -> Stepped:
        """Approve a claim: it is owed from now on."""
        return self._step("claim", award, amount_pence, words)

    def reject_claim(
        self, award: str, amount_pence: int | None, **words: Unpack[ReasonedStep]
    ) -> Stepped:
        """Say that a claim which was approved is not owed after all."""
        return self._step("reject-claim", award, amount_pence, words)

    def pay(
        self,
        award: str,
        amount_pence: int | None,
        *,
        advance: bool = False,
        **words: Unpack[StepWords],
    ) -> Stepped:
        """Pay what was claimed; with `advance`, before anything was claimed for it."""
        return self._step("advance" if advance else "pay", award, amount_pence, words)

    def clawback(
        self, award: str, amount_pence: int | None, **words: Unpack[ReasonedStep]
    ) -> Stepped:
        """Demand back what was paid."""
        return self._step("clawback", award, amount_pence, words)

    def recover(self, award: str, amount_pence: int | None, **words: Unpack[StepWords]) -> Stepped:
        """Receive what was demanded back: the fund may promise it again."""
        return self._step("recover", award, amount_pence, words)

    def write_off(
        self, award: str, amount_pence: int | None, **words: Unpack[ReasonedStep]
    ) -> Stepped:
        """Give up what was demanded back: a loss, and so under a decision only."""
        return self._step("write-off", award, amount_pence, words)

    def close_award(self, award: str, **words: Unpack[StepWords]) -> Stepped:
        """End an award and free what was not delivered; `close` only lets go of the ledger."""
        return self._step("close", award, None, words)

    def suspend(self, award: str, **words: Unpack[ReasonedStep]) -> Stepped:
        """Let nothing be claimed or paid until the award is resumed."""
        return self._step("suspend", award, None, words)

    def resume(self, award: str, **words: Unpack[StepWords]) -> Stepped:
        """End a suspension."""
        return self._step("resume", award, None, words)

    def reverse(self, entry: int, **words: Unpack[ReasonedStep]) -> Reversed:
        """Undo entry number `entry` by its opposite, once. Raises AlreadyThere if it was."""
        return self._undo(entry, words)

    def undo(self, **words: Unpack[ReasonedStep]) -> Reversed:
        """Undo the newest entry that can be undone."""
        return self._undo(None, words)

    def profile(
        self, award: str, instalments: Sequence[Instalment], **words: Unpack[Why]
    ) -> Planned:
        """Plan all payments of an award anew, in the order of their periods: a new version."""
        from vru_ledger.actions.profile import Told, forecast

        told = Told(**_told(words))
        return forecast(
            self.database,
            award,
            instalments,
            told,
            actor=self.actor,
            recorded_at=now(),
            preview=words.get("preview", False),
        )

    def milestone(self, award: str, name: str, **words: Unpack[Why]) -> Planned:
        """Say that a milestone was met on the day `on`: what waited for it may be paid."""
        from vru_ledger.actions.profile import Told, meet

        told = Told(**_told(words))
        return meet(
            self.database,
            award,
            read(parse_sentence, "name", name),
            told,
            actor=self.actor,
            recorded_at=now(),
            preview=words.get("preview", False),
        )

    def _step(self, kind: str, award: str, amount_pence: int | None, words: Any) -> Stepped:
        amount = None if amount_pence is None else whole_pence(amount_pence)
        request = self._request(kind, award, amount, words)
        return self.steps([request], preview=words.get("preview", False))[0]

    def _request(
        self, kind: str, award: str, amount_pence: Pence | None, words: Any
    ) -> StepRequest:
        from vru_ledger.actions.award import StepRequest

        return StepRequest(
            kind=kind,
            award=award,
            amount_pence=amount_pence,
            **_told(words),
            **_papers(words),
        )

    def _undo(self, entry: int | None, words: Any) -> Reversed:
        from vru_ledger.actions.reverse import Told, reverse

        told = Told(
            **_told(words),
            relates_to=read(parse_period_name, "relates_to", words.get("relates_to", "")),
        )
        return reverse(
            self.database,
            entry,
            told,
            actor=self.actor,
            recorded_at=now(),
            preview=words.get("preview", False),
        )


def _told(words: Any) -> dict[str, Any]:
    """Return what an entry was told, as strictly as it is read on the terminal."""
    on = words.get("on")
    return {
        "dated": on or date.today(),
        "dated_by_clock": on is None,
        "reason": read(parse_sentence, "reason", words.get("reason", "")),
        "decision": read(parse_decision, "decision", words.get("decision", "")),
        "key": read(parse_name, "key", words.get("key", "")),
    }


def _papers(words: Any) -> dict[str, Any]:
    return {
        "ref": read(parse_sentence, "ref", words.get("ref", "")),
        "relates_to": read(parse_period_name, "relates_to", words.get("relates_to", "")),
    }


def whole_pence(given: int) -> Pence:
    """Return an amount as it may be stored. Raises TypeError unless whole, BadInput unless fit."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError(f"amount_pence is whole pence, not {type(given).__name__}")
    if not 0 < given <= LARGEST_PENCE:
        raise BadInput(f"amount_pence is not from 1 to {LARGEST_PENCE:,}")
    return Pence(given)


def read(parse: Callable[[str], str], what: str, given: str) -> str:
    """Return a text as it may be stored, as strictly as it is read on the terminal."""
    if not given:
        return ""
    try:
        return parse(given)
    except ValueError as problem:
        raise BadInput(f"{what}: {shown(str(problem))}") from None


def now() -> str:
    """Return this moment as entries keep it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
