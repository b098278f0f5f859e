"""The roles of a team's ledger on PostgreSQL: what each may, how they are made, who has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from vru_ledger.errors import AlreadyThere, BadInput, LedgerUnusable
from vru_ledger.store import server_guards
from vru_ledger.store.creation import table_statements
from vru_ledger.store.database import Session, statements

ROLES = ("reader", "analyst", "finance")
"""What people are given, each with all that the one before it may."""

MADE = (*ROLES, "owner")
"""The roles that are made; the last owns the tables, and nobody has it."""
_LONGEST = 63 - len("_analyst")
"""Bytes of a name: PostgreSQL cuts what is longer than 63."""


class Team(NamedTuple):
    """How a ledger's roles are called: as its database, and its schema unless that is public."""

    name: str
    schema: str

    def role(self, role: str) -> str:
        """Return the whole name of a role."""
        return f"{self.name}_{role}"


def of_a_server(place: str) -> tuple[str, str]:
    """Say that a ledger is a file, which has no roles, and what to do instead."""
    return (
        f"{place} is a file, and who may write to it may write anything",
        "share a ledger on PostgreSQL to give people roles: vru-ledger copy FILE postgresql://...",
    )


def team_of(session: Session) -> Team | None:
    """Return the team whose ledger this is, None if no roles were made for it: never of a file."""
    if session.dialect != "postgresql":
        return None
    there = session.row("SELECT to_regprocedure('team()') IS NOT NULL")
    row = session.row("SELECT team(), current_schema()") if there and there[0] else None
    return Team(row[0], row[1]) if row and row[0] else None


def team_to_be(session: Session) -> Team:
    """Return how the roles of this ledger are or would be called. Raises BadInput if too long."""
    row = session.row("SELECT current_database(), current_schema()")
    database, schema = row or ("", "")
    name = database if schema == "public" else f"{database}_{schema}"
    if len(name.encode()) > _LONGEST:
        raise BadInput(
            f"roles called like {name} would have names that are too long",
            f"keep the ledger in a database and schema of at most {_LONGEST} bytes together",
        )
    return Team(name, schema)


def script(team: Team) -> str:
    """Return the SQL that makes the roles of a team and gives each what it may, as one whole."""
    relations = _relations()
    functions = re.findall(r"^CREATE FUNCTION (\w+)", server_guards.script(), re.MULTILINE)
    schema = quoted(team.schema)
    owner = quoted(team.role("owner"))
    ownership = [
        f"ALTER {what} {schema}.{name} OWNER TO {owner};"
        for what, names in (*relations, ("FUNCTION", functions))
        for name in names
    ]
    words = {
        **{role: quoted(team.role(role)) for role in MADE},
        "schema": schema,
        "relations": ", ".join(f"{schema}.{name}" for _, names in relations for name in names),
        "ownership": "\n".join(ownership),
    }
    return re.sub(r"\{(\w+)\}", lambda found: words[found[1]], _read("roles_postgresql.sql"))


def grants() -> str:
    """Return what is given to whom, `{reader}` and the others standing for the names of roles."""
    names = [name for _, names in _relations() for name in names]
    return _read("roles_postgresql.sql").replace("{relations}", ", ".join(names))


def _relations() -> list[tuple[str, list[str]]]:
    """Return every table and every view of a ledger, under what SQL calls them."""
    tables = [text.split()[2] for text in table_statements("postgresql") if " TABLE " in text[:13]]
    views = re.findall(
        r"^CREATE VIEW (\w+)", server_guards.script() + _read("views.sql"), re.MULTILINE
    )
    return [("TABLE", tables), ("VIEW", views)]


def make(session: Session) -> Team:
    """Make the roles of this ledger, in the transaction under way; who makes them has finance.

    Raises AlreadyThere where they are made, or where roles of these names are left from another
    ledger: who has those would have this one too.
    """
    if made := team_of(session):
        raise AlreadyThere(
            f"the roles of this ledger are made: {made.role('reader')} and the others",
            "see who has them: vru-ledger role list",
        )
    team = team_to_be(session)
    names = [team.role(role) for role in MADE]
    left = session.row(
        f"SELECT min(rolname) FROM pg_roles WHERE rolname IN ({', '.join('?' * len(names))})", names
    )
    if left and left[0]:
        raise AlreadyThere(
            f"the server has a role {left[0]} already, and whoever has it would have this ledger",
            f"drop it if nothing needs it: DROP ROLE {quoted(left[0])}",
        )
    row = session.row(
        "SELECT rolsuper OR rolcreaterole, rolsuper FROM pg_roles WHERE rolname = current_user"
    )
    may, above = row or (False, False)
    if not may:
        raise LedgerUnusable(
            "you may not make roles on this server",
            "print the SQL for whoever may: vru-ledger role sql",
        )
    # A table changes hands only when nothing is left to be asked of it at the commit.
    session.run("SET CONSTRAINTS ALL IMMEDIATE")
    session.run("SET CONSTRAINTS ALL DEFERRED")
    for statement in statements(script(team)):
        if statement not in ("BEGIN;", "COMMIT;"):
            session.run_script(statement)
    if not above:
        session.run_script(f"GRANT {quoted(team.role('finance'))} TO CURRENT_USER;")
    return team


def members(session: Session, team: Team) -> list[tuple[str, list[str]]]:
    """Return who was given each role, by name: a person, or another role that people have."""
    rows = session.rows(
        "SELECT DISTINCT r.rolname::text, m.rolname::text FROM pg_auth_members a"
        " JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member"
        # Who makes a role may give it to others, which on newer servers reads like having it.
        " WHERE COALESCE((to_jsonb(a)->>'inherit_option')::boolean, true) ORDER BY 1, 2"
    )
    own = {team.role(role) for role in MADE}
    return [
        (role, [who for given, who in rows if given == team.role(role) and who not in own])
        for role in ROLES
    ]


def quoted(name: str) -> str:
    """Return a name as SQL takes it, quoted where it may have to be."""
    if name == "public" or re.fullmatch(r"[a-z][a-z0-9_]*_(reader|analyst|finance|owner)", name):
        return name
    return '"' + name.replace('"', '""') + '"'


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
