"""The pages that people read are true: every command shown says what the page says it says.

And every command that a failure suggests there works, typed as it stands.
On a file, and on PostgreSQL to the letter; what can only be of a file is named here, with why.
"""

import os
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.forked import Forked
from tests.transcripts_runner import LEDGER, PageError, play
from vru_ledger.errors import ExitCode

if TYPE_CHECKING:
    from tests.postgres import Server

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    page
    for pattern in ("tests/transcripts/*.md", "README.md", "docs/tour.md", "docs/how-to/*.md")
    for page in ROOT.glob(pattern)
)


OF_A_FILE = {
    "back-up-and-recover.md": "a server is backed up by its own tools",
    "backup.md": "a server is backed up by its own tools",
    "check-tampered.md": "edits the ledger's file with sqlite3; tests/store attacks both databases",
    "doctor.md": "damages the ledger's file",
    "error-conflict.md": "holds a lock on the file; tests/store waits on both databases",
    "error-unusable.md": "cuts, locks and hides the ledger's file",
    "init-faulty-seed.md": "looks whether the file was left",
    "init.md": "looks at the new file's permission",
    "migrate.md": "the older ledger is a file",
    "read-it-from-python.md": "its programs open the file by its name",
    "restore.md": "a server is restored by its own tools",
    "tour.md": "edits the ledger's file with sqlite3",
}
REAL_STARTS = ("README.md", "tour.md", "read-it-from-python.md")

SUGGESTS_WITH_BLANKS = {
    "doctor.md": "which copy to restore, and what to call what is salvaged, is not known",
}
"""Pages whose suggestions are not tried: a word in capitals stands for what is not known."""

ON_A_SERVER = ("role.md", "copy.md", "doctor-server.md", "share-on-postgresql.md")
"""Pages that have a server at hand, with an empty database called grants."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_is_true(page: Path, request: pytest.FixtureRequest, forked: Forked):
    written = page.read_text(encoding="utf-8")
    failed: list[str] = []

    def suggested(command: str, words: str, code: int) -> None:
        # Whoever asks a doctor is told what is wrong, and that is no failure to do so.
        told = words.endswith(" doctor") and code in (ExitCode.FOUND, ExitCode.UNUSABLE)
        if code and not told:
            failed.append(f"after {command!r}: {words!r} exits with {code}")

    try:
        if page.name in ON_A_SERVER:
            server: Server = request.getfixturevalue("postgres_server")
            with server.team("grants") as at_hand:
                path = f"{os.environ['PATH']}:{server.programs}"
                played = play(written, more={**at_hand, "PATH": path})
        else:
            tried = None if page.name in SUGGESTS_WITH_BLANKS else suggested
            # What newcomers read first is played by real starts: of the other pages a start is most
            # of the time.
            real = page.name in REAL_STARTS
            played = play(written, suggested=tried, forked=None if real else forked)
    except PageError as error:
        pytest.fail(f"{page.relative_to(ROOT)}, {error}", pytrace=False)
    if failed:
        pytest.fail("\n".join(["what it suggests does not work:", *failed]), pytrace=False)
    if played != written and request.config.getoption("--update"):
        page.write_text(played, encoding="utf-8")
        return
    _must_be_same(page, written, played)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.name not in (*OF_A_FILE, *ON_A_SERVER)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_page_is_as_true_on_postgresql(page: Path, postgres_server: "Server", forked: Forked):
    written = page.read_text(encoding="utf-8")
    # As short as the name that it is shown by, so that lines are broken at the same place.
    place = postgres_server.emptied("x").replace("postgresql:", "postgres:")
    assert len(place.partition("?")[0]) == len(LEDGER)
    _must_be_same(page, written, play(written, place=place, forked=forked))


def test_every_page_that_is_only_of_a_file_is_there():
    assert set(OF_A_FILE) <= {page.name for page in PAGES}


def _must_be_same(page: Path, written: str, played: str) -> None:
    if played == written:
        return
    name = str(page.relative_to(ROOT))
    difference = unified_diff(
        written.splitlines(), played.splitlines(), name, f"{name}, as it really is", lineterm=""
    )
    pytest.fail(
        "\n".join([*difference, "", "to accept this: make update, then read the diff"]),
        pytrace=False,
    )
