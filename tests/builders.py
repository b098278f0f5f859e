"""Entries and small ledgers for tests: what a test does not say is ordinary."""

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pytest

from vru_ledger.actions.administer import Told
from vru_ledger.actions.allocate import allocate
from vru_ledger.actions.allocation_request import Allocated, Request
from vru_ledger.actions.check import check
from vru_ledger.actions.checking import replay, routine
from vru_ledger.actions.override import override
from vru_ledger.actions.record import Recorder
from vru_ledger.caps import PROPERTIES
from vru_ledger.domain.entries import Allocation, CapSet, Entry, Funding, Recorded, Registration
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import (
    Area,
    AuthorityLimit,
    Decision,
    Document,
    Fund,
    FundingSource,
    Headline,
    Listing,
    Output,
    Programme,
    Recipient,
    Record,
)
from vru_ledger.position import Balance, Key
from vru_ledger.store import soundness, sqlite
from vru_ledger.store.creation import create, fill_new
from vru_ledger.store.database import Database, Session
from vru_ledger.store.opening import open_database

ACTOR = "Ada Analyst"
WHEN = "2021-04-01T09:00:00Z"
DAY = date(2021, 4, 1)
POUND = 100

TABLES = ("entries", "awards", "movements", "balances", "caps", "overrides", "head")
"""The tables that bear on money."""

REGISTER = (
    *("documents", "areas", "sources", "recipients", "funds"),
    *("listings", "headlines", "programmes", "outputs", "decisions", "authority_limits"),
)

NORTH = Area(code="E1", name="North", kind="borough", bcu="BCU-1", tile_row=1, tile_column=2)
SOUTH = Area(code="E2", name="South", kind="borough", bcu="BCU-1")
UNIT = Area(code="BCU-1", name="River", kind="bcu", bcu="BCU-1")
ONE = Recipient(code="ONE", name="First Trust", kind="charity", area="E1")
TWO = Recipient(code="TWO", name="Second Trust", kind="charity", area="E2")
SITE = Recipient(code="SITE", name="North Hospital", kind="a-and-e", area="E1")


def allocation(**more: Any) -> Allocation:
    """Make the first award of ALPHA: £100 to ONE, in the north, with every property."""
    told: dict[str, Any] = {
        "fund": "ALPHA",
        "recipient": "ONE",
        "recipient_kind": "charity",
        "amount_pence": Pence(100 * POUND),
        "award": "ALPHA-0001",
        "area": "E1",
        "bcu": "BCU-1",
        "source": "HO",
        "fy": "2021/22",
        "purpose": "youth",
        "term_to": date(2023, 3, 31),
        "dated": DAY,
    }
    return Allocation(**{**told, **more})


def cap(code: str, measure: str, limit: int, **more: Any) -> CapSet:
    """Make a cap of ALPHA that stops."""
    return CapSet(**{"cap": code, "fund": "ALPHA", "measure": measure, "limit": limit, **more})


def registered(*records: Record, reason: str = "for a test") -> Registration:
    """Make the entry that puts records into the register."""
    return Registration(records=records, reason=reason)


def funded(code: str, pence: int, **more: Any) -> list[Entry]:
    """Make a fund with authority of no source and no year, and a cap that stops its total."""
    return [
        registered(Fund(code=code, name=f"{code.title()} Fund", **more)),
        Funding(fund=code, amount_pence=Pence(pence)),
        CapSet(cap=f"{code}-FUND", fund=code, measure="amount", limit=pence),
    ]


class Elsewhere:
    """Where a ledger is made that could be anywhere: in memory, unless `place` says otherwise."""

    place: Callable[[], str] = staticmethod(lambda: "")


def ledger_of(*entries: Entry, place: str | Path = "") -> Database:
    """Make a ledger of these entries: in memory, or at a path or an address."""
    place = place or Elsewhere.place()
    if not place:
        return _copy(_made(entries))
    create(str(place), ACTOR, WHEN, lambda session: _record(session, entries))
    database = open_database(str(place))
    # Tests of a ledger in memory need not close it.
    weakref.finalize(database, database.driver.connection.close)
    return database


@lru_cache(maxsize=50)
def _made(entries: tuple[Entry, ...]) -> Database:
    """Make a ledger in memory, to be copied: that takes a twentieth of the time of making it."""
    database = sqlite.in_memory()
    fill_new(database, ACTOR, WHEN, lambda session: _record(session, entries))
    return database


def _copy(made: Database) -> Database:
    database = sqlite.in_memory()
    made.driver.connection.backup(database.driver.connection)
    return database


def record(database: Database, *entries: Entry) -> list[Recorded]:
    """Record registrations, authority and caps, in one transaction."""
    return database.write(lambda session: _record(session, entries))


def _record(session: Session, entries: tuple[Entry, ...]) -> list[Recorded]:
    recorder = Recorder(session, ACTOR, WHEN)
    done = []
    for entry in entries:
        if isinstance(entry, Registration):
            done.append(recorder.put_register(entry))
        elif isinstance(entry, Funding):
            done.append(recorder.put_funding(entry))
        elif isinstance(entry, CapSet):
            done.append(recorder.put_cap(entry))
        else:
            raise TypeError("allocations go through `give`")
    recorder.journal.flush()
    return done


def asked(fund: str, recipient: str, pence: int, **more: Any) -> Request:
    """Ask for an allocation dated on the ordinary day."""
    told = {"dated": DAY, **more}
    return Request(fund=fund, recipient=recipient, amount_pence=Pence(pence), **told)


def give(
    database: Database, fund: str, recipient: str, pence: int, *, preview: bool = False, **more: Any
) -> Allocated:
    """Allocate through the action that the command line calls."""
    request = asked(fund, recipient, pence, **more)
    return allocate(database, request, actor=ACTOR, recorded_at=WHEN, preview=preview)


def rows(database: Database, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of any query."""
    if database.driver.dialect == "postgresql":
        sql = sql.replace("%", "%%")  # Its driver has another use for it.
    with database.read() as session:
        return session.rows(sql, parameters)


@contextmanager
def asked_of(database: Database) -> Iterator[list[str]]:
    """Yield every statement that sessions begun meanwhile ask, on either database."""
    said: list[str] = []
    plain = database.driver.sql

    def sql(text: str) -> str:
        said.append(text)
        return plain(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database.driver, "sql", sql)
        yield said


def held(database: Database) -> dict[Key, Balance]:
    """Return every balance there is."""
    found = rows(
        database,
        "SELECT scope, fund, name, bucket, held, floor, ceiling, grandfathered FROM balances",
    )
    return {Key(*row[:4]): Balance(*row[4:]) for row in found}


def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in an order of its own, to compare ledgers by."""
    return {
        table: sorted(rows(database, f"SELECT * FROM {table}"), key=repr)
        for table in (*TABLES, *REGISTER)
    }


def findings(database: Database, **more: Any) -> list[str]:
    """Check a ledger, and return what was found as 'code place: message'."""
    return [f"{one.code} {one.place()}: {one.message}" for one in check(database, **more).findings]


@contextmanager
def carefully() -> Iterator[None]:
    """Check without any short cut: every rule asked, every row and balance compared one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routine, "KEPT", ())
        patch.setattr(soundness, "is_whole", lambda session: False)
        patch.setattr(replay, "balances_agree", lambda *_: False)
        yield


def with_everything(place: str | Path = "", *, overridden: bool = True) -> Database:
    """Make a ledger with something in every table, and in every column that can hold something.

    ALPHA has a cap of every kind, among them one that warns, one that tracks, one with a tolerance
    and one that was cut below its use; BETA is closed. The last entry overrides a cap, unless told.
    """
    place = place or Elsewhere.place()
    return _everything(place, overridden) if place else _copy(_everything_in_memory(overridden))


@cache
def _everything_in_memory(overridden: bool) -> Database:
    return _everything("", overridden)


def _everything(place: str | Path, overridden: bool) -> Database:
    database = ledger_of(
        registered(
            Document(code="DOC", title="A page", publisher="Somebody", file="page.txt"),
            NORTH,
            SOUTH,
            UNIT,
            FundingSource(code="HO", name="Home Office", citation="DOC"),
            FundingSource(
                code="CR", name="City Reserve", in_year_only=True, use_by=date(2099, 3, 31)
            ),
            Decision(
                code="PCD 1",
                title="A decision",
                amount_pence=5,
                signed_on=DAY,
                signed_by="Somebody",
                citation="DOC",
            ),
            # Not in force on any day of this ledger, so that it refuses nothing.
            AuthorityLimit(
                code="2098-04-01",
                decision_over_pence=1,
                second_person_over_pence=2,
                citation="DOC",
            ),
            ONE,
            TWO,
            SITE,
        ),
        registered(
            Fund(
                code="ALPHA",
                name="Alpha Fund",
                theme="Youth",
                kinds="charity,a-and-e",
                term_from=date(2021, 4, 1),
                term_to=date(2023, 3, 31),
                term_words="to April 2023",
                citation="DOC",
                note="a note",
            ),
            Fund(code="BETA", name="Beta Fund", closed=True),
            Listing(fund="BETA", recipient="ONE"),
            Listing(fund="BETA", recipient="TWO"),
            Headline(code="HEAD", name="A headline", amount_pence=7, note="apart", citation="DOC"),
            Programme(code="PROG", name="A programme", facts="some", citation="DOC"),
            Output(
                code="OUT",
                subject="ALPHA",
                output="people",
                value=9,
                kind="target",
                approximate=True,
                period="2020",
                fund="ALPHA",
                citation="DOC",
            ),
        ),
        Funding(fund="ALPHA", amount_pence=Pence(5_000 * POUND), source="HO", dated=DAY),
        Funding(fund="ALPHA", amount_pence=Pence(3_000 * POUND), source="HO", fy="2021/22"),
        Funding(fund="ALPHA", amount_pence=Pence(2_000 * POUND), source="CR", decision="PCD 1"),
        Funding(fund="BETA", amount_pence=Pence(1_000 * POUND), citation="DOC", reason="why"),
        cap("ALPHA-FUND", "amount", 10_000 * POUND, citation="DOC", dated=DAY),
        cap("ALPHA-EACH", "amount", 4_000 * POUND, per=("recipient",), tolerance=100 * POUND),
        cap("ALPHA-AE", "recipients", 2, only="a-and-e"),
        cap("ALPHA-PLACE", "recipients", 4, per=("area", "source"), tolerance_bp=5_000),
        cap("ALPHA-ONE", "award", 2_500 * POUND, severity="warn"),
        cap("ALPHA-SHARE", "share", 5_000, per=("purpose",), severity="track"),
        cap("ALPHA-ENDS", "end", 20230331),
        CapSet(cap="BETA-FUND", fund="BETA", measure="amount", limit=1_000 * POUND),
        place=place,
    )
    give(database, "ALPHA", "ONE", 3_500 * POUND, source="HO", fy="2021/22", purpose="youth")
    give(database, "ALPHA", "SITE", 2_600 * POUND, source="HO", purpose="doors", title="A title")
    give(database, "ALPHA", "TWO", 500 * POUND, source="CR", key="K1", decision="PCD 2")
    give(database, "BETA", "One", 400 * POUND, reason="because", term_to=date(2022, 3, 31))
    record(database, cap("ALPHA-EACH", "amount", 3_000 * POUND, per=("recipient",), reason="cut"))
    give(database, "ALPHA", "TWO", 100 * POUND, source="CR")
    if overridden:
        override(
            *(database, "ALPHA-EACH", ("TWO",), Pence(500 * POUND), date(2099, 3, 31)),
            Told(dated=DAY, reason="more of it", decision="PCD 1"),
            actor=ACTOR,
            recorded_at=WHEN,
        )
    return database


EVERY_PROPERTY = tuple(PROPERTIES)
