"""A file whose guards are not those of this program: made anew, but never in silence."""

import json
import shutil
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import contents, findings
from tests.conftest import Run, Start
from vru_ledger.actions.check import check
from vru_ledger.actions.migrate import migrate
from vru_ledger.errors import LedgerBusy, LedgerUnsound, OutcomeUnknown
from vru_ledger.store.database import VERSION, Database
from vru_ledger.store.opening import open_database
from vru_ledger.store.schema import made_by_this_program

FOLLOWS = "CREATE TRIGGER entries_follow BEFORE INSERT ON entries BEGIN SELECT 1; END"
HARMS = {
    "entries_stay": ["DROP TRIGGER entries_stay"],
    "balances_move": [
        "DROP TRIGGER balances_move",
        "CREATE TRIGGER balances_move BEFORE UPDATE ON balances BEGIN SELECT 1; END",
    ],
    "entries_follow": ["DROP TRIGGER entries_follow", FOLLOWS],
    "view cap_use": ["DROP VIEW cap_use"],
    "view allocations": ["DROP VIEW allocations", "CREATE VIEW allocations AS SELECT 1"],
}


def by_hand(place: Path | str, *done: str) -> None:
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        for statement in done:
            connection.execute(statement)


def found_in(place: Path | str) -> list[str]:
    database = open_database(str(place))
    try:
        return findings(database)
    finally:
        database.close()


def held_by(place: Path | str) -> dict[str, list[tuple[object, ...]]]:
    database = open_database(str(place))
    try:
        return contents(database)
    finally:
        database.close()


@pytest.mark.parametrize("name", HARMS)
def test_what_is_gone_or_altered_is_made_anew_named_and_kept_as_it_was(ledger: Path, name: str):
    by_hand(ledger, *HARMS[name])
    before, held = found_in(ledger), held_by(ledger)
    assert len(before) == 1
    done = migrate(str(ledger))
    assert (done.before, done.after, done.guards) == (VERSION, VERSION, (name,))
    assert before[0].endswith(f" : {done.found[0]}")
    assert len(done.found) == 1
    assert found_in(ledger) == []
    assert held_by(ledger) == held == held_by(done.kept)
    assert found_in(done.kept) == before
    assert stat.S_IMODE(Path(done.kept).stat().st_mode) == 0o600
    assert migrate(str(ledger)) == done.replace(guards=(), found=(), kept="")


def test_every_guard_view_and_index_of_a_file_can_be_made_anew(ledger: Path):
    words = {"guard": "TRIGGER", "view": "VIEW", "index": "INDEX"}
    made = [name.split() for name in made_by_this_program("sqlite")]
    by_hand(ledger, *(f"DROP {words[kind]} {name}" for kind, name in made if kind in words))
    gone = found_in(ledger)
    assert len(gone) > 90
    done = migrate(str(ledger))
    assert len(done.guards) == len(gone)
    assert found_in(ledger) == []


def test_a_preview_says_the_same_and_changes_nothing(ledger: Path):
    by_hand(ledger, *HARMS["balances_move"])
    before = ledger.read_bytes()
    tried = migrate(str(ledger), preview=True)
    assert ledger.read_bytes() == before
    assert [path.name for path in ledger.parent.iterdir()] == [ledger.name]
    done = migrate(str(ledger))
    assert tried == done.replace(kept="")


@pytest.mark.parametrize(
    "besides",
    [
        "UPDATE balances SET held = held - 1 WHERE scope = 'stage' AND held > 0",
        "UPDATE entries SET reason = 'another' WHERE number = 3",
        "DELETE FROM movements WHERE entry = (SELECT max(entry) FROM movements)",
        "CREATE TRIGGER theirs BEFORE INSERT ON entries BEGIN SELECT 1; END",
        "CREATE TABLE theirs (one TEXT)",
    ],
)
def test_what_else_is_wrong_stops_it_and_migrate_is_no_advice(ledger: Path, run: Run, besides: str):
    gone = ("balances_move", "entries_stay", "movements_remain", "papers_remain")
    by_hand(ledger, *(f"DROP TRIGGER {name}" for name in gone), besides)
    before, found = ledger.read_bytes(), found_in(ledger)
    with pytest.raises(LedgerUnsound, match="not sound, so it was not migrated") as refused:
        migrate(str(ledger))
    assert refused.value.findings
    assert ledger.read_bytes() == before
    assert [path.name for path in ledger.parent.iterdir()] == [ledger.name]
    assert found_in(ledger) == found
    said = run("check")
    assert said.exit_code == 4
    assert "migrate" not in said.stdout


def test_check_and_doctor_name_the_command_with_the_place_that_was_given(ledger: Path, run: Run):
    by_hand(ledger, "DROP TRIGGER entries_stay")
    for word in ("check", "doctor"):
        said = run("--db", ledger, word)
        assert said.exit_code == 4
        assert f"then make it anew: vru-ledger --db {ledger} migrate" in said.stdout
    assert run("--db", ledger, "migrate").exit_code == 0
    assert run("--db", ledger, "check").exit_code == 0


def test_a_program_is_told_what_was_found_and_where_it_is_kept(ledger: Path, run: Run):
    by_hand(ledger, "DROP TRIGGER entries_stay")
    told = json.loads(run("migrate", "-f", "json").stdout)
    assert told["guards"] == ["entries_stay"]
    assert told["found"] == ["the guard entries_stay is gone or switched off"]
    assert told["kept"] == f"{ledger.name}.before-migrate"


def test_whoever_writes_is_waited_for_and_nothing_is_left_behind(ledger: Path):
    by_hand(ledger, "DROP TRIGGER entries_stay")
    with closing(sqlite3.connect(ledger, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy):
            migrate(str(ledger), wait=0.1)
        writing.execute("ROLLBACK")
    assert [path.name for path in ledger.parent.iterdir()] == [ledger.name]


def test_where_nobody_knows_whether_it_was_kept_the_copy_stays(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
):
    by_hand(ledger, "DROP TRIGGER entries_stay")

    def failing(database, work, *, keep):
        with database.read() as session:
            work(session)
        raise OutcomeUnknown("the disk failed", "run it again")

    monkeypatch.setattr(Database, "write", failing)
    with pytest.raises(OutcomeUnknown):
        migrate(str(ledger))
    assert ledger.with_name(f"{ledger.name}.before-migrate").exists()


def test_killed_at_any_moment_the_guards_are_the_old_ones_or_the_new_ones(
    ledger: Path, tmp_path: Path, start: Start
):
    by_hand(ledger, "DROP TRIGGER entries_stay", *HARMS["balances_move"])
    shutil.copy(ledger, tmp_path / "harmed")
    seen, kills = set(), 0
    for count in range(12):
        for left in tmp_path.glob(f"{ledger.name}*"):
            left.unlink()
        shutil.copy(tmp_path / "harmed", ledger)
        process = start("migrate")
        try:
            process.wait(0.1 + 0.03 * count)
        except Exception:
            process.kill()
            process.wait()
            kills += 1
        seen.add(len(found_in(ledger)))
        migrate(str(ledger))
        assert found_in(ledger) == []
    assert seen <= {0, 2}
    sys.stdout.write(f"{kills} of 12 were killed; findings afterwards: {sorted(seen)}\n")


def test_a_ledger_with_the_guards_of_an_older_program_is_used_until_it_is_migrated(
    ledger: Path, run: Run
):
    """As before decision 47: an entry could begin while the one before it was still open."""
    by_hand(ledger, *HARMS["entries_follow"])
    assert run("allocate", "MYENDS", "Hackney", "1k", "--on", "2021-08-01").exit_code == 0
    assert [one.partition(" ")[0] for one in found_in(ledger)] == ["guard-changed"]
    assert migrate(str(ledger)).guards == ("entries_follow",)
    assert run("allocate", "MYENDS", "Hackney", "1k", "--on", "2021-08-02").exit_code == 0
    database = open_database(str(ledger))
    assert check(database).sound
    database.close()
