"""Authority of a fund: received, confirmed, covered, moved to another line, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vru_ledger.actions import resolve
from vru_ledger.actions.asked_for import asked_anew
from vru_ledger.actions.authority_request import (
    NONE,
    TYPED,
    AuthorityRequest,
    Changed,
    as_typed,
    has_something,
    is_meant,
    no_proposal,
    several,
)
from vru_ledger.actions.record import Recorder, already_recorded
from vru_ledger.actions.stranded import stranded
from vru_ledger.domain.authority import MOVES, AuthorityProposal, Confirmation, Cover
from vru_ledger.domain.entries import AuthorityEntry, Funding, Recorded
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.register import Fund
from vru_ledger.errors import (
    AuthorityMissing,
    BadInput,
    EntryRefused,
    LedgerError,
    NotFound,
    PeriodClosed,
    ReasonMissing,
)
from vru_ledger.position import Key
from vru_ledger.rules import AUTHORITY_RULES, DAY_RULES, judge, stops
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.refusal import Refusal
from vru_ledger.store import authority, ledger
from vru_ledger.store.database import Database, Session

NEEDS_REASON = ("vire", "carry", "lapse", "surrender", "cover")


def change(
    database: Database,
    request: AuthorityRequest,
    *,
    actor: str,
    recorded_at: str,
    preview: bool = False,
) -> list[Changed]:
    """Record a change of authority: one entry, or one for each underwriter that is released.

    Raises EntryRefused, AuthorityMissing, NotFound, BadInput, KeyConflict and those of `write`.
    """

    def work(session: Session) -> list[Changed]:
        changer = Changer(Recorder(session, actor, recorded_at))
        done = changer.put(request)
        changer.recorder.journal.flush()
        return done

    return database.write(work, keep=not preview)


class Changer:
    """Changes of authority inside one write transaction: completed, judged, and appended."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.session = recorder.session

    def put(self, request: AuthorityRequest) -> list[Changed]:
        """Record what was asked for, or raise and leave the transaction as it was."""
        if request.kind in NEEDS_REASON and not request.reason:
            raise ReasonMissing(request.kind)
        return [
            self._put(one, entry) for one in self._each(request) for entry in self.complete(one)
        ]

    def _each(self, request: AuthorityRequest) -> list[AuthorityRequest]:
        """Return the request, and one more for each further entry that its key recorded with it."""
        asked = [request]
        found = ledger.entries_by_key(self.session, [request.key] if request.key else [])
        while request.kind == "confirm" and found:
            key = _key_of(request.key, len(asked))
            more = ledger.entries_by_key(self.session, [key])
            if key not in more or more[key].number != found[request.key].number + len(asked):
                break
            asked.append(request.replace(key=key))
        return asked

    def complete(self, request: AuthorityRequest) -> list[Funding | AuthorityEntry]:
        """Return the entries that a request means. Raises NotFound, BadInput."""
        if request.kind == "approve":
            return [self._approved(request)]
        request = self._again(request)
        fund = resolve.fund(self.session, request.fund)
        if request.kind == "fund":
            return [self._funding(request, fund)]
        line = self._line(request, fund)
        if request.kind == "confirm":
            return self._confirmations(request, fund, line)
        if request.kind == "cover":
            return [self._cover(request, fund, line)]
        return [self._move(request, fund, line)]

    def _again(self, request: AuthorityRequest) -> AuthorityRequest:
        """Return a request with what the entry of the same key found for it, if there is one.

        What was left to be found, an amount or a line, may be gone since the entry was recorded.
        """
        found = ledger.entries_by_key(self.session, [request.key] if request.key else [])
        was: Any = found[request.key].entry if request.key in found else None
        if was is None or request.kind != was.KIND:
            return request
        told = {
            "source": was.source or NONE,
            "fy": was.fy or NONE,
            "amount_pence": was.amount_pence,
        }
        if request.kind == "confirm":
            told["underwriter"] = was.underwriter or NONE
        if request.kind == "fund":
            return request
        given = {name: getattr(request, name) or value for name, value in told.items()}
        return request.replace(**given)

    def _put(self, request: AuthorityRequest, new: Funding | AuthorityEntry) -> Changed:
        if new.key:
            found = ledger.entries_by_key(self.session, [new.key])
            # What nobody typed: which proposal it was, and how sure the money had been.
            given = {"approve": ("proposal",), "confirm": ("certainty",)}.get(request.kind, ())
            was = already_recorded(
                found, new, dated_by_clock=request.dated_by_clock, made_by_the_ledger=given
            )
            if was:
                return self._told(was, new, already=True)
        if not new.amount_pence:
            raise BadInput(
                f"{new.fund} has nothing there to {request.kind}",
                f"vru-ledger fund show {new.fund}",
            )
        recorded, case = self.recorder.put_authority(new)
        if recorded is None:
            raise self._refused(request, case)
        warnings = [breach for breach in judge(case) if breach.severity == "warn"]
        return self._told(recorded, new, [*warnings, *stranded(self.recorder, new)])

    def _funding(self, request: AuthorityRequest, fund: Fund) -> Funding:
        source = resolve.source(self.session, request.source).code if request.source else ""
        underwriter = self._underwriter(request, source)
        if underwriter and request.certainty != "expected":
            raise BadInput(
                "--underwriter is for money that is only expected", "add --certainty expected"
            )
        return Funding(
            fund=fund.code,
            amount_pence=request.amount_pence or Pence(0),
            source=source,
            fy=request.fy,
            certainty=request.certainty,
            underwriter=underwriter,
            use_by=request.use_by,
            in_year_only=request.in_year_only,
            relates_to=request.relates_to,
            **_said(request),
        )

    def _underwriter(self, request: AuthorityRequest, source: str) -> str:
        """Return the code of who stands in for what is expected of a source."""
        if not request.underwriter:
            return ""
        found = resolve.source(self.session, request.underwriter).code
        if found == source:
            raise BadInput(f"{found} cannot underwrite its own money", "name another source")
        return found

    def _line(self, request: AuthorityRequest, fund: Fund) -> authority.Line:
        """Return the line of a fund that is meant. Raises NotFound, BadInput if it can be several.

        What was not said is found where only one line has something to change.
        """
        of_fund = authority.lines(self.session, fund.code)
        source = request.source
        if source and source.casefold() != NONE:
            source = resolve.source(self.session, source).code
        meant = [line for line in of_fund if is_meant(line, source, request.fy)]
        if not meant:
            of = " ".join(part for part in (source, request.fy) if part)
            raise NotFound(
                f"{fund.name} has no money{f' of {of}' if of else ''}",
                f"to see what it has: vru-ledger fund show {fund.code}",
            )
        able = [line for line in meant if has_something(line, request)] if len(meant) > 1 else meant
        if len(able) == 1:
            return able[0]
        if not able:
            raise BadInput(
                f"{fund.name} has nothing there to {request.kind}",
                f"vru-ledger fund show {fund.code}",
            )
        raise several(fund.name, able)

    def _confirmations(
        self, request: AuthorityRequest, fund: Fund, line: authority.Line
    ) -> list[Funding | AuthorityEntry]:
        """Return what turns expected money surer, one entry for each underwriter of it."""
        covered = sum(line.covers.values())
        parts = {"": line.said.get("expected", 0) - covered, **line.covers}
        parts = {name: pence for name, pence in parts.items() if pence}
        was = "expected"
        if not parts and request.certainty == "received":
            was, parts = "confirmed", {"": line.said.get("confirmed", 0)}
        if request.underwriter:
            name = request.underwriter
            code = "" if name.casefold() == NONE else resolve.source(self.session, name).code
            parts = {code: parts.get(code, 0)}
        if request.amount_pence is not None and len(parts) > 1:
            named = " or ".join(f"--underwriter {name or NONE}" for name in parts)
            raise BadInput(f"{fund.name} has several covers there", f"say which: {named}")
        return [
            Confirmation(
                fund=fund.code,
                source=line.source,
                fy=line.fy,
                amount_pence=Pence(request.amount_pence or pence),
                certainty=was,
                now=request.certainty or "confirmed",
                underwriter=name,
                ref=request.ref,
                relates_to=request.relates_to,
                **{**_said(request), "key": _key_of(request.key, number)},
            )
            for number, (name, pence) in enumerate(sorted(parts.items() or [("", 0)]))
        ]

    def _cover(self, request: AuthorityRequest, fund: Fund, line: authority.Line) -> Cover:
        return Cover(
            fund=fund.code,
            source=line.source,
            fy=line.fy,
            amount_pence=Pence(line.floor)
            if request.amount_pence is None
            else request.amount_pence,
            certainty="expected",
            underwriter=self._underwriter(request, line.source),
            ref=request.ref,
            relates_to=request.relates_to,
            **_said(request),
        )

    def _move(self, request: AuthorityRequest, fund: Fund, line: authority.Line) -> AuthorityEntry:
        """Return the entry that moves unallocated money of a line, or asks for it."""
        there = {"to_fund": "", "to_source": "", "to_fy": ""}
        if request.kind == "vire":
            to = resolve.fund(self.session, request.to_fund)
            if to.code == fund.code:
                raise BadInput(
                    f"{fund.name} is the same fund twice",
                    "between years of one fund: vru-ledger carry --help",
                )
            there = {"to_fund": to.code, "to_source": line.source, "to_fy": line.fy}
        elif request.kind == "carry":
            if request.to_fy == line.fy:
                raise BadInput("both years are the same", "say another with --to-fy")
            there = {"to_fund": fund.code, "to_source": line.source, "to_fy": request.to_fy}
        pence = request.amount_pence
        if pence is None:
            pence = Pence(line.floor if request.expected else line.unallocated - line.floor)
        kind: Any = AuthorityProposal if request.propose else MOVES[request.kind]
        made: AuthorityEntry = kind(
            fund=fund.code,
            source=line.source,
            fy=line.fy,
            **there,
            amount_pence=pence,
            certainty="expected" if request.expected else "",
            ref=request.ref,
            relates_to=request.relates_to,
            **({"what": request.kind} if request.propose else {}),
            **_said(request),
            **_of_plan(request),
        )
        return made

    def _approved(self, request: AuthorityRequest) -> AuthorityEntry:
        """Return the entry that a proposal asked for, with the approver's own words beside."""
        found = authority.proposal(self.session, request.proposal)
        asked = found.recorded.entry if found else None
        if not isinstance(asked, AuthorityProposal):
            raise no_proposal(ledger.entry(self.session, request.proposal), request.proposal)
        told = {name: getattr(asked, name) for name in AuthorityEntry.FIELDS}
        said = {**_said(request), "ref": request.ref, "relates_to": request.relates_to}
        given = {name: value for name, value in said.items() if value}
        return MOVES[asked.what](**{**told, "key": "", **given, "proposal": request.proposal})

    def _refused(self, request: AuthorityRequest, case: Case) -> LedgerError:
        """Return the refusal: what stands in the way, the most that passes, what to type."""
        new: Any = case.entry
        breaches = judge(case)
        stopping = [breach for breach in breaches if breach.severity == "stop"]
        asked = f"{TYPED.get(request.kind, request.kind)} of {format_pounds(new.amount_pence)}"
        asked += f" of {case.fund.name}"
        if all(breach.rule in DAY_RULES for breach in stopping):
            return self._closed(request, case, f"{asked} is refused: {stopping[0].sentence}")
        largest = new.amount_pence - max(breach.over for breach in stopping)
        smaller = request.replace(amount_pence=Pence(max(0, largest)))
        if request.kind == "approve" or not all(breach.over for breach in stopping):
            largest = 0
        if largest <= 0 or self._would_stop(smaller):
            largest = 0
        commands = []
        alone = any(breach.rule == "second-person" for breach in stopping)
        proposed = request.replace(propose=True)
        if alone and request.kind in MOVES and not self._would_stop(proposed):
            commands.append(as_typed(proposed))
        if largest:
            commands.append(as_typed(smaller))
        if request.kind == "approve" and case.asked and case.asked.is_over():
            anew = asked_anew(case.asked, request, self._passes)
            commands += [as_typed(anew)] if anew else []
        if not commands:
            commands.append(f"vru-ledger fund show {case.fund.code}")
        refusal = Refusal(
            asked=asked,
            caps=[],
            breaches=breaches,
            largest_passing_pence=Pence(largest),
            commands=commands,
        )
        error = EntryRefused
        if all(breach.rule in AUTHORITY_RULES for breach in stopping):
            error = AuthorityMissing
        said = "; ".join(breach.sentence for breach in stopping)
        return error(f"{asked} is refused: {said}", refusal)

    def _closed(self, request: AuthorityRequest, case: Case, said: str) -> PeriodClosed:
        """Return the refusal of a late request, with the first open day unless that stops too."""
        from vru_ledger.actions.typed import cells, on_another_day

        moved = request.replace(**on_another_day(request, case), dated_by_clock=False)
        if self._would_stop(moved):
            return PeriodClosed(said)
        return PeriodClosed(said, as_typed(moved), cells=cells(request, moved))

    def _would_stop(self, request: AuthorityRequest) -> bool:
        return not self._passes(request)

    def _passes(self, request: AuthorityRequest) -> Sequence[Funding | AuthorityEntry]:
        """Return the entries that a request means, none if a rule stops one or it is no request."""
        try:
            entries = self.complete(request)
        except LedgerError:
            return ()
        cases = map(self.recorder.authority_case, entries)
        return () if any(stops(judge(case)) for case in cases) else entries

    def _told(
        self,
        recorded: Recorded,
        new: Funding | AuthorityEntry,
        warnings: Sequence[Breach] = (),
        *,
        already: bool = False,
    ) -> Changed:
        entry = recorded.entry if isinstance(recorded.entry, type(new)) else new
        to = getattr(entry, "to_fund", "")
        key = Key("stage", entry.fund, "unallocated", f"{entry.source}|{entry.fy}|")
        self.recorder.journal.flush()
        balance = ledger.balances(self.session, [key]).get(key)
        free = balance.held - (balance.floor or 0) if balance else 0
        fund_name = self.recorder.state(entry.fund).fund.name
        to_name = self.recorder.state(to).fund.name if to else ""
        return Changed(recorded, entry, fund_name, to_name, Pence(free), warnings, already)


def _said(request: AuthorityRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ("dated", "reason", "decision", "key")}


def _of_plan(request: AuthorityRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ("plan", "approved_by")}


def _key_of(key: str, number: int) -> str:
    """Return the key of one of several entries: the first has it as it was given."""
    return f"{key} {number + 1}" if key and number else key
