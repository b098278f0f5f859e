"""The schema as the database tells it: whatever of it is not this program's is found."""

import sqlite3
from contextlib import closing

import psycopg
import pytest

from tests.builders import findings, with_everything
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
