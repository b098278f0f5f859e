"""What the roles of a team's ledger may on the server, and whether it is what they were given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.store.database import Session
from vru_ledger.store.roles import MADE, Team, grants, quoted, team_of, team_to_be


class Privilege(NamedTuple):
    """Who may do what to which table, and to which column of it; `what` is `INSERT` or its like."""

    who: str
    what: str
    of: str
    column: str = ""

    def words(self, on: str) -> str:
        """Return it as SQL gives it, or takes it."""
        column = f" ({_plain(self.column)})" if self.column else ""
        return f"{self.what}{column} ON {on}{_plain(self.of)}"


def _plain(name: str) -> str:
    return name if re.fullmatch(r"[a-z_]+", name) else quoted(name)


def of_team(session: Session) -> Iterator[Finding]:
    """Yield each privilege that is too many or missing, and whoever has more than a role gives.

    Nothing for a ledger without roles, where whoever connects may do what the server lets them.
    """
    if session.dialect != "postgresql":
        return
    team = team_of(session) or _left(session)
    if team is None:
        return
    yield from _owned(session, team)
    yield from _privileges(session, team)
    yield from _members(session, team)
    yield from _attributes(session, team)


def _left(session: Session) -> Team | None:
    """Return the team whose roles read this ledger although its tables are another's by now."""
    team = team_to_be(session)
    row = session.row(
        "SELECT count(*) = ? AND bool_or(rolname = ?"
        " AND has_table_privilege(oid, 'entries', 'SELECT')) FROM pg_roles"
        f" WHERE rolname IN ({', '.join('?' * len(MADE))})",
        (len(MADE), team.role("reader"), *(team.role(role) for role in MADE)),
    )
    return team if row and row[0] else None


def _owned(session: Session, team: Team) -> Iterator[Finding]:
    owner = team.role("owner")
    for what, name, called, who in session.rows(
        "SELECT CASE relkind WHEN 'v' THEN 'view' ELSE 'table' END, relname::text,"
        " quote_ident(relname), pg_get_userbyid(relowner)::text FROM pg_class"
        " WHERE relkind IN ('r', 'v') AND relnamespace = current_schema()::regnamespace"
        " AND pg_get_userbyid(relowner) <> ?"
        " UNION ALL SELECT 'function', proname::text, oid::regprocedure::text,"
        " pg_get_userbyid(proowner)::text FROM pg_proc p"
        " WHERE pronamespace = current_schema()::regnamespace AND pg_get_userbyid(proowner) <> ?"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        " ORDER BY 1, 2",
        (owner, owner),
    ):
        yield _finding(
            "owner-changed",
            f"the {what} {name} belongs to {shown(who)}, who may take its guards away",
            f"give it back: ALTER {what.upper()} {called} OWNER TO {quoted(owner)}",
        )


def _privileges(session: Session, team: Team) -> Iterator[Finding]:
    given, there = _given(team), _there(session)
    ours = {team.role(role) for role in MADE}
    for one in sorted(there - given):
        # Who looks on from another tool. But who makes functions beside the guards makes overloads.
        if one.who not in ours and one.what in ("SELECT", "MAINTAIN", "USAGE"):
            continue
        whose = "everybody" if one.who == "PUBLIC" else shown(one.who)
        column = f" of {one.column}" if one.column else ""
        from_ = "PUBLIC" if one.who == "PUBLIC" else quoted(one.who)
        yield _finding(
            "privilege-added",
            f"{whose} has {one.what}{column} on {one.of}, which no role of this ledger gives them",
            f"take it away: REVOKE {one.words(_on(one))} FROM {from_}",
        )
    for one in sorted(given - there):
        column = f" of {one.column}" if one.column else ""
        yield _finding(
            "privilege-missing",
            f"{shown(one.who)} lacks {one.what}{column} on {one.of}",
            f"give it: GRANT {one.words(_on(one))} TO {quoted(one.who)}",
        )


def _on(one: Privilege) -> str:
    return "SCHEMA " if one.what in ("USAGE", "CREATE") else ""


def _given(team: Team) -> set[Privilege]:
    """Return what `role make` gives."""
    found = {Privilege(team.role("owner"), "USAGE", team.schema)}
    for told, things, role in re.findall(
        r"^GRANT ([^{]+?) ON (.+) TO \{(reader|analyst|finance)\};$", grants(), re.MULTILINE
    ):
        for what, columns in re.findall(r"([A-Z]+)(?: \(([^)]*)\))?", told):
            for thing in things.removeprefix("SCHEMA ").split(", "):
                of = thing.rpartition(".")[2].replace("{schema}", team.schema)
                for column in columns.split(", "):
                    found.add(Privilege(team.role(role), what, of, column))
    return found


def _there(session: Session) -> set[Privilege]:
    """Return what anybody but their owner may do to the tables, the views and the schema."""
    who = "COALESCE(r.rolname::text, 'PUBLIC')"
    of = "LEFT JOIN pg_roles r ON r.oid = a.grantee"
    return {
        Privilege(*row)
        for row in session.rows(
            f"SELECT {who}, a.privilege_type, c.relname::text, '' FROM pg_class c"
            f" CROSS JOIN LATERAL aclexplode(c.relacl) a {of}"
            " WHERE c.relkind IN ('r', 'v') AND a.grantee <> c.relowner"
            " AND c.relnamespace = current_schema()::regnamespace"
            f" UNION ALL SELECT {who}, a.privilege_type, c.relname::text, t.attname::text"
            " FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid"
            f" CROSS JOIN LATERAL aclexplode(t.attacl) a {of}"
            " WHERE c.relkind IN ('r', 'v') AND a.grantee <> c.relowner"
            " AND c.relnamespace = current_schema()::regnamespace"
            f" UNION ALL SELECT {who}, a.privilege_type, n.nspname::text, '' FROM pg_namespace n"
            f" CROSS JOIN LATERAL aclexplode(n.nspacl) a {of}"
            " WHERE n.oid = current_schema()::regnamespace AND a.grantee <> n.nspowner"
        )
    }


def _members(session: Session, team: Team) -> Iterator[Finding]:
    """Yield who has a role that gives more than theirs: the owner's, or what the server's give."""
    own = {team.role(role): place for place, role in enumerate(MADE)}
    rows = session.rows(
        "SELECT DISTINCT r.rolname::text, m.rolname::text FROM pg_auth_members a"
        " JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member"
        # Who made a role may give it to others, which on newer servers reads like having it.
        " WHERE (COALESCE((to_jsonb(a)->>'inherit_option')::boolean, true)"
        " OR COALESCE((to_jsonb(a)->>'set_option')::boolean, true)) AND NOT m.rolsuper"
        " AND (r.rolname = 'pg_write_all_data' OR"
        f" r.rolname IN ({', '.join('?' * len(own))})) ORDER BY 1, 2",
        tuple(own),
    )
    for role, member in rows:
        within = member in own and role in own and own[role] < own[member] < own[team.role("owner")]
        if within or (role in own and role != team.role("owner") and member not in own):
            continue
        yield _finding(
            "role-changed",
            f"{shown(member)} has the role {shown(role)}, which gives more than a role of this "
            "ledger may",
            f"take it away: REVOKE {quoted(role)} FROM {quoted(member)}",
            # Who migrates a team's ledger has to have the owner's role meanwhile.
            "warning" if role == team.role("owner") and member not in own else "error",
        )


def _attributes(session: Session, team: Team) -> Iterator[Finding]:
    for name, logs_in, above in session.rows(
        "SELECT rolname::text, rolcanlogin, rolsuper OR rolcreaterole OR rolbypassrls FROM pg_roles"
        f" WHERE rolname IN ({', '.join('?' * len(MADE))}) ORDER BY 1",
        tuple(team.role(role) for role in MADE),
    ):
        if above:
            yield _finding(
                "role-changed",
                f"the role {shown(name)} is above the server's own rules",
                f"ALTER ROLE {quoted(name)} NOSUPERUSER NOCREATEROLE NOBYPASSRLS",
            )
        if logs_in:
            yield _finding(
                "role-changed",
                f"somebody can log in as {shown(name)}, which is nobody",
                f"ALTER ROLE {quoted(name)} NOLOGIN",
            )


def _finding(code: str, message: str, remedy: str, severity: str = "error") -> Finding:
    return Finding(code=code, message=message, remedy=remedy, severity=severity)
