"""Column maps: days in any order, amounts below zero, and files that read back what they say."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vru_ledger.domain.money import parse_pounds
from vru_ledger.domain.text import parse_name
from vru_ledger.errors import FileUnreadable, MapUnsound
from vru_ledger.exchange.column_map import AS_OURS, ColumnMap, checked, read_day
from vru_ledger.exchange.map_file import as_yaml, found, read_map

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
FORMATS = {
    "DD/MM/YYYY": "%d/%m/%Y",
    "MM-DD-YY": "%m-%d-%y",
    "YYYY.MM.DD": "%Y.%m.%d",
    "DD MMM YYYY": "%d %b %Y",
    "DDMMYYYY": "%d%m%Y",
}


@given(day=DAYS, written=st.sampled_from(sorted(FORMATS)))
def test_a_day_reads_back_from_each_way_of_writing_it(day: date, written: str):
    assert read_day(day.strftime(FORMATS[written]), written) == day
    assert read_day(day.isoformat(), written) == day


@pytest.mark.parametrize("text", ["31/02/2021", "1.2.2021", "2021", "", "13/13/2021", "1/2/21"])
def test_what_is_no_day_in_that_way_is_refused(text: str):
    with pytest.raises(ValueError, match="day"):
        read_day(text, "DD/MM/YYYY")


@pytest.mark.parametrize("written", ["DD/MM", "D/M/Y", "DD/DD/YYYY", "YYYY", "day", ""])
def test_a_way_of_writing_without_day_month_and_year_is_refused(written: str):
    with pytest.raises(ValueError, match="DD/MM/YYYY"):
        read_day("1/2/2021", written)


@pytest.mark.parametrize("amount", ["(1,234.56)", "-1,234.56", "\u22121,234.56", "( 1,234.56 )"])
def test_below_zero_is_what_the_map_says_or_stays_to_be_refused_with_its_row(amount: str):
    told, faults = ColumnMap(negative="recover").as_ours({"amount": amount})
    assert (told, faults) == ({"amount": "1,234.56", "do": "recover"}, [])
    assert ColumnMap(dates="DD/MM/YYYY").as_ours({"amount": amount}) == ({"amount": amount}, [])
    with pytest.raises(ValueError, match="amount"):
        parse_pounds(amount)
    assert AS_OURS.as_ours({"amount": amount}) == ({"amount": amount}, [])


def test_a_map_that_does_not_fit_is_refused():
    known = ("award", "amount", "on")
    for columns, said in (
        (ColumnMap(columns={"money": "Amount"}), "no column 'money'"),
        (ColumnMap(columns={"on": "Paid"}, constants={"on": "2021-01-01"}), "give one"),
        (ColumnMap(dates="weekly"), "not a way to write a day"),
        (ColumnMap(negative="refund"), "none of clawback, recover"),
    ):
        with pytest.raises(ValueError, match=said):
            checked(columns, known, negatives=True)
    with pytest.raises(ValueError, match="only a payment"):
        checked(ColumnMap(negative="recover"), known, negatives=False)


def _is_name(text: str) -> bool:
    try:
        return parse_name(text) == text
    except ValueError:
        return False


NAMES = st.text(min_size=1, max_size=30).filter(_is_name)
OURS = st.sampled_from(["award", "amount", "on", "ref"])
MAPS = st.builds(
    ColumnMap,
    columns=st.dictionaries(OURS, NAMES, max_size=4),
    ignored=st.lists(NAMES, max_size=3).map(tuple),
    constants=st.dictionaries(OURS, NAMES, max_size=4),
    dates=st.sampled_from(["", "DD/MM/YYYY"]),
    negative=st.sampled_from(["", "recover"]),
    sheet=st.just("") | NAMES,
)


@given(columns=MAPS)
def test_a_map_reads_back_from_its_file(columns: ColumnMap, tmp_path_factory):
    path = tmp_path_factory.mktemp("maps") / "a.map.yaml"
    path.write_text(as_yaml(columns), encoding="utf-8")
    assert read_map(str(path)) == columns


def test_every_fault_of_a_map_is_at_its_line(tmp_path: Path):
    path = tmp_path / "bad.map.yaml"
    path.write_text("columns:\n  award: [a]\nignore: x\nfoo: 1\nset:\n  ref:\n", encoding="utf-8")
    with pytest.raises(MapUnsound) as caught:
        read_map(str(path))
    assert sorted(one.line for one in caught.value.findings) == [2, 3, 4, 6]


def test_a_map_is_found_by_name_beside_the_table(tmp_path: Path):
    (tmp_path / "finance.map.yaml").write_text("columns:\n  award: a\n", encoding="utf-8")
    table = str(tmp_path / "run.csv")
    assert found("finance", table) == str(tmp_path / "finance.map.yaml")
    assert found("other/place.yaml", table) == "other/place.yaml"
    with pytest.raises(FileUnreadable, match="no map 'other'") as caught:
        found("other", table)
    assert caught.value.hint == "those there: finance"
