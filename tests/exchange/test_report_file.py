"""Kept reports are read back cell by cell, and whatever else is refused in a sentence."""

from pathlib import Path

import pytest

from tests.render.samples import FULL, HOSTILE, answer, rendered, rendered_bytes, row
from vru_ledger import render
from vru_ledger.actions.verify_report import compare
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.report_file import Part, open_report

MADE_BY = "vru-ledger report sample  # entry 7, head 0123456789ab"
READ_BACK = ("csv", "tsv", "json", "jsonl", "html", "xlsx")
ROWS = (*FULL, *(row(name) for name in HOSTILE.values()))


def kept(folder: Path, way: str, name: str = "kept", **more: object) -> Path:
    told = {"meta": {"made_by": MADE_BY}, "total": row("total", 75_000_001), **more}
    asked = answer(told.pop("rows", ROWS), **told)  # type: ignore[arg-type]  # rows
    path = folder / f"{name}.{way}"
    if render.is_binary(way):
        path.write_bytes(rendered_bytes(way, asked))
    else:
        path.write_text(rendered(way, asked), encoding="utf-8", newline="")
    return path


def read(path: Path) -> Part:
    with open_report(path) as found:
        [part] = found.parts
        return part._replace(
            tables=tuple(table._replace(rows=list(table.rows)) for table in part.tables)
        )


@pytest.mark.parametrize("way", READ_BACK)
def test_what_was_written_is_read_back_and_agrees_with_itself(way: str, tmp_path: Path):
    path = kept(tmp_path, way, apart=[answer(FULL, name="beside")])
    part = read(path)
    assert part.made_by == MADE_BY
    compared = compare(part, read(path))
    assert compared.differ == 0
    assert compared.rows >= len(ROWS)


@pytest.mark.parametrize("way", READ_BACK)
def test_one_penny_more_is_found(way: str, tmp_path: Path):
    more = [*ROWS[:-1], ROWS[-1].replace(amount=ROWS[-1].amount + 1)]
    compared = compare(read(kept(tmp_path, way)), read(kept(tmp_path, way, "more", rows=more)))
    assert compared.differ in (1, 2)  # Programs get every amount twice.
    assert compared.differences[0].row == len(ROWS)


@pytest.mark.parametrize("way", [way for way in READ_BACK if way != "jsonl"])
def test_a_report_without_rows_says_what_it_is_and_agrees(way: str, tmp_path: Path):
    empty = kept(tmp_path, way, rows=[], total=None)
    assert read(empty).made_by == MADE_BY
    assert compare(read(empty), read(kept(tmp_path, way, "again", rows=[], total=None))).differ == 0
    full = kept(tmp_path, way, "full", total=None)
    assert compare(read(empty), read(full)).differ >= len(ROWS)


def test_json_lines_without_a_row_are_empty_and_json_is_named_instead(tmp_path: Path):
    with pytest.raises(FileUnreadable, match="JSON lines without a row") as failure:
        read(kept(tmp_path, "jsonl", rows=[], total=None))
    assert "as json or csv" in str(failure.value.hint)


@pytest.mark.parametrize("way", READ_BACK)
def test_a_row_that_is_missing_is_found(way: str, tmp_path: Path):
    fewer = kept(tmp_path, way, "fewer", rows=ROWS[:-1])
    assert compare(read(kept(tmp_path, way)), read(fewer)).differ > 0
    assert compare(read(fewer), read(kept(tmp_path, way))).differ > 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "is empty"),
        (b"\xff\xfea,b\n", "not UTF-8"),
        (b'{"rows": [', "Expecting"),
        (b'{\n"rows": 5}', "no list of rows"),
        (b'{\n"rows": [5]}', "no JSON object"),
        (b'{\n"a": ' + b"[" * 100_000, "not a report"),
        (b"made_by,b\n", "its rows are gone"),
        (b'made_by\n"a\n', "not a report"),
        (b"PK\x03\x04nonsense", "not a workbook"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_a_sentence(text: bytes, why: str, tmp_path: Path):
    path = tmp_path / "what"
    path.write_bytes(text)
    with pytest.raises(FileUnreadable, match=why):
        read(path)


def test_a_text_that_names_no_report_has_no_part(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with open_report(path) as found:
        assert found.parts == (Part("", ()),)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("750000.00", "750000", True),
        ("0.0", "0", True),
        ("007", "7", False),
        ("1e3", "1000", False),
        ("NaN", "NaN ", False),
        ("2022/23", "2022/24", False),
    ],
)
def test_numbers_are_compared_as_numbers_and_codes_as_codes(
    one: str, other: str, same: bool, tmp_path: Path
):
    def part(cell: str) -> Part:
        path = tmp_path / "cell.csv"
        path.write_text(f"cell,made_by\n{cell},x\n", encoding="utf-8")
        return read(path)

    assert (compare(part(one), part(other)).differ == 0) == same
