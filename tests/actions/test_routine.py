"""The routine path of `check` finds what the careful one finds, whatever was done to a ledger."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.actions.test_check import rewrite
from tests.builders import (
    NORTH,
    ONE,
    REGISTER,
    SITE,
    SOUTH,
    TABLES,
    TWO,
    UNIT,
    cap,
    carefully,
    findings,
    funded,
    give,
    ledger_of,
    record,
    registered,
    rows,
    with_everything,
)
from tests.strategies import allocations, caps, entries
from tests.torture import many
from vru_ledger.actions.check import check
from vru_ledger.actions.checking.replay import Replay
from vru_ledger.actions.checking.routine import KEPT
from vru_ledger.actions.checking.tallies import ByRecipient, Tallies
from vru_ledger.domain.chain import fact_of, kind_called
from vru_ledger.domain.entries import Allocation, AwardEntry, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import FundingSource, Recipient
from vru_ledger.errors import LedgerError
from vru_ledger.rules import RULES
from vru_ledger.store import routine_rows
from vru_ledger.store.database import Database
from vru_ledger.store.journal import AWARD_COLUMNS, ENTRY_COLUMNS, award_row, entry_row

ELSEWHERE = routine_rows.SELDOM | routine_rows.BETWEEN
"""Fields that no column tells: what an entry says in them is read from its text."""

# They are tampered with through SQLite, by its own means.
pytestmark = pytest.mark.usefixtures("in_memory")

WARD = Recipient(code="WARD", name="South Hospital", kind="a-and-e", area="E2")


QUOTED = f"SELECT {routine_rows.before('sqlite')}, {routine_rows.after('sqlite')} FROM e, a, m"


@given(
    st.sampled_from([*routine_rows.MADE, *routine_rows.STEPPED]).flatmap(entries),
    st.integers(1, 10**9),
    st.text(),
    st.text(),
)
def test_a_fact_is_written_from_its_columns_as_it_was_from_its_entry(
    entry: AwardEntry, number: int, actor: str, recorded_at: str
):
    entry = entry.replace(
        award=f"{entry.fund}-0001", **dict.fromkeys(ELSEWHERE & {*entry.FIELDS}, "")
    )
    made = isinstance(entry, Allocation)
    lent = entry.unassigned_pence if "unallocated" in (entry.from_stage, entry.to_stage) else 0
    fact = fact_of(entry.replace(unassigned_pence=lent), number, actor, recorded_at)
    sign = -1 if entry.from_stage == "unallocated" else 1
    with closing(sqlite3.connect(":memory:")) as connection:
        for table, names, row in (
            ("e", ENTRY_COLUMNS, entry_row(entry, number, 0, recorded_at, actor, fact, "", "")),
            ("a", AWARD_COLUMNS, award_row(_as_made(entry), number if made else number - 1)),
            ("m", "pence", (sign * lent or None,)),
        ):
            connection.execute(f"CREATE TABLE {table} ({names})")
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        [(begins, ends)] = connection.execute(QUOTED).fetchall()
    assert begins + ends == fact


def _as_made(entry: AwardEntry) -> Allocation:
    """Return the award that an entry is about as it was made."""
    if isinstance(entry, Allocation):
        return entry
    same = {name: getattr(entry, name) for name in AwardEntry.FIELDS}
    return Allocation(**same, title="Not told again", term_to=date(2023, 3, 31))


def test_every_field_of_an_entry_is_written():
    for kind in (*routine_rows.MADE, *routine_rows.STEPPED):
        told: Any = kind_called(kind)
        told_of = routine_rows.before("sqlite") + routine_rows.after("sqlite")
        written = {name for name in told.FIELDS if f'"{name}":' in told_of}
        assert written | (ELSEWHERE & {*told.FIELDS}) == {*told.FIELDS}
        assert all(told.DEFAULTS[name] == "" for name in ELSEWHERE & {*told.FIELDS})


def test_every_rule_is_one_that_the_routine_path_keeps():
    assert tuple(rule.__name__ for rule in RULES) == KEPT


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the numbers of the entries that are looked at with care, as they come."""
    numbers: list[int] = []
    careful = Replay.entry

    def entry(self: Replay, row: Any) -> Iterator[Any]:
        numbers.append(row[0])
        return careful(self, row)

    monkeypatch.setattr(Replay, "entry", entry)
    return numbers


def test_of_a_sound_ledger_only_what_is_no_allocation_is_looked_at_with_care(looked_at: list[int]):
    database = with_everything()
    assert findings(database) == []
    kinds = dict(rows(database, "SELECT number, kind FROM entries"))
    assert {kinds[number] for number in looked_at} == {"register", "fund", "cap", "override"}
    assert [number for number, kind in kinds.items() if number not in looked_at] == [
        number for number, kind in kinds.items() if kind == "allocate"
    ]
    database.close()


def test_awards_that_do_not_lie_in_the_order_of_their_entries_are_sorted():
    database = with_everything()
    connection = database.driver.connection
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    told = guards.fetchall()
    for name, _ in told:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE awards SET rowid = 100 - rowid")
    for _, sql in told:
        connection.execute(sql)
    assert findings(database) == []
    database.close()


def test_funds_share_the_numbers_of_their_recipients_places():
    tallies = Tallies()
    places = []
    for fund in ("ALPHA", "BETA"):
        column = tallies.column("recipient", fund, "committed")
        column.update((f"R{number}", number) for number in range(1_000))
        assert isinstance(column, ByRecipient)
        assert list(column.values()) == list(range(1_000))
        places.append(column.place_of.values())
    assert all(one is other for one, other in zip(*places, strict=True))


def test_nothing_is_left_switched_off_by_a_check():
    database = with_everything()
    connection = database.driver.connection
    pragmas = ("ignore_check_constraints", "cache_size", "foreign_keys")
    before = [connection.execute(f"PRAGMA {name}").fetchone() for name in pragmas]
    check(database)
    assert [connection.execute(f"PRAGMA {name}").fetchone() for name in pragmas] == before
    assert before[0] == (0,)
    database.close()


@st.composite
def ledgers(draw: st.DrawFn) -> Database:
    """Give sound ledgers of one fund: authority with and without years, caps that come and go."""
    limits = draw(st.lists(caps(), max_size=3))
    database = ledger_of(
        registered(NORTH, SOUTH, UNIT, ONE, TWO, SITE, WARD),
        registered(FundingSource(code="HO", name="Home"), FundingSource(code="CR", name="City")),
        *funded("ALPHA", 150, kinds=draw(st.sampled_from(["", "charity,a-and-e"]))),
        *(
            Funding(
                fund="ALPHA", amount_pence=Pence(draw(st.integers(1, 120))), source=source, fy=fy
            )
            for source in ("HO", "CR")
            for fy in ("", "2021/22")
        ),
        cap("ALPHA-FUND", "amount", 600),
    )
    asked = draw(st.lists(allocations(), max_size=10))
    sets = {draw(st.integers(0, 9)): (f"ALPHA-C{at}", one) for at, one in enumerate(limits)}
    for at, new in enumerate(asked):
        if at in sets:
            code, one = sets[at]
            record(database, one.replace(cap=code))
            if draw(st.booleans()):
                record(database, one.replace(cap=code, limit=max(1, one.limit // 2), reason="cut"))
        told: dict[str, Any] = {"area": {"E1": "North", "E2": "South"}.get(new.area, "")}
        told |= {name: getattr(new, name) for name in ("source", "fy", "purpose")}
        try:
            give(database, "ALPHA", new.recipient, new.amount_pence, term_to=new.term_to, **told)
        except LedgerError:
            continue
    return database


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(ledgers())
def test_a_sound_ledger_is_sound_either_way(database: Database):
    assert findings(database) == []
    with carefully():
        assert findings(database) == []
    database.close()


OTHERS: list[Any] = [
    0,
    1,
    -1,
    7,
    2**62,
    "",
    "E1",
    "HO",
    "ALPHA-0001",
    "2021/22",
    "2021-04-01",
    None,
]


@st.composite
def tampered(draw: st.DrawFn) -> Database:
    """Give ledgers in which some cells were changed, rows removed, or facts rewritten whole."""
    database = draw(ledgers())
    connection = database.driver.connection
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    for _ in range(draw(st.integers(1, 3))):
        _tamper(draw, connection)
    connection.execute("PRAGMA ignore_check_constraints=OFF")
    return database


def _tamper(draw: st.DrawFn, connection: Any) -> None:
    table = draw(st.sampled_from([*TABLES, *TABLES, "recipients", "funds", *REGISTER[:1]]))
    there = connection.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in there.description]
    many = len(there.fetchall())
    if not many:
        return
    row = draw(st.integers(0, many - 1))
    where = " AND ".join(f'"{name}" IS ?' for name in names)
    found = connection.execute(f"SELECT * FROM {table} LIMIT 1 OFFSET {row}").fetchone()
    how = draw(st.sampled_from(["cell", "cell", "cell", "row", "fact"]))
    if how == "row":
        connection.execute(f"DELETE FROM {table} WHERE {where}", found)
    elif how == "cell":
        name, other = draw(st.sampled_from(names)), draw(st.sampled_from(OTHERS))
        try:
            sql = f'UPDATE OR REPLACE {table} SET "{name}" = ? WHERE {where}'
            connection.execute(sql, (other, *found))
        except Exception:  # The database itself does not store such a thing.
            return
    else:
        change = draw(st.sampled_from([_anything, _limits, _register]))
        at, chance = draw(st.integers(1, 20)), draw(st.randoms(use_true_random=False))
        try:
            rewrite(connection, lambda number, told: change(number == at, told, chance))
        except (ValueError, AttributeError, TypeError, sqlite3.IntegrityError):
            return  # The facts cannot be read any more, after an earlier change.


def _anything(here: bool, told: dict[str, Any], chance: Random) -> None:
    """Make one field of one entry something else."""
    if here:
        told[chance.choice([*Allocation.FIELDS, *told])] = chance.choice(OTHERS)


def _limits(_: bool, told: dict[str, Any], chance: Random) -> None:
    """Make limits lower than what was promised under them."""
    if told["kind"] == "cap" and chance.random() < 0.7:
        told["limit"] = max(1, told["limit"] - chance.choice([1, 20, told["limit"] // 2]))
        told.pop("severity", None)
        if chance.random() < 0.3:
            told["per"] = ["area"]


def _register(_: bool, told: dict[str, Any], chance: Random) -> None:
    """Make recipients, areas and funds others than those that money was promised to."""
    for one in told.get("records", ()):
        table, other = one["table"], chance.random() < 0.5
        if other and table == "recipients":
            one["kind"] = chance.choice(["charity", "a-and-e", "borough"])
        elif other and table == "areas":
            one["bcu"] = "BCU-9"
        elif other and table == "funds":
            one["kinds" if chance.random() < 0.5 else "closed"] = True
            if "kinds" in one:
                one["kinds"] = "charity"


@settings(max_examples=many(100), suppress_health_check=list(HealthCheck))
@given(tampered())
def test_whatever_was_done_to_a_ledger_both_ways_find_the_same(database: Database):
    found = outcome(database)
    with carefully():
        assert sorted(found) == sorted(outcome(database))
    database.close()


def outcome(database: Database) -> list[str]:
    """Return what is found, or the error that a check ends with."""
    try:
        return findings(database)
    except LedgerError as error:
        return [f"{type(error).__name__}: {error}"]
