"""Tables: the same keys for the same file, each bad row named, nothing that fills the memory."""

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchange.test_workbook import workbook
from vru_ledger.domain.findings import Finding
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.exchange.column_map import ColumnMap
from vru_ledger.exchange.csv_lines import RowsHash
from vru_ledger.exchange.table_file import TableFile


def read(path: Path, content: str | bytes, **more: object) -> tuple[list[BatchRow], list[Finding]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    findings: list[Finding] = []
    file = TableFile(str(path), ["award", "amount"], ["ref"], **more)  # type: ignore[arg-type]
    return list(file.rows(findings)), findings


def refused(path: Path, content: str | bytes, **more: object) -> FileUnreadable:
    with pytest.raises(FileUnreadable) as caught:
        read(path, content, **more)
    return caught.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_rows_alike_have_keys_of_their_own_and_the_same_file_the_same_ones(path: Path):
    text = "award,amount\nA-1,5\nA-1,5\n\nA-2,5\n"
    rows, findings = read(path, text)
    assert findings == []
    assert [row.number for row in rows] == [2, 3, 5]
    assert len({row.key for row in rows}) == 3
    assert [row.key for row in read(path, text)[0]] == [row.key for row in rows]
    assert [row.key.rpartition("-")[2] for row in rows] == ["1", "2", "1"]
    begun, _ = read(path, text, keys_begin="pay-")
    assert [row.key for row in begun] == [f"pay-{row.key}" for row in rows]


def test_a_sheet_reads_as_the_same_table(path: Path):
    rows, findings = read(path, workbook([["Award", "AMOUNT", None], ["A-1", 5], [], ["A-2", 6]]))
    assert findings == []
    assert [(row.number, row.cells) for row in rows] == [
        (2, {"award": "A-1", "amount": "5"}),
        (4, {"award": "A-2", "amount": "6"}),
    ]


def test_a_cell_too_many_is_a_finding_in_both(path: Path):
    for content in ("award,amount\nA-1,5,6\n", workbook([["award", "amount"], ["A-1", 5, 6]])):
        rows, findings = read(path, content)
        assert rows == []
        assert [(one.row, one.message) for one in findings] == [
            (2, "it has 3 cells where the heading has 2")
        ]


def test_where_excel_parts_cells_by_semicolons_they_are_read_and_commas_in_amounts_refused(
    path: Path,
):
    rows, findings = read(path, "Award;AMOUNT\nA-1;5.50\nA-2;1,500\nA-3;1,5\n")
    assert [(row.number, row.cells) for row in rows] == [(2, {"award": "A-1", "amount": "5.50"})]
    assert [(one.row, one.field, one.value) for one in findings] == [
        (3, "amount", "1,500"),
        (4, "amount", "1,5"),
    ]


def test_a_line_without_an_end_is_refused(path: Path):
    assert "longer than" in refused(path, "award,amount\n" + "a" * 2_000_000).message


def test_a_heading_that_does_not_fit_says_every_fault(path: Path):
    said = refused(path, "award,award,money\nA-1,5,6\n").message
    assert "unknown column 'money'" in said
    assert "missing column 'amount'" in said
    assert "column given twice 'award'" in said


def test_a_sheet_cannot_be_asked_of_csv(path: Path):
    assert "no sheet 'One'" in refused(path, "award,amount\n", sheet="One").message


def test_a_map_that_names_what_is_not_there_is_refused(path: Path):
    columns = ColumnMap(columns={"award": "Grant no"}, ignored=("Cost centre",))
    said = refused(path, "award,amount\n", columns=columns).message
    assert "'Grant no', 'Cost centre'" in said


def test_a_map_leads_from_their_headings_to_our_columns(path: Path):
    columns = ColumnMap(
        columns={"award": "GRANT  No", "amount": "Amount (£)"},
        ignored=("Cost centre",),
        constants={"ref": "Run 7"},
    )
    rows, _ = read(path, "Grant no,Amount (£),Cost centre\nA-1,5,4711\n", columns=columns)
    assert rows[0].cells == {"award": "A-1", "amount": "5", "ref": "Run 7"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_any_bytes_are_rows_findings_or_a_refusal(path: Path, content: bytes):
    with suppress(FileUnreadable):
        rows, findings = read(path, b"award,amount\n" + content)
        assert all(set(row.cells) == {"award", "amount"} for row in rows)
        assert all(one.row for one in findings)


@pytest.mark.parametrize(
    "saved",
    [
        b"award,amount\r\nA-1,5\r\nA-2,6\r\n",
        b"\xef\xbb\xbfaward,amount\nA-1,5\nA-2,6\n",
        b"\xef\xbb\xbfaward,amount\r\nA-1,5\r\nA-2,6\r\n",
    ],
    ids=["CRLF", "byte order mark", "both, as Excel saves it"],
)
def test_a_file_that_is_only_saved_with_other_line_ends_is_the_same_file(path: Path, saved: bytes):
    plain = b"award,amount\nA-1,5\nA-2,6\n"
    rows, _ = read(path, plain)
    assert [row.key for row in read(path, saved)[0]] == [row.key for row in rows]
    assert [row.key for row in read(path, plain.replace(b"6", b"7"))[0]] != [
        row.key for row in rows
    ]
    # Of a file as this program writes it, the keys begin with what sha256sum says of it.
    assert rows[0].key.startswith(hashlib.sha256(plain).hexdigest()[:16])


@given(st.binary(max_size=40), st.integers(1, 7))
def test_a_hash_of_rows_is_the_same_in_whatever_pieces_they_come(content: bytes, size: int):
    whole, parted = RowsHash(), RowsHash()
    whole.update(content)
    for begin in range(0, len(content), size):
        parted.update(content[begin : begin + size])
    plain = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    assert parted.hexdigest() == whole.hexdigest() == hashlib.sha256(plain).hexdigest()
