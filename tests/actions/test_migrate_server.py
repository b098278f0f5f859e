"""A ledger on a server whose guards are not those of this program, and who may make them anew."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import fixtures
from tests.builders import POUND, contents, findings, give, with_everything
from tests.conftest import Run
from tests.postgres import Server
from vru_ledger.actions import roles as making_roles
from vru_ledger.actions.migrate import migrate
from vru_ledger.errors import LedgerBusy, LedgerOlder, LedgerUnsound, LedgerUnusable, NotPermitted
from vru_ledger.store.database import VERSION, statements
from vru_ledger.store.opening import open_database

ONE_BY_ONE = Path(str(fixtures.__file__)).with_name("guards-postgresql-one-by-one.sql")
"""The guards of a ledger that was made before they added up a stretch of entries."""


@pytest.fixture
def place(postgres_url: str) -> str:
    with_everything(postgres_url).close()
    return postgres_url


def by_hand(place: str, *done: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        for statement in done:
            connection.execute(statement.encode())


def with_older_guards(place: str) -> None:
    """Put the guards that a ledger had before in place of this program's."""
    with psycopg.connect(place) as connection:
        for (name,) in connection.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = current_schema()::regnamespace"
        ).fetchall():
            connection.execute(f"DROP FUNCTION {name} CASCADE".encode())
        connection.execute("SELECT set_config('search_path', 'public, pg_temp', true)")
        for statement in statements(ONE_BY_ONE.read_text("utf-8")):
            if not statement.startswith("CREATE VIEW"):
                connection.execute(statement.encode())


def found_in(place: str) -> list[str]:
    database = open_database(place)
    try:
        return findings(database)
    finally:
        database.close()


def test_a_ledger_with_the_guards_of_an_older_program_is_refused_and_then_migrated(
    place: str, run: Run
):
    with_older_guards(place)
    with pytest.raises(LedgerOlder, match="guards of an older program") as refused:
        open_database(place)
    assert refused.value.exit_code == 8
    assert "migrate" in refused.value.hint
    assert run("--db", place, "status").exit_code == 8
    said = run("--db", place, "migrate")
    assert said.exit_code == 0, said
    assert "made 35 guards of postgresql:///" in said.stdout
    assert found_in(place) == []
    database = open_database(place)
    give(database, "ALPHA", "TWO", POUND, source="CR")
    database.close()
    assert migrate(place).guards == ()


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        ("DROP TRIGGER entries_stay ON entries", "entries_stay"),
        ("ALTER TABLE movements DISABLE TRIGGER movements_remain", "movements_remain"),
        (
            "CREATE OR REPLACE FUNCTION balances_move() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$",
            "balances_move()",
        ),
        ("ALTER FUNCTION refuse() RESET search_path", "refuse()"),
        ("DROP FUNCTION team()", "team()"),
    ],
)
def test_a_guard_that_was_altered_is_made_anew_and_named(place: str, harm: str, name: str):
    by_hand(place, harm)
    assert any(f"the guard {name} is " in one for one in found_in(place))
    tried = migrate(place, preview=True)
    assert tried.guards == (name,)
    assert found_in(place) != []
    assert migrate(place) == tried
    assert found_in(place) == []


def test_what_else_is_wrong_is_not_mended_in_silence_and_nothing_is_changed(place: str):
    by_hand(
        place,
        "ALTER TABLE balances DISABLE TRIGGER balances_move",
        "UPDATE balances SET held = held - 1 WHERE scope = 'award' AND held > 0",
    )
    before = found_in(place)
    with pytest.raises(LedgerUnsound, match="not sound, so it was not migrated"):
        migrate(place)
    assert found_in(place) == before


def test_what_somebody_added_is_named_and_left_to_them(place: str):
    by_hand(
        place,
        "DROP TRIGGER entries_stay ON entries",
        "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    )
    with pytest.raises(LedgerUnsound) as refused:
        migrate(place)
    assert any("theirs()" in one.message for one in refused.value.findings)


@pytest.mark.parametrize("version", [1, VERSION + 1, 99])
def test_a_version_that_no_server_has_is_refused_with_what_to_do(place: str, version: int):
    """No program released before 2 made a ledger on a server that this one could meet."""
    by_hand(
        place,
        "ALTER TABLE ledger DISABLE TRIGGER ALL",
        f"UPDATE ledger SET version = {version}",
        "ALTER TABLE ledger ENABLE TRIGGER ALL",
    )
    for asked in (open_database, migrate):
        with pytest.raises(LedgerUnusable, match=f"a ledger of version {version}") as refused:
            asked(place)
        assert refused.value.exit_code == 8
        assert refused.value.hint


def test_whoever_writes_is_waited_for(place: str):
    by_hand(place, "DROP TRIGGER entries_stay ON entries")
    with psycopg.connect(place) as writing:
        writing.execute("SELECT number FROM head FOR UPDATE")
        with pytest.raises(LedgerBusy):
            migrate(place, wait=0.2)
        writing.rollback()


@pytest.fixture
def team(postgres_server: Server) -> Iterator[str]:
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        made = with_everything(place)
        making_roles.make(made)
        made.close()
        by_hand(
            place,
            "CREATE ROLE fin LOGIN; GRANT grants_finance TO fin; CREATE ROLE dba LOGIN;"
            " GRANT grants_finance TO dba",
        )
        with_older_guards(place)
        with psycopg.connect(place, autocommit=True) as connection:
            for (name,) in connection.execute(
                "SELECT oid::regprocedure::text FROM pg_proc"
                " WHERE pronamespace = current_schema()::regnamespace"
            ).fetchall():
                connection.execute(f"ALTER FUNCTION {name} OWNER TO grants_owner".encode())
        yield place


def test_of_a_team_only_who_may_act_as_the_owner_makes_guards_anew(team: str):
    for who in ("fin", "dba"):
        with pytest.raises(NotPermitted, match=rf"belong to grants_owner, and {who} may not") as no:
            migrate(team.replace("user=ledger", f"user={who}"))
        assert "GRANT grants_owner TO" in no.value.hint
        assert no.value.exit_code == 7
    by_hand(team, "GRANT grants_owner TO dba; ALTER DATABASE grants OWNER TO dba")
    assert migrate(team.replace("user=ledger", "user=dba")).guards
    by_hand(team, "REVOKE grants_owner FROM dba")
    assert found_in(team) == []
    with psycopg.connect(team) as connection:
        assert connection.execute(
            "SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
        ).fetchall() == [("grants_owner",)]


def test_a_superuser_makes_a_teams_guards_anew_and_they_stay_the_owners(team: str):
    assert migrate(team).guards
    assert found_in(team) == []
    database = open_database(team.replace("user=ledger", "user=fin"))
    before = contents(database)["head"]
    give_in_name(database)
    assert contents(database)["head"] != before
    database.close()


def give_in_name(database) -> None:
    from tests.builders import WHEN, asked
    from vru_ledger.actions.allocate import allocate

    new = asked("ALPHA", "TWO", POUND, source="CR")
    allocate(database, new, actor=database.user, recorded_at=WHEN, preview=False)
