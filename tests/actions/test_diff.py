"""Every figure that moved between two points is explained by its entries, to the penny."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from tests.builders import rows, with_everything
from tests.lively import DAYS, folios_of, lively
from vru_ledger import Ledger
from vru_ledger.actions.diff import answer, difference
from vru_ledger.domain.query import Query
from vru_ledger.domain.stages import AUTHORITY, HELD
from vru_ledger.errors import BadInput, NotFound
from vru_ledger.reports import position
from vru_ledger.store.database import Database
from vru_ledger.store.figures import COLUMNS

POINTS = ("1", "18", "22", "30", "now", *(day.isoformat() for day in DAYS))
PAIRS = list(product(POINTS, POINTS))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with folios_of(6):
        made = lively()
    yield made
    made.close()


def held(database: Database, point: str) -> Counter[tuple[str, str]]:
    """Return what each fund's stages held at a point, as the report position says."""
    [(newest,)] = rows(database, "SELECT number FROM head")
    times = {"as_of": date.fromisoformat(point)} if "-" in point else {}
    known = None if times else newest if point == "now" else int(point)
    with database.read() as session:
        query = Query(by=("fund",), known_at=known, as_of=times.get("as_of"))
        found = list(position.answer(session, query).rows)
    return Counter({(row.fund, name): getattr(row, name) for row in found for name in COLUMNS})


@pytest.mark.parametrize(("start", "end"), PAIRS, ids=str)
def test_before_and_the_entries_come_to_after(database: Database, start: str, end: str):
    before, after = held(database, start), held(database, end)
    with database.read() as session:
        found = difference(session, start, end)
    assert {(row.fund, row.figure): (row.before, row.after) for row in found.figures} == {
        key: (before[key], after[key]) for key in {*before, *after} if before[key] != after[key]
    }
    moved: Counter[tuple[str, str]] = Counter()
    for part in found.parts:
        moved[part.fund, part.figure] += part.moved or 0
    for row in found.figures:
        assert moved[row.fund, row.figure] == row.change == row.after - row.before


@pytest.mark.parametrize("by", [("recipient",), ("area", "fy"), ("theme",), ("bcu",), ("source",)])
@pytest.mark.parametrize(("start", "end"), PAIRS[::11], ids=str)
def test_broken_down_the_changes_add_up_to_those_of_the_funds(
    database: Database, start: str, end: str, by: tuple[str, ...]
):
    with database.read() as session:
        whole, parts = difference(session, start, end), difference(session, start, end, by)
    told: Counter[tuple[str, str]] = Counter()
    for row in parts.figures:
        told[row.fund, row.figure] += row.change
    of_awards = {"recipient", "area", "bcu"} & set(by)
    for row in whole.figures:
        if row.figure in HELD or not of_awards:
            assert told[row.fund, row.figure] == row.change


def test_from_there_to_here_is_here_to_there_turned_round(database: Database):
    for start, end in PAIRS[::7]:
        with database.read() as session:
            there, back = difference(session, start, end), difference(session, end, start)
        assert [(row.before, row.after, row.entries) for row in there.figures] == [
            (row.after, row.before, row.entries) for row in back.figures
        ]
        assert [(row.used_before, row.used_after) for row in there.caps] == [
            (row.used_after, row.used_before) for row in back.caps
        ]


def test_the_use_of_a_cap_changes_by_what_its_entries_hold(database: Database):
    with database.read() as session:
        found = difference(session, "18", "now", fund="alpha")
    assert {row.fund for row in found.caps} == {"ALPHA"}
    assert any(row.limit_before is None and row.limit_after for row in found.caps)
    for row in found.caps:
        assert row.change.value == row.used_after.value - row.used_before.value


def test_a_point_to_itself_moves_nothing(database: Database):
    for point in POINTS:
        with database.read() as session:
            found = difference(session, point, point)
        assert (found.figures, found.caps, found.parts, found.entries) == ([], [], [], 0)


@pytest.mark.parametrize(
    ("start", "end", "by", "error"),
    [
        ("99", "now", (), NotFound),
        ("paper:none", "now", (), NotFound),
        ("soon", "now", (), BadInput),
        ("1", "2021-02-29", (), BadInput),
        ("1", "now", ("colour",), BadInput),
    ],
)
def test_a_point_or_dimension_that_is_none_is_refused(
    database: Database, start: str, end: str, by: tuple[str, ...], error: type[Exception]
):
    with database.read() as session, pytest.raises(error):
        difference(session, start, end, by)


def test_both_databases_explain_alike(database: Database, postgres_url: str):
    with folios_of(6):
        there = lively(postgres_url)
    for start, end in PAIRS[::13]:
        with database.read() as here, there.read() as session:
            ours, theirs = difference(here, start, end), difference(session, start, end)
        assert (ours.figures, ours.caps, ours.parts) == (theirs.figures, theirs.caps, theirs.parts)
    there.close()


def test_authority_that_grows_is_above_zero(database: Database):
    with database.read() as session:
        found = difference(session, "2", "6")
    assert all(row.change > 0 for row in found.figures if row.figure == AUTHORITY)
    assert any(row.figure == AUTHORITY for row in found.figures)


def test_what_went_from_one_fund_to_another_moved_and_comes_to_nothing(database: Database):
    made = with_everything()
    [vired] = Ledger(made, "Ada", "").change_authority(
        "vire", "BETA", 500, to_fund="ALPHA", on=date(2022, 7, 2), reason="Needed there"
    )
    with made.read() as session:
        number = vired.recorded.number
        [said] = answer(session, str(number - 1), str(number), (), "", everything=False).notes
        [none] = answer(session, str(number), str(number), (), "", everything=False).notes
    assert said.endswith(": authority £0.00, unallocated £0.00; 1 entry")
    assert none.endswith(": nothing moved; 0 entries")
    made.close()
