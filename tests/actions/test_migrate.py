"""A ledger of every released version is brought up to date: same chain, same figures, kept."""

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import findings
from tests.conftest import Run, Start
from tests.fixtures import VERSIONS, ledger_of_version
from vru_ledger.actions.migrate import migrate
from vru_ledger.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerUnsound, LedgerUnusable
from vru_ledger.store.database import VERSION
from vru_ledger.store.opening import open_database


def facts(place: Path) -> list[tuple[object, ...]]:
    """Return the chain as a file of any version has it."""
    with closing(sqlite3.connect(place)) as connection:
        return connection.execute(
            "SELECT number, fact, previous_hash, hash FROM entries ORDER BY number"
        ).fetchall()


def holdings(place: Path) -> set[tuple[object, ...]]:
    """Return every balance of money and of caps, with its bounds."""
    with closing(sqlite3.connect(place)) as connection:
        return set(
            connection.execute(
                "SELECT scope, fund, name, bucket, held, floor, ceiling, grandfathered"
                " FROM balances WHERE scope <> 'line'"
            )
        )


@pytest.fixture(params=sorted(VERSIONS))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return ledger_of_version(request.param, tmp_path / "vru-ledger.db")


def test_every_released_version_but_todays_has_a_fixture():
    assert sorted(VERSIONS) == list(range(1, VERSION))


def test_a_migrated_ledger_has_the_same_chain_and_the_same_figures(old: Path):
    version = int(old.read_bytes()[63])
    before, held = facts(old), holdings(old)
    done = migrate(str(old))
    assert (done.before, done.after) == (version, VERSION)
    assert (done.number, done.hash) == (before[-1][0], VERSIONS[version])
    assert facts(old) == before
    assert holdings(old) == held
    database = open_database(str(old))
    assert findings(database, head=VERSIONS[version]) == []
    database.close()


def test_the_old_file_is_kept_as_it_was(old: Path):
    before = facts(old)
    done = migrate(str(old))
    assert facts(Path(done.kept)) == before
    with closing(sqlite3.connect(done.kept)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (done.before,)


def test_a_preview_changes_nothing(old: Path):
    before = old.read_bytes()
    assert migrate(str(old), preview=True).number == len(facts(old))
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir()] == [old.name]


def test_a_ledger_of_today_has_nothing_to_do(ledger: Path):
    before = ledger.read_bytes()
    done = migrate(str(ledger))
    assert (done.before, done.after, done.kept) == (VERSION, VERSION, "")
    assert ledger.read_bytes() == before


def test_a_migrated_ledger_takes_entries(old: Path, run: Run):
    assert run("status").exit_code == 8
    assert run("migrate").exit_code == 0
    done = run("allocate", "MYENDS", "Hackney", "1k", "--on", "2021-08-01")
    assert done.exit_code == 0, done
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE balances SET held = held - 1 WHERE scope = 'recipient' AND held > 0",
        "UPDATE balances SET ceiling = 1 + ceiling WHERE name = 'MYENDS-EACH'",
        "DELETE FROM entries WHERE number = 43",
        "UPDATE entries SET fact = replace(fact, '75000000', '75000001') WHERE number = 31",
        "UPDATE head SET number = 44",
    ],
)
def test_an_old_ledger_that_is_not_sound_is_not_migrated(tmp_path: Path, tamper: str):
    """Whatever a migration would mend in silence was a figure that somebody believed."""
    old = ledger_of_version(1, tmp_path / "vru-ledger.db")
    with closing(sqlite3.connect(old)) as connection, connection:
        guards = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for (name,) in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA foreign_keys=OFF")
        assert connection.execute(tamper).rowcount > 0
    before = old.read_bytes()
    with pytest.raises((LedgerUnsound, LedgerDamaged)) as refused:
        migrate(str(old))
    assert refused.value.exit_code in (4, 8)
    assert old.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [old.name]


@pytest.mark.parametrize("version", [0, VERSION + 1, 99])
def test_a_version_that_nobody_knows_is_refused_with_what_to_do(ledger: Path, version: int):
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(f"PRAGMA user_version={version}")
    before = ledger.read_bytes()
    with pytest.raises(LedgerUnusable) as refused:
        migrate(str(ledger))
    assert refused.value.exit_code == 8
    assert refused.value.hint
    assert ledger.read_bytes() == before


def test_a_ledger_that_somebody_writes_to_is_waited_for(old: Path):
    writing = sqlite3.connect(old, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerBusy):
        migrate(str(old), wait=0.1)
    writing.close()


def test_a_migration_that_is_killed_leaves_the_old_ledger_or_the_new_one(
    tmp_path: Path, start: Start
):
    place = tmp_path / "vru-ledger.db"
    ledger_of_version(1, tmp_path / "old.db")
    seen, kills = [], 0
    for count in range(14):
        for left in tmp_path.glob("vru-ledger.db*"):
            left.unlink()
        shutil.copy(tmp_path / "old.db", place)
        process = start("migrate")
        try:
            process.wait(0.15 + 0.03 * count)
        except Exception:
            process.kill()
            process.wait()
            kills += 1
        done = migrate(str(place))
        assert done.hash == VERSIONS[1]
        seen.append(done.before)
        database = open_database(str(place))
        assert findings(database) == []
        database.close()
    assert set(seen) <= {1, VERSION}
    sys.stdout.write(f"{kills} of 14 migrations were killed; then {seen}\n")


def test_every_error_of_a_migration_says_what_to_do(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("notes")
    for place in (tmp_path / "none.db", tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(LedgerError) as refused:
            migrate(str(place))
        assert refused.value.hint
