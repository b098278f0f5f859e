"""No everyday command looks at every row of a table that grows: it finds them by an index."""

import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import give, record, registered, with_everything
from vru_ledger.cli.main import main
from vru_ledger.domain.register import Decision
from vru_ledger.store import sqlite

GROWS = ("entries", "movements", "awards", "balances")

COMMANDS = {
    "allocate": ["allocate", "ALPHA", "TWO", "1", "--source", "CR", "--key", "NEW"],
    "allocate again": [
        *("allocate", "ALPHA", "TWO", "500", "--source", "CR", "--key", "K1"),
        *("--decision", "PCD 2", "--on", "2021-04-01"),
    ],
    "allocate under a decision": [
        *("allocate", "ALPHA", "TWO", "1", "--source", "CR", "--decision", "PCD 9")
    ],
    "allocate, refused": ["allocate", "ALPHA", "ONE", "1m", "--source", "HO"],
    "allocate to somebody new": [
        *("allocate", "ALPHA", "New", "1", "--source", "CR", "--new-recipient"),
        *("--kind", "charity"),
    ],
    "allocate from a file": ["allocate", "--from", "batch.csv"],
    "headroom": ["headroom"],
    "headroom of a fund": ["headroom", "BETA"],
    "headroom of a recipient": ["headroom", "ALPHA", "TWO", "--source", "CR"],
    "status": ["status"],
    "report position": ["report", "position"],
    **{
        f"report position by {by}": ["report", "position", "--by", by]
        for by in ("fund", "source", "fy", "area", "bcu", "theme", "fund,fy", "fund,recipient")
    },
    "report position of a fund": ["report", "position", "--fund", "ALPHA"],
    "report position of an award": ["report", "position", "--award", "ALPHA-0001"],
    "report position of an award by recipient and year": [
        *("report", "position", "--award", "ALPHA-0001", "--by", "recipient,fy")
    ],
    "report caps": ["report", "caps"],
    **{
        f"report {name}": ["report", name]
        for name in ("monitoring", "payments", "claims", "virements", "areas", "bcus")
    },
    "report monitoring by year and source": ["report", "monitoring", "--by", "fy,source"],
    "report monitoring by quarter": ["report", "monitoring", "--periods", "quarter"],
    "report monitoring as of a day": ["report", "monitoring", "--as-of", "2021-04-15"],
    "report position by month": ["report", "position", "--periods", "month"],
    "report payments by year": ["report", "payments", "--periods", "year"],
    "report recipient": ["report", "recipient", "--recipient", "TWO"],
    "report caps of a fund": ["report", "caps", "--fund", "ALPHA"],
    "log": ["log"],
    "log of a fund": ["log", "--fund", "ALPHA"],
    **{f"log of the kind {kind}": ["log", "--kind", kind] for kind in ("cap", "fund", "register")},
    "log of an award": ["log", "--award", "ALPHA-0001"],
    "show": ["show", "17"],
    "show an award": ["show", "ALPHA-0001"],
    "fund show": ["fund", "show", "ALPHA"],
    "recipient show": ["recipient", "show", "TWO"],
    "cap list": ["cap", "list"],
    "cap show": ["cap", "show", "ALPHA-EACH"],
    "cap set": ["cap", "set", "ALPHA-FUND", "9000", "--reason", "cut"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("planned") / "ledger.db"
    database = with_everything(place)
    record(database, registered(Decision(code="PCD 9", amount_pence=1)))
    for number in range(30):
        give(database, "ALPHA", "TWO", 1 + number, source="CR", purpose=f"p{number}")
    database.driver.connection.execute("ANALYZE")
    database.driver.connection.execute("DROP TABLE sqlite_stat1")
    database.close()
    return place


@pytest.fixture
def traced(
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[[list[str]], tuple[sqlite3.Connection, list[str]]]]:
    """Run a command in this process, and return a connection and every statement it ran."""
    place = tmp_path / "vru-ledger.db"
    shutil.copy(made, place)
    (tmp_path / "batch.csv").write_text(
        "fund,recipient,amount,source\nALPHA,TWO,1,CR\nALPHA,TWO,2,CR\n"
    )
    monkeypatch.chdir(tmp_path)
    ran: list[str] = []
    connect = sqlite.connect

    def tracing(place: str, **more: Any) -> sqlite3.Connection:
        connection = connect(place, **more)
        connection.set_trace_callback(ran.append)
        return connection

    monkeypatch.setattr(sqlite, "connect", tracing)
    looking = connect(str(place))
    # With them a plan shows scans that are jumped over while no reference is broken.
    looking.execute("PRAGMA foreign_keys=OFF")

    def run(words: list[str]) -> tuple[sqlite3.Connection, list[str]]:
        code = main(words)
        said = capsys.readouterr()
        assert code in (0, 3), said
        return looking, [
            statement
            for statement in ran
            if statement.split(" ", 1)[0] in ("SELECT", "INSERT", "UPDATE", "WITH", "DELETE")
        ]

    yield run
    looking.close()


def scans(connection: sqlite3.Connection, statement: str, parameters: int = 0) -> list[str]:
    """Return the steps of a statement's plan that look at all of a table that grows."""
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * parameters).fetchall()
    steps = [detail for *_, detail in plan]
    named = {table: table for table in GROWS} | {
        alias: table
        for table, alias in re.findall(
            rf"(?:FROM|JOIN) ({'|'.join(GROWS)})(?: AS)? (\w+)", statement
        )
        if alias.upper() not in ("WHERE", "ORDER", "GROUP", "JOIN", "LEFT", "LIMIT", "ON")
    }
    # The newest few by their number are read from the end and no further.
    from_the_end = re.search(
        r"FROM entries e ORDER BY e\.number DESC LIMIT \d+$", statement
    ) and not any("TEMP B-TREE" in step for step in steps)
    return [
        f"{step}: {statement[:200]}"
        for step in steps
        if (match := re.match(r"(?:SCAN (\w+)|SEARCH (\w+) USING AUTOMATIC)", step))
        and (match[1] or match[2]) in named
        and not from_the_end
    ]


@pytest.mark.parametrize("what", COMMANDS)
def test_an_everyday_command_scans_no_table_that_grows(what: str, traced):
    connection, statements = traced(COMMANDS[what])
    assert statements
    found = [scan for statement in statements for scan in scans(connection, statement)]
    assert found == []


@pytest.mark.parametrize("time", [[], ["--as-of", "2021-04-15"], ["--known-at", "20"]])
def test_commitments_are_read_award_by_award_and_nothing_is_sorted(time: list[str], traced):
    connection, statements = traced(["report", "commitments", *time])
    [read] = [one for one in statements if "ORDER BY a.fund, a.number" in one]
    plan = [detail for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {read}")]
    assert not [step for step in plan if "TEMP B-TREE" in step]
    [scan] = [step for step in plan if step.startswith("SCAN")]
    assert scan.startswith("SCAN a USING INDEX")


def test_the_plans_that_were_looked_at_are_many(traced):
    statements = {
        re.sub(r"'[^']*'|\d+", "?", statement)
        for words in COMMANDS.values()
        for statement in traced(words)[1]
    }
    sys.stdout.write(f"{len(statements)} different statements of {len(COMMANDS)} commands\n")
    assert len(statements) > 30


def test_a_scan_would_be_seen(traced):
    connection, _ = traced(["status"])
    for statement in (
        "SELECT SUM(pence) FROM movements",
        "SELECT 1 FROM entries e WHERE e.actor = 'x'",
        "SELECT 1 FROM entries e WHERE e.actor = 'x' ORDER BY e.number DESC LIMIT 20",
        "SELECT 1 FROM balances WHERE name = 'x'",
        "SELECT 1 FROM funds JOIN awards a ON a.title = funds.name",
        "SELECT 1 FROM entries e ORDER BY e.recorded_at DESC LIMIT 20",
    ):
        assert scans(connection, statement), statement


def test_no_guard_scans_a_table_that_grows(made: Path):
    connection = sqlite3.connect(made)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    looked_at = 0
    found = []
    for name, sql in triggers:
        head, _, body = sql.partition("BEGIN")
        parts = [f"{part.strip()}" for part in re.split(r";\s*\n", body) if "SELECT" in part]
        if "WHEN" in head:
            parts.append(f"SELECT 1 WHERE {head.partition('WHEN')[2]}")
        for part in parts:
            statement = re.sub(r"\b(NEW|OLD)\.(\w+|\"key\")", "?", part)
            # RAISE can stand in a trigger only.
            statement = re.sub(r"RAISE\(ABORT, '(?:[^']|'')*'\)", "1", statement)
            statement = statement.removesuffix("END").strip().rstrip(";")
            if not statement.startswith("SELECT"):
                continue
            looked_at += 1
            found += [
                f"{name}: {scan}" for scan in scans(connection, statement, statement.count("?"))
            ]
    connection.close()
    assert looked_at > 20
    assert found == []


@pytest.mark.parametrize("what", ["status", "report caps", "log", "headroom", "report position"])
def test_a_question_asks_no_more_of_a_larger_ledger(what: str, traced):
    """As many statements with more awards: nothing is asked once for each row."""
    _, few = traced(COMMANDS[what])
    many = len(few)
    give_more = ["allocate", "--from", "batch.csv"]
    traced(give_more)
    before = len(traced(["show", "1"])[1])
    _, all_ = traced(COMMANDS[what])
    assert abs((len(all_) - before) - many) <= 3
