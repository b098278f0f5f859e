"""What stands where: awards, funds, recipients, overrides, papers and periods, found again."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ACTOR, DAY, WHEN
from tests.reports.asking import ask
from tests.reports.lived import Move, lived, moves, total
from tests.reports.test_finance import MOMENTS, at, by_then
from vru_ledger import reports
from vru_ledger.actions.administer import Told
from vru_ledger.actions.override import override
from vru_ledger.actions.points import close_period, reopen_period, tag_paper
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import parse_period
from vru_ledger.domain.query import Moment
from vru_ledger.domain.stages import HELD
from vru_ledger.store.database import Database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = lived()
    told = Told(dated=DAY, reason="winter", decision="PCD 1")
    for pence, until in ((1, date(2022, 3, 31)), (70_000, date(2023, 3, 31))):
        override(made, "ALPHA-FUND", (), Pence(pence), until, told, actor=ACTOR, recorded_at=WHEN)
    how: dict[str, Any] = {"actor": "Ada", "recorded_at": WHEN, "preview": False}
    told = Told(dated=date(2023, 5, 1), reason="because")
    tag_paper(made, "BOARD", told, **how)
    for period in ("2021/22", "2020/21"):
        close_period(made, parse_period(period), told, **how)
    reopen_period(made, parse_period("2020/21"), told, named=True, **how)
    tag_paper(made, "AUDIT", told, **how)
    yield made
    made.close()


@pytest.fixture(scope="module")
def everything(database: Database) -> list[Move]:
    return moves(database)


def facts(database: Database, *kinds: str) -> dict[int, dict[str, Any]]:
    """Return what entries of some kinds say, by number: from their text, and nothing else."""
    with database.read() as session:
        found = session.rows("SELECT number, kind, fact FROM entries ORDER BY number")
    return {number: json.loads(fact) for number, kind, fact in found if kind in kinds}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_award_is_told_with_what_each_stage_holds_of_it(
    database: Database, everything: list[Move], moment: Moment
):
    then = by_then(everything, moment)
    _, rows = ask(database, "awards", **at(moment, everything=True))
    for row in rows:
        mine = [one for one in then if one.award == row.award]
        for stage in HELD:
            assert getattr(row, stage) == sum(one.pence for one in mine if one.stage == stage)
    held = {one.award for one in then if one.award}
    assert {row.award for row in rows} >= held
    assert len(rows) == len({row.award for row in rows})


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_fund_is_told_with_its_authority_and_the_total_is_all_of_it(
    database: Database, everything: list[Move], moment: Moment
):
    then = by_then(everything, moment)
    answer, rows = ask(database, "funds", **at(moment))
    for row in rows:
        mine = [one for one in then if one.fund == row.fund]
        assert row.authority == total(mine, lambda one: one.stage == "authority")
    assert answer.total.authority == total(then, lambda one: one.stage == "authority")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fund", ["", "ALPHA", "GAMMA"])
def test_a_recipient_is_told_with_what_it_was_promised(
    database: Database, everything: list[Move], fund: str, moment: Moment
):
    then = [o for o in by_then(everything, moment) if fund in ("", o.fund) and o.stage in HELD]
    _, rows = ask(database, "recipients", **at(moment, fund=fund))
    for row in rows:
        assert row.allocated == sum(one.pence for one in then if one.recipient == row.recipient)
    assert {row.recipient for row in rows} >= {one.recipient for one in then}


def test_an_override_is_told_as_its_entry_says_with_what_is_leant_on(
    database: Database, everything: list[Move]
):
    said = facts(database, "override")
    _, rows = ask(database, "overrides")
    assert [(row.entry, row.raised, row.until.isoformat()) for row in rows] == [
        (number, fact["amount_pence"], fact["until"]) for number, fact in said.items()
    ]
    [limit] = [
        fact["limit"] for fact in facts(database, "cap").values() if fact["cap"] == "ALPHA-FUND"
    ][-1:]
    held = total(everything, lambda one: one.fund == "ALPHA" and one.stage in HELD)
    assert {row.leant_on for row in rows} == {max(0, held - limit)}
    assert not ask(database, "overrides", known_at=min(said) - 1)[1]


def test_a_paper_is_told_with_the_point_that_it_names(database: Database):
    said = facts(database, "paper")
    _, rows = ask(database, "papers")
    assert [(row.paper, row.at, row.head, row.entry) for row in rows] == [
        (fact["paper"], fact["at"], fact["head"], number) for number, fact in said.items()
    ]
    with database.read() as session:
        hashes: dict[int, str] = dict(session.rows("SELECT number, hash FROM entries"))
    assert all(hashes[row.at] == row.head for row in rows)


def test_a_period_is_told_as_its_newest_entry_left_it(database: Database):
    said = facts(database, "close-period", "reopen-period")
    newest = {fact["period"]: (number, fact) for number, fact in said.items()}
    _, rows = ask(database, "periods")
    assert {row.period: (row.entry, row.state, row.last_day.isoformat()) for row in rows} == {
        period: (
            number,
            "closed" if fact["kind"] == "close-period" else "reopened",
            fact["last_day"],
        )
        for period, (number, fact) in newest.items()
    }
    before = max(said) - 1
    states = {row.period: row.state for row in ask(database, "periods", known_at=before)[1]}
    assert states["2020/21"] == "closed"


TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("name", reports.names())
def test_every_report_is_compared_with_something_else_and_has_a_page(name: str):
    asked = [
        file.name
        for folder in ("reports", "actions")
        for file in (TESTS / folder).glob("test_*.py")
        if file.name not in ("test_every_report.py", "test_both_databases.py")
        and f'"{name}"' in file.read_text(encoding="utf-8")
    ]
    assert asked, f"no test looks for the figures of {name}"
    pages = (TESTS / "transcripts").glob("*.md")
    commands = (f"vru-ledger report {name}", f"vru-ledger {name}")
    assert any(
        command in page.read_text(encoding="utf-8") for page in pages for command in commands
    )
