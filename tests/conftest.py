"""What every test may ask for by name: the command, a ledger, a database of either kind."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import hypothesis
import pytest

from tests import command
from tests.command import Outcome
from tests.forked import Forked
from tests.no_skip import pytest_make_collect_report, pytest_runtest_makereport
from tests.torture import many

if TYPE_CHECKING:
    from tests.postgres import Server

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

# A busy machine is not a failing test. What is tried every time finds more than what takes too
# long to be run; `make torture` tries twenty times as much.
hypothesis.settings.register_profile("calm", deadline=None, print_blob=True, max_examples=many(60))
hypothesis.settings.load_profile("calm")

# When and by whom the ledger that tests start from was made, so that its head never changes.
MADE = {"VRU_LEDGER_NOW": "2026-11-22T12:00:00Z", "VRU_LEDGER_AS": "Ada Analyst"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the transcripts with what the commands really say",
    )
    parser.addoption(
        "--postgresql",
        action="store_true",
        help="make on a server every ledger that tests otherwise make in memory",
    )


@pytest.fixture(scope="session", autouse=True)
def _anywhere(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--postgresql"):
        from tests.builders import Elsewhere

        server: Server = request.getfixturevalue("postgres_server")
        Elsewhere.place = staticmethod(server.create_schema)


@pytest.fixture(scope="module")
def in_memory() -> Iterator[None]:
    """Make ledgers in memory even with --postgresql: for what is about SQLite by name."""
    from tests.builders import Elsewhere

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Elsewhere, "place", staticmethod(lambda: ""))
        yield


class Run(Protocol):
    """`run("allocate", "MYENDS", ...)`: stdout and stderr are pipes."""

    def __call__(
        self,
        *words: str | Path,
        stdin: str = "",
        env: dict[str, str] | None = None,
        columns: int | None = None,
        folder: Path | None = None,
        timeout: float = 60,
    ) -> Outcome: ...


class RunOnTerminal(Protocol):
    """`run_on_terminal("status", columns=60)`: all it drew is `stdout`, escapes included."""

    def __call__(
        self,
        *words: str | Path,
        columns: int = 100,
        stdin: str = "",
        env: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Outcome: ...


class Start(Protocol):
    """`start("allocate", ...)`: the running process, killed when the test ends."""

    def __call__(
        self, *words: str | Path, env: dict[str, str] | None = None
    ) -> subprocess.Popen[str]: ...


@pytest.fixture(scope="session")
def forked() -> Iterator[Forked]:
    """Start what runs commands without importing everything each time."""
    made = Forked()
    yield made
    made.stop()


@pytest.fixture
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Run:
    """Run the real command in the test's own folder, in a clean environment.

    A test that uses the fixture `forked` too has it run without its start.
    """
    outcome = command.run
    if "forked" in request.fixturenames:
        outcome = request.getfixturevalue("forked").outcome

    def run(
        *words: str | Path,
        stdin: str = "",
        env: dict[str, str] | None = None,
        columns: int | None = None,
        folder: Path | None = None,
        timeout: float = 60,
    ) -> Outcome:
        width = {} if columns is None else {"COLUMNS": str(columns)}
        where = tmp_path if folder is None else folder
        more = {**width, **(env or {})}
        return outcome(words, where, stdin=stdin, env=more, timeout=timeout)

    return run


@pytest.fixture
def run_on_terminal(tmp_path: Path) -> RunOnTerminal:
    """Run the real command in the test's own folder on a terminal."""

    def run_on_terminal(
        *words: str | Path,
        columns: int = 100,
        stdin: str = "",
        env: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Outcome:
        return command.run_on_terminal(
            words, tmp_path, columns=columns, stdin=stdin, env=env or {}, timeout=timeout
        )

    return run_on_terminal


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the real command in the test's own folder, without waiting for it."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str | Path, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        started.append(command.start(words, tmp_path, env or {}))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def made_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one ledger from the built-in seed: a file to copy, never to open for writing."""
    folder = tmp_path_factory.mktemp("made")
    made = command.run(["--db", folder / "made.db", "init"], folder, env=MADE)
    assert made.exit_code == 0, made
    return folder / "made.db"


@pytest.fixture
def ledger(made_ledger: Path, tmp_path: Path) -> Path:
    """Give the test a ledger of the built-in seed, where the command looks for one."""
    return Path(shutil.copy(made_ledger, tmp_path / "vru-ledger.db"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["Server"]:
    """Start a PostgreSQL server for this run (with xdist: one for each worker)."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: the extra [postgres]")
    from tests.postgres import CannotStart, Server

    try:
        server = Server()
    except CannotStart as why:
        pytest.skip(str(why))
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: "Server") -> Iterator[str]:
    """Give the test the URL of an empty PostgreSQL database of its own."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the test what `--db` takes, once for each kind; no ledger is there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "vru-ledger.db")
    server: Server = request.getfixturevalue("postgres_server")
    # One for all of them, emptied: a new one takes most of the time of a test on a server.
    return server.emptied("ordinary")
