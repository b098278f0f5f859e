"""The guards of a ledger, made anew where they are not those of this program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vru_ledger.domain.text import shown
from vru_ledger.errors import NotPermitted
from vru_ledger.store import server_guards
from vru_ledger.store.database import Database, Session, statements
from vru_ledger.store.roles import quoted, team_of
from vru_ledger.store.schema import MADE_ANEW, altered, made_by_this_program

FORMER = ("moves_as_its_entry(bigint, balances)",)
"""Functions that guards of older programs called, and these do not."""

_MADE = re.compile(
    r"CREATE (?:CONSTRAINT )?(FUNCTION|TRIGGER|VIEW) (\w+)(?:.*?\bON (\w+))?", re.DOTALL
)


def must_own(session: Session, database: Database) -> None:
    """Raise NotPermitted unless who is connected may act as the owner of the tables."""
    row = session.row(
        "SELECT pg_has_role(current_user, c.relowner, 'USAGE')"
        " AND (right(pg_get_userbyid(c.relowner)::text, 6) <> '_owner'"
        " OR pg_has_role(current_user, n.nspowner, 'USAGE')) AND"
        " has_schema_privilege(current_user, n.oid, 'CREATE'), pg_get_userbyid(c.relowner),"
        " current_user FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.oid = 'entries'::regclass"
    )
    if row and not row[0]:
        raise NotPermitted(
            f"the guards of {database.place} belong to {shown(row[1])}, and {shown(row[2])} may not"
            " change them; nothing was written",
            "ask a superuser to run it, or whoever owns the database, who needs for as long as it "
            f"takes: GRANT {quoted(row[1])} TO their name",
        )


def make_anew(session: Session) -> list[str]:
    """Make every guard that is gone or was changed as this program makes it; return their names.

    In a file views and indexes too: nothing that is made anew holds a row. Nobody writes meanwhile,
    and what was there is back if the transaction is undone. What somebody else added is left as it
    is, for `check` to name.
    """
    if session.dialect == "sqlite":
        return list(_in_a_file(session))
    return _on_a_server(session)


def _in_a_file(session: Session) -> Iterator[str]:
    made = made_by_this_program("sqlite")
    for name, code in altered(session).items():
        kind, called = name.split(maxsplit=1)
        if code == "guard-added" or kind not in MADE_ANEW["sqlite"]:
            continue
        what = "TRIGGER" if kind == "guard" else kind.upper()
        session.run(f"DROP {what} IF EXISTS {called}")
        session.run(made[name])
        yield called if kind == "guard" else name


def _on_a_server(session: Session) -> list[str]:
    wrong = {name.removeprefix("guard ") for name in altered(session) if name.startswith("guard ")}
    session.run(
        "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"
    )
    made: list[str] = []
    new: list[str] = []
    for statement in statements(server_guards.script()):
        found = _MADE.match(statement)
        if found is None:
            continue
        kind, name, table = found.groups()
        if kind == "FUNCTION" and f"{name}()" in wrong:
            session.run_script(
                statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
            )
            made.append(f"{name}()")
            new.append(statement)
        elif kind == "TRIGGER" and name in wrong:
            session.run(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            session.run_script(statement)
            made.append(name)
    for former in FORMER:
        if {former, former.partition("(")[0] + "()"} & wrong:
            session.run(f"DROP FUNCTION IF EXISTS {former}")
            made.append(f"{former.partition('(')[0]}()")
    team = team_of(session)
    if team and new:
        _give(session, [name for name in made if name.endswith("()")], team.role("owner"))
    return made


def _give(session: Session, made: list[str], owner: str) -> None:
    """Let functions belong to whom the tables belong, as `role make` does."""
    to = quoted(owner)
    row = session.row("SELECT quote_ident(current_schema())")
    schema = row[0] if row else ""
    session.run(f"GRANT CREATE ON SCHEMA {schema} TO {to}")
    for name in made:
        for (which,) in session.rows(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname = ?"
            " AND pronamespace = current_schema()::regnamespace",
            (name.removesuffix("()"),),
        ):
            session.run(f"ALTER FUNCTION {which} OWNER TO {to}")
    session.run(f"REVOKE CREATE ON SCHEMA {schema} FROM {to}")
