"""A suggested command works when it is pasted: with the ledger and the name that were given."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import Run
from vru_ledger.cli.suggestions import hint_pasted, pasted, place_left_out

FAILING = {
    "a refusal": ("allocate", "MYENDS", "Newham", "1m", "--on", "2021-04-01"),
    "a name that is not there": ("recipient", "show", "Nobody"),
    "a fund that is there": ("fund", "add", "MYENDS", "Another", "1", "--reason", "r"),
    "an entry that is not there": ("show", "99"),
    "an award that is not there": ("show", "MYENDS-0099"),
}


@pytest.fixture
def elsewhere(ledger: Path, tmp_path: Path) -> Path:
    """Put the ledger where no command looks for one by itself, under a name that needs quotes."""
    return Path(shutil.move(ledger, tmp_path / "it's a ledger.db"))


@pytest.mark.parametrize("words", FAILING.values(), ids=FAILING.keys())
def test_what_a_failure_suggests_works_when_it_is_pasted(
    elsewhere: Path, run: Run, words: tuple[str, ...]
):
    given = ("--db", elsewhere.name, "--as", "Bo Analyst")
    failed = run(*given, *words)
    told = json.loads(run(*given, *words, "-f", "json").stderr)["error"]
    assert failed.exit_code in (3, 5, 6), failed
    commands = re.findall(r"vru-ledger [^;\n]*", failed.stderr)
    assert commands
    assert commands[0] in told["hint"]
    for command in commands:
        program, *again = shlex.split(command)
        done = run(*again)
        assert (program, done.exit_code) == ("vru-ledger", 0), done
    if words[0] == "allocate":
        assert '"actor": "Bo Analyst"' in run(*given, "log", "-n", "1", "-f", "json").stdout
        assert told["commands"] == commands


def test_a_suggestion_repeats_nothing_that_the_environment_says(elsewhere: Path, run: Run):
    failed = run("recipient", "show", "Nobody", env={"VRU_LEDGER_DB": elsewhere.name})
    assert failed.stderr.endswith("to list them: vru-ledger recipient list\n")


def test_the_notes_of_a_report_suggest_what_can_be_pasted(elsewhere: Path, run: Run):
    shown = run("--db", elsewhere.name, "cap", "show", "MYENDS-EACH").stdout
    [command] = re.findall(r"vru-ledger .*", shown)
    assert run(*shlex.split(command)[1:]).exit_code == 0
    told = run("--db", elsewhere.name, "cap", "show", "MYENDS-EACH", "-f", "json").stdout
    assert "vru-ledger report caps" in told


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://ada:secret@host/ledger",
        "postgresql://ada@host/ledger?password=secret",
        "postgresql://ada:sec@ret@host:5432/ledger",
        "host=x password=secret",
        "postgresql://ada:secret/ledger",
        "mysql://ada:secret@host",
    ],
)
def test_a_password_is_never_suggested(place: str):
    for given in (["--db", place], [f"--db={place}"]):
        hint = hint_pasted("to find one: vru-ledger log", [*given, "show", "9"])
        assert "secret" not in hint
        assert hint == (
            "to find one: vru-ledger log (with VRU_LEDGER_DB set to the address that you gave)"
        )


def test_an_address_without_a_password_is_suggested_whole():
    words = ["--db", "postgresql://ada@host:5432/ledger", "log"]
    assert pasted(words)("vru-ledger log") == (
        "vru-ledger --db postgresql://ada@host:5432/ledger log"
    )
    assert place_left_out(words) == ""


@pytest.mark.parametrize(
    ("words", "text", "told"),
    [
        (["--as", "B"], "see: vru-ledger show 3", "see: vru-ledger show 3"),
        (["--as=B"], "vru-ledger cap list", "vru-ledger cap list"),
        (["--as=B C"], "vru-ledger cap set X 1", "vru-ledger --as 'B C' cap set X 1"),
        (["--db", "a"], "make one: vru-ledger init", "make one: vru-ledger --db a init"),
        (["--wait", "3", "--db", "a"], "vru-ledger log", "vru-ledger --db a log"),
        (["--db", "a"], "install a newer vru-ledger", "install a newer vru-ledger"),
        (["--db", "a"], "open it with the vru-ledger that", "open it with the vru-ledger that"),
        (["--db", "a"], "vru-ledger fund add --help", "vru-ledger fund add --help"),
        (["log", "--db", "a"], "vru-ledger log", "vru-ledger log"),
        (["--db"], "vru-ledger log", "vru-ledger --db '' log"),
    ],
)
def test_a_suggestion_says_what_was_given_and_only_where_it_counts(
    words: list[str], text: str, told: str
):
    assert pasted(words)(text) == told
