"""The schema of a ledger on a server, from every catalog that can change what a guard keeps.

What is expected of tables, indexes and views stands in `catalog_postgresql.txt`, as a fresh ledger
has it (scripts/catalog.py writes it); of guards and their functions, in the script that makes them.
See docs/decisions/0061-the-whole-schema-as-the-server-tells-it.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import shown
from vru_ledger.store import server_guards
from vru_ledger.store.database import Session, statements

KNOWN = range(15, 19)
"""Versions of PostgreSQL that were seen to tell a fresh ledger's tables, indexes and views in the
same words. Another may word the same otherwise, so what differs there is a warning."""

FACTS = """
SELECT 'table ' || c.relname, c.relkind::text || ' ' || c.relpersistence::text
    || CASE WHEN c.relrowsecurity OR c.relforcerowsecurity THEN ' row security' ELSE '' END
    || CASE WHEN EXISTS (SELECT 1 FROM pg_inherits h WHERE c.oid IN (h.inhrelid, h.inhparent))
      THEN ' inherits' ELSE '' END
  FROM pg_class c WHERE c.relkind NOT IN ('i', 'v', 'S', 't', 'c') AND c.relnamespace = {schema}
UNION ALL
SELECT 'column ' || c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
    || COALESCE(' COLLATE ' || a.attcollation::regcollation::text, '')
    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
    || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
    || a.attidentity::text || a.attgenerated::text
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = {schema}
UNION ALL
SELECT 'constraint of ' || c.relname || ': ' || pg_get_constraintdef(k.oid), ''
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE k.contype NOT IN ('n', 't') AND c.relnamespace = {schema}
UNION ALL
SELECT 'index ' || c.relname, pg_get_indexdef(c.oid)
    || CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN '' ELSE ' INVALID' END
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = {schema}
UNION ALL
SELECT 'view ' || c.relname, COALESCE(c.reloptions::text, '') || CASE n.sources
    -- Where there is but one table to name, older servers name it and newer ones do not.
    WHEN 1 THEN regexp_replace(pg_get_viewdef(c.oid), '\\m' || n.source || '\\.', '', 'g')
    ELSE pg_get_viewdef(c.oid) END
  FROM pg_class c CROSS JOIN LATERAL (
    SELECT count(DISTINCT s.relname) AS sources, min(s.relname::text) AS source
      FROM pg_rewrite w JOIN pg_depend d ON d.objid = w.oid AND d.refobjid <> c.oid
      JOIN pg_class s ON s.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
      WHERE w.ev_class = c.oid) n
  WHERE c.relkind = 'v' AND c.relnamespace = {schema}
"""
_GUARDS = """
SELECT 'guard ' || t.tgname, pg_get_triggerdef(t.oid)
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relnamespace = {schema}
UNION ALL
SELECT 'rule ' || w.rulename || ' of ' || c.relname, pg_get_ruledef(w.oid)
  FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class
  WHERE w.rulename <> '_RETURN' AND c.relnamespace = {schema}
UNION ALL
SELECT 'policy ' || y.polname || ' of ' || c.relname, COALESCE(pg_get_expr(polqual, polrelid), '')
  FROM pg_policy y JOIN pg_class c ON c.oid = y.polrelid WHERE c.relnamespace = {schema}
"""
_FUNCTIONS = """
SELECT p.proname::text, oidvectortypes(p.proargtypes), pg_get_function_arguments(p.oid)
    || ' RETURNS ' || pg_get_function_result(p.oid) || ' LANGUAGE ' || l.lanname
    || CASE p.provolatile WHEN 's' THEN ' STABLE' WHEN 'i' THEN ' IMMUTABLE' ELSE '' END
    || CASE WHEN p.prosecdef THEN ' SECURITY DEFINER' ELSE '' END
    || CASE WHEN p.proisstrict THEN ' STRICT' ELSE '' END,
    COALESCE(array_to_string(p.proconfig, '; '), ''), p.prosrc
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
  WHERE p.pronamespace = {schema} AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
_FUNCTION = re.compile(
    r"^CREATE FUNCTION (\w+)\(([^)]*)\)\s+RETURNS (.*?) LANGUAGE (\w+)( STABLE| IMMUTABLE|)"
    r" SET search_path FROM CURRENT AS \$\$(.*?)\$\$;",
    re.MULTILINE | re.DOTALL,
)


def there(session: Session) -> dict[str, str]:
    """Return all that this ledger's schema holds, by names as `made` gives them.

    Names are resolved in the system's own schema meanwhile: nothing that somebody made in the
    ledger's, a function or an operator, is asked.
    """
    row = session.row("SELECT current_schema()::text, current_setting('search_path')")
    schema, path = row or ("", "")
    session.run("SELECT set_config('search_path', 'pg_catalog', true)")
    [(oid, prefix)] = session.rows(
        "SELECT oid::bigint, quote_ident(nspname) || '.' FROM pg_namespace WHERE nspname = ?",
        (schema,),
    )
    found: dict[str, str] = {}
    for asked in (FACTS, _GUARDS):
        for name, told in session.rows(asked.replace("{schema}", str(oid))):
            found[_local(name, prefix)] = _local(told, prefix)
    known = {name: _types(arguments) for name, arguments, *_ in _functions()}
    for name, types, head, settings, body in session.rows(_FUNCTIONS.replace("{schema}", str(oid))):
        # Of two functions of one name the one with other arguments is not ours.
        same = known.get(name) in (None, _local(types, prefix))
        expected = f"search_path={prefix[:-1]}, pg_temp"
        settings = "" if settings == expected else f" SET {settings or 'nothing'}"
        told = f"{_local(head, prefix)}{settings} AS {body}"
        found[f"guard {name}({'' if same else _local(types, prefix)})"] = told
    session.run("SELECT set_config('search_path', ?, true)", (path,))
    return found


def made() -> dict[str, str]:
    """Return what a new ledger's schema holds, as the server tells it."""
    told = dict(_catalog())
    for name, arguments, result, language, volatile, body in _functions():
        arguments = " ".join(arguments.split())
        result = result.replace("TABLE (", "TABLE(")
        told[f"guard {name}()"] = (
            f"{arguments} RETURNS {result} LANGUAGE {language}{volatile} AS {body}"
        )
    for text in statements(server_guards.script()):
        if trigger := server_guards.TRIGGER.match(text):
            told[f"guard {trigger[1]}"] = text.removesuffix(";")
    return told


def written(session: Session) -> str:
    """Return `catalog_postgresql.txt` as the ledger of this session has it."""
    facts = {name: told for name, told in there(session).items() if not name.startswith("guard ")}
    return "".join(f"{name}\t{' '.join(told.split())}\n" for name, told in sorted(facts.items()))


def is_known(session: Session) -> bool:
    """Say whether a server of this version is known to tell a schema in the words we expect."""
    found = re.match(r"PostgreSQL (\d+)(?!.*-YB-)", server_guards.version(session))
    return bool(found and int(found[1]) in KNOWN)


def of_switches(session: Session) -> Iterator[Finding]:
    """Yield whoever connects with all guards switched off, or was given leave to do so."""
    off = "session_replication_role"
    for role, setting in session.rows(
        "SELECT COALESCE(r.rolname::text, ''), c.one FROM pg_catalog.pg_db_role_setting s"
        " LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole"
        " CROSS JOIN LATERAL unnest(s.setconfig) c (one) WHERE s.setdatabase IN"
        " (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))"
    ):
        name, _, value = setting.partition("=")
        if name == off and value != "origin":
            yield Finding(
                code="guards-off",
                message=f"{shown(role) or 'everybody'} connects with {off} = {shown(value)}, under "
                "which no guard is asked",
                remedy=f"find out who did that, and take it back: {_reset(session, role, off)}",
            )
    row = session.row(f"SHOW {off}")
    if row and row[0] != "origin":
        yield Finding(
            code="guards-off",
            message=f"this connection has {off} = {shown(row[0])}, under which no guard is asked",
            remedy="find out who set that for the server, and take it back",
        )
    is_there = session.row("SELECT to_regclass('pg_catalog.pg_parameter_acl') IS NOT NULL")
    if is_there and is_there[0]:
        for (who,) in session.rows(
            "SELECT COALESCE(r.rolname::text, 'PUBLIC') FROM pg_catalog.pg_parameter_acl p"
            " CROSS JOIN LATERAL aclexplode(p.paracl) a"
            " LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee"
            " WHERE p.parname = ? AND NOT COALESCE(r.rolsuper, false)",
            (off,),
        ):
            yield Finding(
                code="guards-off",
                message=f"{shown(who)} may set {off}, and so switch every guard off",
                remedy=f"take it away: REVOKE SET ON PARAMETER {off} FROM {_quoted(who)}",
            )


def _reset(session: Session, role: str, setting: str) -> str:
    row = session.row("SELECT current_database()")
    database = _quoted(row[0] if row else "")
    if not role:
        return f"ALTER DATABASE {database} RESET {setting}"
    return f"ALTER ROLE {_quoted(role)} RESET {setting} (or IN DATABASE {database})"


def _quoted(name: str) -> str:
    from vru_ledger.store.roles import quoted

    return name if re.fullmatch(r"[a-z_][a-z0-9_]*|PUBLIC", name) else quoted(name)


def _local(told: str, prefix: str) -> str:
    """Return what the server told without the name of the ledger's own schema."""
    return re.sub(rf'(?<![\w"]){re.escape(prefix)}', "", told)


def _types(arguments: str) -> str:
    return ", ".join(one.split()[-1] for one in arguments.split(",") if one.strip())


@cache
def _functions() -> list[tuple[str, ...]]:
    """Return name, arguments, result, language, volatility and body of each, from the script."""
    return [tuple(found) for found in _FUNCTION.findall(server_guards.script())]


@cache
def _catalog() -> tuple[tuple[str, str], ...]:
    text = Path(__file__).with_name("catalog_postgresql.txt").read_text(encoding="utf-8")
    parts = [line.partition("\t") for line in text.splitlines()]
    return tuple((name, told) for name, _, told in parts)
