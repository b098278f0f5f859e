"""Every report goes through every way of showing, and says where the ledger stood."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import ACTOR, DAY, WHEN, ledger_of
from tests.reports.asking import ask
from tests.reports.lived import lived
from vru_ledger import render, reports
from vru_ledger.actions.administer import Told
from vru_ledger.actions.override import override
from vru_ledger.actions.points import close_period, tag_paper
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import parse_period
from vru_ledger.domain.query import Query
from vru_ledger.errors import BadInput, NotFound
from vru_ledger.render.columns import NUMBERS, for_people
from vru_ledger.store.database import Database

QUERIES: dict[str, list[dict[str, Any]]] = {
    "position": [
        {},
        {"by": ("recipient",)},
        {"by": ("area", "fy", "theme")},
        {"by": ("fund", "area"), "periods": "quarter"},
        {"periods": "month", "stage": "disbursed"},
    ],
    "monitoring": [{}, {"by": ("source", "fy", "theme")}, {"periods": "quarter"}],
    "payments": [{}, {"by": ("bcu",)}, {"periods": "month"}],
    "movements": [{}, {"by": ("fy", "area")}],
    "recipient": [{"recipient": "ONE"}],
}
ASKED = [(name, query) for name in reports.names() for query in QUERIES.get(name, [{}])]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = lived()
    until = date(2022, 3, 31)
    told = Told(dated=DAY, reason="winter", decision="PCD 1")
    override(made, "ALPHA-FUND", (), Pence(1), until, told, actor=ACTOR, recorded_at=WHEN)
    at: dict[str, Any] = {"actor": "Ada", "recorded_at": WHEN, "preview": False}
    told = Told(dated=date(2023, 5, 1), reason="because")
    tag_paper(made, "BOARD", told, **at)
    close_period(made, parse_period("2021/22"), told, **at)
    yield made
    made.close()


PICTURES = ("chart", "png", "svg")


def shown(database: Database, report: str, way: str, width: int = 100, **query: Any) -> str:
    """Show a report; what is no text as text in which each byte is a character."""
    text, binary = io.StringIO(), io.BytesIO()
    with database.read() as session:
        answer = reports.report(report).answer(session, Query(**query))
        out = binary if render.is_binary(way) else text
        render.renderer(way).render(answer, out, width=width, colour=False)
    return text.getvalue() + binary.getvalue().decode("latin-1")


def drawn_or_not(database: Database, report: str, way: str, **query: Any) -> str:
    """Show a report as a picture, or see that it says why there is none to draw."""
    try:
        return shown(database, report, way, **query)
    except BadInput as why:
        assert why.message.endswith("has no figure to draw")  # noqa: PT017 (both are right)
        return ""


def test_reports_are_found_by_their_files():
    assert set(reports.names()) >= {"caps", "journal", "outputs", "position"}
    assert not set(reports.names()) & {"apart", "meta", "profiles"}
    for name in reports.names():
        assert reports.report(name).TITLE
        assert reports.report(name).Row.__doc__


@pytest.mark.parametrize("name", ["meta", "apart", "profiles", "__init__", "", "../x", "x" * 99])
def test_a_report_that_is_not_there_is_not_found(name: str):
    with pytest.raises(NotFound) as failure:
        reports.report(name)
    assert failure.value.hint == f"there are {', '.join(reports.names())}"


@pytest.mark.parametrize("way", render.names())
@pytest.mark.parametrize(("report", "query"), ASKED)
def test_every_way_shows_every_report(database: Database, report: str, query: Any, way: str):
    if way in PICTURES:
        drawn_or_not(database, report, way, **query)
        return
    told = shown(database, report, way, **query)
    assert told.endswith("\n") or render.is_binary(way)
    _, rows = ask(database, report, **query)
    if way == "json":
        document = json.loads(told)
        assert document["schema"] == f"vru-ledger/{report}/1"
        assert len(document["rows"]) == len(rows) > 0
    elif way in ("csv", "tsv", "jsonl"):
        assert len(told.splitlines()) == len(rows) + (way != "jsonl")


@pytest.mark.parametrize("way", render.names())
@pytest.mark.parametrize(("report", "query"), ASKED)
def test_every_way_shows_a_report_of_an_empty_ledger(report: str, query: Any, way: str):
    if way in PICTURES:
        drawn_or_not(ledger_of(), report, way, **query)
        return
    told = shown(ledger_of(), report, way, **query)
    if way == "json":
        assert json.loads(told)["rows"] == []
    elif way == "jsonl":
        assert told == ""
    elif way in ("csv", "tsv"):
        assert len(told.splitlines()) == 1


@pytest.mark.parametrize("way", ["table", "plain", "md"])
@pytest.mark.parametrize("report", ["caps", "journal", "outputs", "position"])
def test_every_report_says_where_the_ledger_stood(database: Database, report: str, way: str):
    answer, _ = ask(database, report, fund="ALPHA")
    told = " ".join(shown(database, report, way, fund="ALPHA").split())
    assert f"entry number {answer.meta['entry']}, ledger head" in told
    assert answer.meta["ledger_head"][:12] in told
    assert "only fund ALPHA" in told
    assert answer.meta["filters"] == {"fund": "ALPHA"}


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize(("report", "query"), ASKED)
def test_every_report_fits_every_terminal(database: Database, report: str, query: Any, width: int):
    told = shown(database, report, "table", width, **query)
    assert max(map(len, told.splitlines())) <= width


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize(("report", "query"), ASKED)
def test_no_figure_is_cut_and_every_column_left_out_is_named(
    database: Database, report: str, query: Any, width: int
):
    with database.read() as session:
        answer = reports.report(report).answer(session, Query(**query))
        columns = for_people(answer)
        rows = list(answer.rows)
    told = shown(database, report, "table", width, **query)
    _, _, after = told.partition("not shown at")
    left_out = " ".join(after.partition("columns: ")[2].split())
    for column in columns:
        figures = {column.text(row) for row in rows if column.kind in NUMBERS}
        there = all(figure in told for figure in figures)
        assert there or column.heading in left_out, column.heading


@pytest.mark.parametrize("by", [(), ("recipient",), ("area", "fy")])
def test_a_column_of_the_csv_adds_up_to_the_total_of_the_report(database: Database, by: Any):
    answer, _ = ask(database, "position", by=by)
    rows = list(csv.DictReader(io.StringIO(shown(database, "position", "csv", by=by))))
    assert sum(int(row["committed_pence"]) for row in rows) == answer.total.committed
    assert sum(int(row["allocated_pence"]) for row in rows) == answer.total.allocated


def test_the_same_question_of_the_same_ledger_has_the_same_answer(database: Database):
    for report in reports.names():
        assert shown(database, report, "json") == shown(database, report, "json")


@pytest.mark.parametrize("way", ["plain", "csv", "json", "jsonl", "md"])
@pytest.mark.parametrize("report", reports.names())
def test_a_report_in_a_pipe_imports_nothing_costly(report: str, way: str):
    code = (
        "import sys, vru_ledger.store.database, vru_ledger.store.sqlite\n"
        "from vru_ledger import render, reports\n"
        f"reports.report({report!r}); render.renderer({way!r})\n"
        "costly = {'rich', 'typer', 'pydantic', 'sqlmodel', 'sqlalchemy', 'yaml', 'json.tool'}\n"
        "print(sorted(costly & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
