"""A table fits its terminal: whole columns go, no figure is shortened, names are only names."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.samples import FULL, HOSTILE, Row, answer, rendered, row
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import LARGEST_PENCE, format_pounds
from vru_ledger.domain.share import Share
from vru_ledger.render.as_table import bar_of
from vru_ledger.render.columns import for_people

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
AMOUNTS = st.integers(-LARGEST_PENCE, LARGEST_PENCE)


def total_of(rows: Any) -> Row:
    return row("total", sum(one.amount for one in rows), used=Share(500))


def shown_columns(asked: Answer, drawn: str) -> list[str]:
    """Return the headings that a drawing says it has, by what it says it has not."""
    said = re.search(r"not shown at \d+ columns: ([^.]+?)\na note", drawn)
    left_out = re.split(r",\s+", said[1]) if said else []
    return [
        one.heading
        for one in for_people(asked)
        if one.heading not in [" ".join(name.split()) for name in left_out]
    ]


@given(
    st.integers(40, 200),
    st.lists(
        st.builds(
            row,
            st.sampled_from(list(HOSTILE.values())) | st.text(max_size=40),
            AMOUNTS,
            unpublished=st.none() | AMOUNTS,
            code=st.none() | st.text(max_size=20),
            used=st.none() | st.integers(0, 2000),
        ),
        max_size=4,
    ),
)
def test_every_figure_is_whole_at_every_width_and_no_line_is_wider(width: int, rows: list[Row]):
    asked = answer(rows, total=total_of(rows))
    drawn = rendered("table", asked, width=width)
    lines = drawn.splitlines()
    assert max(map(cell_len, lines)) <= width
    shown = shown_columns(asked, drawn)
    assert {"name", "amount", "unpublished"} <= set(shown)
    for one in (*rows, asked.total):
        for pence in (one.amount, one.unpublished):
            written = "not published" if pence is None else format_pounds(pence)
            assert any(re.search(rf"(?<!\S){re.escape(written)}(?!\S)", line) for line in lines)


def test_a_narrow_terminal_does_without_columns_in_the_order_given_and_says_which():
    shown = ("name", "code", "amount", "limit", "left", "number")
    wide = rendered("table", answer(FULL, shown=shown), width=80)
    assert "not shown" not in wide
    narrow = rendered("table", answer(FULL, shown=shown), width=50)
    assert "not shown at 50 columns: area code\n" in narrow
    narrowest = rendered("table", answer(FULL, shown=shown), width=40)
    assert "not shown at 40 columns: area code,\nlimit, left\n" in narrowest


def test_where_no_table_fits_each_field_has_a_line():
    drawn = rendered("table", answer(FULL[:1], drop_first=()), width=40)
    assert "amount       £750,000.00" in drawn
    assert "unpublished  not published" in drawn
    assert "not shown" not in drawn


def test_names_may_wrap_and_figures_stay_to_the_right():
    rows = [row("Mentoring in Pupil Referral Units", 84_000_000), row("DIVERT", 5)]
    drawn = rendered(
        "table", answer(rows, shown=("name", "amount"), total=total_of(rows), notes=[]), width=40
    )
    assert drawn.splitlines() == [
        "A sample",
        "name                              amount",
        "────────────────────────────────────────",
        "Mentoring in Pupil Referral  £840,000.00",
        "Units",
        "DIVERT                             £0.05",
        "────────────────────────────────────────",
        "total                        £840,000.05",
    ]


def test_nothing_is_left_over_at_the_ends_of_lines():
    drawn = rendered("table", answer(FULL, total=TOTAL, apart=[answer(FULL)]), width=120)
    assert [line for line in drawn.splitlines() if line != line.rstrip()] == []


TOTAL = total_of(FULL)


def test_colour_adds_nothing_but_colour():
    asked = {"total": TOTAL, "apart": [answer(FULL)]}
    plain = rendered("table", answer(FULL, **asked), width=120)
    coloured = rendered("table", answer(FULL, **asked), width=120, colour=True)
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    assert ESCAPE.sub("", coloured) == plain


@pytest.mark.parametrize(
    ("share", "bar"),
    [(0, "    "), (1, "▏   "), (125, "▌   "), (500, "██  "), (999, "███▉"), (1000, "████")],
)
def test_a_bar_is_as_long_as_its_share_and_full_only_when_full(share: int, bar: str):
    assert bar_of(share, 4) == bar
    assert bar_of(share + 1000, 4) == "████"


def test_a_share_has_a_bar_and_its_number_beside_it():
    rows = [row("Newham", 1, used=Share(1000)), row("Brent", 2, used=Share(83)), row("Camden", 3)]
    drawn = rendered("table", answer(rows, shown=("name", "used"), notes=[]), width=60)
    assert drawn.splitlines()[3:] == [
        "Newham  ██████████ 100.0%",
        "Brent   ▊            8.3%",
        "Camden                  -",
    ]


def test_an_empty_table_says_that_it_has_no_rows():
    assert "no rows" in rendered("table", answer([]))


def test_a_headline_stands_below_the_table_that_it_is_not_part_of():
    drawn = rendered("table", answer(FULL, apart=[answer([row("SCHOOLS")], title="Apart")]))
    assert drawn.index("a note") < drawn.index("Apart") < drawn.index("SCHOOLS")
