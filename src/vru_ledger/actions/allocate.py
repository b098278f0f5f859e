"""Promise money of a fund to a recipient, if every cap allows it."""

from __future__ import annotations

import shlex
from datetime import date
from typing import cast

from vru_ledger.actions import resolve
from vru_ledger.actions.record import Recorder, already_recorded
from vru_ledger.caps import keys_of
from vru_ledger.domain.entries import Allocation, AwardEntry, Proposal, Recorded, Registration
from vru_ledger.domain.money import Pence, format_decimal, format_pounds
from vru_ledger.domain.register import Fund, Recipient
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import financial_year
from vru_ledger.errors import AuthorityMissing, BadInput, EntryRefused, LedgerError
from vru_ledger.position import Balance, Key, Position
from vru_ledger.rules import AUTHORITY_RULES, judge, stops
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.refusal import Refusal, caps_met, largest_passing, needs
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Database, Session


class Request(Value):
    """An allocation as somebody asked for it: names, not codes; values already read.

    `dated_by_clock` says that nobody gave the day. `kind` is the kind of a new recipient, and
    `propose` asks for a proposal, which somebody else approves.
    """

    fund: str
    recipient: str
    amount_pence: Pence
    dated: date
    dated_by_clock: bool = False
    fy: str = ""
    term_from: date | None = None
    term_to: date | None = None
    area: str = ""
    source: str = ""
    purpose: str = ""
    title: str = ""
    decision: str = ""
    reason: str = ""
    key: str = ""
    new_recipient: bool = False
    kind: str = ""
    propose: bool = False


class Allocated(Value):
    """What became of a request: recorded now, or `already` recorded under the same key."""

    recorded: Recorded
    entry: Allocation
    fund_name: str
    recipient_name: str
    warnings: list[Breach]
    already: bool = False


def allocate(
    database: Database,
    request: Request,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> Allocated:
    """Record one allocation. Raises EntryRefused, NotFound, KeyConflict and those of `write`."""

    def work(session: Session) -> Allocated:
        allocator = Allocator(Recorder(session, actor, recorded_at))
        outcome = allocator.put(request)
        allocator.recorder.journal.flush()
        return outcome

    return database.write(work, keep=not preview)


class Allocator:
    """Allocations inside one write transaction: completed, judged, and appended."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.session = recorder.session
        self._newest: dict[str, int] = {}
        self._funds: dict[str, Fund] = {}
        self._recipients: dict[tuple[str, str, str, bool], tuple[Recipient, bool]] = {}
        self._areas: dict[str, tuple[str, str]] = {"": ("", "")}
        self._sources: dict[tuple[str, str], str] = {}
        self._by_year: dict[tuple[str, str], list[str]] = {}

    def put(self, request: Request) -> Allocated:
        """Record one allocation, or raise and leave the transaction as it was."""
        new, recipient, is_new = self.complete(request)
        if new.key:
            self.recorder.journal.settle(new.key)
            found = ledger.entries_by_key(self.session, [new.key])
            before = already_recorded(found, new, dated_by_clock=request.dated_by_clock)
            if before and isinstance(before.entry, Allocation):
                name = self._funds[request.fund].name
                return Allocated(before, before.entry, name, recipient.name, [], already=True)
        case, breaches = self.judged(new)
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
        return Allocated(recorded, made, case.fund.name, recipient.name, breaches)

    def judged(self, new: Allocation) -> tuple[Case, list[Breach]]:
        """Return the allocation, drawn from the authority there is, and what the rules say."""
        position = self._position(new)
        own, unassigned = available(new, position)
        if new.fy and new.amount_pence > own:
            new = new.replace(unassigned_pence=min(new.amount_pence - own, unassigned))
        case = self.recorder.case(new, position)
        return case, judge(case)

    def complete(self, request: Request) -> tuple[Allocation, Recipient, bool]:
        """Return what a request means: the allocation, its recipient, and whether that is new.

        Raises NotFound or BadInput where the names do not say.
        """
        session = self.session
        if request.fund not in self._funds:
            self._funds[request.fund] = resolve.fund(session, request.fund)
        fund = self._funds[request.fund]
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
            purpose=request.purpose,
            title=request.title,
            term_from=request.term_from if given else fund.term_from,
            term_to=request.term_to if given else fund.term_to,
            dated=request.dated,
            reason=request.reason,
            decision=request.decision,
            key=request.key,
        )
        return new, recipient, is_new

    def refused(self, request: Request, case: Case, breaches: list[Breach]) -> EntryRefused:
        """Return the refusal: every cap, which bind, the most that passes, and what to type."""
        asked = f"{format_pounds(request.amount_pence)} of {case.fund.name} to {request.recipient}"
        largest = 0
        commands = []
        stopping = [breach for breach in breaches if breach.severity == "stop"]
        proposed = request.replace(propose=True)
        if any(one.rule == "second-person" for one in stopping) and not self._would_stop(proposed):
            commands.append(as_typed(proposed))
        if isinstance(case.entry, Allocation) and (case.listed or not case.fund.closed):
            largest = largest_passing(case, sum(available(case.entry, case.position)))
        if largest and not self._would_stop(request.replace(amount_pence=Pence(largest))):
            commands.append(as_typed(request.replace(amount_pence=Pence(largest))))
        elif command := self._with_a_year(request, breaches):
            largest = 0
            commands.append(command)
        else:
            largest = 0
            commands = commands or [_headroom_of(request, case.fund.code)]
        refusal = Refusal(
            asked=asked,
            caps=caps_met(case, breaches),
            breaches=breaches,
            largest_passing_pence=Pence(largest),
            needs=needs(case, breaches),
            commands=commands,
        )
        missing = all(breach.rule in AUTHORITY_RULES for breach in stopping)
        error = AuthorityMissing if missing else EntryRefused
        said = "; ".join(breach.sentence for breach in stopping)
        return error(f"{asked} is refused: {said}", refusal)

    def _with_a_year(self, request: Request, breaches: list[Breach]) -> str:
        """Return the command with the year of its day, where only a year was missing."""
        stopping = {breach.rule for breach in breaches if breach.severity == "stop"}
        told = request.replace(fy=financial_year(request.dated))
        if request.fy or stopping != {"measurable"} or self._would_stop(told):
            return ""
        return as_typed(told)

    def _would_stop(self, request: Request) -> bool:
        try:
            new, _, _ = self.complete(request)
            return stops(self.judged(new)[1])
        except LedgerError:
            return True

    def _position(self, new: Allocation) -> Position:
        """Return a position that holds every balance the allocation could touch."""
        state = self.recorder.state(new.fund)
        keys = [*keys_of(new, state.caps), *line_keys(new)]
        return self.recorder.journal.load(keys, state.caps, state.bounds, new.award)

    def _recipient(self, fund: Fund, request: Request) -> tuple[Recipient, bool]:
        """Return the recipient, and whether it is new. Raises NotFound, BadInput."""
        key = (fund.code, request.recipient, request.kind, request.new_recipient)
        if key not in self._recipients:
            if request.new_recipient:
                self._recipients[key] = self._new_recipient(fund, request)
            else:
                found = resolve.recipient(self.session, request.recipient, fund)
                self._recipients[key] = found, False
            if len(self._recipients) > _MOST_NAMES:
                self._recipients = {key: self._recipients[key]}
        return self._recipients[key]

    def _new_recipient(self, fund: Fund, request: Request) -> tuple[Recipient, bool]:
        kinds = fund.kinds.split(",") if fund.kinds else []
        kind = request.kind or (kinds[0] if len(kinds) == 1 else "")
        if not kind and kinds:
            raise BadInput(
                f"{fund.name} goes to several kinds of recipient",
                f"say which it is: --kind {' or --kind '.join(kinds)}",
            )
        kind = kind or "organisation"
        there = register.find_recipients(self.session, request.recipient)
        for one in [*there, *register.recipients_named(self.session, request.recipient)]:
            if one.kind == kind:
                return one, False
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
                there = sorted({line[0] for line in ledger.lines(self.session, fund.code)})
                if len(there) > 1:
                    named = [code or "none" for code in there]
                    raise BadInput(
                        f"{fund.name} has money from several sources",
                        f"say which with --source: {' or '.join(named)}",
                    )
                self._sources[key] = there[0] if there else ""
        return self._sources[key]

    def _needs_no_year(self, fund: Fund, source: str) -> None:
        """Raise BadInput if the fund holds all its authority by year and none was named."""
        key = (fund.code, source)
        if key not in self._by_year:
            of_source = [
                line for line in ledger.lines(self.session, fund.code) if line[0] == source
            ]
            years = [year for _, year, _ in of_source]
            self._by_year[key] = years if years and "" not in years else []
        if years := self._by_year[key]:
            raise BadInput(
                f"{fund.name} holds its authority by financial year",
                f"say which with --fy {' or --fy '.join(years)}",
            )


_MOST_NAMES = 20_000
"""Recipients whose names are remembered during a batch."""


def line_keys(new: AwardEntry) -> tuple[Key, ...]:
    """Return the balances that authority is drawn from: unallocated of its year and of no year."""
    lines = (f"{new.source}|{new.fy}|", f"{new.source}||")
    return tuple(
        Key("stage", new.fund, stage, line)
        for stage in ("unallocated", "authority")
        for line in lines
    )


def available(new: AwardEntry, position: Position) -> tuple[int, int]:
    """Return the unallocated pence of the allocation's own year, and of no year."""
    own, unassigned = (_free(position[key]) for key in line_keys(new)[:2])
    return (own, unassigned) if new.fy else (own, 0)


def _headroom_of(request: Request, fund: str) -> str:
    """Return what to type to see what is left, of the line that the request draws on."""
    words = ["vru-ledger", "headroom", fund]
    if request.source:
        words += ["--source", request.source]
        words += ["--fy", request.fy] if request.fy else []
    return shlex.join(words)


def _free(balance: Balance) -> int:
    """Return the pence above a balance's floor: what is expected and not covered is not free."""
    return balance.held - (balance.floor or 0)


def as_typed(request: Request) -> str:
    """Return the command that asks for this, ready to be typed."""
    pounds = format_decimal(request.amount_pence).removesuffix(".00")
    words = ["vru-ledger", "allocate", request.fund, request.recipient, pounds]
    if not request.dated_by_clock:
        words += ["--on", request.dated.isoformat()]
    if request.term_to:
        first = request.term_from.isoformat() if request.term_from else ""
        words += ["--term", f"{first}..{request.term_to.isoformat()}"]
    for option in ("fy", "area", "source", "purpose", "title", "decision", "reason", "key"):
        if value := getattr(request, option):
            words += [f"--{option}", value]
    if request.propose:
        words.append("--propose")
    if request.new_recipient:
        words.append("--new-recipient")
        if request.kind:
            words += ["--kind", request.kind]
    return shlex.join(words)
