"""The ledger written again in memory, entry by entry, through the rules that first judged it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from sys import intern
from typing import Any

from vru_ledger.actions.checking.forms import unheard_of
from vru_ledger.actions.checking.replay_points import Points
from vru_ledger.actions.checking.replayed import Beside
from vru_ledger.actions.checking.tallies import Tallies, balances_agree
from vru_ledger.caps import Bounds, bounds, changes_of, counted
from vru_ledger.domain.award_states import Life, life_of
from vru_ledger.domain.chain import GENESIS, entry_of, fact_of, link
from vru_ledger.domain.entries import (
    Allocation,
    AuthorityEntry,
    AwardEntry,
    CapSet,
    Entry,
    Funding,
    Marker,
    Registration,
)
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.overrides import CapOverride
from vru_ledger.domain.query import Moment
from vru_ledger.domain.register import Area, Fund, Listing, Recipient, Record
from vru_ledger.domain.stages import AUTHORITY, HELD, STAGES, Movement
from vru_ledger.errors import LedgerUnusable
from vru_ledger.position import Balance, Key, funds_of_authority, under
from vru_ledger.rules import judge
from vru_ledger.rules.case import Case
from vru_ledger.store import awards, ledger, soundness
from vru_ledger.store.database import Row, Session
from vru_ledger.store.journal import award_row, entry_row, movement_rows


class Replay:
    """What the entries so far come to, and what is wrong with each.

    `kinds` are those of the recipients; `register` holds what is registered of everything else, and
    the recipients that are not stored as the newest registration tells them. `constrained` says
    whether every entry so far keeps what the database's own constraints ask of its rows.
    `movements` and `awards` give what is stored of each entry.
    """

    def __init__(
        self, session: Session, movements: soundness.Parts, awards: soundness.Parts
    ) -> None:
        self.session = session
        self.number, self.hash = 0, GENESIS
        self.position = Tallies()
        self.caps: dict[str, dict[str, CapSet]] = {}
        self.bounds: dict[str, dict[str, Bounds]] = {}
        self.cap_rows: dict[str, Row] = {}
        self.register: dict[tuple[str, str], tuple[Record, int]] = {}
        self.kinds: dict[str, str] = {}
        self.funds: dict[str, Fund] = {}
        self.listed: set[tuple[str, str]] = set()
        self.undone: dict[int, int] = {}
        self.points = Points(session)
        self.beside = Beside(session, self.position, self.bounds)
        self.movements, self.awards = movements, awards
        self.constrained = True

    def entry(self, row: Row) -> Iterator[Finding]:
        """Yield everything wrong with one row of `entries`, and take it into account."""
        number, fact, previous_hash, hash_ = row[0], row[-3], row[-2], row[-1]
        if number != self.number + 1:
            yield _found("number-gap", number, f"it follows entry {self.number}", _REWRITTEN)
        if previous_hash != self.hash:
            yield _found("chain-broken", number, "it does not follow the entry before", _REWRITTEN)
        if link(previous_hash, fact) != hash_:
            yield _found("fact-changed", number, "its hash is not that of its text", _REWRITTEN)
        self.number, self.hash = number, hash_
        try:
            told = json.loads(fact)
            entry = entry_of(told)
        except (ValueError, AttributeError, RecursionError) as problem:
            yield _found(
                "fact-unreadable", number, f"its text cannot be read: {problem}", _REWRITTEN
            )
            self.movements.leave(number)
            self.awards.leave(number)
            return
        if fact_of(entry, number, told.get("actor"), told.get("recorded_at")) != fact:
            yield _found("fact-not-canonical", number, "its text is not as this program writes it")
        movements = movement_rows(entry, number)
        expected = entry_row(
            entry,
            number,
            len(movements),
            told.get("recorded_at"),
            told.get("actor"),
            fact,
            previous_hash,
            hash_,
        )
        if told.get("number") != number:
            yield _found("column-differs", number, f"its text says entry {told.get('number')}")
        if expected != row:
            yield from _differences(row, expected, number)
        try:
            yield from self._parts(entry, number, movements)
            self.constrained = self.constrained and self._constrained(entry, number, movements)
            for said in (
                *unheard_of(entry, number),
                *self.points.entry(entry, number, previous_hash),
            ):
                yield _found("rule-broken", number, said, _REWRITTEN)
            yield from self._judged(entry, number, told.get("actor", ""))
        except (ValueError, KeyError, LedgerUnusable) as problem:
            said = f"its text says what no entry can: {str(problem)[:80]}"
            yield _found("fact-impossible", number, said, _REWRITTEN)

    def _parts(self, entry: Entry, number: int, movements: list[Row]) -> Iterator[Finding]:
        """Yield what is wrong with an entry's movements and its award."""
        stored = self.movements.of(number)
        if stored != movements:
            said = f"its movements are {_brief(stored)}; its text says {_brief(movements)}"
            yield _found("movement-differs", number, said)
        if sum(row[-1] for row in stored):
            yield _found("movements-unbalanced", number, "its movements do not sum to zero")
        stored = self.awards.of(number)
        awards = [award_row(entry, number)] if isinstance(entry, Allocation) else []
        if stored != awards:
            said = f"its award is {_brief(stored)}; its text says {_brief(awards)}"
            yield _found("award-differs", number, said)
        self.points.moved(entry, movements)
        yield from self.folio_ended(number)

    def folio_ended(self, number: int) -> Iterator[Finding]:
        """Yield what is wrong with the folio that entry `number` fills, if it does."""
        for said in self.points.ended(number):
            yield _found("folio-differs", number, said)

    def _constrained(self, entry: Entry, number: int, movements: list[Row]) -> bool:
        """Say whether rows as this entry tells them keep the constraints and references of tables.

        Those that follow from nothing being found: an award's own, and a hash's length.
        """
        named = [getattr(entry, name, None) for name in ("reverses", "proposal")]
        # Entries begin at 1: 0 is how one says that nobody proposed it.
        if named[1] == 0:
            named.pop()
        if getattr(entry, "amount_pence", 0) < 0 or not all(
            one is None or 0 < one < number for one in named
        ):
            return False
        for _, _, fund, _, _, award, _, _, stage, pence in movements:
            if not pence or fund not in self.funds or stage not in (AUTHORITY, *STAGES):
                return False
            if award is None and stage in HELD:
                return False
            made_here = isinstance(entry, Allocation) and entry.award == award
            if award and not made_here and not self._is_award(fund, award):
                return False
        return True

    def _is_award(self, fund: str, award: str) -> bool:
        return any(award in self.position.held.get(("award", fund, stage), ()) for stage in HELD)

    def _judged(self, entry: Entry, number: int, actor: str) -> Iterator[Finding]:
        """Yield each rule that the entry breaks after those before it, and add what it changes."""
        if isinstance(entry, Registration):
            self._put_register(entry, number)
            return
        if isinstance(entry, Marker):
            return
        fund = self.funds.get(entry.fund)
        if fund is None:
            yield _found("rule-broken", number, f"its fund {entry.fund!r} is not in the register")
            fund = Fund(code=entry.fund, name=entry.fund)
        caps = self.caps.setdefault(entry.fund, {})
        bounds_of = self.bounds.setdefault(entry.fund, {})
        changes = changes_of(entry, caps, self.position)
        life = None
        listed = True
        if isinstance(entry, Allocation):
            yield from self._described(entry, number)
            listed = (entry.fund, entry.recipient) in self.listed
        elif isinstance(entry, AwardEntry):
            yield from self._as_made(entry, number)
            life = self._life(entry, number)
        case = Case(
            *(entry, fund, listed, caps, bounds_of, self.position, changes, life, actor),
            closed=self.points.closed,
        )
        case = self.beside.told(case, number)
        for breach in judge(case):
            if breach.severity == "stop":
                yield _found("rule-broken", number, breach.sentence, _REWRITTEN)
        reverses = getattr(entry, "reverses", None)
        if reverses is not None:
            yield from self._undone(entry, reverses, number)
        for key, change in changes.items():
            self.position.add(key, change)
        if isinstance(entry, CapSet):
            self._put_cap(entry, number)
        elif isinstance(entry, CapOverride):
            self.beside.put_override(entry, number)
        elif isinstance(entry, Funding | AuthorityEntry):
            self.beside.put_floors(changes)
            for of in funds_of_authority(changes):
                for cap in self.caps.get(of, {}).values():
                    if cap.measure == "share":
                        self._set_bounds(cap, number)

    def _described(self, new: Allocation, number: int) -> Iterator[Finding]:
        """Yield where an award says other things of its recipient or area than the register did."""
        if self.kinds.get(new.recipient) != new.recipient_kind:
            said = f"{new.recipient} was not a recipient of kind {new.recipient_kind} then"
            yield _found("rule-broken", number, said, _REWRITTEN)
        area, _ = self.register.get(("areas", new.area), (None, 0))
        if (area.bcu if isinstance(area, Area) else "") != new.bcu or (new.area and not area):
            said = f"{new.area or 'no area'} was not an area of command unit {new.bcu!r} then"
            yield _found("rule-broken", number, said, _REWRITTEN)

    def _as_made(self, entry: AwardEntry, number: int) -> Iterator[Finding]:
        """Yield where a step says other things of its award than the entry that made it."""
        made = awards.made(self.session, entry.award)
        if made is None or made.entry >= number:
            yield _found("rule-broken", number, f"{entry.award} was no award then", _REWRITTEN)
            return
        for name in ("fund", "recipient", "recipient_kind", *_PROPERTIES):
            said, was = getattr(entry, name), getattr(made, name)
            if said != was:
                told = f"it says of {entry.award} that its {name} is {said!r}; it is {was!r}"
                yield _found("rule-broken", number, told, _REWRITTEN)

    def _life(self, entry: AwardEntry, number: int) -> Life:
        """Return what an award had come to before entry `number`."""
        keys = awards.stage_keys(entry.fund, entry.award)
        held = {key.name: self.position[key].held for key in keys}
        # As in writing: of an award with thousands of payments a handful of entries matter.
        before, happened = Moment(known_at=number - 1), None
        if entry.KIND not in ("reverse", "profile", "milestone"):
            happened = awards.marking(self.session, entry.award, before, entry.dated)
        if happened is None:
            happened = awards.happened(self.session, entry.award, before)
        return life_of(held, happened, lambda one: awards.told_of(self.session, one))

    def _undone(self, entry: Entry, reverses: int, number: int) -> Iterator[Finding]:
        """Yield where a reversal is not the opposite of the entry that it names."""
        if before := self.undone.get(reverses):
            said = f"entry {reverses} was undone before, by entry {before}"
            yield _found("rule-broken", number, said, _REWRITTEN)
        self.undone[reverses] = number
        original = ledger.entry(self.session, reverses)
        if getattr(original and original.entry, "reverses", None) is not None:
            said = f"entry {reverses} is a reversal, and is not undone itself"
            yield _found("rule-broken", number, said, _REWRITTEN)
        moved = Counter[Movement]()
        for one in (entry, original.entry if original and reverses < number else None):
            for movement in one.movements() if one else ():
                moved[movement._replace(pence=0)] += movement.pence
        if any(moved.values()):
            said = f"it undoes entry {reverses}, and is not its opposite"
            yield _found("rule-broken", number, said, _REWRITTEN)

    def _put_register(self, entry: Registration, number: int) -> None:
        """Take records into account; recipients, who are many, are compared here and now."""
        codes = [record.code for record in entry.records if isinstance(record, Recipient)]
        stored = soundness.recipient_rows(self.session, codes)
        for record in entry.records:
            code = (
                f"{record.fund} {record.recipient}" if isinstance(record, Listing) else record.code
            )
            if isinstance(record, Recipient):
                self.kinds[intern(code)] = intern(record.kind)
                if stored.get(code) == soundness.record_row(record, number):
                    self.register.pop((record.TABLE, code), None)
                    continue
            self.register[record.TABLE, code] = record, number
            self.beside.put_record(record)
            if isinstance(record, Fund):
                self.funds[record.code] = record
            elif isinstance(record, Listing):
                self.listed.add((record.fund, record.recipient))

    def _put_cap(self, cap: CapSet, number: int) -> None:
        caps = self.caps[cap.fund]
        new = cap.cap not in caps
        caps[cap.cap] = cap
        self.position.begin(cap)
        self.caps[cap.fund] = dict(sorted(caps.items()))
        self._set_bounds(cap, number)
        if new:
            past = ledger.holdings_before(self.session, cap.fund, number)
            for key, balance in counted(cap, self.bounds[cap.fund][cap.cap], past).items():
                self.position.put(key, balance)

    def _set_bounds(self, cap: CapSet, number: int) -> None:
        """Give a cap's buckets the ceiling it comes to now, as `Journal.set_cap` does."""
        authority = sum(self.position.held.get(("stage", cap.fund, "authority"), {}).values())
        comes_to = bounds(cap, authority)
        self.bounds[cap.fund][cap.cap] = comes_to
        self.position.ceilings[cap.cap] = comes_to.ceiling if cap.severity == "stop" else None
        for bucket in self.position.held.get(("cap", cap.fund, cap.cap), {}):
            key = Key("cap", cap.fund, cap.cap, bucket)
            balance = self.position[key]
            self.position.put(key, under(balance, balance.ceiling))
        self.cap_rows[cap.cap] = soundness.cap_row(cap, comes_to, number)

    def end(self, today: date | None = None) -> Iterator[Finding]:
        """Yield where what is stored beside the entries is not what they come to.

        With `today`, also each override that has ended and is still leant on.
        """
        if today is not None:
            yield from self.beside.expired(today)
        yield from soundness.of_head(self.session, self.number, self.hash)
        for what, unused in (("movement", self.movements), ("award", self.awards)):
            for number in unused.rest():
                yield _found(f"{what}-extra", number, f"a {what} belongs to no entry")
        yield from self._balances()
        yield from soundness.of_caps(self.session, self.cap_rows)
        yield from soundness.of_overrides(self.session, self.beside.override_rows)
        yield from soundness.of_register(self.session, self.register, self.kinds)
        yield from self.points.end()

    def _balances(self) -> Iterator[Finding]:
        """Yield each balance that is not what the entries come to, if they do not all agree."""
        if balances_agree(self.session, self.position, self.number):
            return
        self.constrained = False
        for *parts, amount, floor, ceiling, grandfathered, entry in soundness.balance_rows(
            self.session
        ):
            key = Key(*parts)
            buckets = self.position.held.get(key[:3], {})
            if key.bucket not in buckets:
                yield _found(
                    "balance-extra", entry, f"{_named(key)} is {amount:,}; nothing moved it"
                )
                continue
            stored = Balance(amount, floor, ceiling, grandfathered)
            expected = self.position[key]
            if stored != expected:
                said = (
                    f"{_named(key)} is {_bounds(stored)}; the entries come to {_bounds(expected)}"
                )
                yield _found("balance-differs", entry, said)
            del buckets[key.bucket]
        for key in self.position:
            yield _found("balance-missing", 0, f"{_named(key)} is not stored")


_PROPERTIES = ("area", "bcu", "source", "fy", "purpose")
_REWRITTEN = "go back to a backup, and find out who wrote to the ledger and how"


def _found(code: str, entry: int, message: str, remedy: str = "") -> Finding:
    return Finding(
        code=code,
        entry=entry,
        message=message,
        remedy=remedy or "only the entries are evidence: keep this file, and go back to a backup",
    )


def _differences(row: Row, expected: Row, number: int) -> Iterator[Finding]:
    names = soundness.ENTRY_NAMES
    for name, stored, told in zip(names, row, expected, strict=True):
        if stored != told:
            said = f"its column {name} is {stored!r}; its text says {told!r}"
            yield _found("column-differs", number, said)


def _brief(rows: list[Any]) -> str:
    return (
        "; ".join(" ".join(str(part) for part in row[1:] if part not in (None, "")) for row in rows)
        or "none"
    )


def _named(key: Key) -> str:
    return f"the balance {key.scope} {key.fund} {key.name} {key.bucket}".rstrip()


def _bounds(balance: Balance) -> str:
    most = "" if balance.ceiling is None else f" of at most {balance.ceiling:,}"
    beside = f" and {balance.grandfathered:,} grandfathered" if balance.grandfathered else ""
    return f"{balance.held:,}{most}{beside}"
