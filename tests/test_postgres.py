"""The PostgreSQL that tests are given: real, empty each time, and safe to kill."""

import sqlite3
from contextlib import closing

import pytest

from tests.postgres import Server


def test_each_test_gets_an_empty_database_of_its_own(postgres_server: Server, postgres_url: str):
    import psycopg

    other = postgres_server.create_database()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE funds (code text)")
    still_connected = psycopg.connect(other)
    assert still_connected.execute("SELECT to_regclass('funds')").fetchone() == (None,)
    postgres_server.drop_database(other)
    still_connected.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(other)


def test_what_was_acknowledged_outlives_a_crash_of_the_server(
    postgres_server: Server, postgres_url: str
):
    import psycopg

    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE entries (number bigint)")
        connection.execute("INSERT INTO entries VALUES (1)")
        connection.commit()
        postgres_server.crash()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    postgres_server.start()
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT number FROM entries").fetchall() == [(1,)]


def test_a_test_of_both_databases_runs_on_both(database_place: str):
    if database_place.startswith("postgresql://"):
        import psycopg

        with psycopg.connect(database_place) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    else:
        with closing(sqlite3.connect(database_place)) as file:
            assert file.execute("SELECT 1").fetchone() == (1,)
