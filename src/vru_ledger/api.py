"""The ledger from Python: open one, allocate, ask, check; typed calls over the same actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from vru_ledger.actions import allocate as allocation
from vru_ledger.actions import resolve
from vru_ledger.actions.check import Checked
from vru_ledger.actions.check import check as check_ledger
from vru_ledger.domain.decisions import parse_decision
from vru_ledger.domain.entries import Recorded
from vru_ledger.domain.money import LARGEST_PENCE, Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Decision, FundingSource
from vru_ledger.domain.text import parse_code, parse_name, parse_purpose, parse_sentence, shown
from vru_ledger.domain.years import parse_financial_year
from vru_ledger.errors import BadInput
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vru_ledger.actions.administer import Told
    from vru_ledger.actions.authority_request import Changed
    from vru_ledger.actions.decide import Put
    from vru_ledger.actions.override import Overridden


class Ledger:
    """A ledger that is open. Close it, or use it in a `with` block.

    Money is whole pence. Every call is a transaction of its own: what it returns is on disk, and
    what it refuses was never there. Failures are those of `vru_ledger.errors`.
    """

    def __init__(self, database: Database, actor: str, place: str) -> None:
        self.database = database
        self.actor = actor
        self.place = place

    def allocate(
        self,
        fund: str,
        recipient: str,
        amount_pence: int,
        *,
        on: date | None = None,
        fy: str = "",
        term: tuple[date | None, date | None] = (None, None),
        area: str = "",
        source: str = "",
        purpose: str = "",
        title: str = "",
        decision: str = "",
        reason: str = "",
        key: str = "",
        new_recipient: bool = False,
        kind: str = "",
        preview: bool = False,
    ) -> allocation.Allocated:
        """Promise pence of a fund to a recipient, if every cap allows it.

        `fund`, `recipient`, `area` and `source` are codes or names. Returns the entry as recorded,
        its warnings, and whether the same `key` had recorded it before. Raises EntryRefused with
        every cap it met, NotFound, BadInput, KeyConflict or LedgerBusy; then nothing was written.
        """
        request = allocation.Request(
            fund=fund,
            recipient=_read(parse_name, "recipient", recipient or " "),
            amount_pence=_pence(amount_pence),
            dated=on or date.today(),
            dated_by_clock=on is None,
            fy=_read(parse_financial_year, "fy", fy),
            term_from=term[0],
            term_to=term[1],
            area=area,
            source=source,
            purpose=_read(parse_purpose, "purpose", purpose),
            title=_read(parse_sentence, "title", title),
            decision=_read(parse_decision, "decision", decision),
            reason=_read(parse_sentence, "reason", reason),
            key=_read(parse_name, "key", key),
            new_recipient=new_recipient,
            kind=_read(parse_code, "kind", kind).lower(),
        )
        return allocation.allocate(
            self.database,
            request,
            actor=self.actor,
            recorded_at=_now(),
            preview=preview,
        )

    def change_authority(
        self,
        kind: str,
        fund: str,
        amount_pence: int | None = None,
        *,
        on: date | None = None,
        preview: bool = False,
        **more: Any,
    ) -> list[Changed]:
        """Receive, confirm, cover, vire, carry, lapse or surrender a fund's authority.

        `kind` is fund, confirm, cover, vire, carry, lapse or surrender, as the words of the command
        line; None is all that is there. `more` is what `AuthorityRequest` holds besides: source,
        fy, to_fund, to_fy, certainty, underwriter, use_by, in_year_only, expected, propose, ref,
        relates_to, reason, decision, key. Returns what was recorded. Raises EntryRefused,
        AuthorityMissing, NotFound, BadInput, KeyConflict or LedgerBusy.
        """
        from vru_ledger.actions import authority
        from vru_ledger.actions.authority_request import AuthorityRequest
        from vru_ledger.domain.authority import MOVES

        if kind not in ("fund", "confirm", "cover", *MOVES):
            raise BadInput(
                f"kind: {kind[:40]!r} is none of fund, confirm, cover, {', '.join(MOVES)}"
            )
        read = {
            name: _read(parse, name, more[name])
            for name, parse in (
                *(("fy", _year_or_none), ("to_fy", parse_financial_year)),
                *(("reason", parse_sentence), ("decision", parse_decision), ("key", parse_name)),
                *(("ref", parse_sentence), ("relates_to", parse_sentence)),
            )
            if name in more
        }
        request = AuthorityRequest(
            **{**more, **read},
            kind=kind,
            fund=fund,
            amount_pence=None if amount_pence is None else _pence(amount_pence),
            dated=on or date.today(),
            dated_by_clock=on is None,
        )
        return authority.change(
            self.database, request, actor=self.actor, recorded_at=_now(), preview=preview
        )

    def approve_entry(
        self, number: int, *, on: date | None = None, decision: str = "", preview: bool = False
    ) -> Changed:
        """Make what somebody else proposed in entry `number`. Raises AuthorityMissing, NotFound."""
        from vru_ledger.actions import authority
        from vru_ledger.actions.authority_request import AuthorityRequest

        request = AuthorityRequest(
            kind="approve",
            fund="",
            dated=on or date.today(),
            dated_by_clock=on is None,
            proposal=number,
            decision=_read(parse_decision, "decision", decision),
        )
        return authority.change(
            self.database, request, actor=self.actor, recorded_at=_now(), preview=preview
        )[0]

    def override_cap(
        self,
        cap: str,
        amount_pence: int,
        until: date,
        *,
        reason: str,
        decision: str,
        bucket: tuple[str, ...] = (),
        on: date | None = None,
        key: str = "",
        preview: bool = False,
    ) -> Overridden:
        """Let one bucket of a cap pass its limit by pence until a day, under a decision.

        `bucket` names what the cap counts per, in its order: ('Newham',). Raises AuthorityMissing,
        NotFound, BadInput, KeyConflict.
        """
        from vru_ledger.actions.override import override

        return override(
            *(self.database, cap, bucket, _pence(amount_pence), until),
            self._told(on, reason, decision, key),
            actor=self.actor,
            recorded_at=_now(),
            preview=preview,
        )

    def register(
        self,
        record: Decision | FundingSource,
        *,
        reason: str,
        on: date | None = None,
        key: str = "",
        preview: bool = False,
    ) -> Put:
        """Register a decision or a funding source. Raises AlreadyThere."""
        from vru_ledger.actions import decide

        told = self._told(on, reason, "", key)
        by: Any = {"actor": self.actor, "recorded_at": _now(), "preview": preview}
        if isinstance(record, Decision):
            code = _read(parse_decision, "code", record.code)
            return decide.add_decision(self.database, record.replace(code=code), told, **by)
        code = _read(parse_code, "code", record.code)
        return decide.add_source(self.database, record.replace(code=code), told, **by)

    def set_authority(
        self,
        *,
        reason: str,
        decision_over_pence: int | None = None,
        second_person_over_pence: int | None = None,
        on: date | None = None,
        preview: bool = False,
    ) -> Put:
        """Set from a day on over which pence an entry needs a decision, or a second person.

        None is no limit: both are set, whatever they were.
        """
        from vru_ledger.actions.decide import NewLimit, set_limit

        new = NewLimit(decision_over_pence, True, second_person_over_pence, True)
        return set_limit(
            *(self.database, new, self._told(on, reason, "", "")),
            actor=self.actor,
            recorded_at=_now(),
            preview=preview,
        )

    def _told(self, on: date | None, reason: str, decision: str, key: str) -> Told:
        from vru_ledger.actions.administer import Told

        if not reason.strip():
            raise BadInput("reason is empty", "say why, in a sentence")
        return Told(
            dated=on or date.today(),
            dated_by_clock=on is None,
            reason=_read(parse_sentence, "reason", reason),
            decision=_read(parse_decision, "decision", decision),
            key=_read(parse_name, "key", key),
        )

    def position(self, *, by: tuple[str, ...] = ("fund",), **filters: Any) -> list[Any]:
        """Return where the money is: rows of `vru_ledger.reports.position.Row`, pence by stage.

        `by` names dimensions: fund, source, recipient, area, bcu, fy, theme. `filters` are those of
        `Query`: fund, recipient, area, bcu, source, fy, stage, award, as_of, known_at.
        """
        from vru_ledger.reports import position

        with self.database.read() as session:
            query = resolve.query(session, Query(by=by, **filters))
            return list(position.answer(session, query).rows)

    def headroom(
        self,
        fund: str,
        recipient: str = "",
        *,
        fy: str = "",
        area: str = "",
        source: str = "",
        purpose: str = "",
    ) -> int:
        """Return the most pence that one more allocation could be, now.

        Of the whole fund, or to one recipient; `fy`, `area`, `source` and `purpose` are what the
        fund's caps may count per. Raises NotFound, BadInput.
        """
        from vru_ledger.actions import headroom

        with self.database.read() as session:
            if not recipient:
                return headroom.of_fund(session, resolve.fund(session, fund).code)[0]
            penny = allocation.Request(
                fund=fund,
                recipient=recipient,
                amount_pence=Pence(1),
                dated=date.today(),
                fy=fy,
                area=area,
                source=source,
                purpose=purpose,
            )
            return int(headroom.of_recipient(session, penny).meta["headroom_pence"])

    def check(self, *, head: str = "") -> Checked:
        """Work everything out again from the entries: every finding, and the head of the chain."""
        return check_ledger(self.database, head=head, today=date.today())

    def entry(self, number: int) -> Recorded | None:
        """Return one entry as it was recorded, None if there is none of that number."""
        if not 0 < number < 2**63:
            return None
        with self.database.read() as session:
            return ledger.entry(session, number)

    def head(self) -> ledger.Head:
        """Return the newest entry's number and hash."""
        with self.database.read() as session:
            return ledger.head(session)

    def engine(self) -> Engine:
        """Return a SQLAlchemy engine that can only read, for `vru_ledger.store.tables`.

        For notebooks: `Session(ledger.engine()).exec(select(EntryRow))`. Money is whole pence.
        """
        from vru_ledger.store.notebook import reading_engine

        return reading_engine(self.place)

    def close(self) -> None:
        """Let go of the ledger."""
        self.database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_ledger(place: str | Path, *, actor: str = "python", wait: float = 30.0) -> Ledger:
    """Open the ledger at a path or a postgresql:// address, in the name of `actor`.

    `wait` is how many seconds to wait while somebody else writes. Raises LedgerUnusable.
    """
    try:
        actor = parse_name(actor)
    except ValueError as problem:
        raise BadInput(f"actor: {shown(str(problem))}") from None
    return Ledger(open_database(str(place), wait=wait), actor, str(place))


def _pence(amount_pence: int) -> Pence:
    """Return pence as they may be stored. Raises TypeError for what is no whole number of them."""
    if isinstance(amount_pence, bool) or not isinstance(amount_pence, int):
        raise TypeError(f"amount_pence is whole pence, not {type(amount_pence).__name__}")
    if not 0 < amount_pence <= LARGEST_PENCE:
        raise BadInput(f"amount_pence is not from 1 to {LARGEST_PENCE:,}")
    return Pence(amount_pence)


def _year_or_none(text: str) -> str:
    return text if text == "none" else parse_financial_year(text)


def _read(parse: Callable[[str], str], what: str, given: str) -> str:
    """Return a text as it may be stored, as strictly as it is read on the terminal."""
    if not given:
        return ""
    try:
        return parse(given)
    except ValueError as problem:
        raise BadInput(f"{what}: {shown(str(problem))}") from None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
