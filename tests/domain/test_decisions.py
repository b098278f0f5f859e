"""References of decisions: one spelling, whatever was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vru_ledger.domain.decisions import parse_decision


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *[(typed, "PCD 1644") for typed in ("PCD 1644", "pcd1644", "PCD-1644", "Pcd no. 01644")],
        *[
            (typed, "DMPCD 2013/96")
            for typed in ("DMPCD 2013/96", "dmpcd 2013 96", "DMPCD-2013-96", "DMPCD 2013/096")
        ],
        *[(typed, "MD3274") for typed in ("MD3274", "md 3274", "MD-3274")],
        *[(typed, "DD2738") for typed in ("DD2738", "dd 2738")],
        *[("add 2600", "ADD2600"), ("DAR 12", "DAR12")],
        *[(typed, typed) for typed in ("Paper 15", "PCD x", "Board, 3 May", "MD3274a", "XPCD 1")],
    ],
)
def test_a_reference_is_stored_in_one_spelling(typed: str, stored: str):
    assert parse_decision(typed) == stored


@given(
    st.sampled_from(["PCD", "DMPCD", "MD", "DD", "ADD", "DAR"]),
    st.integers(1, 99_999),
    st.sampled_from(["", " ", "-", " no. ", ": "]),
    st.booleans(),
)
def test_every_way_of_typing_a_reference_is_the_same_reference(series, number, between, small):
    typed = f"{series}{between}{number}"
    stored = parse_decision(typed.lower() if small else typed)
    assert stored == parse_decision(f"{series}{number}")
    assert parse_decision(stored) == stored


@pytest.mark.parametrize("typed", ["", "a\x07b", "\u202eDCP", "PCD", "md", "DMPCD -"])
def test_what_no_text_may_hold_is_no_reference(typed: str):
    with pytest.raises(ValueError, match=r"\S"):
        parse_decision(typed)
