"""A file of allocations: every row or none, every bad row named, and the same file only once."""

import re
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    DAY,
    NORTH,
    ONE,
    SITE,
    SOUTH,
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
from vru_ledger.actions.allocate_many import OPTIONAL, REQUIRED, Batch, allocate_file
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.register import FundingSource, Listing
from vru_ledger.errors import ExitCode, FileUnreadable, LedgerError, RowsRejected
from vru_ledger.exchange.table_file import TableFile
from vru_ledger.store.database import Database

From = Callable[..., Batch]


@pytest.fixture
def database() -> Database:
    """Make a ledger in which ALPHA has £100, at most £60 for each, and BETA lists only ONE."""
    return ledger_of(
        registered(
            NORTH, SOUTH, UNIT, FundingSource(code="HO", name="Home Office"), ONE, TWO, SITE
        ),
        *funded("ALPHA", 10_000),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=6_000, per=("recipient",)),
        CapSet(cap="WARN", fund="ALPHA", measure="award", limit=5_000, severity="warn"),
        *funded("BETA", 10_000, closed=True),
        registered(Listing(fund="BETA", recipient="ONE")),
    )


@pytest.fixture
def allocate_from(database: Database, tmp_path: Path) -> From:
    """Write a file and allocate from it."""

    def allocate_from(text: str | bytes, *, name: str = "batch.csv", **more: Any) -> Batch:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        told = {"today": DAY, "dated": None, "actor": ACTOR, "recorded_at": WHEN, **more}
        return allocate_file(database, str(path), **told)

    return allocate_from


def rejected(allocate_from: From, database: Database, text: str | bytes) -> RowsRejected:
    """Allocate from a file that must be rejected whole, and return why."""
    before = contents(database)
    with pytest.raises(RowsRejected) as caught:
        allocate_from(text)
    assert contents(database) == before
    return caught.value


def told(error: RowsRejected) -> list[tuple[int, str, str]]:
    """Return the row, column and code of each finding."""
    return [(one.row, one.field, one.code) for one in error.findings]


HEAD = "fund,recipient,amount\n"


def test_every_row_is_recorded_in_order_and_summed(database: Database, allocate_from: From):
    done = allocate_from(HEAD + "ALPHA,ONE,10\nalpha fund,second trust,£20.50\nBETA,One,1\n")
    assert (done.recorded, done.already, done.total_pence) == (3, 0, 3_150)
    awards = rows(database, "SELECT ref, recipient FROM awards ORDER BY entry")
    assert awards == [("ALPHA-0001", "ONE"), ("ALPHA-0002", "TWO"), ("BETA-0001", "ONE")]
    assert (done.head_number, done.head_hash) == rows(database, "SELECT number, hash FROM head")[0]
    assert findings(database) == []


def test_every_column_is_taken(database: Database, allocate_from: From):
    allocate_from(
        "Title,FUND,Recipient,amount,On,fy,term from,term_to,AREA,source,purpose,decision,reason"
        ",key\n"
        "A title,ALPHA,ONE,1,2021-05-01,2021/22,01/04/2021,2023-03-31,South,,youth,PCD 1,why,K\n"
    )
    [found] = rows(
        database,
        "SELECT title, a.recipient, dated, fy, term_from, term_to, area, source, purpose, decision,"
        ' reason, "key" FROM awards a JOIN entries e ON e.number = a.entry',
    )
    assert found == (
        *("A title", "ONE", "2021-05-01", "2021/22", "2021-04-01", "2023-03-31", "E2", ""),
        *("youth", "PCD 1", "why", "K"),
    )


def test_each_row_is_judged_after_those_before_it(database: Database, allocate_from: From):
    error = rejected(allocate_from, database, HEAD + "ALPHA,ONE,40\nALPHA,ONE,20\nALPHA,ONE,0.01\n")
    assert told(error) == [(4, "amount", "refused")]
    assert "EACH: £0.01 over its limit of £60.00 for ONE" in error.findings[0].message
    assert error.exit_code == ExitCode.REFUSED


def test_a_refused_row_takes_no_room_from_those_after_it(database: Database, allocate_from: From):
    error = rejected(
        allocate_from, database, HEAD + "ALPHA,ONE,61\nALPHA,ONE,60\nALPHA,TWO,40\nALPHA,TWO,0.01\n"
    )
    assert sorted({row for row, *_ in told(error)}) == [2, 5]


def test_every_bad_row_and_every_bad_cell_is_named(database: Database, allocate_from: From):
    error = rejected(
        allocate_from,
        database,
        "fund,recipient,amount,on,fy,term_from,term_to,area,source,title,purpose\n"
        "ALPHA,ONE,1,,,,,,,,\n"
        ",,,,,,,,,,\n"
        ",ONE,1,,,,,,,,\n"
        "ALPHA,,,,,,,,,,\n"
        "ALPHA,ONE,1.001,2021-02-30,2021,1/1,x,,,,\n"
        "ALPHA,ONE,1,,,2021-01-02,2021-01-01,,,,\n"
        "ALPHA,ONE,1,,,2021-01-02,,,,,\n"
        "ALPHA,ONE,1,,,,,Atlantis,,,\n"
        "ALPHA,ONE,1,,,,,,Nobody,,\n"
        "ALPHA,ONE,1,,,,,,,a\x1b[31m,a|b\n"
        "NOSUCH,ONE,1,,,,,,,,\n"
        "ALPHA,Nobody at all,1,,,,,,,,\n"
        "BETA,TWO,1,,,,,,,,\n"
        "ALPHA,ONE,99,,,,,,,,\n"
        "ALPHA,ONE,1\n"
        "ALPHA,ONE,1,,,,,,,,,,\n",
    )
    assert told(error) == [
        (4, "fund", "batch-missing"),
        (5, "amount", "batch-missing"),
        (5, "recipient", "batch-missing"),
        *((6, field, f"batch-bad-{field}") for field in ("amount", "fy", "on", "term_from")),
        (6, "term_to", "batch-bad-term_to"),
        (7, "term_to", "batch-bad-term"),
        (8, "term_to", "batch-bad-term"),
        (9, "area", "not-found"),
        (10, "source", "not-found"),
        (11, "purpose", "batch-bad-purpose"),
        (11, "title", "batch-bad-title"),
        (12, "fund", "not-found"),
        (13, "recipient", "not-found"),
        (14, "", "refused"),
        (15, "amount", "refused"),
        (16, "", "batch-row"),
        (17, "", "batch-row"),
    ]
    assert "batch.csv has 14 rows that cannot be recorded; nothing was written" in str(error)
    assert not any("\x1b" in one.message + one.value for one in error.findings)
    for one in error.findings:
        assert one.place().startswith(f"batch.csv row {one.row}")


def test_rows_that_cannot_be_read_are_usage_and_one_that_is_refused_makes_it_a_refusal(
    database: Database, allocate_from: From
):
    assert rejected(allocate_from, database, HEAD + "ALPHA,ONE,x\n").exit_code == ExitCode.USAGE
    both = rejected(allocate_from, database, HEAD + "ALPHA,ONE,x\nALPHA,ONE,99\n")
    assert both.exit_code == ExitCode.REFUSED


def test_the_same_file_twice_records_once(database: Database, allocate_from: From):
    text = HEAD + "ALPHA,ONE,10\nALPHA,TWO,10\n"
    allocate_from(text)
    before = contents(database)
    again = allocate_from(text, name="copied.csv")
    assert (again.recorded, again.already, again.total_pence) == (0, 2, 0)
    assert contents(database) == before


def test_the_same_file_on_another_day_of_the_clock_records_once(
    database: Database, allocate_from: From
):
    text = HEAD + "ALPHA,ONE,10\n"
    allocate_from(text)
    assert allocate_from(text, today=date(2021, 4, 2)).already == 1


def test_two_rows_that_are_alike_are_two_awards(database: Database, allocate_from: From):
    done = allocate_from(HEAD + "ALPHA,ONE,10\nALPHA,ONE,10\n")
    assert (done.recorded, done.already) == (2, 0)
    again = allocate_from(HEAD + "ALPHA,ONE,10\nALPHA,ONE,10\n")
    assert (again.recorded, again.already) == (0, 2)


KEYED = "fund,recipient,amount,key\n"


def test_a_key_of_its_own_makes_a_row_the_same_in_any_file(database: Database, allocate_from: From):
    allocate_from(KEYED + "ALPHA,ONE,10,K1\n")
    again = allocate_from(KEYED + "ALPHA,TWO,5,K2\nALPHA,ONE,10,K1\n")
    assert (again.recorded, again.already, again.total_pence) == (1, 1, 500)


def test_a_key_of_a_single_allocation_counts_in_a_file(database: Database, allocate_from: From):
    give(database, "ALPHA", "ONE", 1_000, key="K1")
    assert allocate_from(KEYED + "ALPHA,ONE,10,K1\n").already == 1


def test_a_key_used_for_something_else_names_the_row(database: Database, allocate_from: From):
    give(database, "ALPHA", "ONE", 1_000, key="K1")
    error = rejected(allocate_from, database, KEYED + "ALPHA,TWO,1,K2\nALPHA,ONE,11,K1\n")
    assert told(error) == [(3, "", "key-conflict")]


def test_the_same_key_twice_in_a_file_is_one_award_if_the_rows_are_alike(
    database: Database, allocate_from: From
):
    done = allocate_from(KEYED + "ALPHA,ONE,10,K1\nALPHA,ONE,10,K1\n")
    assert (done.recorded, done.already) == (1, 1)
    assert findings(database) == []


def test_the_same_key_twice_in_a_file_is_a_conflict_if_the_rows_differ(
    database: Database, allocate_from: From
):
    error = rejected(allocate_from, database, KEYED + "ALPHA,ONE,10,K1\nALPHA,ONE,11,K1\n")
    assert told(error) == [(3, "", "key-conflict")]


def test_a_key_that_reads_like_another_rows_own_is_seen(database: Database, allocate_from: From):
    text = KEYED + "ALPHA,ONE,10,\nALPHA,TWO,5,K2\n"
    allocate_from(text)
    [(own,)] = rows(database, "SELECT \"key\" FROM entries WHERE recipient = 'ONE'")
    error = rejected(allocate_from, database, KEYED + f"ALPHA,TWO,1,{own}\n")
    assert told(error) == [(2, "", "key-conflict")]


def test_the_register_is_searched_for_a_few_wrong_names_only(
    database: Database, allocate_from: From
):
    wrong = "".join(f"ALPHA,Frist Trust {number},1\n" for number in range(100))
    error = rejected(allocate_from, database, HEAD + wrong)
    near = [one for one in error.findings if "did you mean First Trust (ONE)?" in one.message]
    assert (len(error.findings), len(near)) == (100, 20)


def test_warnings_name_their_rows(database: Database, allocate_from: From):
    done = allocate_from(HEAD + "ALPHA,ONE,10\nALPHA,TWO,50.01\n")
    assert [(one.row, one.message) for one in done.warnings] == [
        (3, "WARN: £0.01 over its limit of £50.00 for ALPHA-0002")
    ]


def test_a_preview_says_the_same_and_writes_nothing(database: Database, allocate_from: From):
    text = HEAD + "ALPHA,ONE,10\nALPHA,TWO,50.01\n"
    before = contents(database)
    previewed = allocate_from(text, preview=True)
    assert contents(database) == before
    assert allocate_from(text) == previewed


def test_the_day_of_a_row_is_its_own_or_the_one_told_or_the_clocks(
    database: Database, allocate_from: From
):
    text = "fund,recipient,amount,on\nALPHA,ONE,1,2020-01-01\nALPHA,ONE,2,\n"
    allocate_from(text, dated=date(2020, 2, 2))
    allocate_from(text + "ALPHA,ONE,3,\n", today=date(2020, 3, 3))
    days = rows(database, "SELECT dated FROM entries WHERE kind = 'allocate' ORDER BY number")
    assert [day for (day,) in days] == [
        *("2020-01-01", "2020-02-02", "2020-01-01", "2020-03-03", "2020-03-03")
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + HEAD.encode() + b"ALPHA,ONE,10\n",
        b"fund,recipient,amount\r\nALPHA,ONE,10\r\n",
        b"fund,recipient,amount\nALPHA,ONE,10",
        b"fund,recipient,amount\n\n\nALPHA,ONE,10\n\n,,\n",
        b'"fund","recipient","amount"\n"ALPHA","First Trust","10"\n',
        b" Fund , RECIPIENT ,Amount \n ALPHA , ONE , 10 \n",
        b'fund,recipient,amount\nALPHA,ONE,"10.00"\n',
    ],
    ids=["bom", "crlf", "no end of line", "empty lines", "quoted", "spaces", "quoted amount"],
)
def test_files_as_other_programs_write_them_are_read(
    database: Database, allocate_from: From, text: bytes
):
    assert allocate_from(text).total_pence == 1_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "there is no heading"),
        (b"\n", "there is no heading"),
        (b"fund,recipient\nALPHA,ONE\n", "missing column 'amount'"),
        (b"fund,recipient,amount,colour\n", "unknown column 'colour'"),
        (b"fund,recipient,amount,amount\n", "column given twice 'amount'"),
        (b"fund;recipient;amount,\nALPHA;ONE;1\n", "parted by both ',' and ';'"),
        (b"fund|recipient|amount\nALPHA|ONE|1\n", "unknown column 'fund|recipient|amount'"),
        (b"fund,recipient,amount,\n", "unknown column ''"),
        (b"fund,recipient,amount\x1b[31m\n", "unknown column"),
        (HEAD.encode() + b"ALPHA,ONE,\xa310\n", "line 2, is not UTF-8"),
        ("fund,recipient,amount\n".encode("utf-16"), "is UTF-16, as Excel's"),
        (HEAD.encode() + b'ALPHA,"ONE,10\n', "is not CSV"),
        (HEAD.encode() + b'ALPHA,"ONE"x,10\n', "is not CSV"),
        (HEAD.encode() + b"ALPHA," + b"x" * 200_000 + b",10\n", "is not CSV"),
    ],
)
def test_what_is_no_batch_is_refused_whole(
    database: Database, allocate_from: From, text: bytes, said: str
):
    before = contents(database)
    with pytest.raises(FileUnreadable, match=re.escape(said)) as caught:
        allocate_from(text)
    assert "\x1b" not in str(caught.value)
    assert contents(database) == before


def test_a_nul_in_a_cell_is_one_bad_cell(database: Database, allocate_from: From):
    error = rejected(
        allocate_from, database, HEAD + "AL\x00PHA,ONE,1\nALPHA,O\x00NE,1\nALPHA,ONE,1\x00\n"
    )
    assert [row for row, *_ in told(error)] == [2, 3, 4]


def test_a_nul_in_a_cell_is_one_bad_cell_on_postgresql_too(postgres_url: str, tmp_path: Path):
    database = ledger_of(registered(NORTH, ONE), *funded("ALPHA", 10_000), place=postgres_url)
    (tmp_path / "a.csv").write_text(HEAD + "AL\x00PHA,ONE,1\nALPHA,O\x00NE,1\nALPHA,ONE,1\n")
    with pytest.raises(RowsRejected) as caught:
        allocate_file(
            database,
            str(tmp_path / "a.csv"),
            today=DAY,
            dated=None,
            actor=ACTOR,
            recorded_at=WHEN,
        )
    assert [row for row, *_ in told(caught.value)] == [2, 3]
    database.close()


@pytest.mark.parametrize("what", ["missing", "folder", "fifo", "device"])
def test_what_is_no_file_is_refused_at_once(database: Database, tmp_path: Path, what: str):
    import os

    path = tmp_path / "batch.csv"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/zero")
    began = time.monotonic()
    with pytest.raises(LedgerError) as caught:
        allocate_file(database, str(path), today=DAY, dated=None, actor=ACTOR, recorded_at=WHEN)
    assert time.monotonic() - began < 5
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_heading_alone_records_nothing(database: Database, allocate_from: From):
    before = contents(database)
    done = allocate_from(HEAD)
    assert (done.recorded, done.already, done.total_pence) == (0, 0, 0)
    assert contents(database) == before


def test_twenty_thousand_rows_are_recorded_in_one_transaction(tmp_path: Path):
    many = 20_000
    database = ledger_of(
        registered(NORTH, SOUTH, ONE, TWO),
        *funded("ALPHA", 10**9),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=10**9, per=("recipient",)),
    )
    lines = [f"ALPHA,{'ONE' if n % 2 else 'TWO'},{1 + n % 50}.{n % 100:02}" for n in range(many)]
    path = tmp_path / "many.csv"
    path.write_text(HEAD + "\n".join(lines))
    told: list[int] = []

    def allocate() -> Batch:
        return allocate_file(
            database,
            str(path),
            today=DAY,
            dated=None,
            actor=ACTOR,
            recorded_at=WHEN,
            on_progress=told.append,
        )

    done = allocate()
    total = sum((1 + n % 50) * 100 + n % 100 for n in range(many))
    assert (done.recorded, done.total_pence) == (many, total)
    assert told == sorted(told)
    assert told
    assert rows(database, "SELECT committed_pence FROM fund_position") == [(total,)]
    assert findings(database) == []
    database.close()


def test_the_last_row_of_many_being_bad_leaves_nothing(tmp_path: Path):
    database = ledger_of(registered(NORTH, ONE), *funded("ALPHA", 1_000_000))
    path = tmp_path / "many.csv"
    path.write_text(HEAD + "ALPHA,ONE,1\n" * 6_000 + "ALPHA,ONE,4000.01\n")
    before = contents(database)
    with pytest.raises(RowsRejected) as caught:
        allocate_file(database, str(path), today=DAY, dated=None, actor=ACTOR, recorded_at=WHEN)
    assert set(told(caught.value)) == {(6_002, "amount", "refused")}
    assert contents(database) == before
    database.close()


def test_a_sheet_is_allocated_like_a_table(database: Database, tmp_path: Path):
    path = tmp_path / "batch.xlsx"
    path.write_bytes(
        workbook([["Fund", "Recipient", "Amount"], ["ALPHA", "ONE", 10.5], ["BETA", "One", 1]])
    )
    told: dict[str, Any] = {"today": DAY, "dated": None, "actor": ACTOR, "recorded_at": WHEN}
    for recorded in (2, 0):
        file = TableFile(str(path), REQUIRED, OPTIONAL)
        done = allocate_file(database, str(path), file=file, **told)
        assert (done.recorded, done.already) == (recorded, 2 - recorded)
    assert findings(database) == []
