"""Somebody else's table: read by its map, recorded whole or not at all, once however often."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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
from vru_ledger.actions.import_table import Imported, import_file
from vru_ledger.errors import BadInput, ExitCode, KeyConflict, RowsRejected
from vru_ledger.exchange.column_map import ColumnMap
from vru_ledger.store.database import Database

Import = Callable[..., Imported]

PAYMENTS = ColumnMap(
    columns={"award": "Grant no", "amount": "Amount (£)", "on": "Paid on"},
    ignored=("Supplier",),
    dates="DD/MM/YYYY",
    negative="clawback",
    constants={"reason": "Run of April", "advance": "yes"},
)
HEAD = "Supplier,Grant no,Amount (£),Paid on\n"


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    """Make a ledger in which ONE has an award of £100, ALPHA-0001."""
    made = ledger_of(
        registered(NORTH, UNIT, ONE, TWO.replace(area="")),
        *funded("ALPHA", 20_000),
        place=database_place,
    )
    give(made, "ALPHA", "ONE", 10_000)
    yield made
    made.close()


@pytest.fixture
def import_(database: Database, tmp_path: Path) -> Import:
    """Write a table and import it."""

    def import_(kind: str, content: str | bytes, columns: ColumnMap, **more: Any) -> Imported:
        path = tmp_path / "theirs.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        told = {"today": DAY, "dated": None, "actor": ACTOR, "recorded_at": WHEN, **more}
        return import_file(database, str(path), kind, columns, **told)

    return import_


def test_payments_and_what_came_back_are_recorded_and_summed(database: Database, import_: Import):
    text = HEAD + "First,ALPHA-0001,50.00,30/04/2021\nFirst,ALPHA-0001,(10.00),01/05/2021\n"
    done = import_("payments", text, PAYMENTS)
    assert (done.batch.recorded, done.batch.total_pence) == (2, 4_000)
    found = rows(
        database,
        "SELECT kind, amount_pence, dated, reason FROM entries ORDER BY number DESC LIMIT 2",
    )
    assert found == [
        ("clawback", 1_000, "2021-05-01", "Run of April"),
        ("advance", 5_000, "2021-04-30", "Run of April"),
    ]
    assert import_("payments", text, PAYMENTS).batch.already == 2
    assert findings(database) == []


def test_a_sheet_with_days_and_numbers_of_its_own_is_the_same(import_: Import):
    content = workbook([["Supplier", "Grant no", "Amount (£)", "Paid on"], ["First", "", "", ""]])
    with pytest.raises(RowsRejected):
        import_("payments", content, PAYMENTS)
    content = workbook(
        [
            ["Supplier", "Grant no", "Amount (£)", "Paid on"],
            ["First", "ALPHA-0001", 50, DAY],
            ["First", "ALPHA-0001", -10.5, DAY],
        ]
    )
    assert import_("payments", content, PAYMENTS).batch.total_pence == 3_950


def test_the_same_table_through_another_map_is_a_conflict(database: Database, import_: Import):
    text = HEAD + "First,ALPHA-0001,50.00,01/04/2021\n"
    import_("payments", text, PAYMENTS)
    other = PAYMENTS.replace(constants={"reason": "Run of May", "advance": "yes"})
    with pytest.raises(RowsRejected) as caught:
        import_("payments", text, other)
    assert caught.value.findings[0].code == KeyConflict.code
    assert caught.value.exit_code == ExitCode.CONFLICT


def test_findings_speak_of_their_headings(database: Database, import_: Import):
    before = contents(database)
    strict = PAYMENTS.replace(negative="")
    with pytest.raises(RowsRejected) as caught:
        import_(
            "payments",
            HEAD + "First,ALPHA-0001,(5.00),30/04/2021\nFirst,ALPHA-0001,101,04/30/2021\n"
            "First,ALPHA-0001,101,30/04/2021\nFirst,,1,30/04/2021\n",
            strict,
        )
    assert [(one.row, one.field, one.rule) for one in caught.value.findings] == [
        (2, "Amount (£)", ""),
        (3, "Paid on", ""),
        (4, "Amount (£)", "within-authority"),
        (5, "Grant no", ""),
    ]
    assert contents(database) == before


def test_every_fault_of_a_row_is_told_and_only_a_payment_below_zero_can_mean_something(
    import_: Import,
):
    for kind, begins, says in (
        ("allocations", "fund,recipient,amount,on\nALPHA,TWO", "to take back: clawback, or amend"),
        ("claims", "award,amount,on\nALPHA-0001", "to take back: clawback, or amend"),
        ("payments", "award,amount,on\nALPHA-0001", "--negative clawback or --negative recover"),
    ):
        with pytest.raises(RowsRejected) as caught:
            import_(kind, f"{begins},-5,2021-04-31\n", ColumnMap())
        amount, day = caught.value.findings
        assert (amount.field, day.field) == ("amount", "on")
        assert says in amount.remedy


def test_allocations_and_claims_are_imported_too(database: Database, import_: Import):
    columns = ColumnMap(columns={"fund": "Programme", "recipient": "Body", "amount": "Award"})
    done = import_("allocations", "Programme,Body,Award\nAlpha Fund,TWO,50\n", columns)
    assert (done.step, done.batch.total_pence) == ("allocate", 5_000)
    claims = ColumnMap(columns={"award": "No", "amount": "Owed"})
    assert import_("claims", "No,Owed\nALPHA-0002,all\n", claims).batch.total_pence == 5_000
    proposed = import_(
        "allocations", "fund,recipient,amount\nALPHA,TWO,1\n", ColumnMap(), propose=True
    )
    assert proposed.step == "propose"
    assert findings(database) == []


def test_only_payments_may_be_below_zero(import_: Import):
    with pytest.raises(BadInput, match="only a payment"):
        import_("claims", HEAD, ColumnMap(negative="recover"))
    with pytest.raises(BadInput, match="none of allocations, claims, payments"):
        import_("receipts", HEAD, ColumnMap())


def test_the_first_rows_are_told_as_they_are_understood(import_: Import):
    text = HEAD + "First,ALPHA-0001,1.00,30/04/2021\n" * 9
    done = import_("payments", text, PAYMENTS, preview=True)
    assert [row.number for row in done.first] == [2, 3, 4, 5, 6]
    assert done.first[0].cells == {
        "award": "ALPHA-0001",
        "amount": "1.00",
        "on": "2021-04-30",
        "reason": "Run of April",
        "advance": "yes",
    }
