"""What `check` reads: rows in the order of the chain, and what the database says of itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

from vru_ledger.caps import Bounds
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.register import RECORDS, Recipient, Record
from vru_ledger.position import Key
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Row, Session
from vru_ledger.store.journal import AWARD_COLUMNS, ENTRY_COLUMNS, MOVEMENT_COLUMNS
from vru_ledger.store.schema import of_schema

ENTRY_NAMES = tuple(ENTRY_COLUMNS.replace('"', "").split(", "))
_CAP_COLUMNS = (
    "code, fund, measure, cap_limit, per, only_kind, severity, tolerance, tolerance_bp, citation,"
    " bound, ceiling, entry"
)
_BALANCES = (
    "SELECT scope, fund, name, bucket, held, floor, ceiling, grandfathered, entry FROM balances"
)
_AT_ONCE = 200
_FROM_BACKUP = "keep this file, and go back to a backup"


class Parts(Protocol):
    """Rows of one table, by the entry that they belong to; entries come in order."""

    def of(self, number: int) -> list[Row]:
        """Return the rows of entry `number`."""

    def leave(self, number: int) -> None:
        """Let the rows of entry `number` be claimed by none."""

    def rest(self) -> Iterator[int]:
        """Yield the entry number of each row that no entry claimed."""


class Matched:
    """Rows that belong to entries, handed out as the entries come by: one pass over both."""

    def __init__(self, rows: Iterator[Row], entry_at: int) -> None:
        self._groups = groupby(rows, itemgetter(entry_at))
        self._next = self._group()
        self._unclaimed: list[int] = []

    def _group(self) -> tuple[int, list[Row]] | None:
        for number, rows in self._groups:
            return number, list(rows)
        return None

    def of(self, number: int) -> list[Row]:
        """Return the rows of entry `number`; those of entries that never came are kept apart."""
        found: list[Row] = []
        group = self._next
        while group is not None and group[0] <= number:
            if group[0] == number:
                found = group[1]
            else:
                self._unclaimed += [group[0]] * len(group[1])
            group = self._group()
        self._next = group
        return found

    def leave(self, number: int) -> None:
        """Let the rows of entry `number` be claimed by none."""

    def rest(self) -> Iterator[int]:
        """Yield the entry number of each row that no entry claimed."""
        yield from self._unclaimed
        while self._next is not None:
            yield from [self._next[0]] * len(self._next[1])
            self._next = self._group()


def entry_rows(session: Session) -> Iterator[Row]:
    """Yield every row of `entries`, in the order of their numbers."""
    return session.stream(f"SELECT {ENTRY_COLUMNS} FROM entries ORDER BY number")


def entry_row(session: Session, number: int) -> Row:
    """Return the row of an entry that is there."""
    [row] = session.rows(f"SELECT {ENTRY_COLUMNS} FROM entries WHERE number = ?", (number,))
    return row


def movement_rows(session: Session) -> Matched:
    """Return every row of `movements`, in the order of their entries."""
    sql = f"SELECT {MOVEMENT_COLUMNS} FROM movements ORDER BY entry, n"
    return Matched(session.stream(sql), 0)


def award_rows(session: Session) -> Matched:
    """Return every row of `awards`, in the order of their entries."""
    sql = f"SELECT {AWARD_COLUMNS} FROM awards ORDER BY entry, ref"
    return Matched(session.stream(sql), 3)


class MovementsSought:
    """The movements of a few entries, looked up; those of the others are counted by who saw them.

    `seen` is how many belong to the entries that came by.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._left: list[int] = []
        self.seen = 0

    def of(self, number: int) -> list[Row]:
        """Return the rows of entry `number`."""
        sql = f"SELECT {MOVEMENT_COLUMNS} FROM movements WHERE entry = ? ORDER BY n"
        found = self._session.rows(sql, (number,))
        self.seen += len(found)
        return found

    def leave(self, number: int) -> None:
        """Let the rows of entry `number` be claimed by none."""
        self._left += [number] * len(self.of(number))

    def rest(self) -> Iterator[int]:
        """Yield the entry number of each row that no entry claimed."""
        rest = list(self._left)
        if self.seen != how_many(self._session, "movements"):
            for (number,) in self._session.rows(
                "SELECT m.entry FROM movements m WHERE NOT EXISTS"
                " (SELECT 1 FROM entries e WHERE e.number = m.entry)"
            ):
                rest.append(number)
        return iter(sorted(rest))


class AwardsSought:
    """The awards of a few entries, looked up. `strays` are of entries that name another award."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest: list[int] = []
        self.strays: dict[int, list[Row]] = {}
        columns = ", ".join(f"a.{name}" for name in AWARD_COLUMNS.split(", "))
        for there, *row in session.stream(
            f"SELECT e.number, {columns} FROM awards a LEFT JOIN entries e ON e.number = a.entry"
            " WHERE e.number IS NULL OR e.award IS NULL OR e.award <> a.ref"
        ):
            if there is None:
                self._rest.append(row[3])
            else:
                self.strays.setdefault(there, []).append(tuple(row))

    def of(self, number: int) -> list[Row]:
        """Return the rows of entry `number`."""
        found = self._session.rows(
            f"SELECT {AWARD_COLUMNS} FROM awards WHERE entry = ?"
            " AND ref = (SELECT award FROM entries WHERE number = ?)",
            (number, number),
        )
        return sorted(found + self.strays.get(number, []))

    def leave(self, number: int) -> None:
        """Let the rows of entry `number` be claimed by none."""
        self._rest += [number] * len(self.of(number))

    def rest(self) -> Iterator[int]:
        """Yield the entry number of each row that no entry claimed."""
        return iter(sorted(self._rest))


def turnover_rows(session: Session) -> Iterator[Row]:
    """Yield every row of `turnovers`, folio by folio."""
    return session.stream(
        "SELECT folio, n, month, fund, stage, source, fy, area, pence FROM turnovers"
        " ORDER BY folio, n"
    )


def balance_rows(session: Session) -> Iterator[Row]:
    """Yield every balance: its key, then held, floor, ceiling, grandfathered and entry."""
    return session.stream(_BALANCES)


def held_as_expected(
    session: Session, name: tuple[str, str, str], ceiling: int | None, last_entry: int
) -> Iterator[tuple[str, int]]:
    """Yield bucket and amount of the balances of one name of a fund that are within their bounds.

    Only those whose bounds are as expected, that nothing is grandfathered in, and that an entry
    which is there has moved: whoever misses one has to look at all of them.
    """
    bounds = "floor = 0 AND ceiling IS NULL"
    values: list[Any] = []
    if name[0] == "cap":
        bounds = "floor IS NULL AND ceiling IS NULL"
        if ceiling is not None:
            bounds, values = "floor IS NULL AND ceiling = ? AND +held <= ceiling", [ceiling]
    return session.stream(
        "SELECT bucket, held FROM balances WHERE scope = ? AND fund = ? AND name = ?"
        # The sign keeps SQLite from the index on what is held, which has not all of this.
        f" AND {bounds} AND +held >= 0 AND grandfathered = 0 AND entry BETWEEN 1 AND ?",
        (*name, *values, last_entry),
    )


def unusual_rows(session: Session) -> dict[Key, Row]:
    """Return held, bounds, grandfathered and entry where something is grandfathered or floored."""
    rows = session.rows(f"{_BALANCES} WHERE grandfathered <> 0 OR floor <> 0")
    return {Key(*row[:4]): row[4:] for row in rows}


def balance_row(session: Session, key: Key) -> Row | None:
    """Return the held, floor, ceiling, grandfathered and entry of one balance, None if absent."""
    return session.row(
        "SELECT held, floor, ceiling, grandfathered, entry FROM balances"
        " WHERE scope = ? AND fund = ? AND name = ? AND bucket = ?",
        key,
    )


def how_many(session: Session, table: str) -> int:
    """Return how many rows a table has."""
    row = session.row(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0


def recipient_rows(session: Session, codes: Sequence[str]) -> dict[str, Row]:
    """Return the whole rows of these recipients, by code."""
    found: dict[str, Row] = {}
    names = ", ".join(register.stored_columns(Recipient))
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        for row in session.rows(
            f"SELECT {names} FROM recipients WHERE code IN ({', '.join('?' * len(some))})", some
        ):
            found[row[0]] = row
    return found


def record_row(record: Record, entry: int) -> Row:
    """Return the row of the register that a record comes to."""
    return tuple(register.values(record, entry))


def cap_row(cap: CapSet, comes_to: Bounds, entry: int) -> Row:
    """Return the row of `caps` that an entry comes to."""
    return (
        *(cap.cap, cap.fund, cap.measure, cap.limit, ",".join(cap.per), cap.only, cap.severity),
        *(cap.tolerance, cap.tolerance_bp, cap.citation, comes_to.limit, comes_to.ceiling, entry),
    )


_LARGE = ("entries", "awards", "movements", "balances")
"""Tables whose every row `check` compares with what the entries come to."""

_PAGES = 3_000
"""KiB of the file kept in memory: looking rows up in indexes reads the same pages often."""


@contextmanager
def room_to_read(session: Session) -> Iterator[None]:
    """Let SQLite remember more of the file than it does for an everyday command."""
    if session.dialect != "sqlite":
        yield
        return
    row = session.row("PRAGMA cache_size")
    session.run(f"PRAGMA cache_size=-{_PAGES}")
    try:
        yield
    finally:
        session.run(f"PRAGMA cache_size={row[0] if row else -2000}")


def is_whole(session: Session) -> bool:
    """Say whether the database finds nothing wrong, but for what rows of large tables hold.

    Pages, rows and indexes of every table; constraints and references of the small ones. Those of
    the large ones follow when each row is what its entry says: see docs/decisions.
    """
    if session.dialect != "sqlite":
        return True
    session.run("PRAGMA ignore_check_constraints=ON")
    try:
        if session.rows("PRAGMA integrity_check") != [("ok",)]:
            return False
    finally:
        session.run("PRAGMA ignore_check_constraints=OFF")
    for (table,) in session.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        if table in _LARGE:
            continue
        named = table.replace('"', '""')
        if session.rows(f'PRAGMA quick_check("{named}")') != [("ok",)]:
            return False
        if session.rows(f'PRAGMA foreign_key_check("{named}")'):
            return False
    return True


def of_database(session: Session, *, whole: bool = False) -> Iterator[Finding]:
    """Yield what the database itself finds wrong: pages, rows, foreign keys, guards.

    Of a file that `is_whole` the indexes are known to be right, and take most of the time.
    """
    if session.dialect == "sqlite":
        for (said,) in session.rows(f"PRAGMA {'quick' if whole else 'integrity'}_check"):
            if said != "ok":
                # A row that breaks a bound can be read all the same, so the rest is looked at.
                broken = str(said).startswith(("CHECK constraint", "NULL value", "non-unique"))
                code = "constraint-broken" if broken else "database-damaged"
                yield Finding(code=code, message=str(said), remedy=_FROM_BACKUP)
        for table, _, parent, _ in session.rows("PRAGMA foreign_key_check"):
            said = f"a row of {table} names what is not in {parent}"
            yield Finding(code="foreign-key", message=said, remedy=_FROM_BACKUP)
    yield from of_schema(session)


def of_head(session: Session, number: int, hash_: str) -> Iterator[Finding]:
    """Yield a finding if the ledger's head is not the last entry of the chain."""
    head = ledger.head(session)
    if head != (number, hash_):
        said = (
            f"the head is entry {head.number} ({head.hash[:12]}); the chain ends at entry {number}"
        )
        yield Finding(code="head-differs", message=f"{said} ({hash_[:12]})", remedy=_FROM_BACKUP)


def of_caps(session: Session, expected: Mapping[str, Row]) -> Iterator[Finding]:
    """Yield a finding for each row of `caps` that is not what the entries come to."""
    stored = {row[0]: row for row in session.rows(f"SELECT {_CAP_COLUMNS} FROM caps")}
    yield from compared("cap", stored, expected)


def of_overrides(session: Session, expected: Mapping[str, Row]) -> Iterator[Finding]:
    """Yield a finding for each row of `overrides` that is not what the entries come to."""
    rows = session.rows(
        "SELECT entry, cap, fund, bucket, amount_pence, dated, until FROM overrides"
    )
    yield from compared("override", {str(row[0]): row for row in rows}, expected)


def of_register(
    session: Session,
    expected: Mapping[tuple[str, str], tuple[Record, int]],
    recipients: Collection[str],
) -> Iterator[Finding]:
    """Yield a finding for each row of the register that is not what the entries come to.

    `recipients` are the codes of all of them; those that are not in `expected` are stored as they
    should be.
    """
    for record in RECORDS:
        told: dict[str, Any] = {
            code: record_row(one, entry)
            for (table, code), (one, entry) in expected.items()
            if table == record.TABLE
        }
        if record is Recipient and not told and how_many(session, "recipients") == len(recipients):
            continue
        names = register.stored_columns(record)
        keys = 2 if record.TABLE == "listings" else 1
        rows = session.rows(f"SELECT {', '.join(names)} FROM {record.TABLE}")
        stored = {" ".join(row[:keys]): row for row in rows}
        if record is Recipient:
            told = {code: stored.get(code) for code in recipients} | told
        yield from compared(record.TABLE, stored, told)


def compared(
    what: str, stored: Mapping[str, Row], expected: Mapping[str, Row]
) -> Iterator[Finding]:
    """Yield a finding for each row of a table that is not what the entries come to."""
    code = what if what in ("cap", "override", "papers", "periods") else "register"
    for name in sorted(stored.keys() | expected.keys()):
        if name not in expected:
            said = f"{what} {name} is there, and no entry put it there"
        elif name not in stored:
            said = f"{what} {name} is gone"
        elif tuple(stored[name]) != tuple(expected[name]):
            said = f"{what} {name} is {stored[name]}; the entries come to {expected[name]}"
        else:
            continue
        yield Finding(code=f"{code}-differs", message=said, remedy=_FROM_BACKUP)
