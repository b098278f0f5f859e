"""Authority of a fund: received, confirmed, covered, moved to another line, or given up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vru_ledger.actions import authority_made as made
from vru_ledger.actions import resolve
from vru_ledger.actions.asked_for import asked_anew
from vru_ledger.actions.authority_request import (
    NONE,
    TYPED,
    AuthorityRequest,
    Changed,
    as_typed,
)
from vru_ledger.actions.keys import already_recorded
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.stranded import stranded
from vru_ledger.domain.authority import MOVES
from vru_ledger.domain.entries import AuthorityEntry, Funding, Recorded
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.errors import (
    AuthorityMissing,
    BadInput,
    EntryRefused,
    LedgerError,
    PeriodClosed,
    ReasonMissing,
)
from vru_ledger.position import Key
from vru_ledger.rules import AUTHORITY_RULES, DAY_RULES, judge, stops
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.refusal import Refusal
from vru_ledger.rules.second_person import is_over
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
            key = made.key_of(request.key, len(asked))
            more = ledger.entries_by_key(self.session, [key])
            if key not in more or more[key].number != found[request.key].number + len(asked):
                break
            asked.append(request.replace(key=key))
        return asked

    def complete(self, request: AuthorityRequest) -> list[Funding | AuthorityEntry]:
        """Return the entries that a request means. Raises NotFound, BadInput."""
        if request.kind == "approve":
            return [made.approved(self.session, request)]
        request = self._again(request)
        fund = resolve.fund(self.session, request.fund)
        if request.kind == "fund":
            return [made.funding(self.session, request, fund)]
        line = made.line_meant(self.session, request, fund)
        if request.kind == "confirm":
            return made.confirmations(self.session, request, fund, line)
        if request.kind == "cover":
            return [made.cover(self.session, request, fund, line)]
        return [made.move(self.session, request, fund, line, self._of_key(request))]

    def _again(self, request: AuthorityRequest) -> AuthorityRequest:
        """Return a request with what the entry of the same key found for it, if there is one.

        What was left to be found, an amount or a line, may be gone since the entry was recorded.
        """
        was = self._of_key(request)
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

    def _of_key(self, request: AuthorityRequest) -> Any:
        """Return the entry that was recorded under a request's key, if there is one."""
        found = ledger.entries_by_key(self.session, [request.key] if request.key else [])
        return found[request.key].entry if request.key in found else None

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
        return self._told(
            recorded, new, [*warnings, *stranded(self.recorder, new), *self._narrowed(new)]
        )

    def _narrowed(self, new: Funding | AuthorityEntry) -> Iterator[Breach]:
        """Yield a warning where money of a line ends with its year because other money does."""
        if new.KIND not in ("fund", "vire"):
            return
        fund, source, fy = new.fund, new.source, new.fy
        if isinstance(new, AuthorityEntry):
            fund, source, fy = new.to_fund, new.to_source, new.to_fy
        self.recorder.journal.flush()
        for line in authority.lines(self.session, fund):
            if line.is_of(source, fy) and 0 < line.in_year_pence < line.authority:
                of = " ".join(part for part in (fund, source, fy) if part)
                yield Breach(
                    "within-use-by",
                    "warn",
                    f"{format_pounds(line.in_year_pence)} of {of} came for its year only, and "
                    f"nobody can tell it from the rest: none of its "
                    f"{format_pounds(line.authority)} is carried any more",
                )

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
        if request.kind == "approve" and case.asked and is_over(case.asked):
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
