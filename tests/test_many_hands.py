"""Thirty-two people who allocate, amend, claim, pay, vire, undo and read, all at once."""

import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import ACTOR, WHEN, findings, rows
from tests.command import Outcome
from tests.conftest import Run, Start
from tests.test_races import Command, gate, outcome_of, propose
from tests.torture import many
from vru_ledger.actions.init import init
from vru_ledger.exchange.seed_file import built_in_seed, read_seed
from vru_ledger.store.database import is_url
from vru_ledger.store.opening import open_database

HANDS = 32
PATIENCE = ("--wait", "240")
STAGES = ("unallocated", "proposed", "committed", "payable", "disbursed", "recoverable")


@pytest.fixture
def place(database_place: str) -> str:
    init(database_place, read_seed(built_in_seed()).seed, actor=ACTOR, recorded_at=WHEN)
    return database_place


def commands(of: int, awards: list[str]) -> list[Command]:
    """Return what round `of` does: of each kind four, with keys, and readers between them."""
    told: list[Command] = []
    # The approvals are the newest entries. Those of the last two awards are undone, twice each:
    # whoever comes first, the other two awards stay approved and every step on them must go.
    approvals = [str(30 + 2 * len(awards) - at) for at in (0, 1, 0, 1)]
    for at in range(4):
        award, key = awards[at % len(awards)], f"{of}-{at}"
        told += [
            ("allocate", "MYENDS", "Brent", "250k", "--key", f"a{key}"),
            ("amend", award, "+100k", "--reason", "More", "--key", f"m{key}"),
            ("claim", award, "40k", "--key", f"c{key}"),
            ("pay", award, "40k", "--advance", "--key", f"p{key}"),
            ("vire", "CBT", "DIVERT", "1k", "--reason", "Moved", "--key", f"v{key}"),
            ("reverse", approvals[at], "--reason", "Undone", "--key", f"r{key}"),
            ("report", "position", "-f", "json"),
            ("report", "caps", "-f", "json"),
        ]
    return told


@pytest.mark.parametrize("of", range(many(1, 10)))
def test_thirty_two_at_once_pass_no_cap_and_lose_nothing_acknowledged(
    place: str, start: Start, run: Run, of: int
):
    awards = propose(run, place, "Newham", "Hackney", "Lambeth", "Southwark")
    for award in awards:
        assert run("--db", place, "--as", "Bob", "approve", award).exit_code == 0
    began = time.monotonic()
    asked = commands(of, awards)
    assert len(asked) == HANDS
    with ThreadPoolExecutor(HANDS) as threads:
        with gate(place):
            started = [start("--db", place, *PATIENCE, *words) for words in asked]
            waiting = [
                process
                for process, words in zip(started, asked, strict=True)
                if words[0] != "report"
            ]
            for first in threads.map(lambda one: one.stderr and one.stderr.readline(), waiting):
                assert first, "somebody who writes did not say that they wait"
                assert first.startswith("waiting:"), first
        outcomes = list(threads.map(outcome_of, started))
    told = [(words, done) for words, done in zip(asked, outcomes, strict=True)]
    _answered_in_words(told)
    _every_step_there_was_room_for_went(told, awards[:2])
    _reports_saw_one_moment(told)
    acknowledged = {
        words[words.index("--key") + 1]
        for words, done in told
        if words[0] != "report" and done.exit_code == 0
    }
    database = open_database(place)
    try:
        assert findings(database) == []
        written = [
            key for (key,) in rows(database, 'SELECT "key" FROM entries WHERE "key" <> \'\'')
        ]
        over = rows(database, "SELECT count(*) FROM balances WHERE held > ceiling")
    finally:
        database.close()
    assert sorted(written) == sorted(acknowledged), "lost, or recorded unsaid, or twice"
    assert over == [(0,)]
    # All again: what was recorded is not recorded twice.
    done_again = [run("--db", place, *words) for words, done in told if "--key" in words][:8]
    assert {one.exit_code for one in done_again} <= {0, 3, 6}
    codes = Counter(f"{words[0]} {done.exit_code}" for words, done in told)
    what = "PostgreSQL" if is_url(place) else "SQLite"
    sys.stdout.write(
        f"{HANDS} at once on {what}: {dict(sorted(codes.items()))}, {len(written)} entries,"
        f" {time.monotonic() - began:.1f} s\n"
    )


def _answered_in_words(told: list[tuple[Command, Outcome]]) -> None:
    for words, done in told:
        assert done.exit_code in ((0,) if words[0] == "report" else (0, 3, 6)), (words, done)
        assert "Traceback" not in done.stderr
        assert "deadlock" not in done.stderr


def _every_step_there_was_room_for_went(
    told: list[tuple[Command, Outcome]], untouched: list[str]
) -> None:
    for words, done in told:
        if words[1] in untouched:
            assert done.exit_code == 0, (words, done)
    kinds = Counter(words[0] for words, done in told if done.exit_code == 0)
    assert kinds["vire"] == 4
    # £750,000 for one consortium: three times £250,000, and nobody is refused while there is room.
    assert kinds["allocate"] == 3


def _reports_saw_one_moment(told: list[tuple[Command, Outcome]]) -> None:
    for words, done in told:
        if words[:2] == ("report", "position"):
            shown = json.loads(done.stdout)
            for row in [*shown["rows"], shown["totals"]]:
                assert row["authority_pence"] == sum(row[f"{stage}_pence"] for stage in STAGES)
            assert shown["totals"]["authority_pence"] == 2_854_000_000
