"""A workbook as the checklist asks, opened by another program, its numbers those of the ledger."""

import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.render.samples import FULL, HOSTILE, answer, rendered_bytes, row
from vru_ledger.domain.money import LARGEST_PENCE

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: the extra [xlsx]")
pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed: the extra [xlsx]")

CHECKER = Path(__file__).parents[3] / "shared" / "tools" / "check_accessible_xlsx.py"
TOTAL = row("total", 75_000_001, number=1234)


def opened(asked: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(rendered_bytes("xlsx", asked)))


def test_the_sheets_come_in_the_order_in_which_they_are_read():
    book = opened(answer(FULL, total=TOTAL, apart=[answer(FULL, name="beside")]))
    assert book.sheetnames == ["Cover", "Contents", "Notes", "sample", "beside"]
    assert all(sheet["A1"].value for sheet in book)
    assert [len(sheet.tables) for sheet in book] == [0, 1, 1, 1, 1]
    assert not any(sheet.merged_cells.ranges for sheet in book)


def test_amounts_are_numbers_in_pounds_to_the_penny():
    sheet = opened(answer(FULL, total=TOTAL))["sample"]
    headings = [cell.value for cell in sheet[3]]
    place = headings.index("amount")
    cells = [line[place] for line in sheet.iter_rows(min_row=4)]
    told = [Decimal(str(cell.value)) * 100 for cell in cells]
    assert told == [*(one.amount for one in FULL), TOTAL.amount]
    assert {cell.number_format for cell in cells} == {"£#,##0.00;-£#,##0.00"}


@pytest.mark.parametrize("pence", [LARGEST_PENCE, LARGEST_PENCE - 1, -1, 1, 0, 10**12 + 7])
def test_no_penny_is_lost_in_a_number_of_a_spreadsheet(pence: int):
    sheet = opened(answer([row(pence=pence)], shown=("name", "amount")))["sample"]
    assert Decimal(str(sheet["B4"].value)) * 100 == pence


def test_no_text_is_a_formula_and_every_text_is_there():
    sheet = opened(answer([row(name) for name in HOSTILE.values()]))["sample"]
    for line in sheet.iter_rows(min_row=4):
        assert line[0].data_type == "s"
        assert line[0].value
    assert sheet["A9"].value == "=1+1"


def test_no_cell_is_left_empty():
    sheet = opened(answer(FULL, total=TOTAL))["sample"]
    assert all(cell.value is not None for line in sheet.iter_rows(min_row=3) for cell in line)


def test_the_same_figures_make_the_same_file():
    assert rendered_bytes("xlsx", answer(FULL)) == rendered_bytes("xlsx", answer(FULL))


def test_the_checklist_for_accessible_workbooks_is_met(tmp_path: Path):
    if not CHECKER.is_file():
        pytest.skip("../shared, with the check of the Analysis Function's list, is not here")
    made = tmp_path / "made.xlsx"
    meta = {"entry": 7, "recorded_at": "2026-11-22T12:00:00Z", "made_by": "vru-ledger report x"}
    # A name that begins with an asterisk looks like a note to the checker, and is none.
    hostile = [row(name) for kind, name in HOSTILE.items() if kind != "markdown"]
    asked = answer([*FULL, *hostile], total=TOTAL, meta=meta, apart=[answer(FULL, name="beside")])
    made.write_bytes(rendered_bytes("xlsx", asked))
    done = subprocess.run(
        [sys.executable, CHECKER, made, "--strict"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
