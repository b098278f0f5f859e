"""The schema of a ledger as this program makes it, and whether it is still what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from vru_ledger.domain.findings import Finding
from vru_ledger.store.creation import table_statements
from vru_ledger.store.database import Session, statements


def of_schema(session: Session) -> Iterator[Finding]:
    """Yield each guard, table or view that is gone, was changed, or is none of this program's.

    Of a ledger on a server also whoever may switch its guards off, and of a team's what anybody may
    that they were not given.
    """
    severities = _severities(session)
    for name, code in altered(session).items():
        yield Finding(
            code=code,
            message=f"the {name} {_SAID[code]}",
            remedy=_remedy(session, name, code),
            severity=severities.get(name.partition(" ")[0], "error"),
        )
    if session.dialect == "postgresql":
        from vru_ledger.store import schema_postgresql
        from vru_ledger.store.privileges import of_team

        for name in sorted(_not_to_be_had(session)):
            yield Finding(
                code="guard-missing",
                message=f"this server cannot have the {name}, so that plain SQL can leave an entry "
                "without its movements, after which nothing is recorded",
                remedy="let people write by this program only, or move the ledger to PostgreSQL "
                "itself: vru-ledger copy",
                severity="warning",
            )
        yield from schema_postgresql.of_switches(session)
        yield from of_team(session)


def altered(session: Session) -> dict[str, str]:
    """Return all that is not as this program makes it, as 'guard entries_stay', and what it is."""
    made = made_by_this_program(session.dialect)
    there = _there(session)
    found = {}
    for name in sorted((made.keys() | there.keys()) - _not_to_be_had(session)):
        if name not in there:
            found[name] = "guard-missing"
        elif name not in made:
            found[name] = "guard-added"
        elif made[name] != there[name] and plain(made[name]) != plain(there[name]):
            found[name] = "guard-changed"
    return found


def made_by_this_program(dialect: str) -> dict[str, str]:
    """Return what a new ledger's schema holds, by names as `altered` gives them."""
    if dialect == "sqlite":
        return _made_on_sqlite()
    from vru_ledger.store import schema_postgresql

    return schema_postgresql.made()


def _not_to_be_had(session: Session) -> frozenset[str]:
    if session.dialect == "sqlite":
        return frozenset()
    from vru_ledger.store import server_guards

    return server_guards.cannot_have(session)


def _there(session: Session) -> dict[str, str]:
    if session.dialect == "sqlite":
        return dict(session.rows(_SQLITE_SCHEMA))
    from vru_ledger.store import schema_postgresql

    return schema_postgresql.there(session)


def _severities(session: Session) -> dict[str, str]:
    """Return how bad a difference is where it may be but another wording of the same."""
    if session.dialect == "sqlite":
        return {}
    from vru_ledger.store import schema_postgresql

    if schema_postgresql.is_known(session):
        return {}
    return dict.fromkeys(("column", "constraint", "index", "view"), "warning")


_CALLED = "CASE type WHEN 'trigger' THEN 'guard' ELSE type END || ' ' || name"
_SQLITE_SCHEMA = f"SELECT {_CALLED}, sql FROM sqlite_master WHERE sql IS NOT NULL"


@cache
def _made_on_sqlite() -> dict[str, str]:
    """Return everything that a new ledger's schema holds, as SQLite keeps it."""
    script, views = (
        Path(__file__).with_name(name).read_text(encoding="utf-8")
        for name in ("guards_sqlite.sql", "views.sql")
    )
    made = {}
    for text in (*table_statements("sqlite"), *statements(script), *statements(views)):
        _, kind, name = text.replace("CREATE UNIQUE", "CREATE", 1).split(maxsplit=3)[:3]
        called = "guard" if kind == "TRIGGER" else kind.lower()
        made[f"{called} {name}"] = text.strip().removesuffix(";")
    return made


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
    kind, _, called = name.partition(" ")
    if session.dialect == "postgresql" and kind == "index" and code != "guard-added":
        made = [text for text in table_statements("postgresql") if f" INDEX {called} " in text]
        if made:
            return f"find out who did that; then drop what is there of it, and: {made[0]}"
    return ANEW if code != "guard-added" and kind in MADE_ANEW[session.dialect] else FROM_BACKUP
