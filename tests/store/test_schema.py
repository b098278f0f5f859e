"""The schema as the database tells it: whatever of it is not this program's is found."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.builders import findings, rows, with_everything
from tests.postgres import Server
from vru_ledger.actions.check import check
from vru_ledger.errors import LedgerUnusable
from vru_ledger.store import schema_postgresql, server_guards
from vru_ledger.store.opening import open_database
from vru_ledger.store.schema import plain


def found_in(place: str) -> list[str]:
    database = open_database(place)
    try:
        return findings(database)
    finally:
        database.close()


def written_otherwise(text: str) -> str:
    """Return a guard in other spacing, with a remark more: it means the same."""
    return text.replace("\n", "  -- and so on; END\n\t\n")


def emptied(text: str) -> str:
    """Return a guard whose lines after its first remark are part of that remark, but for its end.

    Only its line ends are others.
    """
    begins, ends = text.index("-- "), text.rindex("RETURN NEW" if "RETURN NEW" in text else "END")
    return f"{text[:begins]}{' '.join(text[begins:ends].split())}\n{text[ends:]}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (emptied, ["guard-changed : the guard entries_follow{} is not as this program makes it"]),
        (written_otherwise, []),
    ],
)
def test_a_guard_that_a_remark_swallows_is_found_and_other_spacing_is_none_of_our_business(
    database_place: str, change, said: list[str]
):
    with_everything(database_place).close()
    if "://" in database_place:
        with psycopg.connect(database_place, autocommit=True) as server:
            named = "WHERE oid = 'entries_follow()'::regprocedure"
            [(text,)] = server.execute(f"SELECT prosrc FROM pg_proc {named}".encode()).fetchall()
            server.execute(
                "CREATE OR REPLACE FUNCTION entries_follow() RETURNS trigger LANGUAGE plpgsql"
                f" SET search_path = public, pg_temp AS $guard${change(text)}$guard$".encode()
            )
        assert found_in(database_place) == [one.format("()") for one in said]
        return
    with closing(sqlite3.connect(database_place, isolation_level=None)) as file:
        named = "WHERE name = 'entries_follow'"
        [(text,)] = file.execute(f"SELECT sql FROM sqlite_master {named}").fetchall()
        file.execute("DROP TRIGGER entries_follow")
        file.execute(change(text))
    assert found_in(database_place) == [one.format("") for one in said]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a -- b\nc", "a -- b c"),
        ("a -- b\nc", "a -- b\rc"),
        ("a = 'x  y'", "a = 'x y'"),
        ("a = '-- b\n'", "a = ''"),
        ('a = "-- b"', "a = "),
        ("a = 'b''-- c\n'", "a = 'b'"),
        ("a b", "a\u00a0b"),
        ("a b", "a\x0cb\x1cb"),
        ("a", "a /* b */"),
        ("a", "a -- \0b"),
    ],
)
def test_two_texts_that_mean_different_things_are_never_the_same(one: str, other: str):
    assert plain(one) != plain(other)


def test_remarks_and_gaps_between_words_are_nothing():
    assert plain("a -- 'b\n\t c\n  -- \"d\n") == plain("a c") == "a c"


def by_hand(place: str, statement: str) -> None:
    with psycopg.connect(place, autocommit=True) as server:
        server.execute(statement.encode())


CHANGED, MISSING, ADDED = (f"guard-{how} : the " for how in ("changed", "missing", "added"))
SWAPPED = "ALTER TABLE {0} DROP CONSTRAINT {1}; ALTER TABLE {0} ADD CONSTRAINT {1} "
HARMS = {
    "DROP INDEX entries_reversed": [f"{MISSING}index entries_reversed is"],
    "DROP INDEX entries_approving; CREATE INDEX entries_approving ON entries (proposal)": [
        f"{CHANGED}index entries_approving is"
    ],
    "CREATE OR REPLACE VIEW line_entries AS SELECT number, fund, to_fund, amount_pence FROM entries"
    " WHERE false": [f"{CHANGED}view line_entries is"],
    "CREATE OR REPLACE VIEW fund_position AS " + "{fund_position} HAVING true": [
        f"{CHANGED}view fund_position is"
    ],
    "ALTER VIEW cap_use SET (security_barrier)": [f"{CHANGED}view cap_use is"],
    SWAPPED.format("entries", "entries_hash_check") + "CHECK (true)": [
        f"{MISSING}constraint of entries: CHECK ((length(hash) = 64)) is",
        f"{ADDED}constraint of entries: CHECK (true) is",
    ],
    SWAPPED.format("entries", "entries_hash_check") + "CHECK (length(hash) = 64) NOT VALID": [
        f"{MISSING}constraint of entries: CHECK ((length(hash) = 64)) is",
        f"{ADDED}constraint of entries: CHECK ((length(hash) = 64)) NOT VALID is",
    ],
    SWAPPED.format("awards", "awards_recipient_fkey")
    + "FOREIGN KEY (entry) REFERENCES entries (number)": [
        f"{MISSING}constraint of awards: FOREIGN KEY (recipient) REFERENCES recipients(code) is",
    ],
    "ALTER TABLE entries DROP CONSTRAINT entries_key_key;"
    "ALTER TABLE entries ADD UNIQUE (number, key)": [
        f"{MISSING}constraint of entries: UNIQUE (key) is",
        f"{ADDED}constraint of entries: UNIQUE (number, key) is",
        f"{MISSING}index entries_key_key is",
        f"{ADDED}index entries_number_key_key is",
    ],
    "ALTER TABLE entries ALTER actor DROP NOT NULL": [f"{CHANGED}column entries.actor is"],
    "ALTER TABLE entries ALTER reason SET DEFAULT 'x'": [f"{CHANGED}column entries.reason is"],
    "ALTER TABLE entries ADD COLUMN note text": [f"{ADDED}column entries.note is"],
    "ALTER TABLE caps ALTER tolerance TYPE numeric": [f"{CHANGED}column caps.tolerance is"],
    "ALTER TABLE entries ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY few ON entries USING (number<>3)": [
        f"{ADDED}policy few of entries is",
        f"{CHANGED}table entries is",
    ],
    "ALTER TABLE papers SET UNLOGGED": [f"{CHANGED}table papers is"],
    "CREATE TABLE kid () INHERITS (head)": [
        f"{CHANGED}table head is",
        f"{ADDED}table kid is",
    ],
    "CREATE TABLE theirs (x text)": [f"{ADDED}table theirs is", f"{ADDED}column theirs.x is"],
    "CREATE RULE r AS ON INSERT TO papers DO INSTEAD NOTHING": [f"{ADDED}rule r of papers is"],
    "ALTER FUNCTION entries_signed() SECURITY DEFINER": [f"{CHANGED}guard entries_signed() is"],
    "ALTER FUNCTION entries_signed() SET search_path = pg_temp, public": [
        f"{CHANGED}guard entries_signed() is"
    ],
    "ALTER FUNCTION entries_signed() SET row_security = off": [
        f"{CHANGED}guard entries_signed() is"
    ],
    "ALTER FUNCTION refuse() STRICT": [f"{CHANGED}guard refuse() is"],
    "CREATE FUNCTION refuse(x int) RETURNS int LANGUAGE sql AS 'SELECT 1'": [
        f"{ADDED}guard refuse(integer) is"
    ],
    "CREATE SCHEMA evil; CREATE FUNCTION evil.refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RETURN NEW; END'; CREATE OR REPLACE TRIGGER entries_stay BEFORE UPDATE ON entries"
    " FOR EACH ROW EXECUTE FUNCTION evil.refuse('an entry is never changed')": [
        f"{CHANGED}guard entries_stay is"
    ],
    "ALTER TABLE entries DISABLE TRIGGER entries_stay": [f"{MISSING}guard entries_stay is"],
    "ALTER DATABASE {database} SET session_replication_role = replica": [
        "guards-off : everybody connects with session_replication_role = replica,",
        "guards-off : this connection has session_replication_role = replica,",
    ],
    "GRANT SET ON PARAMETER session_replication_role TO PUBLIC": [
        "guards-off : PUBLIC may set session_replication_role, and so switch every guard off"
    ],
}


@pytest.mark.parametrize("harm", HARMS)
def test_whatever_of_the_schema_on_a_server_was_changed_is_named(postgres_url: str, harm: str):
    with_everything(postgres_url).close()
    with psycopg.connect(postgres_url) as server:
        [(view, name)] = server.execute(
            "SELECT pg_get_viewdef('fund_position'::regclass), current_database()"
        ).fetchall()
    told = {"fund_position": view.rstrip(";"), "database": name}
    by_hand(postgres_url, harm.format(**told) if "{" in harm else harm)
    try:
        said = found_in(postgres_url)
        for one in HARMS[harm]:
            assert [line for line in said if line.startswith(one)], said
    finally:
        if "PARAMETER" in harm:
            by_hand(postgres_url, "REVOKE SET ON PARAMETER session_replication_role FROM PUBLIC")


def test_whoever_connects_with_the_guards_switched_off_is_named_with_what_mends_it(
    postgres_url: str,
):
    with_everything(postgres_url).close()
    by_hand(postgres_url, "CREATE ROLE eve; ALTER ROLE eve SET session_replication_role = replica")
    try:
        database = open_database(postgres_url)
        [one] = check(database).findings
        database.close()
        assert one.message.startswith("eve connects with session_replication_role = replica")
        by_hand(postgres_url, one.remedy.partition(": ")[2].partition(" (")[0])
        assert found_in(postgres_url) == []
    finally:
        by_hand(postgres_url, "DROP ROLE eve")


@pytest.mark.parametrize("options", ["search_path%3Dpg_temp,public", "quote_all_identifiers%3Don"])
def test_how_somebody_connects_changes_nothing_of_what_is_found(postgres_url: str, options: str):
    with_everything(postgres_url).close()
    assert found_in(f"{postgres_url}&options=-c%20{options}") == []


def test_what_somebody_puts_before_the_systems_own_functions_is_not_asked(postgres_url: str):
    with_everything(postgres_url).close()
    by_hand(
        postgres_url,
        "DROP TRIGGER entries_stay ON entries;"
        "CREATE FUNCTION pg_get_triggerdef(oid) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';"
        "CREATE FUNCTION quote_ident(name) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$",
    )
    assert [one.partition(" is ")[0] for one in found_in(postgres_url)] == [
        f"{MISSING}guard entries_stay",
        f"{ADDED}guard pg_get_triggerdef()",
        f"{ADDED}guard quote_ident()",
    ]


def test_the_catalog_is_that_of_a_new_ledger(postgres_url: str):
    """Stale? `.venv/bin/python -m scripts.catalog` writes it."""
    with_everything(postgres_url).close()
    database = open_database(postgres_url)
    with database.read() as session:
        told = schema_postgresql.written(session)
    database.close()
    path = Path(schema_postgresql.__file__).with_name("catalog_postgresql.txt")
    assert told == path.read_text("utf-8")


def test_a_server_of_a_version_that_nobody_tried_may_word_its_tables_otherwise(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    with_everything(postgres_url).close()
    by_hand(postgres_url, "DROP INDEX entries_reversed; DROP TRIGGER entries_stay ON entries")
    monkeypatch.setattr(schema_postgresql, "KNOWN", range(1))
    database = open_database(postgres_url)
    said = {one.severity: one.message for one in check(database).findings}
    database.close()
    assert said["error"].startswith("the guard entries_stay is gone")
    assert said["warning"].startswith("the index entries_reversed is gone")


def test_a_server_without_constraint_triggers_has_every_other_guard_and_check_says_which_is_not(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        server_guards, "version", lambda _: "PostgreSQL 15.12-YB-2025.2.0.0-b1 on x86_64"
    )
    place = postgres_server.emptied("elsewhere")
    made = with_everything(place)
    there = {
        name for (name,) in rows(made, "SELECT tgname::text FROM pg_trigger WHERE tgdeferrable")
    }
    made.close()
    assert "entries_whole" not in there
    assert [line.partition(",")[0] for line in found_in(place)] == [
        "guard-missing : this server cannot have the guard entries_whole"
    ]


def test_who_makes_a_ledger_where_a_guard_cannot_be_is_told_so(postgres_server: Server):
    place = postgres_server.emptied("elsewhere")
    with psycopg.connect(place, autocommit=True) as server:
        server.execute(
            "CREATE FUNCTION no_triggers() RETURNS event_trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'no triggers yet' USING ERRCODE = '0A000'; END$$"
        )
        server.execute(
            "CREATE EVENT TRIGGER none ON ddl_command_start WHEN TAG IN ('CREATE TRIGGER')"
            " EXECUTE FUNCTION no_triggers()"
        )
        try:
            with pytest.raises(
                LedgerUnusable, match=r"cannot do what a ledger needs .*no triggers"
            ):
                with_everything(place)
        finally:
            server.execute("DROP EVENT TRIGGER none")
