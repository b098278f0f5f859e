"""A picture says what the table says: each figure as text, and bars as long as the figures."""

import re
import struct
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.samples import FULL, HOSTILE, answer, rendered, rendered_bytes, row
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import LARGEST_PENCE, Pence, format_pounds
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput
from vru_ledger.render import tiles_svg
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


class Tile(Value):
    """A tile as the report `map` has them."""

    area_name: str
    letters: str
    unit: str | None
    tile_row: int
    tile_column: int
    amount: Pence


def tiles(*some: Tile) -> Answer:
    named: dict[str, Any] = {"name": "map", "title": "Map", "row_type": Tile, "rows": some}
    return Answer(shown=tuple(Tile.FIELDS), charted=("amount",), picture="tiles", **named)


NEWHAM = Tile("Newham", "NWM", "North East", 2, 2, Pence(75_000_001))
BRENT = Tile("Brent & <Harrow>", "BEN", None, 1, 1, Pence(100))
LONDON = Tile("City of London", "LND", None, 1, 2, Pence(0))


def texts(picture: str) -> list[str]:
    root = ET.fromstring(picture)  # noqa: S314 (our own text)
    return [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_map_is_a_tile_for_each_area_with_letters_figure_and_shade():
    drawn = rendered("svg", tiles(NEWHAM, BRENT, LONDON))
    assert {"NWM", "750k", "BEN", "1", "LND", "–"} <= set(texts(drawn))
    fills = re.findall(r"<title>(.*?)</title>\n<rect [^>]*fill=\"(#\w+)\"", drawn)
    assert [name for name, _ in fills] == [
        "Newham (NWM, North East): £750,000.01",
        "Brent &amp; &lt;Harrow&gt; (BEN): £1.00",
        "City of London (LND): £0.00",
    ]
    assert len({fill for _, fill in fills}) == 3


def test_a_map_by_itself_tells_its_letters_and_every_figure_to_the_penny():
    drawn = rendered("svg", tiles(NEWHAM, BRENT, LONDON))
    for said in (
        "NWM Newham",
        "£750,000.01",
        "BEN Brent & <Harrow>",
        "£1.00",
        "LND City of London",
    ):
        assert said in texts(drawn)
    assert "Newham (NWM, North East): £750,000.01; Brent" in drawn.partition("<desc")[2]


def test_what_is_read_on_a_tile_stands_out_from_every_shade():
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [
            one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lights = [light(fill) for fill in tiles_svg.FILLS]
    assert lights == sorted(lights, reverse=True)
    for fill, ink in zip(lights, map(light, tiles_svg.INKS), strict=True):
        assert (max(fill, ink) + 0.05) / (min(fill, ink) + 0.05) > 4.5


def test_tiles_that_share_letters_are_one_unit_with_one_edge_and_one_line_in_the_key():
    east = [Tile(name, "E", "East", 1, place, Pence(5)) for place, name in ((1, "A"), (2, "B"))]
    drawn = rendered("svg", tiles(*east, Tile("C", "W", "West", 1, 3, Pence(0))))
    assert drawn.count("<line ") == 6 + 4
    assert [text for text in texts(drawn) if text in ("E East", "W West")] == ["E East", "W West"]


def test_a_map_without_places_says_so():
    for way in ("svg", "chart"):
        assert "no area has a place on the map" in rendered(way, tiles())


def test_the_map_in_a_terminal_is_tiles_too():
    assert "NWM █" in rendered("chart", tiles(NEWHAM, BRENT), width=80)


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
