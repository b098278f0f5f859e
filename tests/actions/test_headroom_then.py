"""What was headroom then is headroom now asked of then: nobody has to remember it."""

from datetime import date, timedelta
from typing import Any

from tests.builders import (
    DAY,
    NORTH,
    ONE,
    POUND,
    WHEN,
    asked,
    funded,
    give,
    ledger_of,
    registered,
    with_everything,
)
from tests.lively import folios_of, step
from vru_ledger.actions import headroom
from vru_ledger.actions.administer import Told
from vru_ledger.actions.override import override
from vru_ledger.actions.status import status
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Moment
from vru_ledger.store import ledger
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Database

NOWHERE = Moment()


def told(database: Database, moment: Moment) -> list[Any]:
    """Return every headroom there is: of funds, of a fund's recipients, and of one, cap by cap."""
    one = asked("ALPHA", "TWO", 1, source="CR", purpose="youth")
    listed = asked("BETA", "", 1)
    with database.read() as session:
        answers = [
            headroom.of_funds(session, DAY, moment),
            headroom.of_recipients(session, listed, moment),
            headroom.of_recipient(session, one, moment),
            status(session, "here", DAY, moment),
        ]
        return [(list(answer.rows), answer.meta["entry"]) for answer in answers]


def number(database: Database) -> int:
    with database.read() as session:
        return ledger.head(session).number


def test_headroom_known_at_an_entry_is_what_it_was_when_that_was_the_newest():
    then: dict[int, list[Any]] = {}
    with folios_of(3):
        database = with_everything()
        for change in (
            lambda: give(database, "ALPHA", "TWO", 40 * POUND, source="CR", purpose="youth"),
            lambda: give(database, "BETA", "TWO", 7 * POUND, propose=True),
            lambda: step(database, "reject", "BETA-0002", date(2021, 5, 1)),
            lambda: step(database, "amend", "ALPHA-0003", DAY, amount_pence=50 * POUND, lower=True),
            lambda: step(database, "claim", "BETA-0001", DAY, amount_pence=100 * POUND),
            lambda: step(database, "pay", "BETA-0001", date(2022, 3, 31), amount_pence=POUND),
        ):
            then[number(database)] = told(database, NOWHERE)
            change()
    for entry, expected in then.items():
        assert told(database, Moment(known_at=entry)) == expected, entry
    database.close()


def test_headroom_as_of_a_day_leaves_out_what_is_dated_later():
    database = with_everything()
    before = told(database, NOWHERE)
    give(database, "ALPHA", "TWO", 40 * POUND, source="CR", dated=date(2021, 4, 2))
    as_of = told(database, Moment(as_of=DAY))
    assert [rows for rows, _ in as_of] == [rows for rows, _ in before]
    assert [rows for rows, _ in told(database, Moment(as_of=date(2021, 4, 2)))] != [
        rows for rows, _ in before
    ]
    database.close()


def test_an_override_of_a_funds_own_cap_is_headroom_of_the_fund_while_it_is_in_force():
    money = Funding(fund="BETA", amount_pence=Pence(1_000 * POUND))
    database = ledger_of(registered(NORTH, ONE), *funded("BETA", 1_000 * POUND), money)
    until = DAY.replace(year=DAY.year + 1)
    with database.read() as session:
        before, stopped_by = headroom.of_fund(books_at(session, NOWHERE), "BETA", DAY)
    assert stopped_by == "BETA-FUND"
    told = Told(dated=DAY, reason="winter", decision="PCD 1")
    override(
        *(database, "BETA-FUND", (), Pence(5 * POUND), until, told), actor="Ada", recorded_at=WHEN
    )
    with database.read() as session:
        books = books_at(session, NOWHERE)
        assert headroom.of_fund(books, "BETA", DAY)[0] == before + 5 * POUND
        assert headroom.of_fund(books, "BETA", until)[0] == before + 5 * POUND
        assert headroom.of_fund(books, "BETA", until + timedelta(1))[0] == before
    database.close()
