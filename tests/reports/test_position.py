"""The position says where every penny is: as the movements say, by anything, at any time."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.builders import DAY, POUND, asked_of, funded, give, ledger_of
from tests.reports.asking import (
    COLUMNS,
    KEYS,
    OF_AWARDS,
    ask,
    busy,
    figures,
    promised,
    told,
    without_area,
)
from vru_ledger.domain.query import DIMENSIONS
from vru_ledger.domain.stages import STAGES
from vru_ledger.errors import BadInput, LedgerContradicts
from vru_ledger.store import ledger
from vru_ledger.store.database import Database
from vru_ledger.store.figures import Figures

BYS = [by for size in (1, 2) for by in combinations(DIMENSIONS, size)] + [
    ("fy", "fund"),
    ("recipient", "fund", "theme"),
    DIMENSIONS,
]
FILTERS: dict[str, dict[str, str]] = {
    "none": {},
    "fund": {"fund": "GAMMA"},
    "source": {"source": "HO"},
    "year": {"fy": "2021/22"},
    "area": {"area": "E2"},
    "unit": {"bcu": "BCU-1"},
    "recipient": {"recipient": "ONE"},
    "recipient of a fund": {"fund": "GAMMA", "recipient": "ONE"},
    "recipient in a year": {"fy": "2021/22", "recipient": "ONE"},
    "award": {"award": "ALPHA-0001"},
    "nothing": {"fund": "ALPHA", "area": "E3"},
}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = busy()
    without_area(made)
    yield made
    made.close()


def newest(database: Database) -> int:
    with database.read() as session:
        return ledger.head(session).number


def expected(database: Database, by: Any, filters: dict[str, str], where: str = "1 = 1") -> Any:
    texts, values = [where], []
    for name, value in filters.items():
        texts.append(f"{KEYS[name]} = ?")
        values.append(value)
    groups = figures(database, by, " AND ".join(texts), *values)
    spread = OF_AWARDS & set(by) or {"recipient", "area", "bcu", "award"} & set(filters)
    return promised(groups) if spread else {key: sums for key, sums in groups.items() if any(sums)}


@pytest.mark.parametrize("by", BYS, ids=",".join)
@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS.keys())
def test_figures_are_those_of_the_movements(database: Database, by: Any, filters: dict[str, str]):
    answer, rows = ask(database, "position", by=by, **filters)
    said = {key: sums for key, sums in told(rows, by).items() if any(sums)}
    assert said == expected(database, by, filters)
    for name in (*COLUMNS, "allocated"):
        assert sum(getattr(row, name) for row in rows) == getattr(answer.total, name)


@pytest.mark.parametrize("by", BYS, ids=",".join)
@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS.keys())
def test_summed_from_movements_the_figures_are_those_of_the_balances(
    database: Database, by: Any, filters: dict[str, str]
):
    now, rows = ask(database, "position", by=by, **filters)
    then, past = ask(database, "position", by=by, known_at=newest(database), **filters)
    assert rows == past
    assert now.total == then.total
    assert now.shown == then.shown


@pytest.mark.parametrize("by", [("fund",), ("fund", "fy"), ("recipient",), ("recipient", "fy")])
@pytest.mark.parametrize("stage", [*COLUMNS])
def test_a_stage_is_shown_alone(database: Database, by: Any, stage: str):
    answer, rows = ask(database, "position", by=by, stage=stage)
    index = COLUMNS.index(stage)
    assert answer.shown[-1] == stage
    assert "used" not in answer.shown
    assert {key: sums[index] for key, sums in told(rows, by).items()} == {
        key: sums[index] for key, sums in figures(database, by).items() if sums[index]
    }


def test_an_entry_counts_from_its_day_and_one_that_is_not_dated_always(database: Database):
    _, rows = ask(database, "position", by=("fund", "fy"), as_of=date(2022, 5, 31))
    said = told(rows, ("fund", "fy"))
    where = "e.dated IS NULL OR e.dated <= '2022-05-31'"
    assert said == expected(database, ("fund", "fy"), {}, f"({where})")
    assert said["GAMMA", "2021/22"][3] == 12_345
    assert said["GAMMA", "2022/23"] == (0, -100, 0, 100, 0, 0, 0)  # Its authority comes in June.


def test_what_is_known_at_an_entry_is_what_the_entries_to_it_say(database: Database):
    for number in (0, 5, 20, newest(database)):
        answer, rows = ask(database, "position", known_at=number)
        said = {key: sums for key, sums in told(rows, ("fund",)).items() if any(sums)}
        assert said == expected(database, ("fund",), {}, f"e.number <= {number}")
        assert answer.meta["entry"] == number
        assert answer.meta["known_at"] == number


def test_between_two_days_the_figures_are_what_moved(database: Database):
    days = {"since": date(2022, 1, 1), "until": date(2022, 12, 31)}
    answer, rows = ask(database, "position", **days)
    where = "e.dated BETWEEN '2022-01-01' AND '2022-12-31'"
    assert told(rows, ("fund",)) == expected(database, ("fund",), {}, where)
    assert "movements since 2022-01-01, not what is held" in answer.notes


def test_what_moved_since_a_day_is_no_part_of_a_whole(database: Database):
    moved, _ = ask(database, "position", since=date(2022, 1, 1))
    held, _ = ask(database, "position", until=date(2022, 1, 1))
    assert "used" not in moved.shown
    assert "used" in held.shown


def test_use_is_measured_against_the_authority_of_the_same_fund_and_year():
    database = ledger_of(*funded("ALPHA", 1000 * POUND))
    give(database, "ALPHA", "Newcomer", 125 * POUND, new_recipient=True, kind="charity")
    [by_fund] = ask(database, "position")[1]
    [by_recipient] = ask(database, "position", by=("recipient",))[1]
    assert by_fund.used == by_recipient.used == 125
    answer, _ = ask(database, "position", recipient="NEWCOMER")
    assert answer.total.used == 125
    assert "authority" not in answer.shown


def test_a_total_is_a_share_only_of_what_is_shown(database: Database):
    """One recipient's part of one fund is no share of all funds together."""
    asked: list[tuple[dict[str, Any], bool]] = [
        ({"award": "ALPHA-0001", "by": ("fund",)}, False),
        ({"recipient": "ONE", "by": ("fund", "recipient")}, False),
        ({"recipient": "ONE", "fund": "ALPHA", "by": ("fund",)}, True),
        ({"recipient": "ONE", "by": ("recipient",)}, True),
    ]
    for more, has_whole in asked:
        answer, rows = ask(database, "position", **more)
        assert (answer.total.used is not None) == has_whole, more
        assert rows[0].used is not None
    assert answer.measures["used"].startswith(
        "allocated / all the authority of what is asked about, in per cent"
    )


def test_without_authority_there_is_no_use_to_measure(database: Database):
    _, rows = ask(database, "position", fund="DELTA")
    assert [(row.fund, row.authority, row.used) for row in rows] == [("DELTA", 0, None)]


def test_rows_are_named_by_code_and_name_and_say_what_is_not_given(database: Database):
    def read(*by: str) -> list[tuple[Any, ...]]:
        answer, rows = ask(database, "position", by=by)
        names = [name for name in answer.shown if name not in (*COLUMNS, "allocated", "used")]
        return [tuple(getattr(row, name) for name in names) for row in (*rows, answer.total)]

    assert read("fund")[0] == ("ALPHA", "Alpha Fund")
    assert read("source")[-3:] == [("HO", "Home Office"), (None, None), ("total", "")]
    assert read("area")[-2:] == [(None, None), ("total", "")]
    assert ("Island", "E3") in read("area")
    assert read("bcu")[0] == ("River", "BCU-1")
    assert ("NOBODY", "No Area") in read("recipient")
    assert read("fy")[-2:] == [(None,), ("total",)]
    assert read("theme") == [("Youth",), (None,), ("total",)]


def test_the_foot_says_that_it_ties_out_and_to_what(database: Database):
    answer, _ = ask(database, "position")
    number, head = newest(database), answer.meta["ledger_head"]
    assert answer.notes[-1] == (
        f"Σ rows = total: authority £11,913.33; entry number {number}, "
        f"ledger head {head[:12]}…, as of the newest entry"
    )
    assert answer.notes[0].startswith("authority £11,913.33 = unallocated £4,6")
    assert [name for name in STAGES if name not in answer.notes[0]] == []


def test_rows_that_do_not_add_up_are_a_bug_and_never_a_report(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    honest = Figures.groups
    monkeypatch.setattr(Figures, "groups", lambda *asked: list(honest(*asked))[1:])
    for by in ("fund", "recipient", "fy"):
        with pytest.raises(LedgerContradicts, match=r"rows come to .* in pence"):
            ask(database, "position", by=(by,))


def test_stages_that_do_not_come_to_the_authority_are_a_bug(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    honest = Figures.total
    monkeypatch.setattr(Figures, "total", lambda *asked: (*honest(*asked)[:6], 7))
    with pytest.raises(LedgerContradicts, match="its stages come to"):
        ask(database, "position")


@pytest.mark.parametrize("by", ["colour", "award", "x" * 99, "fund; DROP TABLE movements"])
def test_a_dimension_that_is_not_there_is_refused_with_those_that_are(database: Database, by: str):
    with pytest.raises(BadInput) as refusal:
        ask(database, "position", by=("fund", by))
    assert "fund, source, recipient, area, bcu, fy, theme" in refusal.value.hint


def test_a_headline_stands_apart_and_in_no_total(database: Database):
    for by in ((), ("theme",), ("fund", "theme")):
        answer, rows = ask(database, "position", by=by)
        assert [beside.name for beside in answer.apart] == ["headlines", "programmes"]
        [headline] = answer.apart[0].rows
        [programme] = answer.apart[1].rows
        assert (headline.amount, headline.note, programme.amount) == (7, "apart", None)
        assert sum(row.authority for row in rows) == answer.total.authority == 1_191_333
    for asked in ({"fund": "ALPHA"}, {"by": ("area",)}, {"stage": "committed"}):
        assert ask(database, "position", **asked)[0].apart == []


@pytest.mark.parametrize("by", [by for by in BYS if len(by) == 1], ids=",".join)
def test_what_is_held_now_is_told_without_reading_movements_or_entries(
    database: Database, by: tuple[str, ...]
):
    with asked_of(database) as said:
        ask(database, "position", by=by)
    assert said
    assert [sql for sql in said if "movements" in sql or "entries" in sql] == []


def test_one_recipient_is_found_by_key_as_sqlites_plan_says(tmp_path: Path):
    database = busy(str(tmp_path / "ledger.db"))
    said: list[str] = []
    database.driver.connection.set_trace_callback(said.append)
    try:
        ask(database, "position", recipient="ONE")
    finally:
        database.driver.connection.set_trace_callback(None)
    asked = [sql for sql in said if "'recipient'" in sql]
    assert asked
    for sql in asked:
        with database.read() as session:
            plan = [row[3] for row in session.rows(f"EXPLAIN QUERY PLAN {sql}")]
        assert any("(scope=? AND fund=? AND name=? AND bucket=?)" in step for step in plan), plan
    database.close()


def test_recipients_are_read_as_they_are_asked_for(database: Database):
    answer, _ = ask(database, "position", by=("recipient",))
    assert not isinstance(answer.rows, list)
    assert isinstance(ask(database, "position")[0].rows, list)


def test_both_databases_answer_alike(database: Database, database_place: str):
    other = busy(database_place)
    without_area(other)
    for by in BYS:
        for more in ({}, {"recipient": "ONE"}, {"as_of": DAY}):
            there, rows = ask(other, "position", by=by, **more)
            here, expected_rows = ask(database, "position", by=by, **more)
            assert rows == expected_rows
            assert there.total == here.total
    other.close()
