"""What a person is told when something fails is what failed, and its advice leads out of it."""

import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import POUND, give, with_everything
from tests.command import COMMAND, environment
from tests.conftest import Run
from vru_ledger.actions.check import check
from vru_ledger.actions.doctor import doctor
from vru_ledger.errors import LedgerUnusable
from vru_ledger.store.opening import open_database


def to_a_full_device(words: list[str], folder: Path) -> tuple[int, str]:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=folder,
            env=environment(folder),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", ["--version", "--help", "allocate --help", "status", "report"])
def test_an_output_that_cannot_be_written_is_a_sentence(ledger: Path, words: str):
    code, said = to_a_full_device(words.split(), ledger.parent)
    assert code == 8, said
    assert said.startswith("error: the output cannot be written (")
    assert "Traceback" not in said


def test_a_folder_that_is_gone_is_a_sentence(tmp_path: Path, ledger: Path):
    script = "import os, sys; os.rmdir('../gone'); os.execv(sys.executable, sys.argv[1:])"
    for words in (["--db", "../vru-ledger.db", "status"], ["--db", "x.db", "init"]):
        gone = tmp_path / "gone"
        gone.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", script, *COMMAND, *words],
            cwd=gone,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 8, done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("version", [0, -1, -(2**31)])
def test_of_a_version_that_no_program_made_everybody_says_the_same_and_what_helps(
    ledger: Path, run: Run, version: int
):
    with closing(sqlite3.connect(ledger, isolation_level=None)) as file:
        file.execute(f"PRAGMA user_version={version}")
    said = f"says that it is a ledger of version {version}, which no program ever made"
    for word in ("status", "doctor", "migrate", "check"):
        done = run(word)
        assert done.exit_code == 8
        assert said in done.stdout + done.stderr
        assert "doctor --salvage NEW.db" in done.stdout + done.stderr
    assert run("doctor", "--salvage", "new.db").exit_code == 0


def test_a_link_that_leads_nowhere_is_said_to_and_init_is_no_advice(run: Run, tmp_path: Path):
    (tmp_path / "vru-ledger.db").symlink_to("nowhere/x.db")
    for word in ("status", "doctor", "check"):
        done = run(word)
        assert done.exit_code == 8
        told = done.stdout + done.stderr
        assert "is a link to nowhere/x.db, which is not there" in told
        assert "mend the link" in told
        assert "init" not in told


def test_a_ledger_that_is_moved_while_it_is_open_is_not_said_to_be_read_only(
    tmp_path: Path,
):
    place = tmp_path / "one.db"
    with_everything(place).close()
    database = open_database(str(place))
    place.rename(tmp_path / "other.db")
    with pytest.raises(LedgerUnusable, match="was moved or replaced while it was open"):
        give(database, "ALPHA", "TWO", POUND, source="CR")
    database.close()


def test_a_sound_ledger_in_wal_mode_that_cannot_leave_it_is_not_called_damaged(ledger: Path):
    with closing(sqlite3.connect(ledger, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM entries").fetchall()
        found = {one.code: one for one in doctor(str(ledger), wait=0.1).findings}
    assert "damaged" not in found
    assert "cannot be put back" in found["unreadable"].message
    assert "close the other program" in found["unreadable"].remedy


def test_no_room_to_salvage_or_to_restore_is_not_blamed_on_what_is_only_read(
    ledger: Path, run: Run
):
    size = ledger.stat().st_size

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))

    (ledger.parent / "backup.db").write_bytes(ledger.read_bytes())
    for words, named in (
        (["--db", "backup.db", "doctor", "--salvage", "new.db"], "what is salvaged cannot be made"),
        (["restore", "backup.db", "--force"], "vru-ledger.db"),
    ):
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=ledger.parent,
            env=environment(ledger.parent),
            preexec_fn=little,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (2, 8), done
        assert named in done.stderr
        assert "backup.db cannot be read" not in done.stderr
        assert "Traceback" not in done.stderr
    assert run("check").exit_code == 0


def test_a_clock_that_was_wrong_is_told_by_check_and_doctor_and_stops_nothing(
    ledger: Path, run: Run
):
    for name, now in (("one", "2027-11-22T12:00:00Z"), ("two", "2026-11-22T13:00:00Z")):
        env = {"VRU_LEDGER_NOW": now}
        words = ("allocate", "MYENDS", "Newham", "1k", "--on", "2021-04-01")
        assert run(*words, "--key", name, env=env).exit_code == 0
    env = {"VRU_LEDGER_NOW": "2026-11-23T12:00:00Z"}
    done = run("check", env=env)
    assert done.exit_code == 0
    assert "entry 31" in done.stdout
    assert "it is recorded at 2027-11-22T12:00:00Z, and the entry after it at" in done.stdout
    assert run("doctor", env=env).exit_code == 4
    database = open_database(str(ledger))
    assert check(database).findings == []
    database.close()


def test_an_entry_that_is_recorded_in_the_future_is_told(ledger: Path, run: Run):
    words = ("allocate", "MYENDS", "Newham", "1k", "--on", "2021-04-01")
    assert run(*words, env={"VRU_LEDGER_NOW": "2027-11-22T12:00:00Z"}).exit_code == 0
    done = run("check", env={"VRU_LEDGER_NOW": "2026-11-22T12:00:00Z"})
    assert done.exit_code == 0
    assert "it is recorded at 2027-11-22T12:00:00Z, which is to come" in done.stdout
    assert os.path.exists(ledger)
