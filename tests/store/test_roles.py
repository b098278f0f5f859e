"""What each role of a team may, by the program and by raw SQL: the server itself keeps it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.builders import ACTOR, DAY, POUND, WHEN, cap, findings, give, record, with_everything
from tests.lively import folios_of
from tests.postgres import Server
from vru_ledger.actions import roles as action
from vru_ledger.actions.administer import Told, admit
from vru_ledger.actions.init import init
from vru_ledger.api import open_ledger
from vru_ledger.domain.chain import fact_of, kinds, link
from vru_ledger.domain.entries import CapSet, Entry, Funding, Registration
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund, Listing, Recipient
from vru_ledger.errors import AlreadyThere, AuthorityMissing, BadInput, LedgerUnusable, NotPermitted
from vru_ledger.store import ledger, roles
from vru_ledger.store.database import Database
from vru_ledger.store.journal import entry_row
from vru_ledger.store.opening import open_database

As = Callable[[str], Database]
ANALYST = {
    *("allocate", "propose", "approve", "reject", "withdraw", "amend", "claim", "reject-claim"),
    *("pay", "advance", "clawback", "recover", "close", "suspend", "resume", "reverse"),
    *("profile", "milestone", "propose-authority", "paper", "register"),
}
FINANCE = {
    *("fund", "confirm", "cover", "vire", "carry", "lapse", "surrender", "reverse-authority"),
    *("cap", "override", "reverse-override", "write-off", "close-period", "reopen-period"),
}


@pytest.fixture
def team(postgres_server: Server) -> Iterator[str]:
    """Make a ledger with something in every table, its roles, and somebody with each."""
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        made = with_everything(place)
        action.make(made)
        with psycopg.connect(place, autocommit=True) as connection:
            for name, role in (("rita", "reader"), ("ada", "analyst"), ("fin", "finance")):
                connection.execute(f"CREATE ROLE {name} LOGIN; GRANT grants_{role} TO {name}")
        made.close()
        yield place


@pytest.fixture
def opened(team: str) -> Iterator[As]:
    """Open the ledger as somebody."""
    there: list[Database] = []

    def as_(who: str) -> Database:
        there.append(open_database(team.replace("user=ledger", f"user={who}")))
        return there[-1]

    yield as_
    for one in there:
        one.close()


def in_the_name_of(database: Database, entry: Entry) -> None:
    from vru_ledger.actions.record import Recorder

    def work(session: Any) -> None:
        recorder = Recorder(session, database.user, WHEN)
        put: Any = {Registration: recorder.put_register, CapSet: recorder.put_cap}
        put.get(type(entry), recorder.put_funding)(entry)
        recorder.journal.flush()

    database.write(work)


def test_every_kind_of_entry_was_given_to_somebody():
    assert set(kinds()) == ANALYST | FINANCE
    script = Path(roles.__file__).with_name("guards_postgresql.sql").read_text("utf-8")
    listed = script.partition("ELSIF NEW.kind NOT IN (")[2].partition(")")[0]
    assert {kind.strip(" '\n") for kind in listed.split(",")} == ANALYST - {"register"}


def test_the_roles_can_be_made_of_every_table_and_of_nothing_else(team: str):
    with psycopg.connect(team) as connection:
        owners = connection.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        ).fetchall()
        functions = connection.execute(
            "SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
        ).fetchall()
        unread = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'v') AND NOT has_table_privilege('rita', oid, 'SELECT')"
        ).fetchall()
    assert owners == functions == [("grants_owner",)]
    assert unread == []


def test_a_reader_reads_and_checks_and_writes_nothing(opened: As):
    rita = opened("rita")
    assert findings(rita) == []
    with pytest.raises(NotPermitted, match=r"rita may only read .*; nothing was written"):
        give(rita, "ALPHA", "TWO", POUND, source="CR")


def test_who_has_no_role_reads_nothing(team: str):
    with psycopg.connect(team, autocommit=True) as connection:
        connection.execute("CREATE ROLE eve LOGIN")
    with pytest.raises(NotPermitted, match="eve has no role in the ledger"):
        open_database(team.replace("user=ledger", "user=eve"))


def test_an_analyst_takes_an_award_through_its_life_and_check_finds_nothing(team: str):
    with folios_of(5), open_ledger(team.replace("user=ledger", "user=ada")) as ours:
        made = ours.allocate("ALPHA", "TWO", 100 * POUND, source="CR", on=DAY)
        ref = made.entry.award
        ours.claim(ref, 60 * POUND, on=DAY)
        ours.pay(ref, 60 * POUND, on=DAY)
        paid = ours.head().number
        ours.reverse(paid, reason="wrong", on=DAY)
        ours.amend(ref, -10 * POUND, reason="less", on=DAY)
        new: dict[str, Any] = {"new_recipient": True, "kind": "charity", "area": "E2"}
        ours.allocate("ALPHA", "Newcomer", POUND, source="CR", on=DAY, **new)
        found = ours.entry(paid)
        assert found is not None
        assert found.actor == "ada"
        assert ours.check().findings == []


def test_an_analyst_sets_no_cap_and_moves_no_authority(opened: As):
    ada = opened("ada")
    head = ada.driver.connection.execute("SELECT number FROM head").fetchone()
    for entry, said in (
        (cap("ALPHA-EACH", "amount", 9_000 * POUND, per=("recipient",)), "only finance sets a cap"),
        (Funding(fund="ALPHA", amount_pence=Pence(1)), "only finance gives a fund authority"),
        (
            Registration(records=(Fund(code="NEW", name="New"),)),
            "only finance changes the register",
        ),
        (
            Registration(records=(Recipient(code="ONE", name="Another", kind="a-and-e"),)),
            "only finance changes the register",
        ),
        (
            Registration(records=(Listing(fund="BETA", recipient="SITE"),)),
            "only finance changes the register",
        ),
    ):
        with pytest.raises(NotPermitted, match=f"{said}.* knows you as ada") as refused:
            in_the_name_of(ada, entry)
        assert "grants_finance" in refused.value.hint
        assert refused.value.exit_code == 7
    assert ada.driver.connection.execute("SELECT number FROM head").fetchone() == head


def test_an_analyst_adds_recipients_and_lists_them_in_an_open_fund(opened: As):
    ada = opened("ada")
    in_the_name_of(ada, Registration(records=(Recipient(code="NEW", name="New", kind="charity"),)))
    at: dict[str, Any] = {"actor": ada.user, "recorded_at": WHEN, "preview": False}
    admit(ada, "ALPHA", "NEW", Told(dated=DAY, reason="asked"), **at)
    with pytest.raises(NotPermitted):
        admit(ada, "BETA", "NEW", Told(dated=DAY, reason="asked"), **at)
    assert findings(ada) == []


def test_finance_sets_caps_and_funds_and_check_finds_nothing(opened: As):
    fin = opened("fin")
    for entry in (
        cap("ALPHA-EACH", "amount", 9_000 * POUND, per=("recipient",)),
        cap("ALPHA-NEW", "amount", 9_000 * POUND, per=("area",)),
        Funding(fund="ALPHA", amount_pence=Pence(POUND), source="HO"),
        Registration(records=(Fund(code="NEW", name="New"),)),
        Registration(records=(Listing(fund="BETA", recipient="SITE"),)),
    ):
        in_the_name_of(fin, entry)
    assert findings(fin) == []


BY_HAND = (
    "UPDATE entries SET reason = 'x'",
    "DELETE FROM entries",
    "TRUNCATE entries CASCADE",
    "UPDATE movements SET pence = 1",
    "DELETE FROM movements",
    "TRUNCATE movements",
    "UPDATE balances SET ceiling = NULL",
    "UPDATE balances SET held = 0",
    "DELETE FROM balances",
    "UPDATE caps SET ceiling = ceiling + 1",
    "INSERT INTO caps (code, fund, entry) VALUES ('X', 'ALPHA', 21)",
    "INSERT INTO overrides (entry, cap, fund, bucket, amount_pence)"
    " VALUES (21, 'X', 'ALPHA', '', 1)",
    "UPDATE head SET number = number - 1",
    "UPDATE head SET id = 2",
    "UPDATE recipients SET kind = 'x', entry = 21",
    "UPDATE funds SET closed = 0",
    "UPDATE ledger SET version = 3",
    "ALTER TABLE entries DISABLE TRIGGER ALL",
    "DROP TRIGGER entries_stay ON entries",
    "DROP TABLE movements",
    "CREATE OR REPLACE FUNCTION public.team() RETURNS text LANGUAGE sql AS 'SELECT NULL'",
    "CREATE TABLE public.mine (x text)",
    "ALTER FUNCTION team() OWNER TO CURRENT_USER",
    "SET session_replication_role = replica",
    "SET ROLE grants_owner",
    "SET SESSION AUTHORIZATION ledger",
)


@pytest.mark.parametrize("who", ["ada", "fin"])
@pytest.mark.parametrize("statement", BY_HAND)
def test_by_hand_nobody_gets_past_the_guards(opened: As, who: str, statement: str):
    database = opened(who)
    with pytest.raises((errors.InsufficientPrivilege, errors.IntegrityError)):
        database.driver.connection.execute(statement)


def raw_entry(database: Database, entry: Entry, actor: str, **columns: Any) -> None:
    """Insert an entry by hand, with these columns otherwise than its text says."""

    def work(session: Any) -> None:
        head = ledger.head(session)
        fact = columns.pop("fact", fact_of(entry, head.number + 1, actor, WHEN))
        hash_ = columns.pop("hash", link(head.hash, fact))
        many = len(list(entry.movements()))
        row = list(entry_row(entry, head.number + 1, many, WHEN, actor, fact, head.hash, hash_))
        for place, value in columns.values():
            row[place] = value
        session.run(f"INSERT INTO entries VALUES ({', '.join('?' * len(row))})", row)

    database.write(work)


def test_an_entry_by_hand_is_in_the_name_and_under_the_hash_that_it_has(opened: As):
    ada, fin = opened("ada"), opened("fin")
    told = Funding(fund="ALPHA", amount_pence=Pence(1))
    with pytest.raises(NotPermitted, match="in the name of who writes it"):
        raw_entry(fin, told, "ada")
    with pytest.raises(NotPermitted, match="in the name of who writes it"):
        raw_entry(ada, told, "fin")
    with pytest.raises(NotPermitted, match="gives a fund authority"):
        raw_entry(ada, told, "ada")
    for columns in ({"kind": (1, "allocate")}, {"amount": (7, 2)}, {"fund": (2, "BETA")}):
        with pytest.raises(errors.IntegrityError, match=r"what its (text says|kind holds)"):
            raw_entry(ada, told, "ada", **columns)
    with pytest.raises(errors.IntegrityError, match="what its text says"):
        raw_entry(fin, told, "fin", hash="0" * 64)


def test_somebody_else_cannot_be_written_for(team: str, opened: As):
    ada = opened("ada")
    assert ada.writer("") == ada.writer("ada") == "ada"
    with pytest.raises(NotPermitted, match="takes no entry in the name of Bob"):
        ada.writer("Bob")
    with pytest.raises(NotPermitted, match="takes no entry in the name of Bob"):
        open_ledger(team, actor="Bob")
    superuser = opened("ledger")
    assert superuser.writer("") == "ledger"
    with pytest.raises(NotPermitted):
        superuser.writer("Bob")


def test_without_roles_people_say_themselves_who_they_are(postgres_url: str):
    database = with_everything(postgres_url)
    assert database.user == ""
    assert database.writer("Bob") == "Bob"
    record(database, cap("ALPHA-EACH", "amount", 9_000 * POUND, per=("recipient",)))
    database.close()


def test_roles_are_made_once(team: str):
    database = open_database(team)
    with pytest.raises(AlreadyThere, match="are made: grants_reader"):
        action.make(database)
    database.close()


def test_roles_left_by_another_ledger_are_not_taken_over(postgres_server: Server):
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(
                "CREATE ROLE grants_finance; CREATE ROLE eve LOGIN IN ROLE grants_finance"
            )
        with pytest.raises(AlreadyThere, match="has a role grants_finance already"):
            init(place, None, actor=ACTOR, recorded_at=WHEN, roles=True)
        with pytest.raises(LedgerUnusable, match="there is no ledger"):
            open_database(place)


def test_who_owns_the_tables_makes_roles_without_being_a_superuser(postgres_server: Server):
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(
                "CREATE ROLE dba LOGIN CREATEROLE; ALTER DATABASE grants OWNER TO dba"
            )
        place = place.replace("user=ledger", "user=dba")
        init(place, None, actor=ACTOR, recorded_at=WHEN, roles=True)
        database = open_database(place)
        assert database.user == "dba"
        assert [people for people in action.answer(database).rows if people.people == "dba"]
        in_the_name_of(database, Registration(records=(Fund(code="NEW", name="New"),)))
        with pytest.raises(errors.InsufficientPrivilege):
            database.driver.connection.execute("ALTER TABLE entries DISABLE TRIGGER ALL")
        assert findings(database) == []
        database.close()
        with psycopg.connect(postgres_server.url("grants"), autocommit=True) as connection:
            connection.execute("ALTER DATABASE grants OWNER TO ledger")


def test_who_may_not_make_roles_prints_them_for_who_may(postgres_server: Server):
    with postgres_server.team("grants"):
        above = postgres_server.url("grants")
        with psycopg.connect(above, autocommit=True) as connection:
            connection.execute("CREATE ROLE tim LOGIN; CREATE SCHEMA money AUTHORIZATION tim")
            connection.execute("ALTER ROLE tim SET search_path = money")
        place = above.replace("user=ledger", "user=tim")
        init(place, None, actor=ACTOR, recorded_at=WHEN)
        database = open_database(place)
        with pytest.raises(LedgerUnusable, match="may not make roles"):
            action.make(database)
        printed = action.as_sql(database)
        database.close()
        assert "CREATE ROLE grants_money_analyst NOLOGIN;" in printed
        with psycopg.connect(above, autocommit=True) as connection:
            connection.execute(printed.encode())
            connection.execute("GRANT grants_money_reader TO tim")
        database = open_database(place)
        assert database.user == "tim"
        with pytest.raises(NotPermitted, match="tim may only read"):
            give(database, "ALPHA", "TWO", POUND)
        assert findings(database) == []
        database.close()


def test_a_file_has_no_roles(tmp_path):
    place = str(tmp_path / "l.db")
    with pytest.raises(BadInput, match="is a file, and who may write to it may write anything"):
        init(place, None, actor=ACTOR, recorded_at=WHEN, roles=True)
    database = with_everything(place)
    for ask in (action.make, action.as_sql):
        with pytest.raises(BadInput, match="is a file"):
            ask(database)
    assert action.answer(database).rows == []
    database.close()


def test_names_that_have_to_be_quoted_are(postgres_server: Server):
    with postgres_server.team('VRU "x" 50%?'):
        place = postgres_server.url("postgres").replace("/postgres?", "/VRU%20%22x%22%2050%25%3F?")
        init(place, None, actor=ACTOR, recorded_at=WHEN, roles=True)
        database = open_database(place)
        assert [*action.answer(database).rows][1].role == 'VRU "x" 50%?_analyst'
        database.close()


def test_an_analyst_cannot_approve_what_they_proposed(team: str):
    with open_ledger(team.replace("user=ledger", "user=ada")) as ours:
        made = ours.allocate("ALPHA", "TWO", POUND, source="CR", on=DAY, propose=True)
        with pytest.raises(AuthorityMissing):
            ours.approve(made.entry.award, on=DAY)
    with open_ledger(team.replace("user=ledger", "user=fin")) as ours:
        ours.approve(made.entry.award, on=DAY)
        assert ours.check().findings == []
