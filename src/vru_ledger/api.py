"""The ledger from Python: open one, allocate, ask, check; typed calls over the same actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from vru_ledger.actions import allocate as allocation
from vru_ledger.actions import resolve
from vru_ledger.actions.allocation_request import Allocated, Request
from vru_ledger.actions.check import Checked
from vru_ledger.actions.check import check as check_ledger
from vru_ledger.api_authority import AuthorityCalls
from vru_ledger.api_awards import AwardCalls, now, read
from vru_ledger.api_batches import BatchCalls
from vru_ledger.domain.entries import Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.text import parse_code, parse_name, parse_sentence, shown
from vru_ledger.errors import BadInput, NotPermitted, ReasonMissing
from vru_ledger.store import ledger
from vru_ledger.store.database import Database
from vru_ledger.store.opening import open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vru_ledger.actions.administer import Told
    from vru_ledger.actions.diff import Difference
    from vru_ledger.domain.periods import Period
    from vru_ledger.domain.profiles import Instalment


NOBODY = "python"
"""Who writes where nobody said who they are."""


class Ledger(AwardCalls, AuthorityCalls, BatchCalls):
    """A ledger that is open. Close it, or use it in a `with` block.

    Money is whole pence. Every call is a transaction of its own: what it returns is on disk, and
    what it refuses was never there. Failures are those of `vru_ledger.errors`.
    """

    def __init__(self, database: Database, actor: str, place: str) -> None:
        self.database = database
        self.actor = actor
        self.place = place
        self._clerk = allocation.Clerk(database, actor)

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
        distinct: bool = False,
        propose: bool = False,
        profile: str | Sequence[Instalment] = "",
        relates_to: str = "",
        preview: bool = False,
    ) -> Allocated:
        """Promise pence of a fund to a recipient, if every cap allows it.

        `fund`, `recipient`, `area` and `source` are codes or names. A `new_recipient` whose name
        reads like another's has to be called `distinct`, with a reason. `propose` asks for it, and
        somebody else approves it; `profile` is 'quarterly', 'monthly', a number of quarters, or
        payments in the order of their periods, which add up to the award; `relates_to` is the
        closed period that a late item belongs to. Returns the entry as recorded, its warnings, and
        whether the same `key` had recorded it before. Raises EntryRefused with every cap it met,
        NotFound, AlreadyThere, PeriodClosed, BadInput, KeyConflict or LedgerBusy; then nothing was
        written.
        """
        request = Request(
            fund=fund,
            recipient=recipient,
            amount_pence=Pence(amount_pence),
            dated=on or date.today(),
            dated_by_clock=on is None,
            fy=fy,
            term_from=term[0],
            term_to=term[1],
            area=area,
            source=source,
            purpose=purpose,
            title=title,
            decision=decision,
            reason=reason,
            key=key,
            new_recipient=new_recipient,
            kind=kind,
            distinct=distinct,
            propose=propose,
            profile=profile if isinstance(profile, str) else tuple(profile),
            relates_to=_period(relates_to).name if relates_to else "",
        )
        return self._clerk.allocate(request, recorded_at=now(), preview=preview)

    def position(self, *, by: str | tuple[str, ...] = ("fund",), **filters: Any) -> list[Any]:
        """Return where the money is: rows of `vru_ledger.reports.position.Row`, pence by stage.

        `by` names dimensions: fund, source, recipient, area, bcu, fy, theme. `filters` are those of
        `Query`: fund, recipient, area, bcu, source, fy, stage, award, and when: `as_of` a day,
        `known_at` an entry's number, or text: a day, a moment like '2026-11-22T12:00:00Z' or
        'paper:NAME'.
        """
        from vru_ledger.reports import position

        asked = Query(by=_names(by), **_with_when(filters))
        with self.database.read() as session:
            return list(position.answer(session, resolve.query(session, asked)).rows)

    def report(
        self, name: str, *, by: str | tuple[str, ...] = (), everything: bool = False, **filters: Any
    ) -> list[Any]:
        """Return the rows of a report: awards, caps, funds, journal, recipients and the others.

        `filters` are those of `position`. Raises NotFound for a report that is not there.
        """
        from vru_ledger import reports

        asked = Query(by=_names(by), everything=everything, **_with_when(filters))
        with self.database.read() as session:
            query = resolve.query(session, asked)
            return list(reports.report(name).answer(session, query).rows)

    def headroom(
        self,
        fund: str,
        recipient: str = "",
        *,
        fy: str = "",
        area: str = "",
        source: str = "",
        purpose: str = "",
        as_of: date | None = None,
        known_at: int | str | None = None,
    ) -> int:
        """Return the most pence that one more allocation could be, now or at an earlier time.

        Of the whole fund, or to one recipient; `fy`, `area`, `source` and `purpose` are what the
        fund's caps may count per, `as_of` and `known_at` as `position` takes them. Raises NotFound,
        BadInput.
        """
        from vru_ledger.actions import headroom
        from vru_ledger.store.books import books_at

        asked = Query(**_with_when({"as_of": as_of, "known_at": known_at}))
        with self.database.read() as session:
            moment = resolve.query(session, asked).moment()
            if not recipient:
                code = resolve.fund(session, fund).code
                day = as_of or date.today()
                return headroom.of_fund(books_at(session, moment), code, day)[0]
            penny = Request(
                fund=fund,
                recipient=recipient,
                amount_pence=Pence(1),
                dated=as_of or date.today(),
                fy=fy,
                area=area,
                source=source,
                purpose=purpose,
            )
            return int(headroom.of_recipient(session, penny, moment).meta["headroom_pence"])

    def diff(
        self,
        start: str | int | date,
        end: str | int | date = "now",
        *,
        by: str | tuple[str, ...] = (),
    ) -> Difference:
        """Return every figure that moved between two points, and the entries that moved it.

        A point is an entry's number, 'paper:NAME', a moment, 'now', or a day: the figures as of it.
        `by` names dimensions beside the fund. Raises NotFound, BadInput.
        """
        from vru_ledger.actions.diff import difference

        with self.database.read() as session:
            return difference(session, _typed(start), _typed(end), _names(by))

    def tag_paper(
        self, name: str, *, on: date | None = None, reason: str = "", key: str = ""
    ) -> Recorded:
        """Name the ledger's newest entry for a paper: `known_at="paper:NAME"` finds it.

        Raises AlreadyThere: a paper is never moved.
        """
        from vru_ledger.actions.points import tag_paper

        return tag_paper(
            self.database,
            read(parse_code, "name", name or " "),
            _told(on, reason, key),
            actor=self.actor,
            recorded_at=now(),
            preview=False,
        ).recorded

    def close_period(
        self, period: str, *, reason: str, on: date | None = None, key: str = ""
    ) -> Recorded:
        """Close '2021/22', '2021/22-Q4' or '2021/22-P12': no entry may be dated in it any more.

        Raises PeriodClosed if it is closed already, EntryRefused if it has not ended.
        """
        from vru_ledger.actions.points import close_period

        return close_period(
            self.database,
            _period(period),
            _told(on, reason, key, needs_reason="to close a period"),
            actor=self.actor,
            recorded_at=now(),
            preview=False,
        ).recorded

    def reopen_period(
        self, period: str, *, reason: str, on: date | None = None, key: str = ""
    ) -> Recorded:
        """Let a closed period take entries again, in the name that the ledger was opened with.

        Raises AuthorityMissing if it was opened in nobody's name, PeriodClosed if it is not closed.
        """
        from vru_ledger.actions.points import reopen_period

        return reopen_period(
            self.database,
            _period(period),
            _told(on, reason, key, needs_reason="to reopen a period"),
            actor=self.actor,
            named=self.actor != NOBODY,
            recorded_at=now(),
            preview=False,
        ).recorded

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


def open_ledger(place: str | Path, *, actor: str = NOBODY, wait: float = 30.0) -> Ledger:
    """Open the ledger at a path or a postgresql:// address, in the name of `actor`.

    `wait` is how many seconds to wait while somebody else writes. On a team's ledger the actor is
    who the server says. Raises LedgerUnusable, NotPermitted.
    """
    try:
        actor = parse_name(actor)
    except ValueError as problem:
        raise BadInput(f"actor: {shown(str(problem))}") from None
    database = open_database(str(place), wait=wait)
    try:
        actor = database.writer("" if actor == NOBODY else actor) or actor
    except NotPermitted:
        database.close()
        raise
    return Ledger(database, actor, str(place))


def _with_when(filters: dict[str, Any]) -> dict[str, Any]:
    """Return filters in which WHEN stands as text, for `resolve.query` to find the entry."""
    when = filters.get("known_at")
    return {**filters, "known_at": None, "known": "" if when is None else _typed(when)}


def _typed(point: str | int | date) -> str:
    return point.isoformat() if isinstance(point, date) else str(point)


def _names(by: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of dimensions, of which one alone may stand as it is."""
    return (by,) if isinstance(by, str) else tuple(by)


def _period(named: str) -> Period:
    from vru_ledger.domain.periods import parse_period

    try:
        return parse_period(named)
    except ValueError as problem:
        raise BadInput(f"period: {shown(str(problem))}") from None


def _told(on: date | None, reason: str, key: str, *, needs_reason: str = "") -> Told:
    from vru_ledger.actions.administer import Told

    if needs_reason and not reason.strip():
        raise ReasonMissing(needs_reason)
    return Told(
        dated=on or date.today(),
        dated_by_clock=on is None,
        reason=read(parse_sentence, "reason", reason),
        key=read(parse_name, "key", key),
    )
