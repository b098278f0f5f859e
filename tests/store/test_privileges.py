"""A privilege too many, one too few, and people who have more than their role: `check` says it."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.builders import findings, with_everything
from tests.postgres import Server
from vru_ledger.actions import roles as making_roles
from vru_ledger.actions.check import check
from vru_ledger.store.opening import open_database


@pytest.fixture
def team(postgres_server: Server) -> Iterator[str]:
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        made = with_everything(place)
        making_roles.make(made)
        made.close()
        by_hand(place, "CREATE ROLE ada LOGIN; GRANT grants_analyst TO ada; CREATE ROLE eve LOGIN")
        yield place


def by_hand(place: str, statement: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute(statement.encode())


def found_in(place: str) -> list[str]:
    database = open_database(place)
    try:
        return findings(database)
    finally:
        database.close()


def test_a_team_as_it_was_made_has_nothing_too_many_and_nothing_too_few(team: str):
    assert found_in(team) == []


ILLS = {
    "GRANT UPDATE ON caps TO grants_analyst": (
        "privilege-added",
        "grants_analyst has UPDATE on caps",
    ),
    "GRANT UPDATE (ceiling) ON balances TO grants_analyst": (
        "privilege-added",
        "grants_analyst has UPDATE of ceiling on balances",
    ),
    "GRANT DELETE ON entries TO grants_finance": (
        "privilege-added",
        "grants_finance has DELETE on entries",
    ),
    "GRANT INSERT ON papers TO grants_reader": (
        "privilege-added",
        "grants_reader has INSERT on papers",
    ),
    "GRANT TRUNCATE ON movements TO eve": ("privilege-added", "eve has TRUNCATE on movements"),
    "GRANT INSERT ON caps TO PUBLIC": ("privilege-added", "everybody has INSERT on caps"),
    "GRANT CREATE ON SCHEMA public TO grants_analyst": (
        "privilege-added",
        "grants_analyst has CREATE on public",
    ),
    "GRANT CREATE ON SCHEMA public TO PUBLIC": (
        "privilege-added",
        "everybody has CREATE on public",
    ),
    "GRANT CREATE ON SCHEMA public TO ada": ("privilege-added", "ada has CREATE on public"),
    "REVOKE SELECT ON head FROM grants_reader": (
        "privilege-missing",
        "grants_reader lacks SELECT on head",
    ),
    "REVOKE INSERT ON entries FROM grants_analyst": (
        "privilege-missing",
        "grants_analyst lacks INSERT on entries",
    ),
    "GRANT grants_owner TO grants_finance": (
        "role-changed",
        "grants_finance has the role grants_owner",
    ),
    "GRANT pg_write_all_data TO grants_analyst": (
        "role-changed",
        "grants_analyst has the role pg_write_all_data",
    ),
    "ALTER ROLE grants_analyst SUPERUSER": (
        "role-changed",
        "the role grants_analyst is above the server's own rules",
    ),
    "ALTER ROLE grants_finance LOGIN": (
        "role-changed",
        "somebody can log in as grants_finance",
    ),
    "ALTER TABLE caps OWNER TO grants_analyst": (
        "owner-changed",
        "the table caps belongs to grants_analyst",
    ),
    "ALTER TABLE entries OWNER TO grants_analyst": (
        "owner-changed",
        "the table entries belongs to grants_analyst",
    ),
    "ALTER FUNCTION refuse() OWNER TO eve": (
        "owner-changed",
        "the function refuse belongs to eve",
    ),
    "ALTER VIEW allocations OWNER TO eve": (
        "owner-changed",
        "the view allocations belongs to eve",
    ),
}


@pytest.mark.parametrize("harm", ILLS)
def test_what_somebody_may_and_was_not_given_is_found_and_its_remedy_mends_it(team: str, harm: str):
    code, said = ILLS[harm]
    by_hand(team, harm)
    database = open_database(team)
    found = [one for one in check(database).findings if one.message.startswith(said)]
    assert [one.code for one in found] == [code], findings(database)
    assert found[0].severity == "error"
    # What an owner had is no privilege, so an owner who is put back has lost nothing else.
    for one in check(database).findings:
        by_hand(team, one.remedy.partition(": ")[2] or one.remedy)
    database.close()
    assert found_in(team) == []


def test_the_server_itself_lets_no_analyst_have_finance(team: str):
    with pytest.raises(psycopg.errors.InvalidGrantOperation):
        by_hand(team, "GRANT grants_finance TO grants_analyst")


def test_who_has_the_owners_role_is_told_without_stopping_anything(team: str):
    """Whoever migrates has it meanwhile."""
    by_hand(team, "GRANT grants_owner TO ada")
    database = open_database(team)
    checked = check(database)
    database.close()
    assert [(one.code, one.severity) for one in checked.findings] == [("role-changed", "warning")]
    assert checked.sound


def test_who_only_looks_on_is_nobodys_business(team: str):
    by_hand(team, "GRANT SELECT ON entries TO eve; GRANT grants_reader TO eve")
    assert found_in(team) == []


def test_a_ledger_without_roles_may_be_anybodys(postgres_url: str):
    with_everything(postgres_url).close()
    by_hand(postgres_url, "GRANT ALL ON caps TO PUBLIC")
    assert found_in(postgres_url) == []
