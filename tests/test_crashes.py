"""`kill -9` at any moment: what was acknowledged is there exactly once, a batch whole or absent."""

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.builders import ACTOR, WHEN, contents, findings, give, rows
from tests.conftest import Run, Start
from tests.torture import many
from vru_ledger.actions.init import init
from vru_ledger.exchange.seed_file import built_in_seed, read_seed
from vru_ledger.store.opening import open_database

BATCHES = many(12, 250)
SINGLES = many(40, 1_000)
ROWS = 1_500
MADE = many(8, 100)
APPROVALS = many(12, 100)
AWARDS = 600


def kill_after(process: subprocess.Popen[str], seconds: float) -> tuple[bool, str]:
    """Kill a process after a while; say whether it was still running, and what it had printed."""
    try:
        process.wait(seconds)
        killed = False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        killed = True
    said, _ = process.communicate(timeout=60)
    return killed, said


def recorded(ledger: Path | str) -> list[str]:
    """Return the keys of all allocations, after a check that finds nothing."""
    database = open_database(str(ledger))
    try:
        assert findings(database) == []
        found = rows(
            database, """SELECT "key" FROM entries WHERE kind = 'allocate' ORDER BY number"""
        )
        return [key for (key,) in found]
    finally:
        database.close()


def seconds_of(start: Start, *words: str | Path) -> float:
    """Return how long a command takes on this machine at this time."""
    began = time.monotonic()
    process = start(*words)
    process.communicate(timeout=120)
    assert process.returncode == 0
    return time.monotonic() - began


def test_a_batch_that_is_killed_is_there_whole_or_not_at_all(
    ledger: Path, tmp_path: Path, start: Start, run: Run
):
    lines = [f"MYENDS,Newham,{1 + number % 9}.{number % 90 + 10}" for number in range(ROWS)]
    (tmp_path / "batch.csv").write_text("\n".join(["fund,recipient,amount", *lines]))
    fresh = tmp_path / "fresh.db"
    shutil.copy(ledger, fresh)
    command = ("allocate", "--from", "batch.csv", "--on", "2021-04-01")
    whole = seconds_of(start, "--db", fresh, *command)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    became: Counter[str] = Counter()
    for number in range(BATCHES):
        shutil.copy(ledger, fresh)
        (tmp_path / "fresh.db-journal").unlink(missing_ok=True)
        # Most of a command is starting; what writes is its second half.
        process = start("--db", fresh, *command)
        killed, said = kill_after(process, chance.uniform(0.3, 1.0) * whole)
        whole *= 1 if killed else 0.8  # Whatever ran beside us has ended.
        hot = (tmp_path / "fresh.db-journal").exists()
        there = len(recorded(fresh))
        assert there in (0, ROWS), f"seed {seed}: {there} of {ROWS} rows in round {number}"
        if "recorded" in said:
            assert there == ROWS, f"seed {seed}: acknowledged and lost in round {number}"
        became["killed" if killed else "ended"] += 1
        became["with a hot journal"] += hot
        became["there" if there else "absent"] += 1
        if number % 5 == 0:
            # The next command works, and the same file again records what is missing, once.
            done = run("--db", fresh, *command)
            assert done.exit_code == 0, done
            assert len(recorded(fresh)) == ROWS
    sys.stdout.write(f"{BATCHES} batches of {ROWS} rows, {dict(became)} (seed {seed})\n")
    assert became["killed"] >= BATCHES // 3


def test_single_allocations_that_are_killed_are_there_exactly_once_if_acknowledged(
    ledger: Path, start: Start, run: Run
):
    def command(number: int) -> tuple[str, ...]:
        return ("allocate", "MYENDS", "Newham", "1", "--key", f"K{number}", "--on", "2021-04-01")

    whole = seconds_of(start, *command(0))
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    acknowledged = {"K0"}
    killed_of = 0
    for number in range(1, SINGLES + 1):
        killed, said = kill_after(start(*command(number)), chance.uniform(0.4, 1.1) * whole)
        killed_of += killed
        if re.match(r"entry \d+: ", said):
            acknowledged.add(f"K{number}")
    there = Counter(recorded(ledger))
    assert set(there.values()) <= {1}, f"seed {seed}: twice"
    assert acknowledged <= set(there), f"seed {seed}: lost {acknowledged - set(there)}"
    unsaid = len(there) - len(acknowledged)
    # The same commands again, by one process for all: everything is there once.
    database = open_database(str(ledger))
    for number in range(SINGLES + 1):
        give(database, "MYENDS", "Newham", 100, key=f"K{number}")
    database.close()
    assert sorted(recorded(ledger)) == sorted(f"K{number}" for number in range(SINGLES + 1))
    sys.stdout.write(
        f"{SINGLES} allocations, {killed_of} killed, {len(acknowledged) - 1} acknowledged,"
        f" {unsaid} recorded unsaid (seed {seed})\n"
    )


def test_a_ledger_that_is_killed_while_it_is_made_is_there_whole_or_not_at_all(
    tmp_path: Path, start: Start, run: Run
):
    whole = seconds_of(start, "--db", "first.db", "init")
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    became: Counter[str] = Counter()
    for number in range(MADE):
        place = tmp_path / f"made-{number}.db"
        killed, said = kill_after(start("--db", place, "init"), chance.uniform(0.3, 1.0) * whole)
        there = place.exists()
        assert there or not said, f"seed {seed}: acknowledged and lost in round {number}"
        left = [path.name for path in tmp_path.glob("made-*") if path.name not in became]
        assert set(left) <= {place.name}, f"seed {seed}: {left}"
        # Nothing that was left is in the way of the next.
        again = run("--db", place, "init")
        assert again.exit_code == (6 if there else 0), f"seed {seed}: {again}"
        assert recorded(place) == []
        became.update([place.name, "killed" if killed else "ended", "there" if there else "absent"])
        became["half made"] += bool(list(tmp_path.glob(".vru-ledger-*")))
        for half in tmp_path.glob(".vru-ledger-*"):
            half.unlink()
    counts = {name: count for name, count in became.items() if not name.startswith("made-")}
    sys.stdout.write(f"{MADE} ledgers made: {counts} (seed {seed})\n")
    assert became["killed"]


def test_a_server_that_crashes_loses_nothing_that_was_acknowledged():
    postgres = pytest.importorskip("tests.postgres")
    try:
        server = postgres.Server()
    except postgres.CannotStart as why:
        pytest.skip(str(why))
    try:
        url = server.create_database()
        init(url, read_seed(built_in_seed()).seed, actor=ACTOR, recorded_at=WHEN)
        acknowledged: list[str] = []
        for crash in range(many(3, 30)):
            database = open_database(url)
            for number in range(20):
                key = f"K{crash}-{number}"
                give(database, "MYENDS", "Newham", 100, key=key)
                acknowledged.append(key)
            server.crash()
            database.close()
            server.start()
            assert recorded(url) == acknowledged
    finally:
        server.stop()


def test_a_writer_that_is_killed_while_somebody_waits_lets_them_pass(
    ledger: Path, tmp_path: Path, start: Start
):
    """The lock of a dead process is nobody's: whoever waits goes on at once."""
    holding = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys, time\n"
            f"c = sqlite3.connect({str(ledger)!r}, isolation_level=None)\n"
            "c.execute('PRAGMA cache_size=1')\n"
            "c.execute('BEGIN IMMEDIATE')\n"
            "c.execute('CREATE TABLE half AS WITH RECURSIVE n(i) AS"
            " (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000) SELECT i FROM n')\n"
            "print('half', flush=True)\n"
            "time.sleep(600)\n",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holding.stdout is not None
    assert holding.stdout.readline() == "half\n"
    waiting = start("allocate", "MYENDS", "Newham", "1", "--wait", "60")
    holding.kill()
    holding.communicate()
    waiting.communicate(timeout=90)
    waiting = start("allocate", "MYENDS", "Newham", "1", "--key", "K")
    said, complained = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, (said, complained)
    before = contents(database := open_database(str(ledger)))
    assert rows(database, "SELECT name FROM sqlite_master WHERE name = 'half'") == []
    assert findings(database) == []
    assert contents(database) == before
    database.close()


def test_an_approval_of_many_awards_that_is_killed_approves_all_or_none(
    ledger: Path, tmp_path: Path, start: Start, run: Run
):
    lines = ["MYENDS,Newham,10" for _ in range(AWARDS)]
    (tmp_path / "asked.csv").write_text("\n".join(["fund,recipient,amount", *lines]))
    asked = ("allocate", "--from", "asked.csv", "--on", "2021-04-01", "--propose")
    assert run("--as", "Ada", *asked).exit_code == 0
    fresh = tmp_path / "fresh.db"
    shutil.copy(ledger, fresh)
    awards = [f"MYENDS-{number:04}" for number in range(1, AWARDS + 1)]
    command: list[str | Path] = ["--db", fresh, "--as", "Bob", "approve", *awards]
    whole = seconds_of(start, *command)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    became: Counter[str] = Counter()
    for number in range(APPROVALS):
        shutil.copy(ledger, fresh)
        (tmp_path / "fresh.db-journal").unlink(missing_ok=True)
        killed, said = kill_after(start(*command), chance.uniform(0.3, 1.0) * whole)
        database = open_database(str(fresh))
        assert findings(database) == []
        [(there,)] = rows(database, "SELECT count(*) FROM entries WHERE kind = 'approve'")
        database.close()
        assert there in (0, AWARDS), f"seed {seed}: {there} of {AWARDS} in round {number}"
        if "entry " in said:
            assert there == AWARDS, f"seed {seed}: acknowledged and lost in round {number}"
        became["killed" if killed else "ended"] += 1
        became["there" if there else "absent"] += 1
    sys.stdout.write(f"{APPROVALS} approvals of {AWARDS}, {dict(became)} (seed {seed})\n")
    assert became["killed"] >= APPROVALS // 3


MEANWHILE = """
import os, signal, sys

class Meanwhile:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

# As in a terminal: what is started in the background ignores it, this test among it.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Meanwhile())
sys.argv = ["vru-ledger", "status"]
from vru_ledger.__main__ import run
run()
"""


@pytest.mark.parametrize(
    "name",
    ["vru_ledger.cli.main", "typer.main", "vru_ledger.cli.status", "vru_ledger.store.sqlite"],
)
def test_who_interrupts_while_the_program_is_still_imported_reads_no_traceback(
    ledger: Path, name: str
):
    done = subprocess.run(
        [sys.executable, "-c", MEANWHILE.format(name=name)],
        cwd=ledger.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 130, done
    assert done.stderr.startswith("error: interrupted\n")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
