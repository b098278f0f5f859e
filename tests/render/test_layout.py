"""Subtotals and units: whatever is shown adds up to what is shown below it."""

import re
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.samples import rendered
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.share import Share, share_of
from vru_ledger.domain.units import UNITS, format_units, parse_units, rounded
from vru_ledger.domain.value import Value
from vru_ledger.render.layout import for_reading


class Row(Value):
    """Money of a fund, a source and a year."""

    fund: str
    source: str | None
    fy: str
    amount: Pence
    part: Pence
    share: Share | None = None


LEVELS = (("fund",), ("source",), ("fy",))
SHOWN = ("fund", "source", "fy", "amount", "part")


def answer(*rows: Row, **more: Any) -> Answer:
    amount, part = (Pence(sum(getattr(row, name) for row in rows)) for name in ("amount", "part"))
    told: dict[str, Any] = {
        "name": "sample",
        "title": "A sample",
        "row_type": Row,
        "rows": iter(rows),
        "shown": SHOWN,
        "total": Row("total", "", "", amount, part),
        "levels": LEVELS,
    }
    return Answer(**{**told, **more})


def row(fund: str, source: str | None, fy: str, pence: int = 100) -> Row:
    return Row(fund, source, fy, Pence(pence), Pence(pence // 3))


def lines(asked: Answer, units: str = "") -> list[tuple[str, ...]]:
    told = rendered("plain", for_reading(asked, units)).splitlines()
    return [tuple(line.split("\t")) for line in told[1:] if not line.startswith("#")]


def test_each_group_of_several_rows_has_a_subtotal_the_innermost_first():
    found = lines(
        answer(
            row("A", "HO", "2021/22", 1),
            row("A", "HO", "2022/23", 2),
            row("A", None, "2021/22", 4),
            row("B", "HO", "2021/22", 8),
        )
    )
    assert [(*line[:3], line[3]) for line in found] == [
        ("A", "HO", "2021/22", "£0.01"),
        ("A", "HO", "2022/23", "£0.02"),
        ("A", "HO", "subtotal", "£0.03"),
        ("A", "-", "2021/22", "£0.04"),
        ("A", "subtotal", "", "£0.07"),
        ("B", "HO", "2021/22", "£0.08"),
        ("total", "", "", "£0.15"),
    ]


def test_rows_of_one_group_have_their_total_only_once():
    found = lines(answer(row("A", "HO", "2021/22"), row("A", "HO", "2022/23")))
    assert [line[:3] for line in found] == [
        ("A", "HO", "2021/22"),
        ("A", "HO", "2022/23"),
        ("A", "HO", "subtotal"),
        ("total", "", ""),
    ]


def test_what_does_not_add_up_is_worked_out_of_the_sums():
    def completed(one: Row) -> Row:
        return one.replace(share=share_of(one.part, one.amount))

    rows = [completed(Row("A", "HO", str(n), Pence(100), Pence(50 * n))) for n in range(2)]
    asked = answer(*rows, complete=completed, shown=(*SHOWN, "share"))
    assert [line[5] for line in lines(asked)] == ["0.0%", "50.0%", "25.0%", "-"]


def test_programs_get_rows_and_nothing_else():
    asked = answer(row("A", "HO", "2021/22"), row("A", "HO", "2022/23"))
    assert len(rendered("csv", asked).splitlines()) == 3


def test_what_rounding_leaves_over_stands_in_a_row_of_its_own():
    found = lines(answer(*[row("A", "HO", f"{n}", 40_000) for n in range(3)]), "£000")
    assert [(line[0], line[2], line[3]) for line in found] == [
        ("A", "0", "0"),
        ("A", "1", "0"),
        ("A", "2", "0"),
        ("A", "rounding", "1"),
        ("A", "subtotal", "1"),
        ("total", "", "1"),
    ]


class Across(Value):
    """Money by quarter, and in all."""

    TOLD: ClassVar[dict[str, Any]] = {}
    fund: str
    q1: Pence
    q2: Pence
    total: Pence


PENCE = st.integers(-(10**9), 10**9)


@given(st.lists(st.tuples(PENCE, PENCE), min_size=1, max_size=5), st.sampled_from(UNITS))
def test_columns_and_what_rounding_leaves_over_add_up_to_the_total_of_the_row(
    amounts: list[tuple[int, int]], units: str
):
    rows = [Across("A", Pence(a), Pence(b), Pence(a + b)) for a, b in amounts]
    shown = ("fund", "q1", "q2", "total")
    told: dict[str, Any] = {"name": "x", "title": "X", "row_type": Across, "rows": rows}
    asked = for_reading(Answer(**told, shown=shown, across=("q1", "q2")), units)
    for row in asked.rows:
        parts = [name for name in asked.shown if name not in ("fund", "total")]
        added = sum(rounded(getattr(row, name), units) for name in parts)
        assert added == rounded(row.total, units)
    assert asked.shown in (shown, ("fund", "q1", "q2", "rounding", "total"))


def test_figures_that_need_no_rounding_leave_nothing_over():
    rows = [Row("A", "HO", str(pence), Pence(pence), Pence(0)) for pence in (100_000, 700_000)]
    found = lines(answer(*rows), "£000")
    assert [line[3] for line in found] == ["1", "7", "8", "8"]


KEYS = st.sampled_from("AB")


@given(
    st.lists(st.tuples(KEYS, KEYS, KEYS, st.integers(-(10**9), 10**9)), max_size=12),
    st.sampled_from(UNITS),
)
def test_whatever_is_shown_adds_up_to_the_total_shown(
    told: list[tuple[str, str, str, int]], units: str
):
    found = lines(answer(*[row(*one) for one in sorted(told)]), units)
    for column in (3, 4):
        shown = [
            int(re.sub(r"[£,.]", "", line[column])) for line in found[:-1] if "subtotal" not in line
        ]
        assert sum(shown) == int(re.sub(r"[£,.]", "", found[-1][column]))


@pytest.mark.parametrize(
    ("pence", "units", "shown"),
    [
        (75_000_000, "£000", "750"),
        (75_049_999, "£000", "750"),
        (75_050_000, "£000", "751"),
        (-75_050_000, "£000", "-751"),
        (600_000_000, "£m", "6.00"),
        (123_456_789, "£m", "1.23"),
        (-4_999, "£000", "0"),
        (123_456, "pence", "123,456"),
        (123_456, "£", "£1,234.56"),
    ],
)
def test_a_figure_is_rounded_by_itself_to_the_nearest_step(pence: int, units: str, shown: str):
    assert format_units(pence, units) == shown


@given(st.integers(-(10**15), 10**15), st.sampled_from(UNITS))
def test_a_figure_and_its_opposite_look_alike(pence: int, units: str):
    assert rounded(-pence, units) == -rounded(pence, units)
    assert abs(rounded(pence, units) - pence) * 2 <= {"£000": 100_000, "£m": 1_000_000}.get(
        units, 1
    )


@pytest.mark.parametrize(
    ("typed", "units"),
    [("£", "£"), ("GBP", "£"), ("£000", "£000"), ("000", "£000"), ("k", "£000"), ("£M", "£m")],
)
def test_units_are_read_with_and_without_the_sign(typed: str, units: str):
    assert parse_units(typed) == units


@pytest.mark.parametrize("typed", ["", "£00", "euros", "million"])
def test_what_is_no_unit_is_refused(typed: str):
    with pytest.raises(ValueError, match="is none of £, £000, £m, pence"):
        parse_units(typed)


def test_notes_and_what_stands_apart_are_in_the_same_units_or_say_so():
    beside = answer(row("A", "HO", "1", 123_456), name="beside", title="Beside")
    told = rendered("md", for_reading(answer(row("B", "HO", "1"), apart=[beside]), "£000"))
    assert "Beside, in £000" in told
    assert told.count("each rounded by itself") == 2
