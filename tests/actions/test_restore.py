"""A ledger is replaced only by what is proved, only when told to, and in one step; it is kept."""

import os
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.builders import findings
from tests.conftest import Run, Start
from vru_ledger.actions.restore import restore
from vru_ledger.errors import (
    AlreadyThere,
    BadInput,
    FileUnreadable,
    LedgerBusy,
    LedgerUnsound,
    LedgerUnusable,
)
from vru_ledger.store.ledger import head
from vru_ledger.store.opening import open_database


@pytest.fixture
def backup(ledger: Path) -> str:
    return str(shutil.copy(ledger, ledger.with_name("backup.db")))


def number_in(place: str | Path) -> int:
    """Return the newest entry of a sound ledger."""
    database = open_database(str(place))
    try:
        assert findings(database) == []
        with database.read() as session:
            return head(session).number
    finally:
        database.close()


def test_a_backup_is_restored_where_nothing_is(ledger: Path, backup: str):
    ledger.unlink()
    done = restore(str(ledger), backup)
    assert (done.number, done.kept, done.lacking) == (30, "", 0)
    assert number_in(ledger) == 30


def test_a_ledger_that_is_there_stays_unless_told(ledger: Path, backup: str):
    before = ledger.read_bytes()
    with pytest.raises(AlreadyThere, match="already there; nothing was touched"):
        restore(str(ledger), backup)
    assert ledger.read_bytes() == before


def test_what_the_restored_ledger_lacks_is_counted_and_kept(run: Run, ledger: Path, backup: str):
    for _ in range(3):
        assert run("allocate", "MYENDS", "Newham", "1", "--on", "2021-05-01").exit_code == 0
    done = restore(str(ledger), backup, force=True)
    assert (done.lacking, done.common, done.number) == (3, 30, 30)
    assert number_in(ledger) == 30
    assert number_in(done.kept) == 33
    again = restore(str(ledger), done.kept, force=True)
    assert (again.lacking, again.kept) == (0, f"{ledger}.before-restore-2")
    assert number_in(ledger) == 33


def test_ledgers_that_parted_are_compared_where_they_part(run: Run, ledger: Path, backup: str):
    for place, count in ((str(ledger), 2), (backup, 5)):
        for pence in range(count):
            words = ("allocate", "MYENDS", "Newham", f"{count}.{pence:02}", "--on", "2021-05-01")
            assert run("--db", place, *words).exit_code == 0
    done = restore(str(ledger), backup, force=True)
    assert (done.lacking, done.common, done.number) == (2, 30, 35)


def test_a_backup_that_is_not_sound_is_not_restored(ledger: Path, backup: str):
    before = ledger.read_bytes()
    with sqlite3.connect(backup) as connection:
        connection.execute("DROP TRIGGER entries_stay")
        connection.execute("UPDATE entries SET actor = 'Nobody' WHERE number = 7")
    connection.close()
    with pytest.raises(LedgerUnsound, match="is not sound, so it was not restored"):
        restore(str(ledger), backup, force=True)
    assert ledger.read_bytes() == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"notes"),
        lambda path: path.write_bytes(path.read_bytes()[:50_000]),
        lambda path: path.unlink(),
    ],
    ids=["empty", "foreign", "cut short", "gone"],
)
def test_what_is_no_backup_is_refused_in_words(ledger: Path, backup: str, spoil):
    before = ledger.read_bytes()
    spoil(Path(backup))
    with pytest.raises((FileUnreadable, LedgerUnusable, LedgerUnsound)):
        restore(str(ledger), backup, force=True)
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("keep", [0, 10, 5_000, 90_000], ids=lambda size: f"{size} bytes left")
def test_a_ledger_that_is_damaged_is_replaced_and_kept_as_it_is(
    ledger: Path, backup: str, keep: int
):
    ledger.write_bytes(ledger.read_bytes()[:keep])
    before = ledger.read_bytes()
    done = restore(str(ledger), backup, force=True)
    assert done.lacking is None
    assert Path(done.kept).read_bytes() == before
    assert number_in(ledger) == 30


def test_the_journal_of_what_was_there_is_never_taken_for_the_new_ones(ledger: Path, backup: str):
    ledger.write_bytes(b"damaged")
    Path(f"{ledger}-journal").write_bytes(bytes.fromhex("d9d505f920a163d7") + b"\1" * 600)
    done = restore(str(ledger), backup, force=True)
    assert not Path(f"{ledger}-journal").exists()
    assert Path(f"{done.kept}-journal").exists()
    assert number_in(ledger) == 30


def test_who_has_the_ledger_open_goes_on_in_the_restored_one(run: Run, ledger: Path, backup: str):
    """The file is the same, with other contents: nobody writes to one that nobody sees."""
    assert run("allocate", "MYENDS", "Newham", "1", "--on", "2021-05-01").exit_code == 0
    open_already = open_database(str(ledger))
    with open_already.read() as session:
        assert head(session).number == 31
    restore(str(ledger), backup, force=True)
    with open_already.read() as session:
        assert head(session).number == 30
    open_already.close()


def test_somebody_who_writes_all_the_time_is_waited_for_and_then_said(ledger: Path, backup: str):
    writing = sqlite3.connect(ledger, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerBusy):
        restore(str(ledger), backup, force=True, wait=0.1)
    writing.execute("ROLLBACK")
    writing.execute("BEGIN")
    writing.execute("SELECT * FROM head").fetchall()
    with pytest.raises(LedgerBusy):
        restore(str(ledger), backup, force=True, wait=0.1)
    writing.close()
    assert sorted(os.listdir(ledger.parent)) == ["backup.db", "vru-ledger.db"]


def test_a_server_and_the_ledger_itself_are_refused(ledger: Path, backup: str):
    with pytest.raises(BadInput, match="is the ledger itself"):
        restore(str(ledger), str(ledger), force=True)
    with pytest.raises(BadInput, match="on a server"):
        restore("postgresql://nowhere/ledger", backup, force=True)


def test_a_restore_that_is_killed_leaves_the_old_ledger_or_the_new_one(
    run: Run, ledger: Path, backup: str, start: Start
):
    assert run("allocate", "MYENDS", "Newham", "1", "--on", "2021-05-01").exit_code == 0
    newer = str(shutil.copy(ledger, ledger.with_name("newer.db")))
    kills, seen = 0, set()
    for count in range(14):
        process = start("restore", (backup, newer)[count % 2], "--force")
        try:
            process.wait(0.2 + 0.03 * count)
        except Exception:
            process.kill()
            process.wait()
            kills += 1
        seen.add(number_in(ledger))
    assert seen <= {30, 31}
    sys.stdout.write(f"{kills} of 14 restores were killed\n")


@pytest.mark.parametrize("size", [150_000, 0], ids=["half of it", "a page of it is noise"])
def test_of_a_damaged_file_it_is_said_which_it_is_and_what_it_still_proves(
    ledger: Path, run: Run, size: int
):
    """Not that the copy is damaged, which is gone by then, nor the ledger that is to be."""
    whole = ledger.read_bytes()
    noise = whole[:163_840] + b"\xa5" * 4_096 + whole[167_936:]
    damaged = ledger.with_name("damaged.db")
    damaged.write_bytes(whole[:size] if size else noise)
    backed_up = run("--db", "damaged.db", "backup", "copy.db")
    restored = run("--db", "new.db", "restore", "damaged.db")
    assert (backed_up.exit_code, restored.exit_code) == (8, 2)
    for said in (backed_up.stderr, restored.stderr):
        assert said.startswith("error: damaged.db is damaged")
        assert "vru-ledger --db damaged.db doctor" in said
    assert run("--db", "damaged.db", "doctor").exit_code == 8
    assert not [path for path in ledger.parent.iterdir() if path.name.startswith(("copy", "new"))]
