"""What one transaction writes: entries, their movements and awards, and the balances they leave.

Rows wait in memory until `flush`, so that a batch of a million entries and a single one are
written by the same statements. The ledger is locked meanwhile, so what was read stays true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from vru_ledger.caps import Bounds, new_balance
from vru_ledger.domain.chain import fact_of, link
from vru_ledger.domain.entries import (
    Allocation,
    AuthorityEntry,
    CapSet,
    Entry,
    Funding,
    Marker,
    Recorded,
    Registration,
)
from vru_ledger.position import Balance, Key, after, floor_of, under
from vru_ledger.store import ledger, points, register
from vru_ledger.store.database import Session

if TYPE_CHECKING:
    from vru_ledger.domain.overrides import CapOverride

_MOST_BALANCES = 25_000
"""Balances kept in memory between flushes: a few megabytes."""

_MANY_BALANCES = 1_000
"""So many written at once that what the server knows of the table is no longer true."""

ENTRY_COLUMNS = (
    "number, kind, fund, to_fund, award, recipient, cap, amount_pence, movements, from_stage,"
    ' to_stage, reverses, proposal, dated, recorded_at, actor, reason, decision, "key", fact,'
    " previous_hash, hash"
)
AWARD_COLUMNS = (
    "ref, fund, number, entry, recipient, recipient_kind, area, bcu, source,"
    " fy, purpose, title, term_from, term_to"
)
MOVEMENT_COLUMNS = "entry, n, fund, source, fy, award, recipient, area, stage, pence"
BALANCE_COLUMNS = "held, floor, ceiling, grandfathered, entry, scope, fund, name, bucket"
_INSERT_BALANCE = f"INSERT INTO balances ({BALANCE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE_BALANCE = (
    "UPDATE balances SET held = ?, floor = ?, grandfathered = ?, entry = ?"
    " WHERE scope = ? AND fund = ? AND name = ? AND bucket = ?"
)


_RAISED = (
    "(SELECT CAST(COALESCE(SUM(o.amount_pence), 0) AS BIGINT) FROM overrides o"
    " WHERE o.cap = balances.name AND o.bucket = balances.bucket)"
)
"""By how much a bucket's overrides raise it, whether they are in force or not."""


class Journal:
    """The end of the chain, open for writing inside one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.number, self.hash = ledger.head(session)
        self._flushed = self.number
        # On a server the guards add up what all entries of a stretch move, and each balance is
        # written once for all of them; but what an authority's entry says of a line is written by
        # itself. In a file an entry begins only when the one before it is whole: nothing waits.
        self._folds = session.dialect == "postgresql"
        self._balances: dict[Key, Balance] = {}
        self._unwritten: set[Key] = set()
        self._touched: dict[Key, int] = {}
        self._entries: list[tuple[Any, ...]] = []
        self._awards: list[tuple[Any, ...]] = []
        self._movements: list[tuple[Any, ...]] = []
        self._begun: list[tuple[Any, ...]] = []
        self._moved: list[tuple[Any, ...]] = []
        self._keys: set[str] = set()

    def resumes(self, session: Session) -> bool:
        """Go on in another transaction, and say whether the chain still ends where we left it."""
        self.session = session
        return ledger.head(session) == (self.number, self.hash)

    def load(
        self,
        keys: Iterable[Key],
        caps: Mapping[str, CapSet],
        bounds: Mapping[str, Bounds],
        new_award: str = "",
    ) -> Mapping[Key, Balance]:
        """Return a position that holds at least `keys`; nothing is stored yet under `new_award`."""
        known = self._balances
        lacking = [key for key in keys if key not in known]
        stored = [key for key in lacking if not _begins(key, new_award, caps)]
        found = ledger.balances(self.session, stored) if stored else {}
        for key in lacking:
            if key in found:
                known[key] = found[key]
            else:
                known[key] = new_balance(key, caps, bounds)
                self._unwritten.add(key)
        return known

    def append(
        self, entry: Entry, changes: Mapping[Key, int], actor: str, recorded_at: str
    ) -> Recorded:
        """Chain an entry that the rules have passed, and add its changes to the balances."""
        self.number += 1
        number = self.number
        fact = fact_of(entry, number, actor, recorded_at)
        previous_hash, self.hash = self.hash, link(self.hash, fact)
        movements = movement_rows(entry, number)
        self._movements += movements
        if entry.key:
            self._keys.add(entry.key)
        self._entries.append(
            entry_row(
                entry, number, len(movements), recorded_at, actor, fact, previous_hash, self.hash
            )
        )
        if isinstance(entry, Allocation):
            self._awards.append(award_row(entry, number))
        if isinstance(entry, Funding | AuthorityEntry):
            self._move_floors(changes)
            # What is said of a line comes before the stage whose floor it is.
            changes = dict(sorted(changes.items(), key=lambda one: one[0].scope != "line"))
        balances = self._balances
        for key, change in changes.items():
            balance = balances[key] = after(balances[key], change)
            if self._folds and key.scope != "line":
                self._touched[key] = number
            elif key in self._unwritten:
                self._unwritten.remove(key)
                self._begun.append((*balance, number, *key))
            else:
                held, floor, _, grandfathered = balance
                self._moved.append((held, floor, grandfathered, number, *key))
        if not self._folds:
            self._write()
        if isinstance(entry, Registration):
            self.flush()
            for record in entry.records:
                register.put(self.session, record, number)
        elif isinstance(entry, Marker):
            self.flush()
            points.put(self.session, entry, number)
        return Recorded(
            number=number, entry=entry, actor=actor, recorded_at=recorded_at, hash=self.hash
        )

    def _move_floors(self, changes: Mapping[Key, int]) -> None:
        """Let money that is expected and not covered be the floor of what is unallocated."""
        for key, change in changes.items():
            if bounded := floor_of(key):
                balance = self._balances[bounded]
                floor = (balance.floor or 0) + change
                self._balances[bounded] = balance._replace(floor=floor)

    def settle(self, key: str) -> None:
        """Write what waits if an entry with this key is among it, so that it can be found."""
        if key in self._keys:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._folds:
            self._fold()
            self._write()
        self._keys.clear()
        if self.number // points.FOLIO > self._flushed // points.FOLIO:
            points.write_folios(self.session, self.number)
        self._flushed = self.number
        if len(self._balances) > _MOST_BALANCES:
            self._forget()

    def _fold(self) -> None:
        """Let each balance move once, by the sum of what the entries that wait move."""
        for key, number in self._touched.items():
            held, floor, ceiling, grandfathered = self._balances[key]
            if key in self._unwritten:
                self._begun.append((held, floor, ceiling, grandfathered, number, *key))
            else:
                self._moved.append((held, floor, grandfathered, number, *key))
        self._unwritten -= self._touched.keys()
        self._touched.clear()

    def _write(self) -> None:
        """Write entries with all that belongs to them; their movements, which close them, last."""
        insert = self.session.insert
        if self._entries:
            insert("entries", ENTRY_COLUMNS, self._entries)
        if self._awards:
            insert("awards", AWARD_COLUMNS, self._awards)
        if self._begun:
            insert("balances", BALANCE_COLUMNS, self._begun)
        if self._moved:
            self.session.run_many(_UPDATE_BALANCE, self._moved)
        if len(self._begun) + len(self._moved) > _MANY_BALANCES:
            self.session.learn("balances")
        if self._movements:
            insert("movements", MOVEMENT_COLUMNS, self._movements)
        for rows in (self._entries, self._awards, self._begun, self._moved, self._movements):
            rows.clear()

    def set_cap(
        self, cap: CapSet, bounds: Bounds, entry: int, past: Mapping[Key, Balance] | None = None
    ) -> None:
        """Make a cap what its newest entry says, and give all its buckets the new ceiling.

        `past` is what a new cap has counted already. It is written before the cap is there, for
        afterwards the guards let its balances move only with money.
        """
        self.flush()
        for key, (held, floor, ceiling, grandfathered) in (past or {}).items():
            self.session.run(_INSERT_BALANCE, (held, floor, ceiling, grandfathered, entry, *key))
        row = (
            *(cap.measure, cap.limit, ",".join(cap.per), cap.only, cap.severity, cap.tolerance),
            *(cap.tolerance_bp, cap.citation, bounds.limit, bounds.ceiling, entry, cap.cap),
        )
        if self.session.row("SELECT 1 FROM caps WHERE code = ?", (cap.cap,)):
            self.session.run(
                "UPDATE caps SET measure = ?, cap_limit = ?, per = ?, only_kind = ?, severity = ?,"
                " tolerance = ?, tolerance_bp = ?, citation = ?, bound = ?, ceiling = ?, entry = ?"
                " WHERE code = ?",
                row,
            )
        else:
            self.session.run(
                "INSERT INTO caps (measure, cap_limit, per, only_kind, severity, tolerance,"
                " tolerance_bp, citation, bound, ceiling, entry, code, fund)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, cap.fund),
            )
            self._forget()
            return
        ceiling = bounds.ceiling if cap.severity == "stop" else None
        self.session.run(
            f"UPDATE balances SET ceiling = CAST(? AS BIGINT) + {_RAISED}, entry = ?,"
            f" grandfathered = CASE WHEN held > ? + {_RAISED} THEN held - ? - {_RAISED} ELSE 0 END"
            " WHERE scope = 'cap' AND fund = ? AND name = ?",
            (
                ceiling,
                entry,
                *((ceiling, ceiling) if ceiling is not None else (2**61, 0)),
                cap.fund,
                cap.cap,
            ),
        )
        self._forget()

    def put_override(self, new: CapOverride, number: int, key: Key, ceiling: int) -> None:
        """Write what an override is, and raise its bucket, which has this ceiling without any."""
        self.flush()
        before = ledger.balances(self.session, [key]).get(key)
        self.session.run(
            "INSERT INTO overrides (entry, cap, fund, bucket, amount_pence, dated, until)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            override_row(new, number),
        )
        held, floor, was, grandfathered = before or Balance(0, None, ceiling)
        raised = under(Balance(held, floor, was, grandfathered), (was or 0) + new.raised_pence())
        if before is None:
            self.session.run(_INSERT_BALANCE, (*raised, number, *key))
        else:
            self.session.run(
                "UPDATE balances SET ceiling = ?, grandfathered = ?, entry = ?"
                " WHERE scope = ? AND fund = ? AND name = ? AND bucket = ?",
                (raised.ceiling, raised.grandfathered, number, *key),
            )
        self._forget()

    def _forget(self) -> None:
        """Read balances anew: they were changed behind what is remembered of them."""
        self._balances.clear()
        self._unwritten.clear()


def _begins(key: Key, award: str, caps: Mapping[str, CapSet]) -> bool:
    """Say whether a key is a new award's own, so that nothing is stored under it yet.

    The bucket alone does not say so: a recipient's code may read like an award.
    """
    if not award or key.bucket != award:
        return False
    if key.scope == "cap":
        return caps[key.name].measure in ("award", "end")
    return key.scope == "award"


def entry_row(
    entry: Entry,
    number: int,
    movements: int,
    recorded_at: str,
    actor: str,
    fact: str,
    previous_hash: str,
    hash_: str,
) -> tuple[Any, ...]:
    """Return the columns of `entries`, which repeat parts of the fact for queries."""
    return (
        number,
        entry.KIND,
        getattr(entry, "fund", ""),
        getattr(entry, "to_fund", None) or None,
        getattr(entry, "award", None),
        getattr(entry, "recipient", None),
        getattr(entry, "cap", None),
        getattr(entry, "amount_pence", 0),
        movements,
        getattr(entry, "from_stage", ""),
        getattr(entry, "to_stage", ""),
        getattr(entry, "reverses", None),
        getattr(entry, "proposal", None) or None,
        entry.dated.isoformat() if entry.dated else None,
        recorded_at,
        actor,
        entry.reason,
        entry.decision,
        entry.key or None,
        fact,
        previous_hash,
        hash_,
    )


def movement_rows(entry: Entry, number: int) -> list[tuple[Any, ...]]:
    """Return the rows of `movements` that an entry comes to, in the order of its movements."""
    return [
        (number, n, fund, source, fy, award or None, recipient or None, area, stage, pence)
        for n, (fund, stage, pence, source, fy, award, recipient, area) in enumerate(
            entry.movements(), 1
        )
    ]


def award_row(new: Allocation, number: int) -> tuple[Any, ...]:
    """Return the columns of `awards`."""
    return (
        new.award,
        new.fund,
        int(new.award.rpartition("-")[2]),
        number,
        new.recipient,
        new.recipient_kind,
        new.area,
        new.bcu,
        new.source,
        new.fy,
        new.purpose,
        new.title,
        new.term_from.isoformat() if new.term_from else None,
        new.term_to.isoformat() if new.term_to else None,
    )


def override_row(new: CapOverride, number: int) -> tuple[Any, ...]:
    """Return the columns of `overrides`."""
    first, last = new.first_day(), new.until
    return (
        *(number, new.cap, new.fund, new.bucket, new.raised_pence()),
        *(first.isoformat() if first else None, last.isoformat() if last else None),
    )
