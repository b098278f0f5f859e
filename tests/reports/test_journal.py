"""The journal is every entry in order, and says of each who wrote it and why."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import ACTOR, WHEN
from tests.reports.asking import ask, busy
from vru_ledger.domain.query import Query
from vru_ledger.reports import journal
from vru_ledger.store.database import Database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = busy()
    yield made
    made.close()


def numbers(database: Database, **query: Any) -> list[int]:
    return [row.number for row in ask(database, "journal", **query)[1]]


def stored(database: Database, where: str) -> list[int]:
    with database.read() as session:
        found = session.rows(f"SELECT number FROM entries e WHERE {where} ORDER BY number")
    return [number for (number,) in found]


def test_every_entry_is_told_in_order_with_its_whole_hash(database: Database):
    _, rows = ask(database, "journal")
    assert [row.number for row in rows] == stored(database, "1 = 1")
    with database.read() as session:
        hashes = session.rows("SELECT hash FROM entries ORDER BY number")
    assert [(row.hash,) for row in rows] == hashes
    assert {(row.actor, row.recorded_at) for row in rows} == {(ACTOR, WHEN)}


def test_an_entry_is_told_by_what_it_is_about(database: Database):
    rows = ask(database, "journal")[1]
    first = next(row for row in rows if row.kind == "allocate")
    assert (first.fund, first.recipient, first.about, first.award, first.amount) == (
        *("ALPHA", "ONE", "ALPHA-0001", "ALPHA-0001"),
        350_000,
    )
    caps = [row for row in rows if row.kind == "cap"]
    assert (caps[0].about, caps[0].cap, caps[0].amount, caps[0].dated) == (
        "ALPHA-FUND: £10,000.00",
        "ALPHA-FUND",
        None,
        date(2021, 4, 1),
    )
    assert (
        rows[0].about
        == "documents (1), areas (3), sources (2), decisions (1), authority_limits (1), "
        "recipients (3)"
    )
    assert rows[0].dated is None


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"fund": "GAMMA"}, "fund = 'GAMMA'"),
        ({"recipient": "ONE"}, "recipient = 'ONE'"),
        ({"kind": "cap"}, "kind = 'cap'"),
        ({"award": "ALPHA-0001"}, "award = 'ALPHA-0001'"),
        ({"since": date(2022, 1, 1)}, "dated >= '2022-01-01'"),
        ({"until": date(2022, 1, 1)}, "dated IS NULL OR dated <= '2022-01-01'"),
        ({"known_at": 9}, "number <= 9"),
        (
            {"stage": "committed", "area": "E2"},
            "EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number AND m.area = 'E2')",
        ),
    ],
)
def test_filters_leave_the_entries_that_they_name(
    database: Database, query: dict[str, Any], where: str
):
    assert numbers(database, **query) == stored(database, where)
    assert numbers(database, **query)


def test_there_is_no_total_and_the_journal_says_why(database: Database):
    answer, _ = ask(database, "journal")
    assert answer.total is None
    assert answer.notes[0].startswith("no total: an entry may")


def test_the_log_is_the_newest_entries_first(database: Database):
    with database.read() as session:
        rows = list(journal.newest(session, Query(), 3).rows)
    assert [row.number for row in rows] == stored(database, "1 = 1")[:-4:-1]


def test_entries_are_read_as_they_are_asked_for(database: Database):
    with database.read() as session:
        rows = iter(journal.answer(session, Query()).rows)
        assert next(rows).number == 1
