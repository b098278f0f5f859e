"""Promise money of a fund to a recipient, if every cap allows it."""

from __future__ import annotations

from typing import cast

from vru_ledger.actions import resolve
from vru_ledger.actions.allocation_request import Allocated, Request
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.storable import storable
from vru_ledger.caps import keys_of
from vru_ledger.domain.entries import Allocation, Proposal, Registration
from vru_ledger.domain.register import UNTOLD_KIND, Fund, Recipient
from vru_ledger.errors import BadInput, LedgerError
from vru_ledger.position import available, line_keys
from vru_ledger.rules import judge, stops
from vru_ledger.rules.case import Breach, Case
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Database, Session


def allocate(
    database: Database,
    request: Request,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> Allocated:
    """Record one allocation; see `Clerk`."""
    return Clerk(database, actor).allocate(request, recorded_at=recorded_at, preview=preview)


class Clerk:
    """Allocations one after another, each a transaction of its own, in the name of one actor.

    What one has read of funds, caps and balances stays true for the next while the ledger's head is
    the one that it left: nothing changes without an entry. So the next reads only what is new.
    """

    def __init__(self, database: Database, actor: str) -> None:
        self.database = database
        self.actor = actor
        self._known: Allocator | None = None

    def allocate(self, request: Request, *, recorded_at: str, preview: bool = False) -> Allocated:
        """Record one allocation.

        Raises BadInput, EntryRefused, NotFound, KeyConflict and those of `write`.
        """
        request = storable(request)
        # Taken away first: whatever fails, or is undone, leaves nothing behind that was never kept.
        known, self._known = self._known, None

        def work(session: Session) -> tuple[Allocated, Allocator]:
            allocator = known
            if allocator is None or not allocator.resumes(session, recorded_at):
                allocator = Allocator(Recorder(session, self.actor, recorded_at))
            outcome = allocator.put(request)
            allocator.recorder.journal.flush()
            if request.profile or (request.key and outcome.already):
                from vru_ledger.actions.profile import profile_of_request

                outcome = profile_of_request(allocator.recorder, request, outcome)
            return outcome, allocator

        outcome, allocator = self.database.write(work, keep=not preview)
        if not preview:
            self._known = allocator
        return outcome


class Allocator:
    """Allocations inside one write transaction: completed, judged, and appended."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.session = recorder.session
        self._newest: dict[str, int] = {}
        self._funds: dict[str, Fund] = {}
        self._recipients: dict[str, Recipient] = {}
        self._looked = 0
        self._areas: dict[str, tuple[str, str]] = {"": ("", "")}
        self._sources: dict[tuple[str, str], str] = {}
        self._by_year: dict[tuple[str, str], list[str]] = {}

    def resumes(self, session: Session, recorded_at: str) -> bool:
        """Go on in another transaction, and say whether what is known is still true."""
        self.session = session
        return self.recorder.resumes(session, recorded_at)

    def put(self, request: Request, *, is_new_key: bool = False) -> Allocated:
        """Record one allocation, or raise and leave the transaction as it was.

        `is_new_key` says that nobody can have used its key before.
        """
        new, recipient, is_new = self.complete(request)
        if new.key and not is_new_key:
            from vru_ledger.actions.keys import already_recorded

            self.recorder.journal.settle(new.key)
            found = ledger.entries_by_key(self.session, [new.key])
            before = already_recorded(found, new, dated_by_clock=request.dated_by_clock)
            if before and isinstance(before.entry, Allocation):
                name = self._funds[request.fund].name
                return Allocated(before, before.entry, name, recipient.name, [], already=True)
        # Somebody new has no code yet that anybody knows.
        case, breaches = self.judged(new, request.recipient if is_new else "")
        if stops(breaches):
            raise self.refused(request, case, breaches)
        if is_new:
            self.recorder.put_register(
                Registration(
                    records=(recipient,),
                    dated=new.dated,
                    reason=new.reason or "a new recipient",
                    decision=new.decision,
                )
            )
            self._recipients.clear()
        recorded = self.recorder.append(case.entry, case.changes)
        self._newest[new.fund] += 1
        made = cast(Allocation, case.entry)
        return Allocated(
            recorded=recorded,
            entry=made,
            fund_name=case.fund.name,
            recipient_name=recipient.name,
            warnings=breaches,
        )

    def judged(self, new: Allocation, who: str = "") -> tuple[Case, list[Breach]]:
        """Return the allocation, drawn from the authority there is, and what the rules say.

        `who` is what to call the recipient, by its code unless told.
        """
        state, lines = self.recorder.state(new.fund), line_keys(new)
        keys = [*keys_of(new, state.caps), *lines]
        position = self.recorder.journal.load(keys, state.caps, state.bounds, new.award)
        own, unassigned = available(new, position)
        if new.fy and new.amount_pence > own:
            # What the year does not have is lent by authority that has no year.
            new = new.replace(unassigned_pence=min(new.amount_pence - own, unassigned))
        case = self.recorder.case(new, position, who=who)
        return case, judge(case)

    def complete(self, request: Request) -> tuple[Allocation, Recipient, bool]:
        """Return what a request means: the allocation, its recipient, and whether that is new.

        Raises NotFound or BadInput where the names do not say.
        """
        session = self.session
        if request.fund not in self._funds:
            self._funds[request.fund] = resolve.fund(session, request.fund)
        fund = self._funds[request.fund]
        self.recorder.state(fund.code, fund)
        recipient, is_new = self._recipient(fund, request)
        area, bcu = self._area(request.area or recipient.area)
        source = self._source(fund, request.source)
        if not request.fy:
            self._needs_no_year(fund, source)
        if fund.code not in self._newest:
            self._newest[fund.code] = ledger.newest_award(session, fund.code)
        given = request.term_from or request.term_to
        new = (Proposal if request.propose else Allocation)(
            fund=fund.code,
            recipient=recipient.code,
            recipient_kind=recipient.kind,
            amount_pence=request.amount_pence,
            award=f"{fund.code}-{self._newest[fund.code] + 1:04}",
            area=area,
            bcu=bcu,
            source=source,
            fy=request.fy,
            purpose=resolve.purpose(request.purpose),
            title=request.title,
            term_from=request.term_from if given else fund.term_from,
            term_to=request.term_to if given else fund.term_to,
            dated=request.dated,
            restates=request.restates,
            reason=request.reason,
            decision=request.decision,
            key=request.key,
            plan=request.plan,
            approved_by=request.approved_by,
            relates_to=request.relates_to,
        )
        return new, recipient, is_new

    def refused(self, request: Request, case: Case, breaches: list[Breach]) -> LedgerError:
        """Return the refusal: every cap, which bind, the most that passes, and what to type."""
        from vru_ledger.actions.allocate_refused import refusal  # Only a refusal needs it.

        return refusal(request, case, breaches, self.would_stop)

    def would_stop(self, request: Request) -> bool:
        """Say whether a request would be refused, or is none."""
        try:
            new, _, _ = self.complete(request)
            return stops(self.judged(new)[1])
        except LedgerError:
            return True

    def _recipient(self, fund: Fund, request: Request) -> tuple[Recipient, bool]:
        """Return the recipient, and whether it is new. Raises NotFound, BadInput."""
        if request.new_recipient:
            return self._new_recipient(fund, request)
        asked, known = request.recipient, self._recipients
        if asked not in known:
            found = register.find_recipients(self.session, asked)
            if len(found) != 1:
                # None, or a name that several share: whose it is depends on the fund.
                self._looked += not found
                near = self._looked <= _MOST_NEAR
                return resolve.recipient(self.session, asked, fund, near=near), False
            if len(known) > _MOST_NAMES:
                known.clear()
            known[asked] = found[0]
        return known[asked], False

    def _new_recipient(self, fund: Fund, request: Request) -> tuple[Recipient, bool]:
        kinds = fund.kinds.split(",") if fund.kinds else []
        kind = request.kind or (kinds[0] if len(kinds) == 1 else "")
        if not kind and kinds:
            raise BadInput(
                f"{fund.name} goes to several kinds of recipient",
                f"say which it is: --kind {' or --kind '.join(kinds)}",
            )
        kind = kind or UNTOLD_KIND
        there = register.find_recipients(self.session, request.recipient)
        for one in [*there, *register.recipients_named(self.session, request.recipient)]:
            if one.kind == kind:
                return one, False
        if not fund.closed:
            # Imported only here: the everyday path does not pay for it.
            from vru_ledger.actions.newcomer import must_be_new

            must_be_new(
                self.session,
                request.recipient,
                kind,
                distinct=request.distinct,
                reason=request.reason,
            )
        return Recipient(
            code=resolve.free_code(self.session, request.recipient),
            name=request.recipient,
            kind=kind,
            area=resolve.area(self.session, request.area).code if request.area else "",
        ), True

    def _area(self, asked: str) -> tuple[str, str]:
        """Return the codes of an area and of its command unit."""
        if asked not in self._areas:
            found = resolve.area(self.session, asked)
            self._areas[asked] = found.code, found.bcu
        return self._areas[asked]

    def _source(self, fund: Fund, asked: str) -> str:
        """Return the code of the source drawn on: the one asked for, or the fund's only one."""
        key = (fund.code, asked)
        if key not in self._sources:
            if asked.strip().casefold() == "none":
                self._sources[key] = ""
            elif asked:
                self._sources[key] = resolve.source(self.session, asked).code
            else:
                there = sorted({line[0] for line in self.recorder.lines(fund.code)})
                if len(there) > 1:
                    named = [code or "none" for code in there]
                    raise BadInput(
                        f"{fund.name} has money from several sources",
                        f"say which with --source: {' or '.join(named)}",
                        column="source",
                        cells={"source": " or ".join(named)},
                    )
                self._sources[key] = there[0] if there else ""
        return self._sources[key]

    def _needs_no_year(self, fund: Fund, source: str) -> None:
        """Raise BadInput if the fund holds all its authority by year and none was named."""
        key = (fund.code, source)
        if key not in self._by_year:
            of_source = [line for line in self.recorder.lines(fund.code) if line[0] == source]
            years = [year for _, year, _ in of_source]
            self._by_year[key] = years if years and "" not in years else []
        if years := self._by_year[key]:
            raise BadInput(
                f"{fund.name} holds its authority by financial year",
                f"say which with --fy {' or --fy '.join(years)}",
                column="fy",
                cells={"fy": " or ".join(years)},
            )


_MOST_NAMES = 20_000
"""Recipients whose names are remembered during a batch."""

_MOST_NEAR = 20
"""Wrong names, in one batch, for which the whole register is searched for a near one."""
