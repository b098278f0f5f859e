"""A picture says what the table says: each figure as text, and bars as long as the figures."""

import re
import struct
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.samples import FULL, HOSTILE, answer, rendered, rendered_bytes, row
from vru_ledger.domain.money import LARGEST_PENCE, format_pounds
from vru_ledger.errors import BadInput
from vru_ledger.render.chart import MOST_BARS, chart_of
from vru_ledger.render.tiles import short

AMOUNTS = st.integers(-LARGEST_PENCE, LARGEST_PENCE)


@given(st.lists(AMOUNTS, max_size=8), st.integers(40, 200))
def test_every_figure_is_there_to_the_penny_at_every_width(pence: list[int], width: int):
    asked = answer([row(pence=one) for one in pence], charted=("amount",))
    shown = rendered("chart", asked, width=width)
    for one in pence:
        assert format_pounds(one) in shown
    assert max(cell_len(line) for line in shown.splitlines()) <= width


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_the_longest_bar_is_the_largest_figure_and_nothing_has_none(pence: list[int]):
    chart = chart_of(answer([row(pence=one) for one in pence], charted=("amount",)))
    lengths = [group.bars[0].length for group in chart.groups]
    for one, length in zip(pence, lengths, strict=True):
        assert (length == 0) == (one == 0)
        assert length == 1000 or abs(one) < max(map(abs, pence)) or one == 0


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_picture_is_sound_xml_with_a_name_and_every_figure(name: str):
    asked = answer([row(name, 5), row("b", -7)], charted=("amount", "unpublished"))
    root = ET.fromstring(rendered("svg", asked))  # noqa: S314 (our own text)
    [title, described] = [root.find("{*}title"), root.find("{*}desc")]
    assert title is not None
    assert described is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "£0.05" in texts
    assert "-£0.07" in texts
    assert "not published" in texts
    assert "below zero" in texts


def test_what_is_too_much_for_a_picture_is_said():
    many = [row(pence=number) for number in range(MOST_BARS + 5)]
    shown = rendered("chart", answer(many, charted=("amount",)))
    assert f"the first {MOST_BARS} rows; 5 more are not drawn" in shown


def test_an_answer_without_money_has_no_picture():
    with pytest.raises(BadInput, match="no figure to draw"):
        chart_of(answer(FULL, shown=("name", "number", "dated")))


def test_a_png_is_as_wide_as_it_says_and_has_its_text():
    pytest.importorskip("resvg_py", reason="resvg is not installed: the extra [png]")
    made = rendered_bytes("png", answer(FULL, charted=("amount",)))
    assert made.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", made[16:24])
    assert width == 1600
    assert height > 400


@given(st.integers(0, LARGEST_PENCE))
def test_a_short_figure_is_never_more_than_the_amount(pence: int):
    shown = short(pence)
    assert len(shown) <= 7
    if match := re.fullmatch(r"(\d+)(?:\.(\d))?([km]?)", shown):
        whole, tenth, unit = match.groups()
        size = {"": 100, "k": 100_000, "m": 100_000_000}[unit]
        told = int(whole) * size + int(tenth or 0) * size // 10
        assert told <= pence < told + size
    else:
        assert shown == ("–" if not pence else "<£1")
