"""Pence, recipients and days, each written in its own way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import DAYS
from vru_ledger.domain.money import parse_pounds
from vru_ledger.domain.quantity import Quantity, day_text
from vru_ledger.domain.years import parse_date


@pytest.mark.parametrize(
    ("quantity", "said", "plain"),
    [
        (Quantity(75_000_000, "pence"), "£750,000.00", "750000.00"),
        (Quantity(0, "pence"), "£0.00", "0.00"),
        (Quantity(-1, "pence"), "-£0.01", "-0.01"),
        (Quantity(8, "recipients"), "8", "8"),
        (Quantity(1_234, "recipients"), "1,234", "1234"),
        (Quantity(0, "recipients"), "0", "0"),
        (Quantity(20230331, "day"), "2023-03-31", "2023-03-31"),
        (Quantity(0, "day"), "-", "-"),
    ],
)
def test_a_quantity_is_written_in_its_unit(quantity: Quantity, said: str, plain: str):
    assert str(quantity) == said
    assert quantity.plain() == plain


@given(DAYS)
def test_a_day_as_a_number_reads_as_the_day_it_is(day):
    number = int(day.strftime("%Y%m%d"))
    assert parse_date(day_text(number)) == day
    assert str(Quantity(number, "day")) == day.isoformat()


@given(DAYS, DAYS)
def test_days_as_numbers_come_in_the_order_of_the_days(one, other):
    assert (int(one.strftime("%Y%m%d")) < int(other.strftime("%Y%m%d"))) == (one < other)


@given(st.integers(1, 10**12))
def test_a_quantity_of_pence_reads_back(pence):
    assert parse_pounds(str(Quantity(pence, "pence"))) == pence
    assert parse_pounds(Quantity(pence, "pence").plain()) == pence
