"""A field's type says how it is written: for people, and for programs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.samples import FULL, HOSTILE, SHOWN, STEERING, Row, answer, row
from vru_ledger.domain.money import LARGEST_PENCE, Pence, parse_pounds
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.share import Share, format_share, share_of
from vru_ledger.domain.value import Value
from vru_ledger.render.columns import as_told, columns, for_people, for_programs, machine_names


class Undeclared(Value):
    price: float
    both: int | str


class Postponed(Value):
    fund: "str"


def cells(one: Row) -> dict[str, str]:
    return {column.heading: column.text(one) for column in columns(Row, SHOWN)}


def test_people_read_a_row_in_their_own_words():
    assert cells(FULL[1]) == {
        "name": "Croydon",
        "area code": "E1",
        "amount": "£0.01",
        "unpublished": "£0.05",
        "limit": "8",
        "left": "3",
        "used": "12.5%",
        "number": "1,234",
        "value": "about 800",
        "approximate": "yes",
        "dated": "2022-03-31",
        "hash": "0123456789abcdef",
    }


def test_what_is_absent_reads_as_such_and_never_as_nought():
    absent = cells(row())
    assert absent["unpublished"] == "not published"
    assert absent["dated"] == "not dated"
    assert absent["area code"] == "none"
    assert (absent["left"], absent["used"]) == ("-", "-")


def test_programs_get_money_twice_and_what_is_absent_as_null():
    assert as_told(FULL[0], for_programs(answer(()))) == {
        "name": "Newham",
        "code": None,
        "amount_pence": 75_000_000,
        "amount": "750000.00",
        "unpublished_pence": None,
        "unpublished": None,
        "unit": "pence",
        "limit_pence": 75_000_000,
        "limit": "750000.00",
        "left_pence": 0,
        "left": "0.00",
        "used_per_cent": 100.0,
        "number": 0,
        "value": 0,
        "approximate": False,
        "dated": None,
        "hash": "",
    }


@pytest.mark.parametrize(
    ("quantity", "told"),
    [
        (Quantity(8, "recipients"), {"unit": "recipients", "limit": "8", "left": None}),
        (Quantity(20230331, "day"), {"unit": "day", "limit": "2023-03-31", "left": None}),
        (Quantity(0, "day"), {"unit": "day", "limit": None, "left": None}),
    ],
)
def test_a_quantity_has_pence_only_where_it_is_money(quantity: Quantity, told: dict):
    assert as_told(row(limit=quantity), columns(Row, ("limit", "left"))) == told


def test_the_unit_is_told_once_and_every_name_once():
    names = machine_names(for_programs(answer(())))
    assert names.count("unit") == 1
    assert len(names) == len(set(names))


def test_a_column_for_programs_alone_is_not_for_people():
    assert "approximate" not in [column.name for column in for_people(answer(()))]


def test_a_table_shows_the_beginning_of_a_hash():
    [column] = columns(Row, ("hash",))
    assert (column.short(FULL[1]), column.text(FULL[1])) == ("012345", "0123456789abcdef")


@pytest.mark.parametrize(
    ("row_type", "name"), [(Undeclared, "price"), (Undeclared, "both"), (Postponed, "fund")]
)
def test_a_type_that_nobody_said_how_to_write_is_a_bug(row_type: type, name: str):
    with pytest.raises(TypeError, match=name):
        columns(row_type, (name,))


@given(st.integers(-LARGEST_PENCE, LARGEST_PENCE))
def test_the_pence_the_decimal_and_the_text_of_an_amount_are_one_amount(pence: int):
    [column] = columns(Row, ("amount",))
    whole, decimal = column.machine(row(pence=pence))
    assert whole == pence
    assert Decimal(decimal) * 100 == pence
    text = column.text(row(pence=pence))
    assert (text[0] == "-") == (pence < 0)
    if pence:
        assert parse_pounds(text.removeprefix("-")) == abs(pence)


@given(st.text() | st.sampled_from(list(HOSTILE.values())))
def test_no_text_can_steer_a_terminal_or_leave_its_cell(text: str):
    for column in columns(Row, ("name",)):
        assert not STEERING & set(column.text(row(text)))
        assert not STEERING & set(column.machine(row(text))[0])


@given(st.text(alphabet=st.characters(categories=("L", "N", "Zs"), max_codepoint=0x24F)))
def test_an_ordinary_name_is_written_as_it_is(text: str):
    [column] = columns(Row, ("name",))
    if "\xad" not in text:
        assert column.text(row(text)) == text


@given(st.integers(0, LARGEST_PENCE), st.integers(1, LARGEST_PENCE))
def test_a_share_is_rounded_down_to_a_tenth_of_a_per_cent(part: int, whole: int):
    share = share_of(part, whole)
    assert share is not None
    assert share * whole <= part * 1000 < (share + 1) * whole
    assert Decimal(format_share(share).rstrip("%").replace(",", "")) * 10 == share


def test_there_is_no_share_of_nothing():
    assert share_of(5, 0) is None
    assert format_share(Share(999)) == "99.9%"
    assert date.isoformat(date(2022, 3, 31)) == "2022-03-31"
    assert Pence(5) == 5
