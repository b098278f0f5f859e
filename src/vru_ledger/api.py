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
from vru_ledger.domain.text import parse_code, parse_name, parse_purpose, parse_sentence, shown
from vru_ledger.domain.years import parse_financial_year
from vru_ledger.errors import BadInput
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine


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
        if isinstance(amount_pence, bool) or not isinstance(amount_pence, int):
            raise TypeError(f"amount_pence is whole pence, not {type(amount_pence).__name__}")
        if not 0 < amount_pence <= LARGEST_PENCE:
            raise BadInput(f"amount_pence is not from 1 to {LARGEST_PENCE:,}")
        request = allocation.Request(
            fund=fund,
            recipient=_read(parse_name, "recipient", recipient or " "),
            amount_pence=Pence(amount_pence),
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
