"""What awards of one line of money meet in `check`: balances, caps and register, looked up once.

Awards come in few sorts: the same fund, source, year, area, kind of recipient and purpose again and
again. What all of a sort meet is found here, so that an award looks up only what is its own.
"""

from __future__ import annotations

from array import array
from collections.abc import MutableMapping
from datetime import date
from typing import Any, NamedTuple

from vru_ledger.actions.checking.forms import is_year
from vru_ledger.actions.checking.replay import Replay
from vru_ledger.actions.checking.tallies import LARGEST, ByAward, ByRecipient, Column
from vru_ledger.caps import PROPERTIES, stops_total
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.register import Area
from vru_ledger.store.routine_rows import MADE, STEPPED

_MEASURES = ("amount", "share", "award", "recipients", "end")
_OF_PENCE = ("amount", "share")
STAGES: dict[str, tuple[str, str]] = {**MADE, **STEPPED}
UNALLOCATED = "unallocated"

PROPOSED, PROMISED = 1, 2
"""What an award is if nothing but routine entries tell of it; 0 for all others."""

Held = MutableMapping[str, int]
Change = tuple[Any, str | int, int]
"""A balance that an entry changes (in what, and where), and what it holds afterwards."""

Sort = tuple[str, str, str, str, str, str, str, str]
"""Kind of entry, fund, source, year, area, command unit, kind of recipient and purpose."""


class Days(dict[str | None, tuple[str, int]]):
    """Each day that is written as days are, as its month and as 20230401, remembered.

    Raises ValueError for what is no day. No day at all is before every other.
    """

    def __missing__(self, text: str | None) -> tuple[str, int]:
        if text is None:
            return "", 0
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError(f"{text!r} is not a day")
        found = self[text] = text[:7], int(text.replace("-", ""))
        return found


class Counter(NamedTuple):
    """A cap as awards of a line meet it: what it counts, in which balances, up to what.

    `bucket` is what it counts per, None if the recipient is part of that: then `told` are the
    properties, None for the recipient. `ceiling` is None unless the cap stops. In the buckets of
    `apart` something is grandfathered, so that they have to be asked.
    """

    cap: str
    measure: str
    bucket: str | None
    told: tuple[str | None, ...]
    held: Held
    members: Held
    ceiling: int | None
    apart: frozenset[str]

    def bucket_of(self, recipient: str) -> str:
        """Return the bucket that a recipient's award counts in."""
        if self.bucket is not None:
            return self.bucket
        return "|".join(recipient if one is None else one for one in self.told)


class Lives:
    """What became of each award of a fund by routine entries, by the award's number.

    `states` as above, `latest` the newest day of its entries as 20230401, `proposers` who asked for
    what is proposed.
    """

    def __init__(self) -> None:
        self.states = bytearray()
        self.latest = array("i")
        self.proposers: dict[int, str] = {}

    def begin(self, award: int, state: int, day: int) -> None:
        """Take note of a new award."""
        more = award + 1 - len(self.states)
        if more > 0:
            more += 256
            self.states.extend(bytes(more))
            self.latest.extend(array("i", [0]) * more)
        self.states[award], self.latest[award] = state, day

    def leave(self, award: int) -> None:
        """Let an award be looked at with care from now on."""
        if 0 <= award < len(self.states):
            self.states[award] = 0
        self.proposers.pop(award, None)


class Line(NamedTuple):
    """What every entry of one sort meets. `leaves` and `enters` are what it moves pence between.

    `totals` are caps whose balance all of them share, `columns` those that count each recipient by
    itself, `others` the rest. `turned_...` is what the folio so far turned over by month.
    """

    fund: str
    lives: Lives
    listed_only: bool
    own: str
    into: str
    lender: str
    unallocated: Held
    authority: Held
    leaves: Held
    enters: Held
    recipients_leave: ByRecipient
    recipients_enter: ByRecipient
    awards_leave: ByAward
    awards_enter: ByAward
    totals: tuple[tuple[Held, str, int], ...]
    columns: tuple[tuple[array[int], int], ...]
    others: tuple[Counter, ...]
    turned_out: dict[str, int]
    turned_in: dict[str, int]
    turned_lent: tuple[dict[str, int], dict[str, int], dict[str, int]]


class Lines:
    """The lines that were met since something changed that they rest on: `found`, by sort."""

    _MOST = 20_000
    """Lines that are kept: a purpose can be any text."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self.found: dict[Sort, Line | None] = {}
        self._lives: dict[str, Lives] = {}

    def lives(self, fund: str) -> Lives:
        """Return what became of a fund's awards."""
        return self._lives.setdefault(fund, Lives())

    def clear(self) -> None:
        """Forget them all: caps, register or the shape of balances may have changed."""
        self.found.clear()

    def of(self, sort: Sort) -> Line | None:
        """Return the line of a sort of entries, None if none of them is routine."""
        if sort not in self.found:
            if len(self.found) >= self._MOST:
                self.found.clear()
            self.found[sort] = self._line(sort)
        return self.found[sort]

    def _line(self, sort: Sort) -> Line | None:
        kind, fund, source, fy, area, bcu, recipient_kind, _ = sort
        if fund not in self._replay.funds or not self._is_placed(area, bcu):
            return None
        if fy and not is_year(fy):
            return None
        if kind in MADE and not self._may_be_promised(fund, recipient_kind):
            return None
        leaves, enters = STAGES[kind]
        columns = self._columns(fund, leaves, enters)
        if columns is None:
            return None
        column, turned = self._replay.position.column, self._replay.points.turned
        # Between stages that an award holds, nothing changes that a cap measures.
        counters = self._counters(sort) if UNALLOCATED in (leaves, enters) else ()
        if counters is None:
            return None
        own, into = f"{source}|{fy}|", f"{source}|{fy}|{area}"
        return Line(
            fund=fund,
            lives=self.lives(fund),
            listed_only=kind in MADE and self._replay.funds[fund].closed,
            own=own,
            into=into,
            lender=f"{source}||",
            unallocated=column("stage", fund, UNALLOCATED),
            authority=column("stage", fund, "authority"),
            leaves=column("stage", fund, leaves),
            enters=column("stage", fund, enters),
            **columns,
            totals=tuple(
                (one.held, one.bucket or "", _most(one)) for one in counters if _is_total(one)
            ),
            columns=tuple(
                (each.amounts, _most(one)) for one in counters if (each := _column(one)) is not None
            ),
            others=tuple(one for one in counters if not _is_total(one) and _column(one) is None),
            turned_out=turned(fund, leaves, source, fy, "" if leaves == UNALLOCATED else area),
            turned_in=turned(fund, enters, source, fy, "" if enters == UNALLOCATED else area),
            turned_lent=(
                turned(fund, UNALLOCATED, source, "", ""),
                turned(fund, "authority", source, "", ""),
                turned(fund, "authority", source, fy, ""),
            ),
        )

    def _columns(self, fund: str, leaves: str, enters: str) -> dict[str, Any] | None:
        """Return what recipients and awards hold of both stages, None if some of it is apart."""
        found = {}
        for name, stage, other in (("leave", leaves, enters), ("enter", enters, leaves)):
            for scope in ("recipient", "award"):
                held = other if stage == UNALLOCATED else stage
                column = self._replay.position.column(scope, fund, held)
                if not isinstance(column, Column) or column.apart:
                    return None
                found[f"{scope}s_{name}"] = column
        return found

    def _is_placed(self, area: str, bcu: str) -> bool:
        """Say whether an area was of that command unit when an award said so."""
        known, _ = self._replay.register.get(("areas", area), (None, 0))
        return known.bcu == bcu if isinstance(known, Area) else not (area or bcu)

    def _may_be_promised(self, code: str, recipient_kind: str) -> bool:
        """Say whether a fund's money may be promised to this kind of recipient at all."""
        replay = self._replay
        kinds = replay.funds[code].kinds
        if kinds and recipient_kind not in kinds.split(","):
            return False
        if not any(map(stops_total, replay.caps.get(code, {}).values())):
            return False
        # Money that is only expected is the floor of what is unallocated.
        return not any(pence and key.fund == code for key, pence in replay.position.floors.items())

    def _counters(self, sort: Sort) -> tuple[Counter, ...] | None:
        """Return the caps that count a sort of entries, None if one of them has to be asked."""
        found = []
        for cap in self._replay.caps.get(sort[1], {}).values():
            if cap.only and cap.only != sort[6]:
                continue
            counter = self._counter(cap, sort)
            if counter is None:
                return None
            found.append(counter)
        return tuple(found)

    def _counter(self, cap: CapSet, sort: Sort) -> Counter | None:
        _, _, source, fy, area, bcu, kind, purpose = sort
        if cap.measure not in _MEASURES or not all(name in PROPERTIES for name in cap.per):
            return None
        properties = dict(
            zip(PROPERTIES, (None, kind, area, bcu, fy, source, purpose), strict=True)
        )
        told = tuple(properties[name] for name in cap.per)
        if cap.severity == "stop" and "" in told:
            return None
        position = self._replay.position
        held = position.column("cap", cap.fund, cap.cap)
        if isinstance(held, Column) and held.apart:
            return None
        if any(key.name == cap.cap for key in position.raised):
            return None
        apart = frozenset(key.bucket for key in position.grandfathered if key.name == cap.cap)
        bucket = None if None in told else "|".join(one for one in told if one is not None)
        if bucket in apart:
            return None
        return Counter(
            cap=cap.cap,
            measure=cap.measure,
            bucket=bucket,
            told=told,
            held=held,
            members=position.column("member", cap.fund, cap.cap),
            ceiling=position.ceilings[cap.cap],
            apart=apart,
        )


def _most(counter: Counter) -> int:
    """Return what a balance can hold that is seen to be within bounds."""
    return LARGEST - 1 if counter.ceiling is None else min(counter.ceiling, LARGEST - 1)


def _is_total(counter: Counter) -> bool:
    """Say whether every award of a line adds its pence to the same balance."""
    return counter.measure in _OF_PENCE and counter.bucket is not None


def _column(counter: Counter) -> ByRecipient | None:
    """Return where each award adds its pence to its recipient's place, None if nowhere."""
    held = counter.held
    if not isinstance(held, ByRecipient) or counter.measure not in _OF_PENCE or counter.apart:
        return None
    return held
