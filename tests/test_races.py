"""Sixteen people at once, held at a gate until all have started: no cap is passed, nothing lost."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.builders import ACTOR, WHEN, findings, rows
from tests.command import Outcome
from tests.conftest import Run, Start
from vru_ledger.actions.init import init
from vru_ledger.exchange.seed_file import built_in_seed, read_seed
from vru_ledger.store.database import is_url
from vru_ledger.store.opening import open_database

PEOPLE = 16
PATIENCE = ("--wait", "120")
Command = Sequence[str]


@pytest.fixture
def place(database_place: str) -> str:
    """Make a ledger of the seed on either database."""
    seed = read_seed(built_in_seed()).seed
    init(database_place, seed, actor=ACTOR, recorded_at=WHEN)
    return database_place


@contextmanager
def gate(place: str) -> Iterator[None]:
    """Hold the lock that every writer takes before it reads; all pass when the block ends."""
    if is_url(place):
        import psycopg

        with psycopg.connect(place) as connection:
            connection.execute("SELECT 1 FROM head FOR UPDATE")
            yield
        return
    file = sqlite3.connect(place, isolation_level=None, timeout=60)
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        file.execute("ROLLBACK")
        file.close()


def rush(
    place: str,
    start: Start,
    commands: Sequence[Command],
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Outcome]:
    """Start every command, wait until each says that it waits, open the gate, and gather them."""
    with ThreadPoolExecutor(len(commands)) as threads:
        with gate(place):
            started = [start("--db", place, *PATIENCE, *command) for command in commands]
            for first in threads.map(_first_complaint, started):
                assert first.startswith("waiting:"), first
        meanwhile()
        return list(threads.map(outcome_of, started))


def _first_complaint(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.readline()


def outcome_of(process: subprocess.Popen[str]) -> Outcome:
    said, complained = process.communicate(timeout=120)
    return Outcome(process.returncode, said, complained)


def entries_told(outcomes: Sequence[Outcome]) -> list[int]:
    """Return the numbers of the entries that were acknowledged."""
    found = [re.match(r"entry (\d+): ", outcome.stdout) for outcome in outcomes]
    return sorted(int(match[1]) for match in found if match)


def codes(outcomes: Sequence[Outcome]) -> dict[int, int]:
    return dict(Counter(outcome.exit_code for outcome in outcomes))


def say(place: str, what: str, began: float, outcomes: Sequence[Outcome]) -> None:
    database = "PostgreSQL" if is_url(place) else "SQLite"
    sys.stdout.write(
        f"{what} on {database}: {len(outcomes)} processes, exit codes {codes(outcomes)},"
        f" {time.monotonic() - began:.1f} s\n"
    )


def allocations(place: str) -> list[tuple[str, str, int, str]]:
    """Return every award in the ledger: recipient, key, pence and reference."""
    database = open_database(place)
    try:
        assert findings(database) == []
        return [
            (recipient, key, pence, award)
            for recipient, key, pence, award in rows(
                database,
                'SELECT recipient, "key", amount_pence, award FROM entries'
                " WHERE kind = 'allocate' ORDER BY number",
            )
        ]
    finally:
        database.close()


def allocate(recipient: str, pounds: int, key: str) -> Command:
    return ("allocate", "MYENDS", recipient, str(pounds), "--on", "2021-04-01", "--key", key)


def test_a_rush_at_one_cap_uses_it_to_the_penny_and_never_passes_it(place: str, start: Start):
    began = time.monotonic()
    commands = [allocate("Newham", 50_000, f"K{number}") for number in range(PEOPLE)]
    outcomes = rush(place, start, commands)
    say(place, "one cap", began, outcomes)
    # £750,000 for one consortium: fifteen times £50,000, and nobody is refused while there is room.
    assert codes(outcomes) == {0: 15, 3: 1}
    there = allocations(place)
    assert sum(pence for _, _, pence, _ in there) == 75_000_000
    assert entries_told(outcomes) == list(range(31, 46))
    assert [award for *_, award in there] == [f"MYENDS-{number:04}" for number in range(1, 16)]
    [refused] = [outcome for outcome in outcomes if outcome.exit_code == 3]
    assert "MYENDS-EACH" in refused.stderr
    # Everybody tries again: nobody gets it twice, and who was refused still is.
    again = rush(place, start, commands)
    assert codes(again) == {0: 15, 3: 1}
    assert all("already recorded" in one.stdout for one in again if one.exit_code == 0)
    assert allocations(place) == there


def test_a_rush_of_different_sums_leaves_less_room_than_anybody_refused_asked_for(
    ledger: Path, start: Start
):
    place = str(ledger)
    began = time.monotonic()
    asked = [30_000 + 7_777 * number for number in range(PEOPLE)]
    commands = [allocate("Brent", pounds, f"K{pounds}") for pounds in asked]
    outcomes = rush(place, start, commands)
    say(place, "different sums", began, outcomes)
    used = sum(pence for _, _, pence, _ in allocations(place)) // 100
    assert used <= 750_000
    accepted = [p for p, one in zip(asked, outcomes, strict=True) if one.exit_code == 0]
    refused = [p for p, one in zip(asked, outcomes, strict=True) if one.exit_code == 3]
    assert sorted([*accepted, *refused]) == asked
    assert sum(accepted) == used
    assert min(refused) > 750_000 - used


def test_of_sixteen_with_the_same_key_one_records_and_all_are_told_which(place: str, start: Start):
    began = time.monotonic()
    outcomes = rush(place, start, [allocate("Newham", 50_000, "ONCE")] * PEOPLE)
    say(place, "one key", began, outcomes)
    assert codes(outcomes) == {0: PEOPLE}
    assert entries_told(outcomes) == [31]
    assert sum("already recorded as entry 31" in one.stdout for one in outcomes) == PEOPLE - 1
    assert len(allocations(place)) == 1


def test_a_rush_of_new_recipients_counts_no_ninth(place: str, start: Start, run: Run):
    began = time.monotonic()
    new = ("--new-recipient", "--kind", "a-and-e")
    outcomes = rush(
        place,
        start,
        [
            ("allocate", "AE-YOUTH", f"Hospital {number}", "1k", "--key", f"H{number}", *new)
            for number in range(PEOPLE)
        ],
    )
    say(place, "eight departments", began, outcomes)
    assert codes(outcomes) == {0: 8, 3: 8}
    assert len({recipient for recipient, *_ in allocations(place)}) == 8
    # Who was refused was not added either.
    told = json.loads(run("--db", place, "recipient", "list", "-f", "json").stdout)
    assert sum(row["kind"] == "a-and-e" for row in told["rows"]) == 8


def test_readers_in_the_middle_of_a_rush_see_a_whole_ledger(place: str, start: Start, run: Run):
    began = time.monotonic()
    seen = []

    def read() -> None:
        for _ in range(2):
            shown = run("--db", place, *PATIENCE, "report", "position", "-f", "json", timeout=120)
            assert shown.exit_code == 0, shown
            seen.append(json.loads(shown.stdout))
            checked = run("--db", place, *PATIENCE, "check", timeout=120)
            assert checked.exit_code == 0, checked

    commands = [allocate("Newham", 10_000, f"K{number}") for number in range(PEOPLE)]
    outcomes = rush(place, start, commands, meanwhile=read)
    say(place, "with readers", began, outcomes)
    assert codes(outcomes) == {0: PEOPLE}
    for told in seen:
        for row in told["rows"]:
            stages = ("unallocated", "proposed", "committed", "payable", "disbursed", "recoverable")
            assert row["authority_pence"] == sum(row[f"{stage}_pence"] for stage in stages)
        assert told["totals"]["authority_pence"] == 2_854_000_000
    assert len(allocations(place)) == PEOPLE


def test_who_waits_too_long_is_told_so_and_nothing_is_written(place: str, run: Run):
    with gate(place):
        began = time.monotonic()
        done = run("--db", place, "--wait", "0.5", *allocate("Newham", 1, "K"))
        assert time.monotonic() - began < 20
    assert done.exit_code == 6, done
    assert "somebody else is writing" in done.stderr
    assert "Traceback" not in done.stderr
    assert allocations(place) == []
    assert run("--db", place, *allocate("Newham", 1, "K")).exit_code == 0


ALLOCATE = ("allocate", "MYENDS", "Newham", "1k", "--on", "2021-04-01")


@pytest.mark.parametrize(
    ("held", "words", "said"),
    [
        ("BEGIN EXCLUSIVE", ("report", "position"), "somebody else is writing"),
        ("BEGIN EXCLUSIVE", ("status",), "somebody else is writing"),
        ("BEGIN IMMEDIATE", ALLOCATE, "somebody else is writing"),
        ("BEGIN; SELECT * FROM head", ALLOCATE, "is still reading"),
    ],
)
def test_whatever_a_file_is_waited_for_somebody_is_told(
    ledger: Path, run: Run, start: Start, held: str, words: tuple[str, ...], said: str
):
    """Readers wait for an entry that is being kept, and an entry waits for who reads."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as other:
        for statement in held.split("; "):
            other.execute(statement).fetchall()
        given_up = run("--wait", "0.5", *words)
        waiting = start("--wait", "60", *words)
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == "waiting: somebody else is using the ledger ...\n"
        other.execute("ROLLBACK")
    assert given_up.exit_code == 6, given_up
    assert given_up.stderr.startswith("waiting: somebody else is using the ledger ...\nerror: ")
    assert given_up.stderr.count("waiting") == 1
    assert said in given_up.stderr
    _, complained = waiting.communicate(timeout=60)
    assert (waiting.returncode, complained) == (0, "")


def test_who_must_not_wait_is_told_at_once(place: str, run: Run):
    with gate(place):
        done = run("--db", place, "--wait", "0", *allocate("Newham", 1, "K"))
    assert done.exit_code == 6, done


def test_two_who_make_the_same_ledger_make_one(database_place: str, start: Start):
    started = [start("--db", database_place, "init") for _ in range(4)]
    outcomes = [outcome_of(process) for process in started]
    assert codes(outcomes) == {0: 1, 6: 3}
    database = open_database(database_place)
    assert findings(database) == []
    database.close()


def propose(run: Run, place: str, *names: str) -> list[str]:
    """Propose £100,000 of MyEnds to each, and return the awards."""
    for name in names:
        done = run("--db", place, "--as", "Ada", "allocate", "MYENDS", name, "100k", "--propose")
        assert done.exit_code == 0, done
    return [f"MYENDS-{number:04}" for number in range(1, len(names) + 1)]


def stages(run: Run, place: str, award: str) -> dict[str, int]:
    """Return what each stage holds of an award, in pence, and see that the ledger is sound."""
    assert run("--db", place, "check").exit_code == 0
    told = json.loads(run("--db", place, "award", "show", award, "-f", "json").stdout)["meta"]
    return {name: pence for name, pence in told.items() if name.endswith("_pence")}


def test_of_sixteen_who_approve_one_award_one_does_and_the_others_hear_why(
    place: str, start: Start, run: Run
):
    began = time.monotonic()
    [award] = propose(run, place, "Newham")
    commands = [("--as", f"Person {at}", "approve", award) for at in range(PEOPLE - 1)]
    outcomes = rush(place, start, [*commands, ("--as", "Ada", "approve", award)])
    say(place, "approvals", began, outcomes)
    assert sorted(codes(outcomes)) in ([0, 3], [0, 3, 7])
    assert codes(outcomes)[0] == 1
    assert outcomes[-1].exit_code != 0
    assert stages(run, place, award)["committed_pence"] == 10_000_000


def test_sixteen_who_claim_pay_and_amend_one_award_never_overdraw_it(
    place: str, start: Start, run: Run
):
    began = time.monotonic()
    [award] = propose(run, place, "Newham")
    assert run("--db", place, "--as", "Bob", "approve", award).exit_code == 0
    commands: list[Command] = []
    for at in range(PEOPLE // 4):
        commands += [
            ("claim", award, "30k", "--key", f"claim-{at}"),
            ("pay", award, "20k", "--advance", "--key", f"advance-{at}"),
            ("amend", award, "-15k", "--reason", "Less of it", "--key", f"less-{at}"),
            ("amend", award, "+10k", "--reason", "More of it", "--key", f"more-{at}"),
        ]
    outcomes = rush(place, start, commands)
    say(place, "claims, payments and amendments", began, outcomes)
    assert set(codes(outcomes)) <= {0, 3}
    done = Counter(
        (command[0], "--advance" in command, command[2])
        for command, outcome in zip(commands, outcomes, strict=True)
        if outcome.exit_code == 0
    )
    came = 10_000_000 + 1_000_000 * done["amend", False, "+10k"]
    went = {
        "payable_pence": 3_000_000 * done["claim", False, "30k"],
        "disbursed_pence": 2_000_000 * done["pay", True, "20k"],
    }
    left = came - sum(went.values()) - 1_500_000 * done["amend", False, "-15k"]
    # Exactly what was acknowledged happened, and nobody was refused while there was enough.
    held = stages(run, place, award)
    assert {name: held[name] for name in went} == went
    assert held["committed_pence"] == left >= 0
    for command, outcome in zip(commands, outcomes, strict=True):
        if outcome.exit_code == 3:
            asked = {"claim": 3_000_000, "pay": 2_000_000, "amend": 1_500_000}[command[0]]
            assert left < asked + 1_000_000 * done["amend", False, "+10k"]
    # All again with their keys: what was recorded is not recorded twice.
    again = rush(
        place, start, [c for c, o in zip(commands, outcomes, strict=True) if not o.exit_code]
    )
    assert codes(again) == {0: len(again)}
    assert all("already recorded" in one.stdout for one in again)
    assert stages(run, place, award) == held
