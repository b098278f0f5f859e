"""The ledger from Python: open one, allocate, ask, check; typed calls over the same actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from vru_ledger.actions import allocate as allocation
from vru_ledger.actions import resolve
from vru_ledger.actions.check import Checked
from vru_ledger.actions.check import check as check_ledger
from vru_ledger.api_authority import AuthorityCalls
from vru_ledger.api_awards import AwardCalls, now, read
from vru_ledger.domain.entries import Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.text import parse_name, shown
from vru_ledger.errors import BadInput
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, open_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vru_ledger.actions.allocate_many import Batch
    from vru_ledger.actions.apply_plan import Applied
    from vru_ledger.domain.profiles import Instalment
    from vru_ledger.exchange.plan_file import Plan


class Ledger(AwardCalls, AuthorityCalls):
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
        preview: bool = False,
    ) -> allocation.Allocated:
        """Promise pence of a fund to a recipient, if every cap allows it.

        `fund`, `recipient`, `area` and `source` are codes or names. A `new_recipient` whose name
        reads like another's has to be called `distinct`, with a reason. `propose` asks for it, and
        somebody else approves it; `plan` is 'quarterly', 'monthly', a number of quarters, or
        payments in the order of their periods, which add up to the award. Returns the entry as
        recorded, its warnings, and whether the same `key` had recorded it before. Raises
        EntryRefused with every cap it met, NotFound, AlreadyThere, BadInput, KeyConflict or
        LedgerBusy; then nothing was written.
        """
        request = allocation.Request(
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
        )
        return self._clerk.allocate(request, recorded_at=now(), preview=preview)

    def pay_file(
        self,
        path: str | Path,
        *,
        on: date | None = None,
        advance: bool = False,
        sheet: str = "",
        preview: bool = False,
    ) -> Batch:
        """Pay every row of a CSV or XLSX file, or none: columns `award` and `amount` in pounds.

        `on` is the day of rows that give none; `advance` pays before need where a row does not say.
        Returns how many rows were recorded now and how many before, and their sum in pence. Raises
        RowsRejected with a finding for every bad row, FileUnreadable or LedgerBusy; then nothing
        was written.
        """
        return self._take_file(path, "advance" if advance else "pay", on, sheet, preview)

    def claim_file(
        self,
        path: str | Path,
        *,
        on: date | None = None,
        sheet: str = "",
        preview: bool = False,
    ) -> Batch:
        """Approve the claim in every row of a CSV or XLSX file, or none; as `pay_file`."""
        return self._take_file(path, "claim", on, sheet, preview)

    def _take_file(
        self, path: str | Path, kind: str, on: date | None, sheet: str, preview: bool
    ) -> Batch:
        from vru_ledger.actions import steps_many

        return steps_many.take_file(
            self.database,
            steps_many.steps_file(str(path), kind, sheet=sheet),
            kind,
            today=date.today(),
            dated=on,
            actor=self.actor,
            recorded_at=now(),
            preview=preview,
        )

    def plan(self, path: str | Path, *, on: date | None = None, sheet: str = "") -> Plan:
        """Try the steps of a CSV or XLSX file together, undo them, and return the plan.

        Its `text()` is the file that `apply` reads. `on` is the day of rows that give none. Raises
        RowsRejected with a finding for every step that cannot be taken, FileUnreadable, LedgerBusy.
        """
        from vru_ledger.actions import plan

        return plan.plan(
            self.database,
            plan.steps_file(str(path), sheet=sheet),
            today=date.today(),
            dated=on,
            actor=self.actor,
            recorded_at=now(),
        )

    def apply(
        self,
        plan: Plan | str | Path,
        *,
        approved_by: str = "",
        rebase: bool = False,
        preview: bool = False,
    ) -> Applied:
        """Record every step of a plan, given itself or as a file; once, however often applied.

        Raises PlanStale if the ledger has moved, unless `rebase` plans it anew: what differs is
        then in `differences`. Raises PlanTampered, AuthorityMissing if `approved_by` is who
        applies it, RowsRejected, KeyConflict or LedgerBusy; then nothing was written.
        """
        from vru_ledger.actions import apply_plan
        from vru_ledger.exchange.plan_file import proved, read_plan

        return apply_plan.apply(
            self.database,
            read_plan(str(plan)) if isinstance(plan, str | Path) else proved(plan),
            actor=self.actor,
            recorded_at=now(),
            approved_by=read(parse_name, "approved_by", approved_by),
            rebase=rebase,
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
