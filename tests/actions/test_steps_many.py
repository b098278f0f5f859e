"""A file of claims or payments: every row or none, every bad row named, the same file only once."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.builders import (
    ACTOR,
    DAY,
    NORTH,
    ONE,
    TWO,
    UNIT,
    WHEN,
    contents,
    findings,
    funded,
    give,
    ledger_of,
    registered,
    rows,
)
from tests.exchange.test_workbook import workbook
from vru_ledger.actions.allocate_many import Batch
from vru_ledger.actions.award import StepRequest, take
from vru_ledger.actions.steps_many import steps_file, take_file
from vru_ledger.errors import ExitCode, RowsRejected
from vru_ledger.store.database import Database

From = Callable[..., Batch]


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    """Make a ledger in which ONE has an award of £100 (ALPHA-0001) and TWO of £50 (ALPHA-0002)."""
    made = ledger_of(
        registered(NORTH, UNIT, ONE, TWO.replace(area="")),
        *funded("ALPHA", 20_000),
        place=database_place,
    )
    give(made, "ALPHA", "ONE", 10_000)
    give(made, "ALPHA", "TWO", 5_000)
    yield made
    made.close()


@pytest.fixture
def take_from(database: Database, tmp_path: Path) -> From:
    """Write a file and take a step for every row of it."""

    def take_from(
        kind: str, text: str | bytes, *, preview: bool = False, dated: date | None = None
    ) -> Batch:
        path = tmp_path / "rows.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return take_file(
            database,
            steps_file(str(path), kind),
            kind,
            today=DAY,
            dated=dated,
            actor=ACTOR,
            recorded_at=WHEN,
            preview=preview,
        )

    return take_from


def rejected(take_from: From, database: Database, kind: str, text: str | bytes) -> RowsRejected:
    """Take steps from a file that must be rejected whole, and return why."""
    before = contents(database)
    with pytest.raises(RowsRejected) as caught:
        take_from(kind, text)
    assert contents(database) == before
    return caught.value


HEAD = "award,amount\n"


def test_one_list_is_claimed_and_then_paid_each_once(database: Database, take_from: From):
    text = HEAD + "ALPHA-0001,30\nalpha-0002,all\nALPHA-0001,30\n"
    claimed = take_from("claim", text)
    assert (claimed.recorded, claimed.already, claimed.total_pence) == (3, 0, 11_000)
    assert take_from("claim", text)[:3] == (0, 3, 0)
    paid = take_from("pay", HEAD + "ALPHA-0001,30\nALPHA-0002,50\nALPHA-0001,30\n")
    assert (paid.recorded, paid.total_pence) == (3, 11_000)
    disbursed = rows(
        database,
        "SELECT bucket, held FROM balances WHERE scope = 'award' AND name = 'disbursed'"
        " ORDER BY bucket",
    )
    assert disbursed == [("ALPHA-0001", 6_000), ("ALPHA-0002", 5_000)]
    assert findings(database) == []


def test_every_column_is_taken(database: Database, take_from: From):
    take_from(
        "pay",
        "REF,award,Amount,on,relates to,decision,reason,key,advance\n"
        "P1,ALPHA-0001,1,01/05/2021,2020/21-Q4,PCD 1,why,K,yes\n",
    )
    [found] = rows(
        database,
        'SELECT kind, dated, decision, reason, "key" FROM entries ORDER BY number DESC LIMIT 1',
    )
    assert found == ("advance", "2021-05-01", "PCD 1", "why", "K")


def test_a_preview_says_the_same_and_writes_nothing(database: Database, take_from: From):
    before = contents(database)
    text = HEAD + "ALPHA-0001,30\nALPHA-0002,all\n"
    assert take_from("claim", text, preview=True) == take_from("claim", text)
    assert contents(database) != before


def test_each_bad_row_has_its_value_rule_and_remedy(database: Database, take_from: From):
    error = rejected(
        take_from,
        database,
        "claim",
        HEAD + "ALPHA-0001,100\nALPHA-0001,0.01\nALPHA-9,1\n,x\nOne,1\nALPHA-0002,50.01\n",
    )
    found = [(one.row, one.field, one.code, one.rule, one.value) for one in error.findings]
    assert found == [
        (3, "amount", "refused", "within-authority", "0.01"),
        (4, "award", "not-found", "", "ALPHA-9"),
        (5, "amount", "batch-bad-amount", "", "x"),
        (5, "award", "batch-missing", "", ""),
        (6, "award", "not-found", "", "One"),
        (7, "amount", "refused", "within-authority", "50.01"),
    ]
    assert error.findings[-1].remedy == "the most that would pass here: £50.00"
    assert error.exit_code == ExitCode.REFUSED


def test_a_suspended_award_is_told_with_what_may_follow(database: Database, take_from: From):
    request = StepRequest(kind="suspend", award="ALPHA-0001", dated=DAY, reason="an enquiry")
    take(database, [request], actor=ACTOR, recorded_at=WHEN)
    error = rejected(take_from, database, "claim", HEAD + "ALPHA-0001,1\n")
    assert error.findings[0].rule == "legal-step"
    assert "resume" in error.findings[0].message


def test_a_sheet_is_taken_like_a_table(database: Database, take_from: From):
    content = workbook([["award", "amount", "on"], ["ALPHA-0001", 12.5, date(2021, 5, 1)]])
    done = take_from("claim", content)
    assert (done.recorded, done.total_pence) == (1, 1_250)
    assert take_from("claim", content).already == 1
    assert rows(database, "SELECT dated FROM entries ORDER BY number DESC LIMIT 1") == [
        ("2021-05-01",)
    ]


def test_the_day_of_rows_without_one_is_told_or_the_clocks(database: Database, take_from: From):
    take_from("claim", HEAD + "ALPHA-0001,1\n", dated=date(2021, 6, 1))
    take_from("claim", HEAD + "ALPHA-0002,1\n")
    dated = rows(database, "SELECT dated FROM entries WHERE kind = 'claim' ORDER BY number")
    assert dated == [("2021-06-01",), (DAY.isoformat(),)]


BIG = """
import sys
from datetime import date
from vru_ledger.actions.steps_many import steps_file, take_file
from vru_ledger.store.opening import open_database
done = take_file(
    open_database(sys.argv[1]), steps_file(sys.argv[2], "advance"), "advance",
    today=date(2021, 4, 1), dated=None, actor="Ada", recorded_at="2021-04-01T09:00:00Z",
)
[most] = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(done.recorded, most.split()[1])
"""


def test_a_long_file_takes_little_memory(tmp_path: Path):
    place = str(tmp_path / "l.db")
    made = ledger_of(registered(NORTH, UNIT, ONE), *funded("ALPHA", 10_000_000), place=place)
    for _ in range(20):
        give(made, "ALPHA", "ONE", 200_000)
    made.close()
    table = tmp_path / "rows.csv"
    lines = (f"ALPHA-{number % 20 + 1:04},1,P{number}\n" for number in range(30_000))
    table.write_text("award,amount,ref\n" + "".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", BIG, place, table], capture_output=True, text=True, check=True
    )
    recorded, kibibytes = map(int, done.stdout.split())
    assert recorded == 30_000
    assert kibibytes < 80 * 1024


def test_a_table_saved_as_a_workbook_is_another_file_and_its_rows_are_seen_to_be_alike(
    take_from: From, database: Database
):
    before = take_from("claim", "award,amount,ref\nALPHA-0001,5,C1\nALPHA-0001,5,C1\n")
    assert before.warnings == []
    again = workbook([["award", "amount", "ref"], ["ALPHA-0001", 5, "C1"], ["ALPHA-0002", 5, "C1"]])
    seen = take_from("claim", again, preview=True)
    assert [(one.row, one.rule, one.severity) for one in seen.warnings] == [(2, "alike", "warning")]
    assert f"entry {before.head_number} is like it" in seen.warnings[0].message
    # Another day, or a payment of what was claimed, is nothing like it.
    assert take_from("claim", again, preview=True, dated=date(2022, 5, 1)).warnings == []
    assert take_from("pay", "award,amount\nALPHA-0001,5\n", preview=True).warnings == []


def test_of_a_long_file_the_first_rows_are_looked_at(take_from: From):
    rows_ = "".join(f"ALPHA-0001,0.{pence:02}\n" for pence in range(1, 31))
    take_from("claim", f"award,amount\n{rows_}")
    assert len(take_from("claim", f"amount,award\n{_turned(rows_)}", preview=True).warnings) == 20


def _turned(rows_: str) -> str:
    return "".join(",".join(reversed(line.split(","))) + "\n" for line in rows_.splitlines())
