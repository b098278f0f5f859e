"""Whatever is locked on a server: waiting shows a message, and giving up is exit 6, a sentence."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.builders import POUND, findings, give, with_everything
from tests.conftest import Run
from vru_ledger.actions.doctor import doctor
from vru_ledger.errors import LedgerBusy
from vru_ledger.store.opening import open_database
from vru_ledger.store.sqlite import APPLICATION_ID


@pytest.fixture
def place(postgres_url: str) -> str:
    with_everything(postgres_url).close()
    return postgres_url


@contextmanager
def held(place: str, lock: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(place) as holding:
        holding.execute(lock.encode())
        yield holding
        holding.rollback()


ALLOCATE = "allocate ALPHA TWO 1 --source CR"
WAITS = [
    ("LOCK TABLE recipients IN ACCESS EXCLUSIVE MODE", "recipient list"),
    ("LOCK TABLE recipients IN ACCESS EXCLUSIVE MODE", "report position"),
    ("LOCK TABLE recipients IN ACCESS EXCLUSIVE MODE", "check"),
    ("LOCK TABLE head IN ACCESS EXCLUSIVE MODE", "status"),
    ("LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE", "status"),
    ("LOCK TABLE entries IN SHARE MODE", ALLOCATE),
    ("SELECT number FROM head FOR UPDATE", ALLOCATE),
]


@pytest.mark.parametrize(("lock", "words"), WAITS)
def test_whatever_is_locked_is_waited_for_with_a_message_and_given_up_with_exit_6(
    place: str, run: Run, lock: str, words: str
):
    with held(place, lock):
        said = run("--db", place, "--wait", "1", *words.split())
    assert (said.exit_code, said.stdout) == (6, "")
    waiting, error, hint = said.stderr.splitlines()
    assert waiting.startswith("waiting: ")
    assert error.startswith("error: somebody else is writing to postgresql:///")
    assert "--wait" in hint


def test_who_makes_a_ledger_waits_for_who_makes_another_there_and_no_longer(
    postgres_url: str, run: Run
):
    with held(postgres_url, f"SELECT pg_advisory_lock({APPLICATION_ID})"):
        said = run("--db", postgres_url, "--wait", "1", "init")
    assert said.exit_code == 6
    assert said.stderr.startswith("waiting: ")
    assert run("--db", postgres_url, "init").exit_code == 0


def test_a_lock_met_half_way_is_waited_for_as_long_as_we_were_told_to(place: str):
    """The head is ours by then: what was done is undone, and done again when the lock is free."""
    told = threading.Event()
    database = open_database(place, on_wait=told.set)
    with held(place, "LOCK TABLE movements IN SHARE MODE") as holding:

        def let_go() -> None:
            told.wait(30)
            holding.rollback()

        releasing = threading.Thread(target=let_go)
        releasing.start()
        give(database, "ALPHA", "TWO", POUND, source="CR")
        releasing.join()
    assert told.is_set()
    told.clear()
    give(database, "ALPHA", "TWO", POUND, source="CR")
    assert not told.is_set()
    assert findings(database) == []
    database.close()


def test_who_does_not_wait_gives_up_at_once_and_is_not_told_to_wait(place: str):
    told: list[str] = []
    database = open_database(place, wait=0, on_wait=lambda: told.append("waiting"))
    with held(place, "SELECT number FROM head FOR UPDATE"), pytest.raises(LedgerBusy):
        give(database, "ALPHA", "TWO", POUND, source="CR")
    assert told == []
    database.close()


def test_doctor_names_who_writes_to_a_ledger_on_a_server_and_how_to_end_it(place: str):
    with held(place, "SELECT number FROM head FOR UPDATE") as holding:
        pid = holding.info.backend_pid
        [found] = [one for one in doctor(place).findings if one.code == "locked"]
        assert found.message == (
            f"ledger is writing (process {pid} of the server, which holds head), and does nothing"
        )
        assert found.remedy.endswith(f"SELECT pg_terminate_backend({pid})")
    assert [one for one in doctor(place).findings if one.code == "locked"] == []


def test_doctor_names_who_keeps_even_readers_out_and_then_gives_up(place: str, run: Run):
    with held(place, "LOCK TABLE recipients IN ACCESS EXCLUSIVE MODE"):
        said = run("--db", place, "--wait", "1", "doctor")
    assert said.exit_code == 8
    assert "ledger is writing (process " in said.stdout
    assert "which holds recipients)" in said.stdout


def test_a_network_that_goes_silent_is_noticed_unless_the_address_says_otherwise(place: str):
    database = open_database(place)
    told = database.driver.connection.info.get_parameters()
    database.close()
    assert (told["keepalives_idle"], told["tcp_user_timeout"]) == ("20", "50000")
    database = open_database(f"{place}&tcp_user_timeout=1000")
    told = database.driver.connection.info.get_parameters()
    database.close()
    assert told["tcp_user_timeout"] == "1000"
