"""A server that asks for another try, is slow, or goes away; and passwords that stay secret."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest

from tests.builders import POUND, findings, give, rows, with_everything
from tests.command import COMMAND, environment
from tests.conftest import Run
from vru_ledger.errors import LedgerBusy, LedgerUnusable, OutcomeUnknown
from vru_ledger.store import postgresql
from vru_ledger.store.database import Database, is_url, masked
from vru_ledger.store.opening import open_database

TRIES = """
CREATE SEQUENCE tries;
CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('tries') <= {times} THEN {fault}; END IF;
  RETURN NULL;
END $$;
"""
AT_ONCE = "CREATE TRIGGER stumbles AFTER INSERT ON entries FOR EACH ROW EXECUTE FUNCTION stumble()"
AT_COMMIT = (
    "CREATE CONSTRAINT TRIGGER stumbles AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION stumble()"
)
LOST = "PERFORM pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    made = with_everything(postgres_url)
    yield made
    made.close()


def raising(state: str) -> str:
    return f"RAISE EXCEPTION 'once more' USING ERRCODE = '{state}'"


def let_stumble(url: str, fault: str, when: str, times: int = 1) -> None:
    """Have the server fail the first `times` entries that anybody writes."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TRIES.format(fault=fault, times=times).encode())
        connection.execute(when.encode())


def without_stumbling(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP FUNCTION stumble() CASCADE")


@pytest.mark.parametrize("when", [AT_ONCE, AT_COMMIT], ids=["while writing", "at the commit"])
@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_what_the_server_gives_up_is_run_again_and_recorded_once(
    database: Database, postgres_url: str, state: str, when: str
):
    let_stumble(postgres_url, raising(state), when, times=Database.RETRIES)
    done = give(database, "ALPHA", "TWO", POUND, source="CR")
    without_stumbling(postgres_url)
    assert rows(database, "SELECT count(*), max(number) FROM entries") == [
        (done.recorded.number, done.recorded.number)
    ]
    assert findings(database) == []


@pytest.mark.parametrize("when", [AT_ONCE, AT_COMMIT], ids=["while writing", "at the commit"])
def test_a_server_that_never_lets_it_pass_is_busy_and_nothing_is_written(
    database: Database, postgres_url: str, when: str
):
    before = rows(database, "SELECT number, hash FROM head")
    let_stumble(postgres_url, raising("40001"), when, times=99)
    with pytest.raises(LedgerBusy, match="nothing was written"):
        give(database, "ALPHA", "TWO", POUND, source="CR")
    assert rows(database, "SELECT number, hash FROM head") == before
    assert rows(database, "SELECT last_value FROM tries") == [(Database.RETRIES + 1,)]


def test_of_two_that_wait_for_each_other_the_one_that_gives_way_tries_again(
    database: Database, postgres_url: str
):
    """A real deadlock: somebody else holds a lock, and waits for the head that we hold."""
    database.driver.connection.execute("SET deadlock_timeout = '50ms'")
    other = psycopg.connect(postgres_url)
    other.execute("SET deadlock_timeout = '1h'")
    other.execute("SELECT pg_advisory_xact_lock(1)")
    pid = other.info.backend_pid
    tries = 0

    def other_waits() -> None:
        other.execute("SELECT number FROM head FOR UPDATE")
        other.commit()

    waiting = threading.Thread(target=other_waits)

    def work(session) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            waiting.start()
            with psycopg.connect(postgres_url, autocommit=True) as watching:
                until = time.monotonic() + 30
                blocking = "SELECT 1 WHERE cardinality(pg_blocking_pids(%s)) > 0"
                while watching.execute(blocking, [pid]).fetchone() is None:
                    assert time.monotonic() < until
        session.run("SELECT pg_advisory_xact_lock(1)")
        return tries

    # Whoever gave way may be quicker than the other, and has to give way again.
    assert database.write(work) in (2, 3)
    waiting.join()
    other.close()


def test_a_connection_lost_before_the_commit_wrote_nothing(database: Database, postgres_url: str):
    let_stumble(postgres_url, LOST, AT_ONCE)
    with pytest.raises(LedgerUnusable, match=r"the connection to .* failed; nothing was written"):
        give(database, "ALPHA", "TWO", POUND, source="CR", key="K2")
    without_stumbling(postgres_url)
    again = open_database(postgres_url)
    assert not give(again, "ALPHA", "TWO", POUND, source="CR", key="K2").already
    again.close()


def test_a_connection_lost_at_the_commit_may_have_recorded_it_and_the_key_makes_it_safe(
    database: Database, postgres_url: str
):
    let_stumble(postgres_url, LOST, AT_COMMIT)
    with pytest.raises(OutcomeUnknown, match="may be recorded, or may not") as unknown:
        give(database, "ALPHA", "TWO", POUND, source="CR", key="K2")
    assert "same --key" in unknown.value.hint
    without_stumbling(postgres_url)
    again = open_database(postgres_url)
    give(again, "ALPHA", "TWO", POUND, source="CR", key="K2")
    assert give(again, "ALPHA", "TWO", POUND, source="CR", key="K2").already
    assert rows(again, "SELECT count(*) FROM entries WHERE \"key\" = 'K2'") == [(1,)]
    assert findings(again) == []
    again.close()


def test_the_server_sees_who_is_connected_and_lets_nobody_stand_still(database: Database):
    connection = database.driver.connection
    assert connection.execute("SHOW application_name").fetchone() == ("vru-ledger",)
    assert connection.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("1min",)
    assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_the_address_says_otherwise_if_it_likes(postgres_url: str):
    with_everything(postgres_url).close()
    database = open_database(f"{postgres_url}&application_name=nightly")
    assert database.driver.connection.execute("SHOW application_name").fetchone() == ("nightly",)
    database.close()


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgresql, "_CONNECT_WITHIN", 2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        started = time.monotonic()
        with pytest.raises(LedgerUnusable, match="cannot connect to"):
            open_database(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/grants")
        assert time.monotonic() - started < 30


SECRET = "hunter2-p%40ss"  # noqa: S105 (no door has it)
ADDRESSES = (
    f"postgresql://ada:{SECRET}@127.0.0.1:1/grants",
    f"postgresql://127.0.0.1:1/grants?user=ada&password={SECRET}",
    f"postgresql://ada:{SECRET}@[::1]:1/grants?sslmode=nonsense",
    f"postgresql://ada:{SECRET}@127.0.0.1:port/grants",
    f"host=127.0.0.1 port=1 password={SECRET}",
    f"postgres://ada:{SECRET}/x@127.0.0.1:1/grants?nonsense={SECRET}",
)
MISTYPED = (
    f"postgresql:/ada:{SECRET}@127.0.0.1/grants",
    f"postgresql//ada:{SECRET}@127.0.0.1/grants",
    f"postgresql:ada:{SECRET}@127.0.0.1/grants",
    f"pgsql:/ada:{SECRET}@127.0.0.1/grants",
    f"ada:{SECRET}@127.0.0.1/grants",
    f"//ada:{SECRET}@127.0.0.1/grants",
    f"postgresql://127.0.0.1:1/grants&password={SECRET}",
    f"postgresql://127.0.0.1:1/grants;password={SECRET}",
    f"postgresql://127.0.0.1:1/grants password = {SECRET}",
    f"host=127.0.0.1 port=1 password = {SECRET}",
    f"postgresql://ada:{SECRET}/grants",
    f"postgresql://ada:{SECRET}",
    "postgresql://127.0.0.1:1/grants?password=p@hunter2",
    "postgresql://ada:p?@hunter2@127.0.0.1:1/grants",
)


@pytest.mark.parametrize("command", ["status", "init", "check -f json", "role list", "copy"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_password_is_ever_printed(run: Run, address: str, command: str):
    words = ["--db", address, *command.split()]
    said = run(*(["copy", address, address] if command == "copy" else words))
    assert said.exit_code == 8
    assert "hunter2" not in said.stdout + said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("address", MISTYPED)
def test_a_mistyped_address_is_refused_as_one_and_not_repeated(run: Run, address: str):
    for word in ("status -f json", "doctor"):
        said = run(*word.split(), env={"VRU_LEDGER_DB": address})
        assert said.exit_code == 8
        assert "hunter2" not in said.stdout + said.stderr
        assert "addres" in said.stdout + said.stderr
        assert "Traceback" not in said.stderr


@pytest.mark.parametrize("address", [ADDRESSES[1], *MISTYPED[:2], MISTYPED[-1]])
@pytest.mark.parametrize(
    "command", ["restore {}", "doctor --salvage {}", "verify-report {} -f json", "{}"]
)
def test_an_address_where_a_file_belongs_is_not_repeated_either(
    ledger: Path, run: Run, address: str, command: str
):
    said = run(*(address if word == "{}" else word for word in command.split()))
    assert said.exit_code
    assert "hunter2" not in said.stdout + said.stderr
    assert "Traceback" not in said.stderr
    assert not [path for path in ledger.parent.iterdir() if "hunter2" in path.name]


@pytest.mark.parametrize(
    "place", ["grants.db", "2023/24:a.db", "a//b.db", "postgres.db", "my password.db", "C:\\a@b.db"]
)
def test_a_file_is_no_address_whatever_it_is_called(place: str):
    assert not is_url(place)
    assert masked(place) == place


@pytest.mark.parametrize("address", [*ADDRESSES, *MISTYPED])
def test_what_is_nearly_an_address_is_one_and_is_masked(address: str):
    assert is_url(address)
    assert "hunter2" not in masked(address)


def test_a_password_in_the_environment_is_not_printed(run: Run):
    env = {"PGPASSWORD": SECRET, "VRU_LEDGER_DB": ADDRESSES[0]}
    said = run("allocate", "MYENDS", "Newham", "1k", env=env)
    assert said.exit_code == 8
    assert "hunter2" not in said.stdout + said.stderr


def test_no_password_is_in_any_file_that_is_written(postgres_url: str, run: Run, tmp_path: Path):
    """Reports say which command made them, and commands can have an address with a password."""
    with_everything(postgres_url).close()
    address = postgres_url.replace("postgresql:///", "postgresql://ledger:hunter2@/")
    address += "&password=hunter2"
    (tmp_path / "steps.csv").write_text(
        "do,fund,recipient,source,amount\nallocate,ALPHA,TWO,CR,1\n"
    )
    kinds = ("html", "md", "csv", "json", "jsonl", "xlsx", "svg", "txt")
    for words in (
        *(("report", "position", "-o", f"position.{kind}") for kind in kinds),
        ("report", "pack", "-o", "pack"),
        ("plan", "steps.csv", "-o", "steps.plan"),
        ("copy", address, "copy.db"),
    ):
        done = run("--db", address, *words)
        assert done.exit_code == 0, done
        assert "hunter2" not in done.stdout + done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    for path in written:
        assert b"hunter2" not in path.read_bytes(), path
        if path.suffix == ".xlsx":
            with ZipFile(path) as parts:
                assert all(b"hunter2" not in parts.read(name) for name in parts.namelist())
    assert len(written) > 30
    sys.stdout.write(f"{len(written)} files written from an address with a password\n")


@pytest.mark.parametrize("address", [*ADDRESSES, *MISTYPED])
@pytest.mark.parametrize("option", ["--db={}", "{}"])
def test_no_mistyped_password_is_in_the_list_of_processes(address: str, option: str):
    program = (
        "import sys; from vru_ledger.cli.secrecy import hide_addresses; hide_addresses(sys.argv);"
        "sys.stdout.write(open('/proc/self/cmdline').read())"
    )
    words = [sys.executable, "-c", program, option.format(address), "status"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "hunter2" not in said
    assert said.endswith("\0status\0")


@pytest.mark.parametrize("option", ["--db {}", "--db={}"])
def test_no_password_is_in_the_list_of_processes(postgres_url: str, tmp_path: Path, option: str):
    """While a command waits for somebody else, its words can be read by everybody."""
    with_everything(postgres_url).close()
    address = postgres_url.replace("postgresql:///", "postgresql://ledger:hunter2@/")
    with psycopg.connect(postgres_url) as holding:
        holding.execute("SELECT number FROM head FOR UPDATE")
        words = [
            *option.format(address).split(" "),
            "allocate",
            "ALPHA",
            "TWO",
            "1",
            "--source",
            "CR",
        ]
        process = subprocess.Popen(
            [*COMMAND, *words],
            env=environment(tmp_path),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        assert "waiting" in process.stderr.readline()
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    _, said = process.communicate(timeout=60)
    assert b"hunter2" not in shown
    assert b"allocate\0ALPHA" in shown
    assert process.returncode in (0, 3), said


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_keep_every_letter_is_refused_before_a_ledger_is_in_it(
    postgres_url: str, run: Run, encoding: str
):
    name = f"other_{encoding.lower()}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(
            f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
            " TEMPLATE template0".encode()
        )
        (ours,) = server.execute("SELECT current_database()").fetchone() or ("",)
        said = run("--db", postgres_url.replace(ours, name), "init")
        server.execute(f"DROP DATABASE {name}".encode())
    assert said.exit_code == 8
    assert f"keeps text as {encoding}, and a ledger needs UTF8" in said.stderr
    assert "ENCODING 'UTF8'" in said.stderr


def test_text_is_read_as_utf8_whatever_the_environment_says(postgres_url: str, run: Run):
    with_everything(postgres_url).close()
    for other in ("SQL_ASCII", "LATIN1"):
        env = {"PGOPTIONS": f"-c client_encoding={other}", "PGCLIENTENCODING": other}
        said = run("--db", postgres_url, "check", env=env)
        assert said.exit_code == 0, said


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("statement_timeout=50", "statement timeout"),
        ("transaction_timeout=50", "transaction timeout"),
    ],
)
def test_a_timeout_of_the_servers_is_told_as_one(
    database: Database, postgres_url: str, setting: str, words: str
):
    with psycopg.connect(postgres_url, autocommit=True) as server:
        (version,) = server.execute("SHOW server_version_num").fetchone() or ("0",)
    if int(version) < 170_000 and "transaction" in setting:
        pytest.skip("servers before 17 know no transaction_timeout")
    patient = postgresql.connect(postgres_url)
    patient.driver.connection.execute(f"SET {setting}")
    with pytest.raises(LedgerUnusable, match=f"the server stopped .* {words}") as told:
        patient.write(lambda session: session.rows("SELECT pg_sleep(20)"))
    assert "timeout" in told.value.hint
    patient.close()
