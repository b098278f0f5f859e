"""Overrides looked back at: each counts from its own day to its last, or until it was undone."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import ACTOR, POUND, give, with_everything
from tests.reports.asking import ask
from vru_ledger import Ledger
from vru_ledger.actions.allocation_request import Request
from vru_ledger.actions.headroom import of_recipient
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Moment
from vru_ledger.store.database import Database

FIRST, UNDONE, LAST = date(2021, 5, 1), date(2021, 7, 1), date(2022, 3, 31)
BETWEEN, AFTER = date(2021, 6, 15), date(2022, 4, 1)


@pytest.fixture
def database() -> Iterator[Database]:
    """A ledger in which TWO may have £3,500 and not £3,000 of ALPHA, for eleven months."""
    made = with_everything(overridden=False)
    told: dict[str, Any] = {"on": FIRST, "reason": "winter", "decision": "PCD 1"}
    Ledger(made, ACTOR, "").override_cap("ALPHA-EACH", 500 * POUND, LAST, bucket=("TWO",), **told)
    yield made
    made.close()


def _undo(database: Database) -> int:
    number = int(ask(database, "overrides")[1][0].entry)
    Ledger(database, ACTOR, "").reverse(number, on=UNDONE, reason="Decided otherwise")
    return number


def _lean(database: Database) -> None:
    """Let TWO hold £3,200: more than its cap, and within the override."""
    give(database, "ALPHA", "TWO", 1_400 * POUND, source="CR", dated=FIRST)
    give(database, "ALPHA", "TWO", 1_200 * POUND, source="HO", dated=FIRST)


def _raised(database: Database, **when: Any) -> int:
    rows = ask(database, "caps", fund="ALPHA", recipient="TWO", **when)[1]
    [row] = [row for row in rows if row.cap == "ALPHA-EACH"]
    return row.override.value // POUND if row.override else 0


def _room(database: Database, day: date, moment: Moment) -> int:
    """Return the room that ALPHA-EACH leaves TWO, as headroom says it."""
    asked = Request(
        fund="ALPHA", recipient="TWO", amount_pence=Pence(1), dated=day, source="CR", area="E1"
    )
    with database.read() as session:
        rows = list(of_recipient(session, asked, moment).rows)
    [row] = [row for row in rows if row.cap == "ALPHA-EACH"]
    return int(row.headroom.value)


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2021, 4, 30), 0, 0),
        (FIRST, 500, 500),
        (BETWEEN, 500, 500),
        (UNDONE, 500, 0),
        (LAST, 500, 0),
        (AFTER, 0, 0),
    ],
)
def test_an_override_undone_counts_on_the_days_before_it_was_undone(
    database: Database, day: date, before: int, after: int
):
    assert _raised(database, as_of=day) == before
    number = _undo(database)
    assert _raised(database, as_of=day) == after
    assert _raised(database, as_of=day, known_at=number) == before


def test_an_override_that_has_ended_is_no_headroom_any_more(database: Database):
    assert _raised(database, today=LAST) == 500
    assert _raised(database, today=AFTER) == 0
    assert _raised(database, today=date(2021, 4, 30)) == 0


@pytest.mark.parametrize("undone", [False, True])
@pytest.mark.parametrize("day", [date(2021, 4, 30), FIRST, BETWEEN, UNDONE, LAST, AFTER])
def test_the_caps_and_headroom_say_the_same_room_is_left(
    database: Database, day: date, undone: bool
):
    if undone:
        _undo(database)
    for when, moment in (({"today": day}, Moment()), ({"as_of": day}, Moment(as_of=day))):
        rows = ask(database, "caps", fund="ALPHA", recipient="TWO", **when)[1]
        [left] = [row.headroom.value for row in rows if row.cap == "ALPHA-EACH"]
        assert _room(database, day, moment) == left


def test_every_override_is_listed_from_its_own_day_on_ended_or_not(database: Database):
    _undo(database)

    def listed(**when: Any) -> list[tuple[int, date]]:
        return [
            (row.raised // POUND, row.from_day) for row in ask(database, "overrides", **when)[1]
        ]

    both = [(500, FIRST), (-500, UNDONE)]
    assert listed() == listed(as_of=AFTER) == listed(as_of=UNDONE) == both
    assert listed(as_of=BETWEEN) == both[:1]
    assert listed(as_of=date(2021, 4, 30)) == []


def test_a_bucket_within_its_limit_is_no_exception_for_having_an_override(database: Database):
    def looked_at(**when: Any) -> set[str]:
        rows = ask(database, "caps", fund="ALPHA", exceptions=True, **when)[1]
        return {row.verdict for row in rows if row.bucket_code == "TWO"}

    assert looked_at(today=BETWEEN) == looked_at(as_of=BETWEEN) == set()
    _lean(database)
    assert looked_at(today=BETWEEN) == {"ok, override £500.00"}
    assert looked_at(today=AFTER) == {"over"}


def test_an_override_that_has_ended_is_an_exception_only_while_nothing_else_lets_it_pass(
    database: Database,
):
    _lean(database)

    def ended(day: date) -> list[int]:
        rows = ask(database, "exceptions", fund="ALPHA", today=day)[1]
        return [row.amount // POUND for row in rows if row.what == "override ended"]

    assert (ended(LAST), ended(AFTER)) == ([], [200])
    Ledger(database, ACTOR, "").override_cap(
        *("ALPHA-EACH", 200 * POUND, date(2022, 12, 31)),
        bucket=("TWO",),
        on=AFTER,
        reason="still",
        decision="PCD 1",
    )
    assert (ended(AFTER), ended(date(2023, 1, 1))) == ([], [200, 200])


def test_an_override_that_was_undone_has_not_ended(database: Database):
    _lean(database)
    _undo(database)
    rows = ask(database, "exceptions", fund="ALPHA", today=AFTER)[1]
    assert "override ended" not in {row.what for row in rows}
    assert {row.detail for row in rows if row.about == "ALPHA-EACH, Second Trust"} == {
        "over: £3,200.00 of £3,000.00"
    }
