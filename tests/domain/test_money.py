"""Amounts as people write them: read to the penny, or refused with the character at fault."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import ANY_TEXT, PENCE
from vru_ledger.domain.money import LARGEST_PENCE, format_decimal, format_pounds, parse_pounds

HOW = "write it like 750000, 750,000, £750,000.00, 750k or 0.75m"


def refusal(text: str) -> str:
    with pytest.raises(ValueError, match=r"750,000|above zero|most") as caught:
        parse_pounds(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("750000", 75_000_000),
        ("750,000", 75_000_000),
        ("£750,000.00", 75_000_000),
        ("750k", 75_000_000),
        ("0.75m", 75_000_000),
        ("£6m", 600_000_000),
        ("6M", 600_000_000),
        ("1.5K", 150_000),
        ("0.01", 1),
        ("£0.10", 10),
        ("1.5", 150),
        ("007", 700),
        ("  £1,234.56  ", 123_456),
        ("1.00001k", 100_001),
        ("0.00000001m", 1),
        ("1,000k", 100_000_000),
        ("100,000,000,000", LARGEST_PENCE),
    ],
)
def test_an_amount_is_read_to_the_penny(text: str, pence: int):
    assert parse_pounds(text) == pence


@given(PENCE)
@example(1)
@example(LARGEST_PENCE)
def test_what_is_written_reads_back_the_same(pence: int):
    assert parse_pounds(format_pounds(pence)) == pence
    assert parse_pounds(format_decimal(pence)) == pence


@given(st.integers(1, 100_000))
def test_a_thousand_and_a_million_are_short_for_their_noughts(whole: int):
    assert parse_pounds(f"{whole}k") == parse_pounds(f"{whole}000")
    assert parse_pounds(f"{whole}m") == parse_pounds(f"{whole}000000")


@pytest.mark.parametrize(
    ("text", "position", "character"),
    [
        ("1.234,56", 6, ","),
        ("\uff11\uff12", 1, "\uff11"),
        ("1\uff12", 2, "\uff12"),
        ("٣", 1, "٣"),
        ("NaN", 1, "N"),
        ("inf", 1, "i"),
        ("1e3", 2, "e"),
        ("7.5e5", 4, "e"),
        ("1_000", 2, "_"),
        ("1 000", 2, " "),
        ("1\xa0000", 2, "\xa0"),
        ("12,34", 6, ""),
        ("1234,567", 5, ","),
        ("1,0000", 6, "0"),
        ("1,00,000", 5, ","),
        ("1,000,", 7, ""),
        ("750kk", 5, "k"),
        ("750b", 4, "b"),
        ("750\u212a", 4, "\u212a"),
        ("$750", 1, "$"),
        ("££1", 2, "£"),
        ("1£", 2, "£"),
        ("+5", 1, "+"),
        ("5-", 2, "-"),
        ("\u22125", 1, "\u2212"),
        (".5", 1, "."),
        ("1..5", 3, "."),
        ("0x10", 2, "x"),
        ("5\n", 2, "\n"),
        ("\t5", 1, "\t"),
        ("\u202e5", 1, "\u202e"),
        ("5\0", 2, "\0"),
        ("9" * 5_000, 17, "9"),
        ("1" + ",000" * 1_500, 22, ","),
        ("1" + ",000" * 10 + "x", 22, ","),
        ("1.234", 5, "4"),
        ("£1,300,000.001", 14, "1"),
        ("0.000001k", 8, "1"),
        ("1.123456789m", 11, "9"),
    ],
)
def test_a_refusal_names_the_character_at_fault_by_its_position(
    text: str, position: int, character: str
):
    said = refusal(text)
    if character:
        assert f"character {position} is {character!r}" in said
    else:
        assert f"breaks off; {HOW}" in said
        assert position == len(text) + 1
    assert HOW in said
    assert len(said) < 200


@pytest.mark.parametrize("text", ["1.234", "1.000", "0.001", "0.000001k", "0.000000001m"])
def test_parts_of_a_penny_are_refused_as_such(text: str):
    assert "has parts of a penny" in refusal(text)


@pytest.mark.parametrize("text", ["0", "£0.00", "0k", "0.00m", "000"])
def test_nothing_is_no_amount(text: str):
    assert refusal(text) == f"{text!r} is nothing; an amount is above zero"


@pytest.mark.parametrize("text", ["-5", "-£5", "(1,234.56)", "-0"])
def test_below_zero_is_no_amount(text: str):
    assert refusal(text) == f"{text!r} is below zero; an amount is above zero"


@pytest.mark.parametrize("text", ["", "   "])
def test_a_missing_amount_is_said_to_be_missing(text: str):
    assert refusal(text) == f"an amount is missing; {HOW}"


@pytest.mark.parametrize("text", ["£", "1.", "1,", "£1,00"])
def test_an_amount_that_breaks_off_is_said_to_break_off(text: str):
    assert refusal(text) == f"{text!r} breaks off; {HOW}"


@pytest.mark.parametrize("text", ["100,000,000,000.01", "200,000m", "9999999999999999m"])
def test_more_than_there_can_be_is_refused_and_says_how_much_there_can_be(text: str):
    assert refusal(text) == f"{text!r} is over £100,000,000,000.00, the most there can be"


@given(ANY_TEXT | st.text("£0123456789,.kmKM -", max_size=30))
def test_any_text_is_an_amount_within_bounds_or_refused_in_a_sentence(text: str):
    try:
        pence = parse_pounds(text)
    except ValueError as refused:
        said = str(refused)
        assert said
        assert len(said) < 600
        assert "\n" not in said
    else:
        assert type(pence) is int
        assert 1 <= pence <= LARGEST_PENCE


def may_go_on(start: str) -> bool:
    """Say by hand, and not by the pattern of the code, whether some amount begins like this."""
    rest = start.removeprefix("£")
    whole, dot, fraction = rest.partition(".")
    groups = whole.split(",")
    if dot:
        digits_end = fraction.rstrip("kmKM")
        if not groups[-1].isdecimal() or len(fraction) - len(digits_end) > 1:
            return False
        if (digits_end and not digits_end.isdecimal()) or len(digits_end) > 9:
            return False
        if fraction and not digits_end:
            return False
        whole_is_done = True
    else:
        unit = rest[-1:] in tuple("kmKM")
        whole = rest[:-1] if unit else rest
        groups, whole_is_done = whole.split(","), unit
    if groups == [""]:
        return not whole_is_done
    if not all(group.isdecimal() for group in groups[:-1]):
        return False
    last = groups[-1]
    if (last and not last.isdecimal()) or (whole_is_done and not last):
        return False
    if len(groups) == 1:
        return 1 <= len(last) <= 16
    if not 1 <= len(groups[0]) <= 3 or len(groups) > 6:
        return False
    if any(len(group) != 3 for group in groups[1:-1]):
        return False
    return len(last) == 3 or (len(last) < 3 and not whole_is_done)


@given(st.text("£0123456789,.kme_", min_size=1, max_size=26))
@example("1" + ",000" * 5 + ",")
@example("£1.5k5")
def test_the_character_named_is_the_first_that_no_amount_could_have_there(text: str):
    try:
        parse_pounds(text)
    except ValueError as refused:
        found = re.search(r"not an amount: character (\d+) is ", str(refused))
        if found:
            at = int(found[1])
            assert may_go_on(text[: at - 1]) or at == 1
            assert not may_go_on(text[:at])
        elif "breaks off" in str(refused):
            assert may_go_on(text)


@pytest.mark.parametrize(
    ("pence", "pounds", "decimal"),
    [
        (0, "£0.00", "0.00"),
        (1, "£0.01", "0.01"),
        (-1, "-£0.01", "-0.01"),
        (99, "£0.99", "0.99"),
        (-100_000, "-£1,000.00", "-1000.00"),
        (123_456_789, "£1,234,567.89", "1234567.89"),
        (10**17 + 1, "£1,000,000,000,000,000.01", "1000000000000000.01"),
    ],
)
def test_pence_are_written_for_people_and_for_programs(pence: int, pounds: str, decimal: str):
    assert format_pounds(pence) == pounds
    assert format_decimal(pence) == decimal


@given(st.integers(-(10**18), 10**18))
def test_both_ways_of_writing_say_the_same(pence: int):
    assert format_pounds(pence).replace("£", "").replace(",", "") == format_decimal(pence)
    assert int(format_decimal(pence).replace(".", "")) == pence
