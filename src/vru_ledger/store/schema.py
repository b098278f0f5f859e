"""The schema of a ledger as this program makes it, and whether it is still what is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from vru_ledger.domain.findings import Finding
from vru_ledger.store.creation import table_statements
from vru_ledger.store.database import Session, statements


def of_schema(session: Session) -> Iterator[Finding]:
    """Yield each guard, table or view that is gone, was changed, or is none of this program's.

    Of a team's ledger on a server also what anybody may that they were not given.
    """
    for name, code in altered(session).items():
        said = f"the {name} {_SAID[code]}"
        yield Finding(code=code, message=said, remedy=_remedy(session, name, code))
    if session.dialect == "postgresql":
        from vru_ledger.store.privileges import of_team

        yield from of_team(session)


def altered(session: Session) -> dict[str, str]:
    """Return all that is not as this program makes it, as 'guard entries_stay', and what it is."""
    made = made_by_this_program(session.dialect)
    there: dict[str, str] = dict(
        session.rows(_SQLITE_SCHEMA if session.dialect == "sqlite" else _POSTGRESQL_SCHEMA)
    )
    found = {}
    for name in sorted(made.keys() | there.keys()):
        if name not in there:
            found[name] = "guard-missing"
        elif name not in made:
            found[name] = "guard-added"
        elif plain(made[name]) != plain(there[name]):
            found[name] = "guard-changed"
    return found


def made_by_this_program(dialect: str) -> dict[str, str]:
    """Return what a new ledger's schema holds, by names as `altered` gives them."""
    script = Path(__file__).with_name(f"guards_{dialect}.sql").read_text(encoding="utf-8")
    return _made_on_sqlite(script) if dialect == "sqlite" else _made_on_postgresql(script)


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


@cache
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
    made = {f"guard {name}()": body for name, body in _FUNCTION.findall(script)}
    for text in statements(script):
        if text.startswith("CREATE TRIGGER"):
            made[f"guard {text.split()[2]}"] = text.removesuffix(";")
    for text in table_statements("postgresql"):
        if text.startswith("CREATE TABLE"):
            counts = Counter(_CONSTRAINTS[word] for word in _CONSTRAINT.findall(text))
            made |= {f"{kind} of {text.split()[2]}": str(count) for kind, count in counts.items()}
    return made


_CONSTRAINTS = {
    "CHECK": "checks",
    "FOREIGN KEY": "references",
    "PRIMARY KEY": "keys",
    "UNIQUE": "keys",
}
_CONSTRAINT = re.compile(rf"^\s+({'|'.join(_CONSTRAINTS)})\b", re.MULTILINE)


_PARTS = re.compile(
    r"""(?P<quoted>'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\])"""
    r"|(?:[ \t\n]|--[^\n\r\0]*(?:\n|$))+"
)
"""What is quoted, and what only parts words. A carriage return, a /* or a $$ is neither: no guard
of ours has one, and each database reads it in its own way."""


@lru_cache(1_024)
def plain(text: str) -> str:
    """Return what a database makes of SQL: without remarks, every gap between words one space.

    Two texts that mean different things are never the same: what is quoted stays as it is, and a
    remark ends where its line does.
    """
    return _PARTS.sub(lambda part: part["quoted"] or " ", text).strip(" ")


MADE_ANEW = {"sqlite": ("guard", "view", "index"), "postgresql": ("guard",)}
"""What `migrate` makes anew on each database: all that holds no row."""

FROM_BACKUP = "find out who did that, and go back to a backup"
ANEW = "unless an older program made it so, find out who did that; then make it anew: "
ANEW += "vru-ledger migrate"
_SAID = {
    "guard-missing": "is gone or switched off",
    "guard-added": "is none of this program's",
    "guard-changed": "is not as this program makes it",
}


def _remedy(session: Session, name: str, code: str) -> str:
    kind = name.partition(" ")[0]
    return ANEW if code != "guard-added" and kind in MADE_ANEW[session.dialect] else FROM_BACKUP
