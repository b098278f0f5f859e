"""Where a ledger and a seed differ is listed; where they agree nothing is said."""

from pathlib import Path

import pytest

from tests.builders import ACTOR, DAY, WHEN, findings, give, record, registered
from vru_ledger.actions.administer import Told
from vru_ledger.actions.check import check
from vru_ledger.actions.limits import NewCap, set_cap
from vru_ledger.actions.load_seed import load_seed
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Area, Listing, Recipient
from vru_ledger.exchange.seed_file import Seed, built_in_seed, read_seed
from vru_ledger.store import register, sqlite
from vru_ledger.store.creation import fill_new
from vru_ledger.store.database import Database

TOLD = Told(dated=DAY, reason="because")


@pytest.fixture(scope="module")
def seed() -> Seed:
    read = read_seed(built_in_seed()).seed
    assert read is not None
    return read


@pytest.fixture
def database(seed: Seed) -> Database:
    made = sqlite.in_memory()
    fill_new(made, ACTOR, WHEN, lambda session: load_seed(session, seed))
    return made


def drifted(database: Database, seed: Seed) -> list[tuple[str, str, str]]:
    """Return code, severity and message of everything that a comparison finds."""
    return [(one.code, one.severity, one.message) for one in check(database, seed=seed).findings]


def test_a_ledger_of_a_seed_differs_from_it_in_nothing(database: Database, seed: Seed):
    assert drifted(database, seed) == []


def test_allocations_are_no_drift(database: Database, seed: Seed):
    give(database, "MYENDS", "Newham", 100)
    assert drifted(database, seed) == []


def test_a_cap_that_was_changed_is_found(database: Database, seed: Seed):
    set_cap(
        database,
        NewCap(code="MYENDS-EACH", limit="800k"),
        TOLD,
        actor=ACTOR,
        recorded_at=WHEN,
        preview=False,
    )
    [(code, severity, message)] = drifted(database, seed)
    assert (code, severity) == ("drift-differs", "error")
    assert "MYENDS-EACH: limit is £800,000.00 in the ledger, £750,000.00 in the seed" in message


def test_a_cap_that_was_added_is_a_warning(database: Database, seed: Seed):
    set_cap(
        database,
        NewCap(code="NEW", limit="8", fund="DIVERT", measure="recipients"),
        TOLD,
        actor=ACTOR,
        recorded_at=WHEN,
        preview=False,
    )
    [(code, severity, message)] = drifted(database, seed)
    assert (code, severity) == ("drift-added", "warning")
    assert "NEW" in message
    assert check(database, seed=seed).sound


def test_authority_that_was_added_is_found(database: Database, seed: Seed):
    record(database, Funding(fund="MYENDS", amount_pence=Pence(1)))
    [(code, severity, message)] = drifted(database, seed)
    assert (code, severity) == ("drift-authority", "error")
    assert "£6,000,000.01 in the ledger, £6,000,000.00 in the seed" in message


def test_a_recipient_that_was_renamed_is_found(database: Database, seed: Seed):
    with database.read() as session:
        before = register.recipient(session, "NET-NEWHAM")
    assert before is not None
    record(database, registered(before.replace(name="Newham, renamed")))
    [(code, severity, message)] = drifted(database, seed)
    assert (code, severity) == ("drift-differs", "error")
    assert "NET-NEWHAM: name is 'Newham, renamed' in the ledger, 'Newham' in the seed" in message


def test_recipients_and_listings_that_were_added_are_warnings(database: Database, seed: Seed):
    record(
        database,
        registered(Recipient(code="NEW", name="New", kind="charity")),
        registered(Listing(fund="MYENDS", recipient="NEW")),
    )
    assert sorted((code, severity) for code, severity, _ in drifted(database, seed)) == [
        ("drift-added", "warning"),
        ("drift-added", "warning"),
    ]


def test_what_the_seed_has_and_the_ledger_has_not_is_found(database: Database, seed: Seed):
    more = Seed(
        **{
            name: getattr(seed, name)
            for name in getattr(seed, "FIELDS", getattr(seed, "__slots__", ()))
            if name != "records"
        },
        records=(*seed.records, Area(code="E99", name="Nowhere", kind="borough")),
    )
    assert [(code, severity) for code, severity, _ in drifted(database, more)] == [
        ("drift-missing", "error")
    ]


def test_the_order_of_what_is_found_is_always_the_same(database: Database, seed: Seed):
    for number in range(9):
        record(database, registered(Recipient(code=f"N{number}", name=f"N{number}", kind="x")))
    told = [message for *_, message in drifted(database, seed)]
    assert told == sorted(told)


def test_the_command_compares_with_a_file(ledger: Path, run):
    seed = built_in_seed()
    agreeing = run("check", "--seed", seed)
    assert agreeing.exit_code == 0, agreeing
    assert run("cap", "set", "MYENDS-EACH", "700k", "--reason", "cut").exit_code == 0
    done = run("check", "--seed", seed)
    assert done.exit_code == 4, done
    assert "MYENDS-EACH" in done.stdout


def test_a_sound_ledger_is_sound_beside_its_drift(database: Database):
    assert findings(database) == []
