"""The routine case of `check`: an allocation that is exactly as expected and well within bounds.

Whatever is not seen at once to be so goes to `Replay`, which asks the rules and says what is wrong.
So nothing is found here, and nothing can be missed that would be found there; docs/decisions says
why, and tests compare the two on ledgers of every sort.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, MutableMapping
from hashlib import sha256
from typing import Any, NamedTuple

from vru_ledger.actions.replay import Replay
from vru_ledger.actions.tallies import ABSENT, LARGEST, ByAward, ByRecipient, Column
from vru_ledger.caps import PROPERTIES, stops_total
from vru_ledger.domain.allocation_fact import allocation_fact
from vru_ledger.domain.entries import Allocation, CapSet, Proposal
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.register import Area
from vru_ledger.rules import RULES
from vru_ledger.store.database import Row

KEPT = (
    *("open_period", "legal_step", "in_order", "second_person", "planned", "delegated"),
    *("listed_recipient", "capped_fund", "measurable", "within_caps", "within_authority"),
    *("within_dates", "within_use_by", "within_decision"),
)
"""The rules that this file sees kept without asking. If there are others, it sees nothing.

An amount over a limit of authority is not routine, nor is an award of a fund of which money is only
expected or a cap was overridden. Terms of money, and what a decision decides, only warn who
promises it.
"""

_MAKE_AWARDS = {made.KIND: made.to_stage for made in (Allocation, Proposal)}
"""The kinds of entry that make an award, and the stage in which its money is then."""

_MEASURES = ("amount", "share", "award", "recipients", "end")
_OF_PENCE = ("amount", "share")
_PLACES = {name: place for place, name in enumerate(PROPERTIES)}

Held = MutableMapping[str, int]


class Counter(NamedTuple):
    """A cap as an allocation meets it: what it counts, per which properties, into which balances.

    `only` is a kind of recipient or empty; `ceiling` is None unless the cap stops. `column` is
    where recipients have their places, None if it does not count pence per recipient.
    """

    cap: str
    measure: str
    only: str
    places: tuple[int, ...]
    held: Held
    members: Held
    ceiling: int | None
    column: array[int] | None


class Sheet(NamedTuple):
    """A fund between two changes of it: whom it may be given to, its money, what counts it.

    `promised`, `of_recipients` and `of_awards` are of the stage that a new award is in.
    """

    listed_only: bool
    kinds: tuple[str, ...]
    unallocated: Held
    authority: Held
    promised: Held
    of_recipients: ByRecipient
    of_awards: ByAward
    counters: tuple[Counter, ...]

    def place(self, recipient: str) -> int:
        """Return a recipient's place in the fund's columns."""
        place = self.of_recipients.place_of.get(recipient)
        return self.of_recipients.recipients.add(recipient) if place is None else place


Change = tuple[Any, str | int, int]
"""A balance that an allocation changes (in what, and where), and what it holds afterwards."""


class Routine:
    """Takes entries into account: those that are routine by itself, the others through `Replay`."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._sheets: dict[tuple[str, str], Sheet] = {}
        self._routine: dict[str, Callable[[Row], bool]] = {}
        if tuple(rule.__name__ for rule in RULES) == KEPT:
            self._routine = dict.fromkeys(_MAKE_AWARDS, self._allocation)

    def entry(self, row: Row) -> Iterator[Finding]:
        """Return what is wrong with one row of `entries`, and take it into account."""
        routine = self._routine.get(row[1])
        if routine is not None:
            try:
                if routine(row):
                    return iter(())
            except (ValueError, TypeError):
                pass  # Something is of no shape that an allocation has: it is looked at with care.
        self._sheets.clear()
        return self._replay.entry(row)

    def _allocation(self, row: Row) -> bool:
        """Take a new award into account if all is as expected; otherwise change nothing."""
        replay = self._replay
        number, kind, fund, to_fund, ref, recipient, cap, pence, count, left, stage = row[:11]
        reverses, proposal = row[11:13]
        fact, previous_hash, hash_ = row[19:]
        if number != replay.number + 1 or previous_hash != replay.hash:
            return False
        if replay.points.asks(number, row[13]):
            return False
        if sha256((previous_hash + fact).encode()).hexdigest() != hash_:
            return False
        awards, movements = replay.awards.peek(number), replay.movements.peek(number)
        if len(awards) != 1 or len(movements) != count:
            return False
        if not (to_fund is None and cap is None and reverses is None and proposal is None):
            return False
        if left != "unallocated" or stage != _MAKE_AWARDS[kind]:
            return False
        [award] = awards
        if award[1] != fund or award[4] != recipient or award[0] != ref:
            return False
        if ref != f"{fund}-{award[2]:04}" or award[3] != number:
            return False
        lent = -movements[0][9] if count > 2 else 0
        if not 0 <= lent <= pence or not 0 < pence < LARGEST:
            return False
        if replay.beside.limits and not self._may_decide(row[13], pence):
            return False
        if movements != _movements(row, award, lent) or fact != allocation_fact(row, award, lent):
            return False
        sheet = self._sheets.get((fund, stage)) or self._sheet(fund, stage)
        if sheet is None or not self._may_receive(sheet, fund, award):
            return False
        changes = _stages(sheet, award, pence, lent)
        if not changes or not _held(sheet, award, pence, changes):
            return False
        if not self._counted(sheet, award, pence, changes):
            return False
        for held, bucket, amount in changes:
            held[bucket] = amount
        replay.points.add(row[13], movements)
        replay.awards.claim()
        replay.movements.claim()
        replay.number, replay.hash = number, hash_
        return True

    def _may_decide(self, dated: str | None, pence: int) -> bool:
        """Say whether no limit of authority from that day or before is passed, be it the newest."""
        for code, limit in self._replay.beside.limits.items():
            for most in (limit.decision_over_pence, limit.second_person_over_pence):
                if most is not None and pence > most and (dated is None or code <= dated):
                    return False
        return True

    def _may_receive(self, sheet: Sheet, fund: str, award: Row) -> bool:
        """Say whether recipient and area were such, and whether the fund may be given to them."""
        recipient, kind, area, bcu = award[4:8]
        if self._replay.kinds.get(recipient) != kind:
            return False
        known, _ = self._replay.register.get(("areas", area), (None, 0))
        if isinstance(known, Area):
            if known.bcu != bcu:
                return False
        elif area or bcu:
            return False
        if sheet.listed_only and (fund, recipient) not in self._replay.listed:
            return False
        return not sheet.kinds or kind in sheet.kinds

    def _sheet(self, code: str, stage: str) -> Sheet | None:
        """Return a fund as allocations meet it, None if none from it is routine."""
        replay = self._replay
        fund, caps = replay.funds.get(code), replay.caps.get(code, {})
        if fund is None or not any(map(stops_total, caps.values())):
            return None
        if _has_floor(replay, code):
            return None
        counters = [self._counter(cap) for cap in caps.values()]
        column = replay.position.column
        of_recipients = column("recipient", code, stage)
        of_awards = column("award", code, stage)
        if not isinstance(of_recipients, ByRecipient) or not isinstance(of_awards, ByAward):
            return None
        if None in counters or of_recipients.apart or of_awards.apart:
            return None
        sheet = self._sheets[code, stage] = Sheet(
            listed_only=fund.closed,
            kinds=tuple(fund.kinds.split(",")) if fund.kinds else (),
            unallocated=column("stage", code, "unallocated"),
            authority=column("stage", code, "authority"),
            promised=column("stage", code, stage),
            of_recipients=of_recipients,
            of_awards=of_awards,
            counters=tuple(counter for counter in counters if counter),
        )
        return sheet

    def _counter(self, cap: CapSet) -> Counter | None:
        """Return a cap as allocations meet it, None if it is none that can be met here."""
        if cap.measure not in _MEASURES or not all(name in _PLACES for name in cap.per):
            return None
        position = self._replay.position
        held = position.column("cap", cap.fund, cap.cap)
        if isinstance(held, Column) and held.apart:
            return None
        if any(key.name == cap.cap for key in position.raised):
            return None
        members = position.column("member", cap.fund, cap.cap)
        per_recipient = isinstance(held, ByRecipient) and cap.measure in _OF_PENCE
        return Counter(
            cap=cap.cap,
            measure=cap.measure,
            only=cap.only,
            places=tuple(_PLACES[name] for name in cap.per),
            held=held,
            members=members,
            ceiling=position.ceilings[cap.cap],
            column=held.amounts if isinstance(held, ByRecipient) and per_recipient else None,
        )

    def _counted(self, sheet: Sheet, award: Row, pence: int, changes: list[Change]) -> bool:
        """Add what each cap counts to `changes`; False if one stops it, or has to be asked."""
        grandfathered = self._replay.position.grandfathered
        fund, recipient, kind, place = award[1], award[4], award[5], sheet.place(award[4])
        for counter in sheet.counters:
            cap, _, only, _, held, _, ceiling, column = counter
            if only and only != kind:
                continue
            if column is not None:
                bucket, change, before = recipient, pence, column[place]
                amount = pence if before == ABSENT else before + pence
                changes.append((column, place, amount))
            else:
                counted = _counted(counter, award, pence, changes)
                if counted is None:
                    return False
                bucket, change = counted
                amount = held.get(bucket, 0) + change
                changes.append((held, bucket, amount))
            if (ceiling is not None and change > 0 and amount > ceiling) or amount >= LARGEST:
                return False
            if grandfathered and ("cap", fund, cap, bucket) in grandfathered:
                return False
        return True


def _counted(
    counter: Counter, award: Row, pence: int, changes: list[Change]
) -> tuple[str, int] | None:
    """Return the bucket of a cap that an award counts in and by how much; None if it has to ask."""
    _, measure, _, places, held, members, ceiling, _ = counter
    bucket = ""
    if places:
        recipient, kind, area, bcu, source, fy, purpose = award[4:11]
        properties = (recipient, kind, area, bcu, fy, source, purpose)
        told = [properties[place] for place in places]
        if ceiling is not None and "" in told:
            return None
        bucket = "|".join(told)
    if measure in _OF_PENCE:
        return bucket, pence
    if measure == "recipients":
        member = f"{bucket}|{award[4]}"
        before = members.get(member, 0)
        changes.append((members, member, before + pence))
        return bucket, (before + pence > 0) - (before > 0)
    if award[0] in held:
        return None
    if measure == "award":
        return award[0], pence
    day = int(award[13].replace("-", "")) if award[13] else 0
    return None if ceiling is not None and not day else (award[0], day)


def _has_floor(replay: Replay, fund: str) -> bool:
    """Say whether money of a fund may not be promised, because it is only expected."""
    return any(pence and key.fund == fund for key, pence in replay.position.floors.items())


def _movements(row: Row, award: Row, lent: int) -> list[Row]:
    """Return the rows of `movements` that an allocation comes to."""
    number, _, fund, _, ref, recipient, _, pence = row[:8]
    area, _, source, fy = award[6:10]
    into = (fund, source, fy, ref, recipient or None, area, row[10], pence)
    if not lent:
        own = (number, 1, fund, source, fy, None, None, "", "unallocated", -pence)
        return [own, (number, 2, *into)]
    found: list[Row] = [
        (number, 1, fund, source, "", None, None, "", "unallocated", -lent),
        (number, 2, fund, source, "", None, None, "", "authority", lent),
        (number, 3, fund, source, fy, None, None, "", "authority", -lent),
    ]
    if pence > lent:
        found.append((number, 4, fund, source, fy, None, None, "", "unallocated", lent - pence))
    found.append((number, len(found) + 1, *into))
    return found


def _stages(sheet: Sheet, award: Row, pence: int, lent: int) -> list[Change]:
    """Return what the fund's stages hold afterwards; nothing where one has to be asked."""
    area, _, source, fy = award[6:10]
    own, into = f"{source}|{fy}|", f"{source}|{fy}|{area}"
    changes: list[Change] = [(sheet.promised, into, sheet.promised.get(into, 0) + pence)]
    if pence > lent:
        left = sheet.unallocated.get(own, 0) - pence + lent
        if left < 0:
            return []
        changes.append((sheet.unallocated, own, left))
    if lent:
        lender = f"{source}||"
        left = sheet.unallocated.get(lender, 0) - lent
        given = sheet.authority.get(lender, 0) - lent
        if left < 0 or given < 0 or not fy:
            return []
        changes.append((sheet.unallocated, lender, left))
        changes.append((sheet.authority, lender, given))
        changes.append((sheet.authority, own, sheet.authority.get(own, 0) + lent))
    return changes


def _held(sheet: Sheet, award: Row, pence: int, changes: list[Change]) -> bool:
    """Add what recipient and award hold to `changes`; False where that is not simple."""
    number, recipient = award[2], award[4]
    awards, recipients = sheet.of_awards.amounts, sheet.of_recipients.amounts
    place = sheet.place(recipient)
    before = recipients[place]
    amount = pence if before == ABSENT else before + pence
    if not 0 < number <= len(awards) or amount >= LARGEST or not recipient:
        return False
    if number == len(awards):
        awards.append(ABSENT)
    elif awards[number] != ABSENT:
        return False
    changes += (awards, number, pence), (recipients, place, amount)
    return True
