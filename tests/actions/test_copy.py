"""A ledger copied from one database to another is the same ledger, or nothing is there."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ACTOR, POUND, contents, findings, give, ledger_of, with_everything
from tests.lively import lively
from vru_ledger.actions import copy as copying
from vru_ledger.actions.copy import copy
from vru_ledger.errors import AlreadyThere, Interrupted, LedgerUnusable
from vru_ledger.store import ledger, rows
from vru_ledger.store.database import Database
from vru_ledger.store.opening import open_database


@pytest.fixture
def original(tmp_path: Path) -> Iterator[Database]:
    made = with_everything(tmp_path / "original.db")
    yield made
    made.close()


def head_of(database: Database) -> ledger.Head:
    with database.read() as session:
        return ledger.head(session)


def test_every_row_is_copied_to_either_database(original: Database, database_place: str):
    done = copy(original, database_place)
    copied = open_database(database_place)
    assert (done.head, done.missed) == (head_of(original), 0)
    assert contents(copied) == contents(original)
    assert findings(copied) == []
    copied.close()


def test_a_ledger_comes_back_from_a_server_as_it_went(
    original: Database, postgres_url: str, tmp_path: Path
):
    copy(original, postgres_url)
    there = open_database(postgres_url)
    give(there, "ALPHA", "TWO", 3 * POUND, source="CR")
    copy(there, str(tmp_path / "back.db"))
    back = open_database(str(tmp_path / "back.db"))
    assert contents(back) == contents(there)
    assert head_of(back).number == head_of(original).number + 1
    assert give(back, "ALPHA", "TWO", 2 * POUND, source="CR").recorded.number
    there.close()
    back.close()


def test_a_ledger_of_every_kind_of_entry_is_copied(database_place: str, tmp_path: Path):
    original = lively(str(tmp_path / "lively.db"))
    copy(original, database_place)
    copied = open_database(database_place)
    assert contents(copied) == contents(original)
    original.close()
    copied.close()


def test_the_copy_has_the_guards_of_any_ledger(original: Database, database_place: str):
    copy(original, database_place)
    copied = open_database(database_place)
    with pytest.raises(copied.driver.errors, match="an entry is never changed"):
        copied.driver.connection.execute("UPDATE entries SET amount_pence = 1")
    copied.close()


def test_every_table_is_copied_after_those_that_it_refers_to():
    from vru_ledger.store.tables import TABLES

    assert [*rows.tables()] == [table.name for table in TABLES if table.name not in rows._MADE]
    assert {table.name for table in TABLES} == {*rows.tables(), "ledger", "head"}


def test_an_empty_ledger_is_copied(database_place: str, tmp_path: Path):
    original = ledger_of(place=tmp_path / "empty.db")
    assert copy(original, database_place).head.number == 0
    copied = open_database(database_place)
    with copied.read() as session:
        assert ledger.made(session).by == ACTOR
    original.close()
    copied.close()


def test_what_is_there_is_never_touched(original: Database, database_place: str):
    copy(original, database_place)
    with pytest.raises(AlreadyThere):
        copy(original, database_place)


FORGERIES = {
    "an amount": "UPDATE entries SET amount_pence = 1 WHERE number = 16",
    "a text": "UPDATE entries SET fact = fact || ' ' WHERE number = 16",
    "a balance": "UPDATE balances SET held = held + 1 WHERE scope = 'award'",
    "a balance below zero": "UPDATE balances SET held = -1 WHERE scope = 'award'",
    "a cap": "UPDATE caps SET ceiling = ceiling + 1 WHERE code = 'ALPHA-EACH'",
    "a movement": "DELETE FROM movements WHERE entry = 16 AND n = 2",
    "a recipient": "UPDATE recipients SET kind = 'x' WHERE code = 'ONE'",
    "the head": "UPDATE head SET number = 20",
    "the tail": "DELETE FROM entries WHERE number = 21",
    "an award of nobody": "UPDATE awards SET recipient = 'NOBODY'",
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_what_is_not_sound_is_not_copied(forged: str, tmp_path: Path, database_place: str):
    with_everything(tmp_path / "original.db").close()
    file = sqlite3.connect(tmp_path / "original.db")
    file.execute("PRAGMA ignore_check_constraints=ON")
    for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        file.execute(f"DROP TRIGGER {name}")
    file.execute(forged)
    file.commit()
    file.close()
    original = open_database(str(tmp_path / "original.db"))
    with pytest.raises(LedgerUnusable, match="is not sound, and nothing of it was kept"):
        copy(original, database_place)
    original.close()
    with pytest.raises(LedgerUnusable, match="there is no ledger"):
        open_database(database_place)


def test_a_copy_that_is_stopped_leaves_nothing(
    original: Database, database_place: str, tmp_path: Path
):
    before = sorted(tmp_path.iterdir())

    def stop(what: str, count: int, share: float) -> None:
        if what == "movements copied":
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="nothing was copied"):
        copy(original, database_place, on_progress=stop)
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(LedgerUnusable, match="there is no ledger"):
        open_database(database_place)


def test_progress_only_grows_and_ends_at_the_whole(
    original: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rows, "_AT_ONCE", 3)
    monkeypatch.setattr("vru_ledger.actions.check._TELL_EVERY", 3)
    told: list[tuple[str, int, float]] = []
    copy(original, str(tmp_path / "copy.db"), on_progress=lambda *one: told.append(one))
    shares = [share for _, _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {what for what, _, _ in told} >= {"entries copied", "balances copied", "entries checked"}


def test_what_is_written_meanwhile_is_counted(
    original: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    """Of a file nobody writes while it is read; of a server somebody may."""
    copy(original, postgres_url)
    there, somebody = open_database(postgres_url), open_database(postgres_url)
    really_look: Any = copying._must_be_sound

    def look_later(*args: Any) -> None:
        give(somebody, "ALPHA", "TWO", 3 * POUND, source="CR")
        really_look(*args)

    monkeypatch.setattr(copying, "_must_be_sound", look_later)
    done = copy(there, str(Path(original.place).with_name("copy.db")))
    assert done.missed == 1
    assert done.head == head_of(original)
    there.close()
    somebody.close()
