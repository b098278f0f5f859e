"""What `check` reads: rows in the order of the chain, and what the database says of itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vru_ledger.caps import Bounds
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.register import RECORDS, Record
from vru_ledger.store import ledger, register
from vru_ledger.store.creation import table_statements
from vru_ledger.store.database import Row, Session, statements
from vru_ledger.store.journal import AWARD_COLUMNS, ENTRY_COLUMNS, MOVEMENT_COLUMNS

ENTRY_NAMES = tuple(ENTRY_COLUMNS.replace('"', "").split(", "))
_CAP_COLUMNS = (
    "code, fund, measure, cap_limit, per, only_kind, severity, tolerance, tolerance_bp, citation,"
    " bound, ceiling, entry"
)
_FROM_BACKUP = "keep this file, and go back to a backup"


class Matched:
    """Rows that belong to entries, handed out as the entries come by: one pass over both."""

    def __init__(self, rows: Iterator[Row], entry_at: int) -> None:
        self._rows = rows
        self._at = entry_at
        self._next = next(rows, None)
        self._unclaimed: list[int] = []

    def of(self, number: int) -> list[Row]:
        """Return the rows of entry `number`; those of entries that never came are kept apart."""
        found: list[Row] = []
        row, at = self._next, self._at
        while row is not None and row[at] <= number:
            if row[at] == number:
                found.append(row)
            else:
                self._unclaimed.append(row[at])
            row = next(self._rows, None)
        self._next = row
        return found

    def rest(self) -> Iterator[int]:
        """Yield the entry number of each row that no entry claimed."""
        yield from self._unclaimed
        while self._next is not None:
            yield self._next[self._at]
            self._next = next(self._rows, None)


def entry_rows(session: Session) -> Iterator[Row]:
    """Yield every row of `entries`, in the order of their numbers."""
    return session.stream(f"SELECT {ENTRY_COLUMNS} FROM entries ORDER BY number")


def movement_rows(session: Session) -> Iterator[Row]:
    """Yield every row of `movements`, in the order of their entries."""
    return session.stream(f"SELECT {MOVEMENT_COLUMNS} FROM movements ORDER BY entry, n")


def award_rows(session: Session) -> Iterator[Row]:
    """Yield every row of `awards`, in the order of their entries."""
    return session.stream(f"SELECT {AWARD_COLUMNS} FROM awards ORDER BY entry, ref")


def balance_rows(session: Session) -> Iterator[Row]:
    """Yield every balance: its key, then held, floor, ceiling, grandfathered and entry."""
    return session.stream(
        "SELECT scope, fund, name, bucket, held, floor, ceiling, grandfathered, entry FROM balances"
    )


def cap_row(cap: CapSet, comes_to: Bounds, entry: int) -> Row:
    """Return the row of `caps` that an entry comes to."""
    return (
        *(cap.cap, cap.fund, cap.measure, cap.limit, ",".join(cap.per), cap.only, cap.severity),
        *(cap.tolerance, cap.tolerance_bp, cap.citation, comes_to.limit, comes_to.ceiling, entry),
    )


def of_database(session: Session) -> Iterator[Finding]:
    """Yield what the database itself finds wrong: pages, rows, foreign keys, guards."""
    if session.dialect == "sqlite":
        for (said,) in session.rows("PRAGMA integrity_check"):
            if said != "ok":
                # A row that breaks a bound can be read all the same, so the rest is looked at.
                broken = str(said).startswith(("CHECK constraint", "NULL value", "non-unique"))
                code = "constraint-broken" if broken else "database-damaged"
                yield Finding(code=code, message=str(said), remedy=_FROM_BACKUP)
        for table, _, parent, _ in session.rows("PRAGMA foreign_key_check"):
            said = f"a row of {table} names what is not in {parent}"
            yield Finding(code="foreign-key", message=said, remedy=_FROM_BACKUP)
    yield from _of_guards(session)


def _of_guards(session: Session) -> Iterator[Finding]:
    """Yield each guard, table or view that is gone, was changed, or is none of this program's."""
    script = Path(__file__).with_name(f"guards_{session.dialect}.sql").read_text(encoding="utf-8")
    if session.dialect == "sqlite":
        made = _made_on_sqlite(script)
        there: dict[str, str] = dict(session.rows(_SQLITE_SCHEMA))
    else:
        made = _made_on_postgresql(script)
        there = dict(session.rows(_POSTGRESQL_SCHEMA))
    for name in sorted(made.keys() | there.keys()):
        if name not in there:
            yield _guard("guard-missing", f"the {name} is gone or switched off")
        elif name not in made:
            yield _guard("guard-added", f"the {name} is none of this program's")
        elif _plain(made[name]) != _plain(there[name]):
            yield _guard("guard-changed", f"the {name} is not as this program makes it")


_CALLED = "CASE type WHEN 'trigger' THEN 'guard' ELSE type END || ' ' || name"
_SQLITE_SCHEMA = f"SELECT {_CALLED}, sql FROM sqlite_master WHERE sql IS NOT NULL"
_POSTGRESQL_SCHEMA = """
SELECT 'guard ' || t.tgname, replace(pg_get_triggerdef(t.oid), current_schema() || '.', '')
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'guard ' || p.proname || '()',
    p.prosrc || CASE WHEN position('pg_temp' IN p.proconfig::text) > 0 THEN '' ELSE ' anywhere' END
  FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'rule ' || rulename, definition FROM pg_rules WHERE schemaname = current_schema()
UNION ALL
SELECT CASE k.contype WHEN 'c' THEN 'checks' WHEN 'f' THEN 'references' ELSE 'keys' END
    || ' of ' || c.relname, count(*)::text
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE c.relnamespace = current_schema()::regnamespace AND k.convalidated
    AND k.contype IN ('c', 'f', 'p', 'u')
  GROUP BY 1
"""
_FUNCTION = re.compile(r"^CREATE FUNCTION (\w+)\(.*?\$\$(.*?)\$\$;", re.MULTILINE | re.DOTALL)


def _made_on_sqlite(script: str) -> dict[str, str]:
    """Return everything that a new ledger's schema holds, as SQLite keeps it."""
    views = Path(__file__).with_name("views.sql").read_text(encoding="utf-8")
    made = {}
    for text in (*table_statements("sqlite"), *statements(script), *statements(views)):
        _, kind, name = text.replace("CREATE UNIQUE", "CREATE", 1).split(maxsplit=3)[:3]
        called = "guard" if kind == "TRIGGER" else kind.lower()
        made[f"{called} {name}"] = text.strip().removesuffix(";")
    return made


def _made_on_postgresql(script: str) -> dict[str, str]:
    """Return a new ledger's guards and their functions, and how many constraints a table has."""
    from vru_ledger.store.tables import TABLES

    made = {f"guard {name}()": body for name, body in _FUNCTION.findall(script)}
    for text in statements(script):
        if text.startswith("CREATE TRIGGER"):
            made[f"guard {text.split()[2]}"] = text.removesuffix(";")
    for table in TABLES:
        counts: Counter[str] = Counter()
        for constraint in table.constraints:
            called = type(constraint).__name__
            counts[
                {"CheckConstraint": "checks", "ForeignKeyConstraint": "references"}.get(
                    called, "keys"
                )
            ] += 1
        made |= {f"{kind} of {table.name}": str(count) for kind, count in counts.items()}
    return made


def _plain(text: str) -> str:
    return " ".join(text.split())


def _guard(code: str, message: str) -> Finding:
    return Finding(
        code=code, message=message, remedy="find out who did that, and go back to a backup"
    )


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
    yield from _compared("cap", stored, expected)


def of_overrides(session: Session, expected: Mapping[str, Row]) -> Iterator[Finding]:
    """Yield a finding for each row of `overrides` that is not what the entries come to."""
    rows = session.rows(
        "SELECT entry, cap, fund, bucket, amount_pence, dated, until FROM overrides"
    )
    yield from _compared("override", {str(row[0]): row for row in rows}, expected)


def of_register(
    session: Session, expected: Mapping[tuple[str, str], tuple[Record, int]]
) -> Iterator[Finding]:
    """Yield a finding for each row of the register that is not what the entries come to."""
    for record in RECORDS:
        names = register.stored_columns(record)
        keys = 2 if record.TABLE == "listings" else 1
        rows = session.rows(f"SELECT {', '.join(names)} FROM {record.TABLE}")
        stored = {" ".join(row[:keys]): row for row in rows}
        told: dict[str, Any] = {
            code: tuple(register.values(one, entry))
            for (table, code), (one, entry) in expected.items()
            if table == record.TABLE
        }
        yield from _compared(record.TABLE, stored, told)


def _compared(
    what: str, stored: Mapping[str, Row], expected: Mapping[str, Row]
) -> Iterator[Finding]:
    code = what if what in ("cap", "override") else "register"
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
