"""What the entries come to, balance by balance, held so that a million awards fit in memory."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from sys import intern

from vru_ledger.domain.entries import CapSet
from vru_ledger.position import Balance, Key, after
from vru_ledger.store import soundness
from vru_ledger.store.database import Session

ABSENT = -(2**63)
"""Stands in a column where nothing is held. Nothing that is held is as small: see LARGEST."""

LARGEST = 2**62
"""What a column can hold, and the other way below zero; a forged amount may be larger."""

_GAP = 1_000
"""How far beyond the newest award another may be numbered and still have a place in a column."""

_ROOM = 256
"""Places that are made at once."""

Name = tuple[str, str, str]
"""Scope, fund and name of balances: all of a key but its bucket."""


class Column(MutableMapping[str, int]):
    """What is held by bucket, eight bytes each; what has no place or does not fit stands apart."""

    def __init__(self, amounts: array[int]) -> None:
        self.amounts = amounts
        self.apart: dict[str, int] = {}

    @abstractmethod
    def place(self, bucket: str) -> int | None:
        """Return where a bucket stands in `amounts`, None if nowhere."""

    @abstractmethod
    def make_place(self, bucket: str) -> int | None:
        """Return where a bucket stands from now on, None if it can stand nowhere."""

    @abstractmethod
    def buckets(self) -> Iterator[str]:
        """Yield the bucket of each place, in the order of places."""

    def __getitem__(self, bucket: str) -> int:
        place = self.place(bucket)
        if place is None or self.amounts[place] == ABSENT:
            return self.apart[bucket]
        return self.amounts[place]

    def __setitem__(self, bucket: str, held: int) -> None:
        place = None if bucket in self.apart else self.make_place(bucket)
        if place is not None and -LARGEST < held < LARGEST:
            self.amounts[place] = held
            return
        if place is not None:
            self.amounts[place] = ABSENT
        self.apart[bucket] = held

    def __delitem__(self, bucket: str) -> None:
        if self.apart.pop(bucket, None) is None:
            place = self.place(bucket)
            if place is None or self.amounts[place] == ABSENT:
                raise KeyError(bucket)
            self.amounts[place] = ABSENT

    def __iter__(self) -> Iterator[str]:
        for bucket, held in zip(self.buckets(), self.amounts, strict=False):
            if held != ABSENT:
                yield bucket
        yield from self.apart

    def __len__(self) -> int:
        return len(self.amounts) - self.amounts.count(ABSENT) + len(self.apart)


class ByAward(Column):
    """What is held by award: the award's own number is its place.

    `newest` has the highest number that any of the fund's columns has a place for.
    """

    def __init__(self, fund: str, newest: list[int]) -> None:
        super().__init__(array("q", [ABSENT]))  # Awards are numbered from 1.
        self.prefix = f"{fund}-"
        self.newest = newest

    def number(self, award: str) -> int | None:
        """Return the number of one of the fund's awards, None if it is not written as they are."""
        told = award[len(self.prefix) :]
        if not (award.startswith(self.prefix) and told.isascii() and told.isdigit()):
            return None
        number = int(told) if len(told) < 19 else LARGEST
        return number if f"{number:04}" == told else None

    def place(self, bucket: str) -> int | None:
        """Return the award's number if something was held by it or one after it."""
        number = self.number(bucket)
        return number if number is not None and number < len(self.amounts) else None

    def make_place(self, bucket: str) -> int | None:
        """Return the award's number, unless it is far beyond those before."""
        number = self.number(bucket)
        return number if number is not None and self.reach(number) else None

    def reach(self, number: int) -> bool:
        """Make room for an award's number; say False if it is far beyond those before."""
        if number > self.newest[0]:
            if number > self.newest[0] + _GAP:
                return False
            self.newest[0] = number
        if number >= len(self.amounts):
            self.amounts.extend(array("q", [ABSENT]) * (number + _ROOM - len(self.amounts)))
        return True

    def buckets(self) -> Iterator[str]:
        """Yield awards in the order of their numbers."""
        for number in range(len(self.amounts)):
            yield f"{self.prefix}{number:04}"


class Recipients:
    """The recipients of one fund: each has the same place in every column of them.

    `numbers` are 0, 1, 2 ... as far as any fund came: a place is the same object in all of them.
    """

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.place_of: dict[str, int] = {}
        self.columns: list[array[int]] = []
        self.room = 0

    def add(self, recipient: str) -> int:
        """Return a recipient's place, the next one if it is new."""
        place = self.place_of.get(recipient)
        if place is None:
            if len(self.place_of) == len(self.numbers):
                self.numbers.append(len(self.numbers))
            # One text for all the funds that a recipient has money of.
            place = self.place_of[intern(recipient)] = self.numbers[len(self.place_of)]
            if place >= self.room:
                self.room += _ROOM
                for column in self.columns:
                    column.extend(array("q", [ABSENT]) * _ROOM)
        return place


class ByRecipient(Column):
    """What is held by recipient, in a column beside the others of its fund."""

    def __init__(self, recipients: Recipients) -> None:
        super().__init__(array("q", [ABSENT]) * recipients.room)
        self.recipients = recipients
        self.place_of = recipients.place_of
        recipients.columns.append(self.amounts)

    def place(self, bucket: str) -> int | None:
        """Return the recipient's place."""
        return self.place_of.get(bucket)

    def make_place(self, bucket: str) -> int | None:
        """Return the recipient's place, the next one if it is new."""
        return self.recipients.add(bucket)

    def buckets(self) -> Iterator[str]:
        """Yield recipients in the order in which the fund came to know them."""
        return iter(self.place_of)


class Tallies(Mapping[Key, Balance]):
    """Balances worked out from the entries: by scope, fund and name, then by bucket."""

    def __init__(self) -> None:
        self.held: dict[Name, MutableMapping[str, int]] = {}
        self.ceilings: dict[str, int | None] = {}
        self.grandfathered: dict[Key, int] = {}
        self.floors: dict[Key, int] = {}
        self.raised: dict[Key, int] = {}
        self._recipients: dict[str, Recipients] = {}
        self._numbers: list[int] = []
        self._newest: dict[str, list[int]] = {}

    def __getitem__(self, key: Key) -> Balance:
        scope, fund, name, bucket = key
        buckets = self.held.get((scope, fund, name))
        held = buckets.get(bucket, 0) if buckets is not None else 0
        if scope != "cap":
            return Balance(held, self.floors.get(key, 0)) if self.floors else Balance(held)
        ceiling = self.ceilings.get(name)
        if ceiling is not None and self.raised:
            ceiling += self.raised.get(key, 0)
        return Balance(held, None, ceiling, self.grandfathered.get(key, 0))

    def __iter__(self) -> Iterator[Key]:
        for name, buckets in self.held.items():
            for bucket in buckets:
                yield Key(*name, bucket)

    def __len__(self) -> int:
        return sum(map(len, self.held.values()))

    def apart(self) -> dict[Key, Balance]:
        """Return the balances with other bounds than the rest of their name, or a part let be."""
        found = {}
        for key in {**self.grandfathered, **self.floors, **self.raised}:
            balance = self[key]
            usual = (None, self.ceilings.get(key.name)) if key.scope == "cap" else (0, None)
            if balance.grandfathered or (balance.floor, balance.ceiling) != usual:
                found[key] = balance
        return found

    def column(self, scope: str, fund: str, name: str) -> MutableMapping[str, int]:
        """Return what one name of a fund holds by bucket, to be added to."""
        found = self.held.get((scope, fund, name))
        if found is None:
            found = self.held[scope, fund, name] = self._new(scope, fund)
        return found

    def _new(self, scope: str, fund: str) -> MutableMapping[str, int]:
        if scope == "award":
            return ByAward(fund, self._newest.setdefault(fund, [0]))
        if scope == "recipient":
            return ByRecipient(self._recipients.setdefault(fund, Recipients(self._numbers)))
        return {}

    def stands_apart(self, fund: str) -> bool:
        """Say whether something that a fund holds has no place in a column."""
        return any(
            isinstance(column, Column) and column.apart
            for (_, of, _), column in self.held.items()
            if of == fund
        )

    def begin(self, cap: CapSet) -> None:
        """Make room for what a new cap counts, in the shape of what it counts per."""
        if ("cap", cap.fund, cap.cap) in self.held:
            return
        scope = "award" if cap.measure in ("award", "end") else "cap"
        if scope == "cap" and cap.per == ("recipient",):
            scope = "recipient"
        self.held["cap", cap.fund, cap.cap] = self._new(scope, cap.fund)

    def add(self, key: Key, change: int) -> None:
        """Add to one balance."""
        if key in self.grandfathered:
            self.put(key, after(self[key], change))
            return
        buckets = self.column(*key[:3])
        buckets[key.bucket] = buckets.get(key.bucket, 0) + change

    def put(self, key: Key, balance: Balance) -> None:
        """Make one balance what it is said to be."""
        self.column(*key[:3])[key.bucket] = balance.held
        self.grandfathered.pop(key, None)
        if balance.grandfathered:
            self.grandfathered[key] = balance.grandfathered


def balances_agree(session: Session, expected: Tallies, last_entry: int) -> bool:
    """Say whether the stored balances are these and no others, each within its bounds.

    A faster way to find nothing than comparing balance by balance, which says what is wrong.
    """
    apart, unusual = expected.apart(), soundness.unusual_rows(session)
    for key, balance in apart.items():
        held, floor, ceiling, grandfathered = balance
        stored = unusual.get(key) or soundness.balance_row(session, key)
        if stored is None or stored[:4] != balance or not 0 < stored[4] <= last_entry:
            return False
        bounded = held >= 0 and grandfathered >= 0 and (floor is None or held >= floor >= 0)
        if not bounded or (ceiling is not None and held > ceiling + grandfathered):
            return False
    if sum(map(len, expected.held.values())) != soundness.how_many(session, "balances"):
        return False
    of_name = Counter(key[:3] for key in apart)
    return all(
        _column_agrees(session, expected, name, last_entry, of_name[name])
        for name in list(expected.held)
    )


def _column_agrees(
    session: Session, expected: Tallies, name: Name, last_entry: int, apart: int
) -> bool:
    """Say whether every balance of one name is stored as expected, but for those `apart`."""
    column = expected.held[name]
    ceiling = expected.ceilings.get(name[2]) if name[0] == "cap" else None
    found = 0
    rows = soundness.held_as_expected(session, name, ceiling, last_entry)
    if isinstance(column, ByAward) and not column.apart:
        amounts, prefix, skip = column.amounts, column.prefix, len(column.prefix)
        for award, held in rows:
            number = int(award[skip:]) if award[skip:].isdecimal() else 0
            if award != f"{prefix}{number:04}" or number >= len(amounts) or amounts[number] != held:
                return False
            found += 1
    elif isinstance(column, ByRecipient) and not column.apart:
        amounts, place_of = column.amounts, column.place_of
        for recipient, held in rows:
            place = place_of.get(recipient)
            if place is None or amounts[place] != held:
                return False
            found += 1
    else:
        for bucket, held in rows:
            if column.get(bucket) != held:
                return False
            found += 1
    return found + apart == len(column)
