"""Every way of showing shows everything, whatever the names, and an empty answer as empty."""

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from tests.render.samples import FULL, HOSTILE, STEERING, Row, answer, rendered, row
from vru_ledger import render
from vru_ledger.errors import BadInput
from vru_ledger.render.delimited import neutralised

EVERY_WAY = [name for name in render.names() if not render.is_binary(name)]
PICTURES = ("chart", "svg")
MACHINES = ("csv", "tsv", "json", "jsonl")
STREAMS = ("plain", "csv", "tsv", "json", "jsonl", "html")
EVERY_NAME = "chart, csv, html, json, jsonl, md, plain, png, sentences, svg, table, tsv, xlsx"
TOTAL = row("total", 75_000_001, number=1234)


def test_ways_of_showing_are_found_by_their_files():
    assert ", ".join(render.names()) == EVERY_NAME


@pytest.mark.parametrize("name", ["html2", "", "../csv", "CSV", "x" * 99])
def test_a_way_that_is_not_there_is_refused_with_those_that_are(name: str):
    with pytest.raises(BadInput, match=EVERY_NAME):
        render.renderer(name)


def test_the_ending_of_a_file_says_how_to_write_it():
    assert render.SUFFIXES["csv"] == "csv"
    assert render.SUFFIXES["markdown"] == "md"
    assert render.SUFFIXES["tsv"] == "tsv"
    assert set(render.SUFFIXES.values()) == {*render.names()} - {"chart", "sentences", "table"}


@pytest.mark.parametrize("way", EVERY_WAY)
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_name_steers_the_terminal_or_breaks_a_line(way: str, hostile: str):
    plain = rendered(way, answer([row("Newham")], total=TOTAL, title="A", notes=["B"]))
    shown = rendered(
        way, answer([row(hostile)], total=TOTAL, title=f"A{hostile}", notes=[f"B{hostile}"])
    )
    assert not (STEERING - {"\n"}) & (set(shown) - ({"\t"} if way in ("plain", "tsv") else set()))
    if way not in ("table", *PICTURES):
        assert shown.count("\n") == plain.count("\n")


@pytest.mark.parametrize("way", EVERY_WAY)
def test_markup_is_shown_as_it_was_typed(way: str):
    shown = rendered(way, answer([row("[b]x[/b] :smile:")]), width=200)
    if way == "svg":  # A long label is on several lines, each a text of its own.
        shown = re.sub("<.*?>", " ", shown)
    assert "[b]x[/b] :smile:" in shown.replace("\\[", "[").replace("\\]", "]")


@pytest.mark.parametrize("way", EVERY_WAY)
def test_nobodys_figure_is_ever_nought(way: str):
    shown = rendered(way, answer([row("Newham", 5)], shown=("name", "unpublished")))
    assert "0.00" not in shown
    assert ("not published" in shown) == (way not in MACHINES)


@pytest.mark.parametrize("way", EVERY_WAY)
def test_an_empty_answer_is_empty_and_not_an_error(way: str):
    shown = rendered(way, answer(iter(()), notes=[]))
    if way == "json":
        assert json.loads(shown)["rows"] == []
        assert json.loads(shown)["totals"] is None
    elif way == "jsonl":
        assert shown == ""
    elif way in ("csv", "tsv"):
        assert len(shown.splitlines()) == 1
    elif way in PICTURES:
        assert "no rows" in shown
    elif way == "sentences":
        assert shown == "A sample.\nThere are no rows.\n"
    else:
        assert "name" in shown


@pytest.mark.parametrize("way", STREAMS)
def test_rows_are_written_as_they_come_in_bounded_memory(way: str):
    class Counter(io.TextIOBase):
        written = 0

        def write(self, text: str) -> int:
            self.written += len(text)
            return len(text)

    out = Counter()

    def rows() -> Iterator[Row]:
        for number in range(20_000):
            if number == 10:
                tracemalloc.reset_peak()
            if number == 19_000:
                # Everything before is out already, not waiting in memory.
                assert out.written > 19_000 * 50
                assert tracemalloc.get_traced_memory()[1] < 3_000_000
            yield row(f"Recipient {number}", number)

    rendered(way, answer([row()]))
    tracemalloc.start()
    try:
        render.renderer(way).render(answer(rows()), out, width=80, colour=False)
    finally:
        tracemalloc.stop()


def test_json_tells_the_schema_where_it_stood_and_what_it_means():
    beside = answer([row("apart")], name="beside", notes=[])
    told = json.loads(
        rendered(
            "json",
            answer(
                FULL,
                total=TOTAL,
                meta={"entry": 7, "filters": {"fund": "A\x1b"}},
                measures={"amount": "what was given"},
                apart=[beside],
            ),
        )
    )
    assert told["schema"] == "vru-ledger/sample/1"
    assert told["meta"] == {"entry": 7, "filters": {"fund": "A\\u001B"}}
    assert told["measures"] == {"amount": "what was given"}
    assert [one["amount_pence"] for one in told["rows"]] == [75_000_000, 1, 0]
    assert told["totals"]["amount"] == "750000.01"
    assert "name" not in told["totals"]
    assert told["notes"] == ["a note"]
    assert told["apart"][0]["schema"] == "vru-ledger/beside/1"
    assert told["apart"][0]["rows"][0]["name"] == "apart"


def test_json_lines_are_the_rows_and_nothing_else():
    lines = rendered("jsonl", answer(FULL, total=TOTAL, apart=[answer(FULL)])).splitlines()
    document = json.loads(rendered("json", answer(FULL)))
    assert [json.loads(line) for line in lines] == document["rows"]


def test_a_csv_column_adds_up_to_the_total():
    rows = csv_rows(answer(FULL, total=TOTAL))
    assert sum(int(one["amount_pence"]) for one in rows) == TOTAL.amount
    assert len(rows) == len(FULL)


def test_csv_leaves_what_is_absent_empty():
    [one] = csv_rows(answer([row()]))
    assert (one["unpublished_pence"], one["unpublished"], one["left"]) == ("", "", "")
    assert (one["dated"], one["used_per_cent"], one["approximate"]) == ("", "", "false")


def csv_rows(asked: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered("csv", asked), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u00a0=1", "\t=1", "\r=1", "\n=1", "\tx", "\rx"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "\u3000\uff1d1", "−1"),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str):
    assert neutralised(text) == f"'{text}"
    [one] = csv_rows(answer([row(text)]))
    assert one["name"].startswith("'") or "\\u00" in one["name"]


@pytest.mark.parametrize("text", ["", "Newham", "A=B", "1-2", "'quoted", "£-5", "a\tb"])
def test_any_other_text_stays_as_it_is(text: str):
    assert neutralised(text) == text


def test_an_amount_below_zero_is_a_number_and_gets_no_apostrophe():
    [one] = csv_rows(answer([row("Newham", -1250)]))
    assert (one["amount_pence"], one["amount"]) == ("-1250", "-12.50")


def test_plain_has_as_many_cells_in_every_line_and_footers_that_a_filter_can_skip():
    hostile = [row(name) for name in HOSTILE.values() if "# " not in name]
    shown = rendered("plain", answer(hostile, total=TOTAL, apart=[answer([row()])]))
    lines = [line for line in shown.splitlines() if not line.startswith("# ")]
    assert len(lines) == 1 + len(hostile) + 1
    assert {line.count("\t") for line in lines} == {10}
    assert "# a note\n# A sample\n# name\tarea code" in shown


def test_plain_cuts_nothing():
    shown = rendered("plain", answer([row("x" * 300, hash="f" * 64)]), width=40)
    assert "x" * 300 in shown
    assert "f" * 64 in shown


def test_markdown_sets_figures_to_the_right_escapes_cells_and_makes_the_total_bold():
    shown = rendered(
        "md",
        answer(
            [row("a|b*c")], shown=("name", "amount"), total=TOTAL, measures={"amount": "pounds"}
        ),
    )
    assert shown.splitlines() == [
        "## A sample",
        "",
        "| name      |          amount |",
        "| --------- | --------------: |",
        "| a\\|b\\*c   |     £750,000.00 |",
        "| **total** | **£750,000.01** |",
        "",
        "- a note",
        "",
        "- *amount*: pounds",
    ]


def test_an_ampersand_is_left_alone_unless_markdown_would_take_it_for_a_character():
    shown = rendered("md", answer([row("A&E &lt; &#60;")], shown=("name",)))
    assert "| A&E \\&lt; \\&#60; |" in shown
