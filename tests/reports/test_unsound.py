"""A ledger that somebody changed behind its back: reports say that it is unsound, in a sentence."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import with_everything
from tests.conftest import Run
from tests.reports.test_every_report import ASKED
from vru_ledger import reports
from vru_ledger.actions import resolve
from vru_ledger.domain.query import Query
from vru_ledger.errors import LedgerContradicts, LedgerError
from vru_ledger.store import sqlite
from vru_ledger.store.database import Database

# Tampered with through SQLite, by its own means.
pytestmark = pytest.mark.usefixtures("in_memory")

HARMS = {
    "money from nothing": "UPDATE balances SET held = held + 9000 WHERE scope = 'stage' AND name ="
    " 'unallocated'",
    "money of one award": "UPDATE balances SET held = held + 1 WHERE scope = 'award' AND bucket ="
    " (SELECT min(ref) FROM awards)",
    "a movement of another amount": "UPDATE movements SET pence = pence + 1 WHERE pence > 0",
    "movements that are gone": "DELETE FROM movements WHERE entry > 5",
    "awards that are gone": "DELETE FROM awards WHERE number > 1",
    "turnovers of another amount": "UPDATE turnovers SET pence = pence + 1",
    "overrides of no entry": "UPDATE overrides SET entry = 9999",
    "caps of another amount": "UPDATE caps SET bound = bound + 1, ceiling = ceiling + 1",
    "entries that are gone": "DELETE FROM entries WHERE number > 8",
    "funds that are gone": "DELETE FROM funds",
    "recipients that are gone": "DELETE FROM recipients",
}


@pytest.fixture(scope="module")
def sound() -> Iterator[Database]:
    made = with_everything()
    yield made
    made.close()


def harmed(sound: Database, harm: str) -> Database:
    copy = sqlite.in_memory()
    connection = copy.driver.connection
    sound.driver.connection.backup(connection)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    connection.execute(harm)
    return copy


@pytest.mark.parametrize("harm", HARMS)
def test_a_report_of_an_unsound_ledger_answers_or_says_so_and_is_never_a_bug(
    sound: Database, harm: str
):
    database = harmed(sound, HARMS[harm])
    for name, query in ASKED:
        told: dict[str, Any] = {"recipient": "TWO"} if name == "recipient" else query
        for more in ({}, {"as_of": date(2021, 6, 1)}, {"fund": "ALPHA"}):
            try:
                with database.read() as session:
                    asked = resolve.query(session, Query(**told, **more))
                    list(reports.report(name).answer(session, asked).rows)
            except LedgerError:
                continue
            except Exception as bug:
                raise AssertionError(f"{name} {told} {more}: {bug!r}") from bug
    database.close()


def test_money_from_nothing_is_exit_8_and_one_sentence_that_names_check(ledger, run: Run):
    from sqlite3 import connect

    with connect(ledger) as file:
        file.execute("DROP TRIGGER balances_move")
        file.execute(HARMS["money from nothing"])
    file.close()
    for words in (["report", "position"], ["report", "monitoring"]):
        said = run(*words)
        assert (said.exit_code, said.stdout) == (8, "")
        first, second = said.stderr.splitlines()
        assert first.startswith("error: the ledger contradicts itself, so no figure of it is shown")
        assert second == "  see what is wrong: vru-ledger check"
    assert run("check").exit_code == 4


def test_a_contradiction_is_an_error_of_the_ledger():
    assert LedgerContradicts("1p is not 2p").exit_code == 8
