"""The British financial year in what people do: 31 March, 1 April, leap days, quarters.

How days, years and periods are read is tested beside `domain`; here is what hangs on them.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    NORTH,
    ONE,
    POUND,
    TWO,
    UNIT,
    WHEN,
    findings,
    funded,
    give,
    ledger_of,
    registered,
    rows,
)
from tests.lively import step
from vru_ledger.actions.administer import Told
from vru_ledger.actions.authority import change
from vru_ledger.actions.authority_request import AuthorityRequest
from vru_ledger.actions.decide import NewLimit, set_limit
from vru_ledger.actions.override import override
from vru_ledger.actions.points import close_period
from vru_ledger.actions.restate import Restatement, restate
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import parse_period
from vru_ledger.domain.query import Moment, Query
from vru_ledger.domain.register import FundingSource
from vru_ledger.errors import AuthorityMissing, EntryRefused, PeriodClosed
from vru_ledger.reports import position, profiles
from vru_ledger.store import awards
from vru_ledger.store.database import Database

ENDS = (date(2022, 3, 31), date(2023, 3, 31), date(2024, 3, 31))
"""Last days of three years, of which the third has a leap day."""

FORTNIGHT = [end + timedelta(days) for end in ENDS for days in range(-6, 8)]
LEAP = date(2024, 2, 29)
ODD_DAYS = [*FORTNIGHT, *(LEAP + timedelta(days) for days in (-1, 0, 1))]


@pytest.fixture
def database() -> Iterator[Database]:
    """Make a ledger in which ALPHA has £10,000 of no year and £1,000 of HO for 2021/22."""
    made = ledger_of(
        registered(NORTH, UNIT, ONE, TWO, FundingSource(code="HO", name="Home Office")),
        *funded("ALPHA", 10_000 * POUND),
    )
    money(made, "fund", 1_000, source="HO", fy="2021/22", dated=date(2021, 4, 1))
    yield made
    made.close()


def money(database: Database, kind: str, pounds: int, **more: Any) -> Any:
    told = {"fund": "ALPHA", "reason": "because", "decision": "PCD 1", **more}
    request = AuthorityRequest(kind=kind, amount_pence=Pence(pounds * POUND), **told)
    return change(database, request, actor=ACTOR, recorded_at=WHEN)


def award(database: Database, pounds: int = 1_000, **more: Any) -> str:
    given = {"source": "none", "dated": date(2020, 4, 1), **more}
    return give(database, "ALPHA", "ONE", pounds * POUND, **given).entry.award


def close(database: Database, name: str) -> None:
    told = Told(dated=date(2026, 1, 1), reason="Books closed")
    close_period(database, parse_period(name), told, actor=ACTOR, recorded_at=WHEN, preview=False)


def committed(database: Database, *, as_of: date) -> int:
    """Return what the position says is committed, as of a day."""
    with database.read() as session:
        told = position.answer(session, Query(as_of=as_of, by=("fund",)))
        return sum(row.committed for row in told.rows)


def lines(database: Database) -> dict[str, int]:
    """Return the authority of each year of HO."""
    found = rows(
        database,
        "SELECT bucket, held FROM balances WHERE scope = 'stage' AND name = 'authority'",
    )
    return {bucket.split("|")[1]: held for bucket, held in found if bucket.startswith("HO|")}


@pytest.mark.parametrize("day", ODD_DAYS, ids=str)
def test_a_step_counts_from_its_day_on_and_not_on_the_day_before(database: Database, day: date):
    ref = award(database)
    step(database, "claim", ref, day, amount_pence=100 * POUND)
    with database.read() as session:
        for as_of, payable in ((day - timedelta(1), 0), (day, 10_000), (date(2030, 1, 1), 10_000)):
            then = awards.held_then(awards.happened(session, ref, Moment(as_of=as_of)))
            assert then.get("payable", 0) == payable, as_of


@pytest.mark.parametrize(
    ("closed", "last", "first_open"),
    [
        ("2021/22", date(2022, 3, 31), date(2022, 4, 1)),
        ("2021/22-Q4", date(2022, 3, 31), date(2022, 4, 1)),
        ("2021/22-P12", date(2022, 3, 31), date(2022, 4, 1)),
        ("2022/23-Q3", date(2022, 12, 31), date(2023, 1, 1)),
        ("2022/23-P01", date(2022, 4, 30), date(2022, 5, 1)),
        ("2023/24-P11", date(2024, 2, 29), date(2024, 3, 1)),
        ("2022/23-P11", date(2023, 2, 28), date(2023, 3, 1)),
    ],
)
def test_a_closed_period_holds_its_last_day_and_not_the_next(
    database: Database, closed: str, last: date, first_open: date
):
    ref = award(database)
    close(database, closed)
    with pytest.raises(PeriodClosed) as refused:
        step(database, "claim", ref, last, amount_pence=1)
    assert f"--on {first_open}" in refused.value.hint
    step(database, "claim", ref, first_open, amount_pence=1)
    first = parse_period(closed).first_day
    with pytest.raises(PeriodClosed):
        step(database, "claim", ref, first, amount_pence=1)
    step(database, "claim", ref, first - timedelta(1), amount_pence=1)
    assert findings(database) == []


@pytest.mark.parametrize("day", [*FORTNIGHT[:14], LEAP], ids=str)
@pytest.mark.parametrize("kind", ["carry", "lapse", "surrender"])
def test_money_is_of_the_year_it_was_given_for_whenever_it_goes(
    database: Database, kind: str, day: date
):
    to = {"to_fy": "2022/23"} if kind == "carry" else {}
    money(database, kind, 400, source="HO", fy="2021/22", dated=day, **to)
    carried = {"2022/23": 40_000} if kind == "carry" else {}
    assert lines(database) == {"2021/22": 60_000, **carried}
    assert findings(database) == []


@pytest.mark.parametrize("day", [date(2022, 3, 31), date(2022, 4, 1)], ids=str)
def test_an_award_of_a_year_draws_on_that_year_on_both_sides_of_its_end(
    database: Database, day: date
):
    award(database, 600, source="HO", fy="2021/22", dated=day)
    with pytest.raises(EntryRefused, match=r"£400\.00 unallocated from HO for 2021/22"):
        award(database, 401, source="HO", fy="2021/22", dated=day)


@pytest.mark.parametrize(
    ("use_by", "passes"),
    [(date(2022, 3, 31), False), (date(2022, 4, 1), True), (date(2023, 3, 31), True)],
    ids=str,
)
def test_money_is_carried_into_a_year_that_begins_by_its_last_day(
    database: Database, use_by: date, passes: bool
):
    last_year = {"source": "HO", "fy": "2020/21"}
    money(database, "fund", 50, **last_year, dated=date(2021, 3, 31), use_by=use_by)
    told = {**last_year, "to_fy": "2022/23", "dated": date(2022, 3, 31)}
    if passes:
        money(database, "carry", 50, **told)
        assert lines(database)["2022/23"] == 5_000
    else:
        with pytest.raises(EntryRefused, match="before 2022/23 begins"):
            money(database, "carry", 50, **told)


def test_a_limit_of_authority_from_1_april_says_nothing_of_31_march(database: Database):
    set_limit(
        database,
        NewLimit(decision_over_pence=100 * POUND, decision_given=True),
        Told(dated=date(2022, 4, 1), reason="scheme"),
        actor=ACTOR,
        recorded_at=WHEN,
        preview=False,
    )
    award(database, 101, dated=date(2022, 3, 31))
    with pytest.raises(AuthorityMissing):
        award(database, 101, dated=date(2022, 4, 1))
    award(database, 100, dated=date(2022, 4, 1))


@pytest.mark.parametrize("last", [date(2022, 3, 31), LEAP], ids=str)
def test_an_override_is_used_on_its_last_day_and_not_on_the_next(database: Database, last: date):
    told = Told(dated=date(2022, 3, 31), reason="winter", decision="PCD 1")
    override(
        *(database, "ALPHA-FUND", (), Pence(500 * POUND), last, told),
        actor=ACTOR,
        recorded_at=WHEN,
    )
    money(database, "fund", 1_000, dated=date(2021, 4, 1))
    award(database, 10_000, dated=last)
    for day in (last + timedelta(1), date(2022, 3, 30)):
        with pytest.raises(EntryRefused, match="over its limit"):
            award(database, 500, dated=day)
    award(database, 500, dated=last)


@pytest.mark.parametrize(
    ("term", "how", "periods"),
    [
        ((date(2022, 3, 31), date(2022, 4, 1)), "quarterly", ["2021/22-Q4", "2022/23-Q1"]),
        ((date(2022, 4, 1), date(2023, 3, 31)), "quarterly", [f"2022/23-Q{q}" for q in "1234"]),
        ((date(2022, 3, 31), date(2022, 4, 1)), "monthly", ["2021/22-P12", "2022/23-P01"]),
        ((LEAP, LEAP), "monthly", ["2023/24-P11"]),
        ((LEAP, date(2024, 3, 1)), "monthly", ["2023/24-P11", "2023/24-P12"]),
        ((date(2022, 12, 31), date(2023, 1, 1)), "quarterly", ["2022/23-Q3", "2022/23-Q4"]),
        ((date(2022, 9, 30), date(2022, 12, 31)), "2", ["2022/23-Q2", "2022/23-Q3"]),
    ],
)
def test_payments_fall_into_the_periods_that_hold_a_day_of_the_term_and_are_not_spread_by_days(
    database: Database, term: tuple[date, date], how: str, periods: list[str]
):
    ref = award(database, 100, dated=term[0], term_from=term[0], term_to=term[1], profile=how)
    with database.read() as session:
        [(_, profile)] = awards.profiles(session, ref)
    assert [one.period for one in profile.instalments] == periods
    # One day of a quarter is paid as the whole quarter beside it is, the odd penny first.
    amounts = [one.amount_pence for one in profile.instalments]
    assert sum(amounts) == 100 * POUND
    assert max(amounts) - min(amounts) <= 1


@pytest.mark.parametrize(
    ("day", "due_pounds", "late_pounds"),
    [
        (date(2022, 3, 31), 50, 0),
        (date(2022, 4, 1), 100, 50),
        (date(2022, 6, 30), 100, 50),
        (date(2022, 7, 1), 100, 100),
    ],
    ids=str,
)
def test_what_is_planned_for_a_quarter_is_due_from_its_first_day_and_late_after_its_last(
    database: Database, day: date, due_pounds: int, late_pounds: int
):
    term = (date(2022, 1, 1), date(2022, 6, 30))
    ref = award(database, 100, dated=term[0], term_from=term[0], term_to=term[1], profile="2")
    with database.read() as session:
        made = awards.made(session, ref)
        assert made
        notes = " ".join(profiles.answer(session, made, day).notes)
    late = f", of that late £{late_pounds}.00" if late_pounds else ""
    assert f"due by {day}: £{due_pounds}.00{late}" in notes
    assert ("late" in notes) is bool(late_pounds)


@pytest.mark.parametrize(
    ("made_on", "by_clock", "dated", "relates_to"),
    [
        (date(2022, 3, 31), True, date(2022, 4, 5), "2021/22"),
        (date(2022, 3, 31), False, date(2022, 4, 5), "2021/22"),
        (date(2022, 4, 1), True, date(2022, 4, 1), ""),
        (date(2022, 4, 1), False, date(2022, 4, 5), ""),
    ],
    ids=str,
)
def test_an_award_restated_keeps_its_day_unless_that_was_closed_or_another_was_told(
    database: Database, made_on: date, by_clock: bool, dated: date, relates_to: str
):
    ref = award(database, dated=made_on)
    close(database, "2021/22")
    asked = Restatement(ref, 5 * POUND, "wrong", date(2022, 4, 5), dated_by_clock=by_clock, key="K")
    done = restate(database, asked, actor=ACTOR, recorded_at=WHEN)
    assert (done.made.entry.dated, done.made.entry.relates_to) == (dated, relates_to)
    undone: Any = done.undone.recorded.entry
    assert (undone.dated, undone.relates_to) == (dated, relates_to)
    assert restate(database, asked, actor=ACTOR, recorded_at=WHEN).already
    assert findings(database) == []


@pytest.mark.parametrize("by_clock", [True, False])
@pytest.mark.parametrize("closed", [True, False])
def test_on_no_day_does_an_award_count_beside_what_restates_it(
    database: Database, by_clock: bool, closed: bool
):
    ref = award(database, dated=date(2022, 3, 31))
    if closed:
        close(database, "2021/22")
    held = {committed(database, as_of=date(2022, 3, 31))}
    asked = Restatement(ref, 5 * POUND, "wrong", date(2022, 4, 5), dated_by_clock=by_clock)
    done = restate(database, asked, actor=ACTOR, recorded_at=WHEN)
    for day in (date(2022, 3, 31), date(2022, 4, 1), date(2022, 4, 4), date(2022, 4, 5)):
        now = committed(database, as_of=day)
        assert now in {*held, done.made.entry.amount_pence}, day


def test_a_restatement_is_recorded_once_though_its_year_was_closed_in_between(database: Database):
    ref = award(database, dated=date(2022, 3, 31))
    asked = Restatement(ref, 5 * POUND, "wrong", date(2022, 4, 5), key="K")
    first = restate(database, asked, actor=ACTOR, recorded_at=WHEN)
    close(database, "2021/22")
    again = restate(database, asked, actor=ACTOR, recorded_at=WHEN)
    assert again.already
    assert again.made.recorded == first.made.recorded


def test_a_restatement_in_a_closed_year_suggests_itself_on_an_open_day(database: Database):
    ref = award(database, dated=date(2022, 3, 31))
    close(database, "2021/22")
    asked = Restatement(ref, -5 * POUND, "wrong", date(2022, 3, 31))
    with pytest.raises(PeriodClosed) as refused:
        restate(database, asked, actor=ACTOR, recorded_at=WHEN)
    assert refused.value.hint == (
        f"vru-ledger amend {ref} -5 --restate --on 2022-04-01 --reason wrong"
    )
    restate(
        database,
        asked.replace(dated=date(2022, 4, 1)),
        actor=ACTOR,
        recorded_at=WHEN,
    )
    assert findings(database) == []
