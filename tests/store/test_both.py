"""The same facts in, the same chain and the same balances out: on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.builders import (
    ACTOR,
    NORTH,
    ONE,
    POUND,
    REGISTER,
    TABLES,
    TWO,
    WHEN,
    contents,
    findings,
    funded,
    give,
    held,
    ledger_of,
    registered,
    rows,
    with_everything,
)
from vru_ledger.actions.doctor import doctor
from vru_ledger.actions.init import init
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund, Recipient
from vru_ledger.errors import (
    AlreadyThere,
    BadInput,
    EntryRefused,
    LedgerBusy,
    LedgerDamaged,
    LedgerUnusable,
    OutcomeUnknown,
)
from vru_ledger.exchange.seed_file import built_in_seed, read_seed
from vru_ledger.position import Key
from vru_ledger.store import ledger, register
from vru_ledger.store.creation import create
from vru_ledger.store.database import Database, Session, is_url
from vru_ledger.store.opening import open_database


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    made = with_everything(database_place, overridden=False)
    yield made
    made.close()


def test_both_come_to_the_same_rows_in_every_table(postgres_url: str):
    here, there = with_everything(), with_everything(postgres_url)
    ours, theirs = contents(here), contents(there)
    for table in (*TABLES, *REGISTER):
        assert theirs[table] == ours[table], table
        assert ours[table], f"the comparison says nothing of {table}"
    here.close()
    there.close()


def test_both_come_to_the_same_head_of_the_seed(postgres_url: str, tmp_path):
    seed = read_seed(built_in_seed()).seed
    heads = {
        init(place, seed, actor=ACTOR, recorded_at=when)
        for place, when in ((postgres_url, WHEN), (str(tmp_path / "l.db"), "2030-01-01T00:00:00Z"))
    }
    assert len(heads) == 1


def test_the_order_of_names_is_the_same_on_both(postgres_url: str):
    """By code points, whatever the server's language: 'Z' before 'a', 'é' after all of them."""
    names = ["b", "B", "a", "Z", "é", "-", "1", "日", "A-1", "A1"]
    people = [Recipient(code=f"R{n}", name=name, kind=f"k{n}") for n, name in enumerate(names)]
    order = []
    for place in ("", postgres_url):
        database = ledger_of(registered(*people), place=place)
        order.append(
            [name for (name,) in rows(database, "SELECT name FROM recipients ORDER BY name")]
        )
        database.close()
    assert order[0] == order[1] == sorted(names)


def test_text_of_every_script_comes_back_as_it_went_in(database: Database):
    title = "Ŵ é 日本 🏳 ' \" \\ % ? $1 {} :x %s ; --"
    done = give(database, "ALPHA", "TWO", 1, source="CR", title=title, reason="?%s'")
    with database.read() as session:
        found = ledger.entry(session, done.recorded.number)
    assert found == done.recorded
    assert rows(database, "SELECT title FROM awards WHERE ref = 'ALPHA-0005'") == [(title,)]


def test_what_is_read_are_python_values_of_the_same_kinds(database: Database):
    for table in TABLES:
        for row in rows(database, f"SELECT * FROM {table}"):
            assert {type(value) for value in row} <= {int, str, type(None)}, (table, row)


def test_the_largest_amounts_fit(database_place: str):
    largest = 10**13
    database = ledger_of(registered(NORTH, ONE), *funded("ALPHA", largest), place=database_place)
    give(database, "ALPHA", "ONE", largest)
    assert held(database)[Key("award", "ALPHA", "committed", "ALPHA-0001")].held == largest
    assert rows(database, "SELECT authority_pence FROM fund_position") == [(largest,)]
    assert findings(database) == []
    database.close()


def test_a_refusal_leaves_nothing_and_the_next_command_works(database: Database):
    before = contents(database)
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 10_000 * POUND, source="HO")
    assert contents(database) == before
    give(database, "ALPHA", "TWO", 1, source="CR")
    assert findings(database) == []


def test_a_preview_leaves_nothing(database: Database):
    before = contents(database)
    give(database, "ALPHA", "TWO", 1, source="CR", preview=True)
    assert contents(database) == before


def test_an_error_in_the_middle_leaves_nothing(database: Database):
    before = contents(database)

    def work(session: Session) -> None:
        session.run(
            "INSERT INTO recipients (code, name, folded, kind, area, entry, citation)"
            " VALUES ('X', 'X', 'x', 'x', '', 20, '')"
        )

    def fail(session: Session) -> None:
        try:
            work(session)
        finally:
            raise BadInput("in the middle")

    with pytest.raises(BadInput):
        database.write(fail)
    assert contents(database) == before


def test_two_readers_see_the_same_while_nothing_is_written(database: Database, database_place: str):
    other = open_database(database_place)
    with database.read() as one, other.read() as two:
        assert one.rows("SELECT * FROM head") == two.rows("SELECT * FROM head")
    other.close()


def test_a_reader_sees_one_moment_however_many_queries_it_makes(
    database: Database, database_place: str
):
    """A writer comes in between: on SQLite it must wait, on PostgreSQL it goes unseen."""
    writer = open_database(database_place, wait=0.2)
    with database.read() as session:
        before = session.rows("SELECT * FROM head")
        if is_url(database_place):
            give(writer, "ALPHA", "TWO", 1, source="CR")
        else:
            with pytest.raises(LedgerBusy):
                give(writer, "ALPHA", "TWO", 1, source="CR")
        assert session.rows("SELECT * FROM head") == before
    writer.close()


def test_a_second_writer_is_told_that_somebody_is_writing(database: Database, database_place: str):
    impatient = open_database(database_place, wait=0.1)

    def work(session: Session) -> None:
        with pytest.raises(LedgerBusy) as caught:
            give(impatient, "ALPHA", "TWO", 1, source="CR")
        assert caught.value.exit_code == 6

    database.write(work)
    give(impatient, "ALPHA", "TWO", 1, source="CR")
    impatient.close()


def test_several_streams_can_be_read_at_once(database: Database):
    with database.read() as session:
        first = session.stream("SELECT number FROM entries ORDER BY number")
        second = session.stream("SELECT entry FROM movements ORDER BY entry, n")
        assert next(first) == (1,)
        assert next(second) == (3,)
        assert next(first) == (2,)
        assert [number for (number,) in first] == list(range(3, 21))


def test_a_ledger_is_made_once(database: Database, database_place: str):
    before = contents(database)
    with pytest.raises(AlreadyThere):
        create(database_place, ACTOR, WHEN, lambda session: None)
    assert contents(database) == before


def test_a_ledger_whose_making_fails_is_not_there_and_can_be_made_again(database_place: str):
    def fail(session: Session) -> None:
        raise BadInput("halfway")

    with pytest.raises(BadInput):
        create(database_place, ACTOR, WHEN, fail)
    with pytest.raises(LedgerUnusable, match="there is no ledger at"):
        open_database(database_place)
    create(database_place, ACTOR, WHEN, lambda session: None)
    open_database(database_place).close()


def test_a_server_that_is_lost_while_a_ledger_is_kept_leaves_the_outcome_open(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    import psycopg

    from vru_ledger.store.postgresql import PostgreSQL

    def keep_and_be_lost(driver: PostgreSQL) -> None:
        driver.connection.execute("COMMIT")
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(PostgreSQL, "commit", keep_and_be_lost)
    with pytest.raises(OutcomeUnknown, match="it may be there, or may not") as caught:
        create(postgres_url, ACTOR, WHEN, lambda session: None)
    assert caught.value.hint == "see whether it is: vru-ledger status"
    open_database(postgres_url).close()


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (Query(), list(range(1, 21))),
        (Query(fund="BETA"), [6, 14, 18]),
        (Query(kind="allocate"), [15, 16, 17, 18, 20]),
        (Query(recipient="TWO"), [17, 20]),
        (Query(award="ALPHA-0002"), [16]),
        (Query(area="E1", kind="allocate"), [15, 16, 18]),
        (Query(bcu="BCU-1", fund="BETA"), [18]),
        (Query(source="CR"), [5, 17, 20]),
        (Query(fy="2021/22"), [4, 15]),
        (Query(stage="committed", fund="BETA"), [18]),
        (Query(known_at=3), [1, 2, 3]),
        (Query(since=date(2021, 4, 2)), []),
        (Query(until=date(2021, 3, 31), kind="fund"), [4, 5, 6]),
        (Query(as_of=date(2021, 4, 1), kind="fund"), [3, 4, 5, 6]),
    ],
    ids=repr,
)
def test_entries_are_found_by_every_filter(database: Database, asked: Query, numbers: list[int]):
    with database.read() as session:
        assert [one.number for one in ledger.entries(session, asked)] == numbers
        newest = [one.number for one in ledger.entries(session, asked, newest_first=True, most=2)]
    assert newest == numbers[::-1][:2]


def test_balances_are_found_by_key_however_many_are_asked_for(database: Database):
    all_ = held(database)
    asked = [*all_, *(Key("stage", "ALPHA", "paid", str(n)) for n in range(500))]
    with database.read() as session:
        assert ledger.balances(session, asked) == all_
        assert ledger.balances(session, []) == {}


def test_the_register_comes_back_as_it_went_in(database: Database):
    with database.read() as session:
        fund = register.find_fund(session, "alpha fund")
        assert fund is not None
        assert (fund.code, fund.closed, fund.term_to) == ("ALPHA", False, date(2023, 3, 31))
        beta = register.find_fund(session, "beta")
        assert beta is not None
        assert beta.closed is True
        assert [one.code for one in register.listed(session, "BETA")] == ["ONE", "TWO"]
        assert register.is_listed(session, "BETA", "ONE")
        assert not register.is_listed(session, "ALPHA", "ONE")
        assert [one.code for one in register.find_recipients(session, "second trust")] == ["TWO"]
        assert [one.code for one in register.find_area(session, "e1")] == ["E1"]
        assert register.find_source(session, "home OFFICE") is not None
        assert register.find_fund(session, "nobody") is None
        assert {one.code for one in register.everything(session, Fund)} == {"ALPHA", "BETA"}
    assert TWO.area == "E2"


def test_a_check_finds_nothing_on_either(database: Database):
    assert findings(database) == []


def test_the_views_say_what_the_balances_say(database: Database):
    assert rows(
        database,
        "SELECT fund, authority_pence, unallocated_pence, committed_pence FROM fund_position"
        " ORDER BY fund",
    ) == [("ALPHA", 1_000_000, 330_000, 670_000), ("BETA", 100_000, 60_000, 40_000)]
    assert rows(
        database,
        "SELECT award, recipient_name, amount_pence, fy FROM allocations ORDER BY entry LIMIT 1",
    ) == [("ALPHA-0001", "First Trust", 350_000, "2021/22")]
    assert rows(
        database, "SELECT held, ceiling FROM cap_use WHERE cap = 'ALPHA-EACH' AND bucket = 'ONE'"
    ) == [(350_000, 300_000)]


def test_every_entry_that_moves_money_of_an_award_names_it(database_place: str):
    """By that a report on one award finds its entries, without looking through all movements."""
    database = with_everything(database_place, overridden=False)
    strange = rows(
        database,
        "SELECT e.number, e.award, m.award FROM movements m JOIN entries e ON e.number = m.entry"
        " WHERE m.award IS NOT NULL AND (e.award IS NULL OR e.award <> m.award)",
    )
    moved = rows(database, "SELECT COUNT(*) FROM movements WHERE award IS NOT NULL")
    database.close()
    assert strange == []
    assert moved[0][0] > 0


def test_a_table_that_somebody_took_away_is_named(database: Database):
    database.driver.connection.execute("DROP TABLE papers")
    with pytest.raises(LedgerDamaged, match="papers") as said:
        findings(database)
    assert "keep" in said.value.hint


def test_a_doctor_names_the_table_that_is_gone_and_sends_nobody_to_a_doctor(database_place: str):
    made = with_everything(database_place)
    made.driver.connection.execute("DROP TABLE papers")
    made.close()
    found = doctor(database_place)
    [damaged] = [one for one in found.findings if one.severity == "error"]
    assert damaged.code == "damaged"
    assert "papers" in damaged.message
    assert "backup" in damaged.remedy
    assert not found.usable
