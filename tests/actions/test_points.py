"""Papers name a point for ever; a closed period takes no date, whoever writes and however."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    POUND,
    WHEN,
    cap,
    contents,
    findings,
    give,
    record,
    registered,
    rows,
    with_everything,
)
from tests.lively import step, undo
from vru_ledger.actions import resolve
from vru_ledger.actions.administer import Told
from vru_ledger.actions.points import Marked, close_period, reopen_period, tag_paper
from vru_ledger.actions.when import entry_known_at
from vru_ledger.domain.entries import Allocation, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import parse_period
from vru_ledger.domain.points import PaperTag
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area
from vru_ledger.errors import (
    AlreadyThere,
    AuthorityMissing,
    BadInput,
    EntryRefused,
    ExitCode,
    KeyConflict,
    NotFound,
    PeriodClosed,
)
from vru_ledger.store.database import Database

LATER = date(2022, 5, 1)
IN_Q4 = date(2022, 2, 14)


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    made = with_everything(database_place, overridden=False)
    yield made
    made.close()


def told(on: date = LATER, **more: Any) -> Told:
    return Told(**{"dated": on, "reason": "said so", **more})


def close(database: Database, name: str, on: date = LATER, **more: Any) -> Marked:
    period = parse_period(name)
    return close_period(
        database, period, told(on, **more), actor=ACTOR, recorded_at=WHEN, preview=False
    )


def reopen(database: Database, name: str, *, named: bool = True, **more: Any) -> Marked:
    return reopen_period(
        database,
        parse_period(name),
        told(**more),
        actor=ACTOR,
        named=named,
        recorded_at=WHEN,
        preview=False,
    )


def tag(database: Database, name: str, *, preview: bool = False, **more: Any) -> Marked:
    return tag_paper(database, name, told(**more), actor=ACTOR, recorded_at=WHEN, preview=preview)


def known_at(database: Database, when: str) -> int:
    with database.read() as session:
        return entry_known_at(session, when)


def test_a_paper_names_the_newest_entry_and_its_hash(database: Database):
    [(number, hash_)] = rows(database, "SELECT number, hash FROM head")
    new = tag(database, "BOARD").recorded.entry
    assert isinstance(new, PaperTag)
    assert (new.at, new.head) == (number, hash_)
    give(database, "BETA", "ONE", 1)
    assert known_at(database, "paper:board") == number
    assert findings(database) == []


def test_a_paper_is_never_moved(database: Database):
    tag(database, "BOARD")
    before = contents(database)
    with pytest.raises(AlreadyThere, match="names entry 20 already, by entry 21"):
        tag(database, "BOARD")
    assert contents(database) == before


def test_a_paper_tagged_again_with_its_key_is_tagged_once(database: Database):
    once = tag(database, "BOARD", key="P1")
    give(database, "BETA", "ONE", 1)
    again = tag(database, "BOARD", key="P1")
    assert (again.already, again.recorded) == (True, once.recorded)
    with pytest.raises(KeyConflict):
        tag(database, "OTHER", key="P1")


def test_a_previewed_paper_is_not_there(database: Database):
    tag(database, "BOARD", preview=True)
    with pytest.raises(NotFound, match="no paper is called 'BOARD'"):
        known_at(database, "paper:BOARD")


@pytest.mark.parametrize(
    ("when", "number"),
    [
        ("17", 17),
        ("e17", 17),
        ("0", 0),
        ("now", 20),
        ("2021-04-01", 20),
        ("01/04/2021", 20),
        ("2021-04-01T09:00:00Z", 20),
        ("2021-04-01T09:00Z", 20),
        ("2021-04-01 10:00:00+01:00", 20),
        ("2030-01-01", 20),
    ],
)
def test_when_is_an_entry_a_day_a_moment_or_now(when: str, number: int):
    database = with_everything(overridden=False)
    assert known_at(database, when) == number
    with database.read() as session:
        assert resolve.query(session, Query(known=when)).known_at == number
    database.close()


@pytest.mark.parametrize(
    ("when", "error"),
    [
        ("21", NotFound),
        ("2021-03-31", NotFound),
        ("2021-04-01T08:59:59Z", NotFound),
        ("2021-04-01T09:59:59+01:00", NotFound),
        ("2021-02-29", BadInput),
        ("2021-04-01T25:00Z", BadInput),
        ("soon", BadInput),
        ("paper:", NotFound),
        ("paper:NONE", NotFound),
        ("-1", BadInput),
        ("\uff11\uff17", BadInput),
    ],
)
def test_a_time_that_is_none_or_before_everything_is_refused(when: str, error: type[Exception]):
    database = with_everything(overridden=False)
    with pytest.raises(error):
        known_at(database, when)
    database.close()


def test_a_moment_is_found_between_entries_recorded_at_different_times():
    database = with_everything(overridden=False)
    for hour in range(10, 20):
        at = f"2021-04-01T{hour}:00:00Z"
        tag_paper(database, f"P{hour}", told(), actor=ACTOR, recorded_at=at, preview=False)
    assert [known_at(database, f"2021-04-01T{hour:02}:30Z") for hour in range(9, 20)] == list(
        range(20, 31)
    )
    database.close()


WRITES = {
    "an allocation": lambda database, on: give(database, "BETA", "ONE", 1, dated=on),
    "a proposal": lambda database, on: give(database, "BETA", "ONE", 1, dated=on, propose=True),
    "a step": lambda database, on: step(database, "claim", "BETA-0001", on, amount_pence=1),
    "an undoing": lambda database, on: undo(database, 18, on),
    "authority": lambda database, on: record(
        database, Funding(fund="BETA", amount_pence=Pence(1), dated=on)
    ),
    "a limit": lambda database, on: record(
        database, cap("BETA-FUND", "amount", 1, fund="BETA", dated=on)
    ),
    "a description": lambda database, on: record(
        database, registered(Area(code="E9", name="East", kind="city")).replace(dated=on)
    ),
    "a paper": lambda database, on: tag(database, "LATE", on=on),
    "a period": lambda database, on: close(database, "2020/21", on),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_nothing_is_dated_in_a_closed_period(write: Any, database: Database):
    close(database, "2021/22-Q4")
    before = contents(database)
    for day in (date(2022, 1, 1), IN_Q4, date(2022, 3, 31)):
        with pytest.raises(PeriodClosed, match="the first open day is 2022-04-01") as refused:
            write(database, day)
        assert refused.value.exit_code == ExitCode.CONFLICT
    assert contents(database) == before
    write(database, date(2022, 4, 1))
    assert findings(database) == []


def test_the_day_before_and_the_day_after_are_open(database: Database):
    close(database, "2021/22-Q4")
    for day in (date(2021, 12, 31), date(2022, 4, 1)):
        assert give(database, "BETA", "ONE", 1, dated=day).recorded.number


def test_what_comes_late_is_dated_in_the_open_and_says_where_it_belongs(database: Database):
    close(database, "2021/22-Q4")
    late = give(
        database, "BETA", "ONE", 7, dated=date(2022, 4, 1), relates_to="2021/22-Q4"
    ).recorded.entry
    assert isinstance(late, Allocation)
    assert late.relates_to == "2021/22-Q4"
    assert findings(database) == []


def test_a_refusal_of_a_late_allocation_names_a_command_that_passes(database: Database):
    close(database, "2021/22")
    with pytest.raises(PeriodClosed) as refused:
        give(database, "BETA", "ONE", 7, dated=date(2021, 5, 5))
    assert refused.value.hint == (
        "vru-ledger allocate BETA ONE 0.07 --on 2022-04-01 --relates-to 2021/22"
    )


def test_where_a_cap_is_in_the_way_as_well_both_are_told_and_it_is_a_refusal(database: Database):
    close(database, "2021/22-Q4")
    with pytest.raises(EntryRefused) as refused:
        give(database, "BETA", "ONE", 1_001 * POUND, dated=IN_Q4)
    rules = {breach.rule for breach in refused.value.refusal.breaches}
    assert {"open-period", "within-caps"} <= rules


def test_entries_without_a_day_are_in_no_period(database: Database):
    close(database, "2021/22")
    record(database, Funding(fund="BETA", amount_pence=Pence(1)))
    assert findings(database) == []


def test_a_period_that_has_not_ended_is_not_closed(database: Database):
    before = contents(database)
    for on in (date(2022, 3, 31), date(2022, 2, 1)):
        with pytest.raises(EntryRefused, match="its last day is 2022-03-31"):
            close(database, "2021/22-Q4", on)
    assert contents(database) == before
    close(database, "2021/22-Q4", date(2022, 4, 1))


def test_a_period_is_closed_once_by_itself_or_by_what_holds_it(database: Database):
    close(database, "2021/22-Q4")
    with pytest.raises(PeriodClosed, match="is closed already, by entry 21"):
        close(database, "2021/22-Q4")
    close(database, "2021/22")
    with pytest.raises(PeriodClosed, match="closed already with 2021/22, by entry 22"):
        close(database, "2021/22-P01")
    assert findings(database) == []


def test_a_reopened_period_takes_entries_and_may_be_closed_again(database: Database):
    close(database, "2021/22-Q4")
    assert not reopen(database, "2021/22-Q4").still_closed
    give(database, "BETA", "ONE", 1, dated=IN_Q4)
    close(database, "2021/22-Q4")
    with pytest.raises(PeriodClosed):
        give(database, "BETA", "ONE", 1, dated=IN_Q4)
    assert findings(database) == []


def test_a_quarter_stays_closed_when_its_year_is_reopened(database: Database):
    close(database, "2021/22-Q4")
    close(database, "2021/22")
    with pytest.raises(PeriodClosed, match="reopen 2021/22"):
        reopen(database, "2021/22-Q4")
    assert [one.name for one in reopen(database, "2021/22").still_closed] == ["2021/22-Q4"]
    give(database, "BETA", "ONE", 1, dated=date(2021, 12, 31))
    with pytest.raises(PeriodClosed):
        give(database, "BETA", "ONE", 1, dated=IN_Q4)
    assert findings(database) == []


def test_only_a_named_person_reopens_a_period(database: Database):
    close(database, "2021/22-Q4")
    before = contents(database)
    with pytest.raises(AuthorityMissing) as refused:
        reopen(database, "2021/22-Q4", named=False)
    assert refused.value.exit_code == ExitCode.AUTHORITY_MISSING
    assert contents(database) == before


def test_an_open_period_is_not_reopened(database: Database):
    with pytest.raises(PeriodClosed, match="2021/22-Q4 is not closed"):
        reopen(database, "2021/22-Q4")
    close(database, "2021/22-Q4")
    reopen(database, "2021/22-Q4")
    with pytest.raises(PeriodClosed, match="is not closed"):
        reopen(database, "2021/22-Q4")
    assert findings(database) == []


def test_closing_with_a_key_is_done_once(database: Database):
    once = close(database, "2021/22-Q4", key="C1")
    again = close(database, "2021/22-Q4", key="C1")
    assert (again.already, again.recorded) == (True, once.recorded)
    with pytest.raises(KeyConflict):
        close(database, "2020/21", key="C1")


ATTACKS = {
    "open it": "UPDATE periods SET closed = 0",
    "open it in the name of the newest entry": "UPDATE periods SET closed = 0, entry = 21",
    "open it in the name of an entry to come": "UPDATE periods SET closed = 0, entry = 22",
    "move its first day": "UPDATE periods SET first_day = '2022-03-31'",
    "move its last day": "UPDATE periods SET last_day = '2022-01-01', entry = 22",
    "forget it": "DELETE FROM periods",
    "close another": "INSERT INTO periods VALUES ('2020/21', '2020-04-01', '2021-03-31', 1, 21)",
    "write a paper": f"INSERT INTO papers VALUES ('X', 20, '{'0' * 64}', 21)",
    "write a folio's turnover": (
        "INSERT INTO turnovers VALUES (1, 1, '', 'BETA', 'unallocated', '', '', '', 1)"
    ),
    "write a folio that turns over nothing": "INSERT INTO folios VALUES (1, 1, 5, 0)",
    "write a folio of entries to come": "INSERT INTO folios VALUES (1, 1, 99, 9)",
    "leave entries out of folios": "INSERT INTO folios VALUES (1, 5, 9, 9)",
    "date an entry in it": (
        "INSERT INTO entries (number, kind, fund, amount_pence, movements, from_stage, to_stage,"
        " dated, recorded_at, actor, reason, decision, fact, previous_hash, hash)"
        f" SELECT 22, 'fund', 'BETA', 1, 2, '', '', '2022-02-14', 'x', 'x', 'x', 'x', 'x', hash,"
        f" '{'1' * 64}' FROM head"
    ),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_database_itself_keeps_periods_papers_and_folios(attack: str, database: Database):
    close(database, "2021/22-Q4")
    before = contents(database), rows(database, "SELECT * FROM periods")
    with pytest.raises(database.driver.errors):
        _run(database, attack)
    assert (contents(database), rows(database, "SELECT * FROM periods")) == before
    assert findings(database) == []


def _run(database: Database, sql: str) -> None:
    connection = database.driver.connection
    connection.execute("BEGIN")
    try:
        connection.execute(sql)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
