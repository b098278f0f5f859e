"""What a replay of the entries has come to so far beside the money: limits, terms, overrides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from vru_ledger.actions.asked_for import asked_for
from vru_ledger.actions.checking.tallies import Tallies
from vru_ledger.caps import Bounds
from vru_ledger.domain.authority import AuthorityReversal
from vru_ledger.domain.entries import Allocation, AuthorityEntry, AwardEntry, Entry
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.overrides import CapOverride, OverrideReversal, Raised
from vru_ledger.domain.register import AuthorityLimit, FundingSource, Record, newest_limit
from vru_ledger.domain.stages import CERTAINTIES, NO_TERMS, LineTerms, terms_of
from vru_ledger.position import Key, floor_of, under
from vru_ledger.rules.case import Asked, Case
from vru_ledger.store import authority
from vru_ledger.store.database import Row, Session
from vru_ledger.store.journal import override_row


class Beside:
    """What the entries so far say beside money: who may decide what, terms, overrides."""

    def __init__(
        self, session: Session, position: Tallies, bounds: Mapping[str, Mapping[str, Bounds]]
    ) -> None:
        self.session = session
        self.position = position
        self.bounds = bounds
        self.limits: dict[str, AuthorityLimit] = {}
        self.sources: dict[str, LineTerms] = {}
        self.overrides: dict[Key, list[Raised]] = {}
        self.override_rows: dict[str, Row] = {}

    def told(self, case: Case, number: int) -> Case:
        """Return a case with what was to be known beside money before entry `number`."""
        entry = case.entry
        more: dict[str, object] = {}
        if self.limits:
            more["limit"] = newest_limit(self.limits.values(), entry.dated)
        if self.overrides and isinstance(entry, AwardEntry):
            raised = {key: self._in_force(key, entry.dated) for key in case.changes}
            more["raised"] = {key: pence for key, pence in raised.items() if pence}
        if isinstance(entry, Allocation | AuthorityEntry):
            more["terms"] = self._terms(entry.fund, entry.source, entry.fy)
        if isinstance(entry, AuthorityEntry) and entry.takes_unsaid():
            case = case.replace(unsaid_pence=self._unsaid(entry.fund, entry.source, entry.fy))
        if isinstance(entry, AuthorityReversal | OverrideReversal):
            more["undone_on"] = authority.undone_on(self.session, entry)
        if getattr(entry, "proposal", 0):
            more["asked"] = self._asked(entry, number)
        more = {name: value for name, value in more.items() if value}
        return case.replace(**more) if more else case

    def put_record(self, record: Record) -> None:
        """Take note of a record of the register."""
        if isinstance(record, AuthorityLimit):
            self.limits[record.code] = record
        elif isinstance(record, FundingSource):
            self.sources[record.code] = LineTerms(record.in_year_only, record.use_by)

    def put_floors(self, changes: Mapping[Key, int]) -> None:
        """Let money that is expected and not covered be the floor of what is unallocated."""
        for key, change in changes.items():
            if bounded := floor_of(key):
                self.position.floors[bounded] = self.position.floors.get(bounded, 0) + change

    def put_override(self, new: CapOverride, number: int) -> None:
        """Raise a bucket of a cap, as `Journal.put_override` does."""
        key = Key("cap", new.fund, new.cap, new.bucket)
        pence = new.raised_pence()
        first, last = new.first_day(), new.until
        told = Raised(number, new.cap, new.fund, new.bucket, pence, first, last)
        self.overrides.setdefault(key, []).append(told)
        self.override_rows[str(number)] = override_row(new, number)
        self.position.raised[key] = self.position.raised.get(key, 0) + pence
        balance = self.position[key]
        self.position.put(key, under(balance, balance.ceiling))

    def expired(self, today: date) -> Iterator[Finding]:
        """Yield each bucket that holds more than its cap and the overrides of today allow."""
        for key, raised in self.overrides.items():
            held = self.position[key].held
            own = self.bounds.get(key.fund, {}).get(key.name)
            if own is None or self.position.ceilings.get(key.name) is None:
                continue
            over = held - own.ceiling - self._in_force(key, today)
            ended = [one for one in raised if one.until and one.until < today]
            if over > 0 and ended:
                of = f" for {key.bucket}" if key.bucket else ""
                last = max(one.until for one in ended if one.until)
                yield Finding(
                    code="override-expired",
                    entry=ended[-1].entry,
                    message=f"{key.name} is {format_pounds(over)} over its limit{of}, on an "
                    f"override that ended on {last.isoformat()}",
                    remedy="bring it back to the limit, or have a new override decided: "
                    "vru-ledger cap override --help",
                )

    def _in_force(self, key: Key, day: date | None) -> int:
        return sum(one.amount_pence for one in self.overrides.get(key, ()) if one.in_force(day))

    def _terms(self, fund: str, source: str, fy: str) -> LineTerms:
        """Return the terms of a line, as its source and the entries so far say."""
        held = self.position.held
        line = f"{source}|{fy}|"
        only = held.get(("line", fund, "in-year-only"), {}).get(line, 0)
        said = [("in-year-only", "")] if only else []
        for bucket, pence in held.get(("line", fund, "use-by"), {}).items():
            if pence and bucket.startswith(line):
                said.append(("use-by", bucket.removeprefix(line)))
        of_source = self.sources.get(source, NO_TERMS)
        return terms_of(of_source, said) if said else of_source

    def _unsaid(self, fund: str, source: str, fy: str) -> int:
        """Return what a line has of which nobody said how sure it is."""
        held, line = self.position.held, f"{source}|{fy}|"
        there = held.get(("stage", fund, "authority"), {}).get(line, 0)
        for certainty in CERTAINTIES:
            said = held.get(("line", fund, certainty), {})
            there -= sum(pence for bucket, pence in said.items() if bucket.startswith(line))
        return there

    def _asked(self, entry: Entry, number: int) -> Asked | None:
        return asked_for(self.session, getattr(entry, "proposal", 0), before=number)
