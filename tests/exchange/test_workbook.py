"""Workbooks: cells as a person reads them; bombs, entities and nonsense refused, never a crash."""

import datetime
import io
import subprocess
import sys
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.workbook import Workbook, is_workbook

Rows = list[list[object]]


def workbook(rows: Rows, *, sheets: tuple[str, ...] = ()) -> bytes:
    """Make a workbook whose first sheet holds these rows."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for name in sheets:
        book.create_sheet(name)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def read(content: bytes, sheet: str = "") -> list[list[str]]:
    return list(Workbook(io.BytesIO(content), "book.xlsx").rows(sheet))


def refused(content: bytes, sheet: str = "") -> FileUnreadable:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FileUnreadable) as caught:
            read(content, sheet)
    return caught.value


def changed(content: bytes, name: str, new: bytes) -> bytes:
    """Return a workbook in which one part holds something else, or is added."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for part in old.namelist():
            if part != name:
                out.writestr(part, old.read(part))
        out.writestr(name, new)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = (
    b'<?xml version="1.0"?><worksheet '
    b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
FOOT = b"</sheetData></worksheet>"


def test_cells_are_what_a_person_reads():
    day, moment = datetime.date(2021, 9, 1), datetime.datetime(2021, 9, 1, 10, 30)
    found = read(workbook([["a", 12, 1000.1, 0.1 + 0.2, True, False, None, day, moment]]))
    assert found == [
        *([["a", "12", "1000.1", "0.3", "yes", "no", "", "2021-09-01", "2021-09-01 10:30:00"]]),
    ]


def test_a_large_number_is_written_out():
    assert read(workbook([[1e20, 1e15, 1e-7]])) == [["1" + "0" * 20, "1" + "0" * 15, "1e-07"]]


def test_rows_that_are_left_out_stay_in_their_place():
    sheet = HEAD + b'<row r="1"><c r="A1"><v>1</v></c></row>'
    sheet += b'<row r="4"><c r="B4"><v>2</v></c></row>' + FOOT
    assert read(changed(workbook([]), SHEET, sheet)) == [["1"], [], [], ["", "2"]]


def test_of_several_sheets_one_is_named():
    two = workbook([["a"]], sheets=("Second",))
    assert "'Sheet', 'Second'" in refused(two).message
    assert read(two, "Sheet") == [["a"]]
    assert refused(two, "Third").hint == "its sheets are 'Sheet', 'Second'"


def test_a_document_type_is_refused_in_any_part_and_encoding():
    for part in (SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"):
        for encoding in ("utf-8", "utf-16"):
            hostile = (
                f'<?xml version="1.0" encoding="{encoding}"?>'
                '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
            )
            error = refused(changed(workbook([["a"]]), part, hostile.encode(encoding)))
            assert "document type" in error.message, (part, encoding)


def test_entities_that_grow_are_refused():
    lol = b'<!DOCTYPE x [<!ENTITY a "' + b"l" * 1000 + b'">'
    for name, of in zip("bcdefgh", "abcdefg", strict=True):
        lol += f'<!ENTITY {name} "{f"&{of};" * 20}">'.encode()
    error = refused(changed(workbook([["a"]]), SHEET, lol + b"]><x>&h;</x>"))
    assert "document type" in error.message


@pytest.mark.parametrize(
    "sheet",
    [
        HEAD + b'<row r="1">' + b"<c/>" * 2_000_000 + b"</row>" + FOOT,
        HEAD + b'<row r="1"><c t="inlineStr"><is><t>' + b"a" * 9_000_000 + b"</t></is></c></row>",
        HEAD + b'<row r="1" x="' + b"a" * 9_000_000 + b'"/>' + FOOT,
        HEAD + b"<a>" * 2_000_000,
    ],
    ids=["cells", "text", "attribute", "depth"],
)
def test_a_row_that_would_fill_the_memory_is_refused(sheet: bytes):
    assert "larger than any sheet needs" in refused(changed(workbook([]), SHEET, sheet)).message


def test_a_small_part_that_unpacks_large_is_refused():
    bomb = b"<styleSheet>" + b" " * 9_000_000 + b"</styleSheet>"
    assert "larger" in refused(changed(workbook([["a"]]), "xl/styles.xml", bomb)).message


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    made = io.BytesIO(changed(workbook([["a"]]), "xl/media/a.bin", b"\0" * (600 << 20)))
    assert "unpacks to more" in refused(made.getvalue()).message


def test_a_zip_of_many_parts_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for number in range(30_000):
            out.writestr(f"part-{number}", b"")
    assert "larger than" in refused(made.getvalue()).message


def test_a_row_far_down_and_a_column_far_out_do_not_hang():
    far = HEAD + b'<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999999"/>' + FOOT
    found = read(changed(workbook([]), SHEET, far))
    assert found[0] == ["1"]
    out = HEAD + b'<row r="1"><c r="ZZZ1"><v>1</v></c></row>' + FOOT
    assert "more than 256 columns" in refused(changed(workbook([]), SHEET, out)).message


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(range(256)) * 20,
        b"\xd0\xcf\x11\xe0" + bytes(600),
        b"PK\x05\x06" + bytes(18),
    ],
    ids=["cut", "noise", "old", "empty"],
)
def test_what_is_no_workbook_is_refused(content: bytes):
    assert refused(content).hint


def test_a_workbook_without_its_parts_is_refused():
    whole = workbook([["a", 1.5]])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = archive.namelist()
    for part in parts:
        for new in (b"", b"<", b"<x/>", b"\xff\xfe\x00"):
            with suppress(FileUnreadable):
                read(changed(whole, part, new))


SOUND = workbook([["award", "amount"], ["A-1", 12.5]])


@settings(max_examples=150)
@given(st.data())
def test_a_workbook_with_damaged_bytes_is_read_or_refused(data: st.DataObject):
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileUnreadable):
        read(bytes(content))


def test_the_file_says_what_it_is_and_not_its_name():
    assert is_workbook(workbook([["a"]])[:4])
    assert not is_workbook(b"award,amount")


def test_where_openpyxl_is_missing_a_sentence_says_what_to_install(tmp_path: Path):
    (tmp_path / "book.xlsx").write_bytes(workbook([["award", "amount"]]))
    program = (
        "import sys; sys.modules['openpyxl'] = None\n"
        "from vru_ledger.exchange.table_file import TableFile\n"
        "from vru_ledger.errors import FileUnreadable\n"
        "try:\n    list(TableFile(sys.argv[1], ['award'], []).rows([]))\n"
        "except FileUnreadable as error:\n    print(error.message, error.hint, sep='|')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "book.xlsx"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "openpyxl, which reads them, is not installed" in done.stdout
    assert "pipx inject vru-ledger openpyxl" in done.stdout
