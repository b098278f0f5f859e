"""A batch file: rows one after another in bounded memory, each under a key of its own."""

import os
import tracemalloc
from pathlib import Path

import pytest

from vru_ledger.domain.findings import Finding
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange.batch_file import BatchFile, BatchRow

HEAD = "fund,recipient,amount\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "batch.csv"


def looked_at(path: Path) -> BatchFile:
    file = BatchFile(str(path), ("fund", "recipient", "amount"), ("reason",))
    file.look()
    return file


def rows_of(path: Path) -> list[BatchRow]:
    findings: list[Finding] = []
    rows = list(looked_at(path).rows(findings))
    assert findings == []
    return rows


def test_rows_that_are_alike_have_different_keys_and_the_same_in_a_copy(path: Path):
    path.write_text(HEAD + "A,B,1\nA,B,1\n\nA,B,1\n")
    keys = [row.key for row in rows_of(path)]
    assert len(set(keys)) == 3
    copy = path.with_name("copy.csv")
    copy.write_bytes(path.read_bytes())
    assert [row.key for row in rows_of(copy)] == keys
    assert all(key.startswith(looked_at(path).keys_begin) for key in keys)


def test_another_file_has_other_keys(path: Path):
    path.write_text(HEAD + "A,B,1\n")
    [one] = rows_of(path)
    path.write_text(HEAD + "A,B,2\n")
    [other] = rows_of(path)
    assert one.key != other.key


def test_a_byte_order_mark_is_none_of_the_heading(path: Path):
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.encode() + b"A,B,1\n")
    assert [row.cells["fund"] for row in rows_of(path)] == ["A"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_cells_are_parted_as_the_heading_is(path: Path, mark: str):
    path.write_text(mark.join(["fund", '"recipient"', "amount"]) + "\n")
    with path.open("a") as file:
        file.write(mark.join(["A", '"B, C; D\tE"', "1.50"]) + "\n")
    assert rows_of(path)[0].cells == {"fund": "A", "recipient": "B, C; D\tE", "amount": "1.50"}


@pytest.mark.parametrize("amount", ["1,5", "1,500", "1.500,00", "£1,000,000"])
def test_where_cells_are_not_parted_by_commas_an_amount_with_one_is_refused(
    path: Path, amount: str
):
    path.write_text(f"fund;recipient;amount\nA;B;{amount}\n")
    findings: list[Finding] = []
    assert list(looked_at(path).rows(findings)) == []
    [found] = findings
    assert (found.row, found.field, found.code) == (2, "amount", "batch-bad-amount")
    assert "a comma may be a decimal point" in found.message


def test_what_was_read_is_not_held(path: Path):
    with path.open("w") as file:
        file.write(HEAD)
        file.writelines(f"ALPHA,RECIPIENT-{number},{number}.00\n" for number in range(1, 50_001))
    file_ = looked_at(path)
    findings: list[Finding] = []
    tracemalloc.start()
    count = sum(1 for _ in file_.rows(findings))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 50_000
    assert peak < 1_000_000  # The digests of these rows alone would take several times as much.


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "A," + "x" * 1_100_000 + ",1\n",
        HEAD + 'A,"' + "x\n" * 600_000,
        HEAD + "A,B,1\n" + 'A,"b\n",' * 200_000,
        "x" * 1_100_000,
    ],
    ids=["one line", "a quotation that never ends", "many lines in one row", "the heading"],
)
def test_a_row_without_end_is_refused_before_it_is_held(path: Path, text: str):
    path.write_text(text)
    with pytest.raises(FileUnreadable, match=r"longer than 1,000,000 bytes|is not CSV"):
        rows_of(path)


def test_many_rows_may_be_longer_together_than_one_may_be(path: Path):
    path.write_text(HEAD + f'A,"{"B" * 9_000}",1\n' * 200)
    assert len(rows_of(path)) == 200


def test_a_file_that_changes_while_it_is_read_is_refused(path: Path):
    path.write_text(HEAD + "A,B,1\n" * 3)
    file = looked_at(path)
    path.write_text(HEAD + "A,B,1\nA,B,2\nA,B,1\n")
    with pytest.raises(FileUnreadable, match="was changed while it was read"):
        list(file.rows([]))


def test_looking_at_a_pipe_does_not_wait_for_it(path: Path):
    os.mkfifo(path)
    with pytest.raises(FileUnreadable, match="is a pipe"):
        looked_at(path)
