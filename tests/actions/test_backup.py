"""A backup is whole, proved and private, whoever writes meanwhile; nothing else is overwritten."""

import os
import shutil
import sqlite3
import stat
import sys
import threading
from pathlib import Path

import pytest

from tests import command
from tests.builders import findings, ledger_of, with_everything
from tests.conftest import Run, Start
from vru_ledger.actions.backup import backup
from vru_ledger.errors import AlreadyThere, BadInput, FileUnreadable, LedgerUnsound, LedgerUnusable
from vru_ledger.store import backup_file
from vru_ledger.store.database import Database
from vru_ledger.store.ledger import head
from vru_ledger.store.opening import open_database


def opened(place: Path) -> Database:
    """Make a ledger with something in every table."""
    return with_everything(place)


def test_a_backup_is_the_ledger_byte_for_byte_in_all_but_its_counters(tmp_path: Path):
    database = opened(tmp_path / "a.db")
    done = backup(database, str(tmp_path / "b.db"))
    with database.read() as session:
        assert (done.number, done.hash) == head(session)
    copy = open_database(str(tmp_path / "b.db"))
    assert findings(copy) == []
    dumps = [list(one.driver.connection.iterdump()) for one in (database, copy)]
    assert dumps[0] == dumps[1]
    copy.close()
    database.close()


def test_a_backup_can_be_read_by_its_owner_only_and_is_one_file(tmp_path: Path):
    database = opened(tmp_path / "a.db")
    (tmp_path / "to").mkdir()
    backup(database, str(tmp_path / "to" / "b.db"))
    database.close()
    assert os.listdir(tmp_path / "to") == ["b.db"]
    assert stat.S_IMODE(os.stat(tmp_path / "to" / "b.db").st_mode) == 0o600


def test_a_backup_while_others_write_holds_a_moment_of_the_ledger(ledger: Path, tmp_path: Path):
    """Two write without a pause; each backup is sound and knows all that came before it."""
    stop = threading.Event()
    acknowledged: list[int] = []
    failed: list[BaseException] = []

    taken = []
    words = ("allocate", "MYENDS", "Newham", "1", "--on", "2021-05-01")

    def allocate() -> None:
        while not stop.is_set():
            done = command.run(words, tmp_path)
            if done.exit_code == 0:
                acknowledged.append(int(done.stdout.split()[1].rstrip(":")))
            else:
                failed.append(AssertionError(done.stderr))

    writers = [threading.Thread(target=allocate) for _ in range(2)]
    for one in writers:
        one.start()
    try:
        for count in range(12):
            known = max(acknowledged, default=0)
            database = open_database(str(ledger))
            done = backup(database, str(tmp_path / f"b{count}.db"))
            database.close()
            assert done.number >= known
            taken.append(done.number)
    finally:
        stop.set()
        for one in writers:
            one.join()
    assert not failed, failed[0]
    assert taken == sorted(taken)
    sys.stdout.write(f"{len(taken)} backups while {len(acknowledged)} entries were written\n")


def test_a_copy_that_begins_again_too_often_makes_writers_wait_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database = opened(tmp_path / "a.db")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    monkeypatch.setattr(backup_file, "_PAGES", 10)
    seen = []

    def interfere(share: float) -> None:
        seen.append(share)
        number = len(seen)
        other.execute(f"PRAGMA user_version={number}")
        other.execute("PRAGMA user_version=2")

    with backup_file.beside(str(tmp_path / "b.db")) as made:
        backup_file.copy_online(database, made, "b.db", interfere)
        assert Path(made).stat().st_size == (tmp_path / "a.db").stat().st_size
    assert len(seen) < 20
    other.close()
    database.close()


def test_a_backup_waits_for_an_entry_that_is_being_kept(ledger: Path, tmp_path: Path):
    """On a slow disk that takes longer than the moment for which nobody is told of waiting."""
    database = open_database(str(ledger), wait=60)
    writing = sqlite3.connect(ledger, isolation_level=None, check_same_thread=False)
    seen: list[float] = []

    def hold(share: float) -> None:
        if not seen:
            writing.execute("BEGIN EXCLUSIVE")
            threading.Timer(1, lambda: writing.execute("ROLLBACK")).start()
        seen.append(share)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup_file, "_PAGES", 10)
        backup(database, str(tmp_path / "copy.db"), on_progress=hold)
    assert len(seen) > 2
    database.close()
    writing.close()


def test_what_is_there_is_not_overwritten(tmp_path: Path):
    database = opened(tmp_path / "a.db")
    (tmp_path / "b.db").write_text("mine")
    with pytest.raises(AlreadyThere, match="already there; nothing was touched"):
        backup(database, str(tmp_path / "b.db"))
    with pytest.raises(FileUnreadable, match="no backup of a ledger; nothing was touched"):
        backup(database, str(tmp_path / "b.db"), force=True)
    with pytest.raises(BadInput, match="is the ledger itself"):
        backup(database, str(tmp_path / "a.db"), force=True)
    with pytest.raises(LedgerUnusable, match="cannot be made"):
        backup(database, str(tmp_path / "nowhere" / "b.db"))
    assert (tmp_path / "b.db").read_text() == "mine"
    database.close()
    assert sorted(os.listdir(tmp_path)) == ["a.db", "b.db"]


def test_an_older_backup_is_replaced_and_one_that_knows_more_is_not(ledger: Path, tmp_path: Path):
    shutil.copy(ledger, tmp_path / "older.db")
    database = open_database(str(ledger))
    done = backup(database, str(tmp_path / "older.db"), force=True)
    assert done.replaced
    database.close()


def test_a_backup_that_knows_more_than_the_ledger_is_never_replaced(run: Run, ledger: Path):
    older = ledger.with_name("older.db")
    shutil.copy(ledger, older)
    assert run("allocate", "MYENDS", "Newham", "1", "--on", "2021-05-01").exit_code == 0
    done = run("--db", older, "backup", "vru-ledger.db", "--force")
    assert done.exit_code == 6
    assert "has an entry that" in done.stderr
    assert "31" in run("log", "-n", "1").stdout


def test_a_ledger_that_is_not_sound_is_not_backed_up(tmp_path: Path):
    database = opened(tmp_path / "a.db")
    connection = database.driver.connection
    connection.execute("DROP TRIGGER entries_stay")
    connection.execute("UPDATE entries SET reason = 'another' WHERE number = 3")
    with pytest.raises(LedgerUnsound) as refused:
        backup(database, str(tmp_path / "b.db"))
    assert {one.code for one in refused.value.findings} == {"guard-missing", "column-differs"}
    database.close()
    assert os.listdir(tmp_path) == ["a.db"]


def test_a_backup_that_is_killed_leaves_nothing_by_its_name(
    ledger: Path, tmp_path: Path, start: Start
):
    kills = 0
    for number in range(8):
        process = start("backup", f"k{number}.db")
        try:
            process.wait(0.15 + 0.03 * number)
        except Exception:
            process.kill()
            process.wait()
            kills += 1
        made = tmp_path / f"k{number}.db"
        if made.exists():
            copy = open_database(str(made))
            assert findings(copy) == []
            copy.close()
    sys.stdout.write(f"{kills} of 8 backups were killed\n")
    assert ledger.exists()


def test_a_ledger_on_a_server_is_left_to_the_servers_tools(postgres_url: str, tmp_path: Path):
    database = ledger_of(place=postgres_url)
    with pytest.raises(BadInput, match="on a server") as refused:
        backup(database, str(tmp_path / "b.db"))
    assert "pg_dump" in refused.value.hint
    database.close()
