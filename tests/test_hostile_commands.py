"""Every place of every command that takes a text, the newest command too: asked of the program."""

import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.conftest import MADE
from tests.test_hostile import CONTROL
from vru_ledger.cli.main import app, main

TEXTS = ("9" * 5_000, "x" * 70_000, "\x1b[31m\u202e\x9b", "\udcff", "[/]", "")
"""Each once broke something: a number too long to read, a name too long for a file, a screen."""

ORDINARY = {
    **{"award": "MYENDS-0001", "fund": "MYENDS", "cap": "MYENDS-EACH", "recipient": "Newham"},
    **{"amount": "1", "limit": "1", "entry": "31", "decision": "PCD 999", "file": "no-such.csv"},
}
LIFE = (
    "init",
    "allocate MYENDS Newham 750k --on 2021-04-01",
    "allocate MYENDS Hackney 500k --on 2021-04-01 --propose",
    "claim MYENDS-0001 1k --on 2021-06-01",
    "paper tag BOARD-1",
)


def every(path: tuple[str, ...], command: Any) -> list[tuple[str, ...]]:
    """Return the words of each command there is, but for the one that takes over the screen."""
    if not hasattr(command, "list_commands"):
        return [path]
    found = []
    for word in command.list_commands(None):
        found += every((*path, word), command.get_command(None, word))
    return [one for one in found if one != ("browse",)]


COMMANDS = every((), typer.main.get_command(app))


def command_of(words: tuple[str, ...]) -> Any:
    command: Any = typer.main.get_command(app)
    for word in words:
        command = command.get_command(None, word)
    return command


def command_lines(words: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """Return a command line for each text in each place of a command, with what the text is."""
    parameters = command_of(words).params
    arguments = [one for one in parameters if one.param_type_name == "argument"]
    named = [one for one in parameters if one.param_type_name == "option" and not one.is_flag]
    options = {option for one in parameters for option in one.opts}
    lines = []
    for place in [*arguments, *named]:
        for text in TEXTS:
            line = list(words)
            for one in arguments:
                usual = next((ORDINARY[key] for key in ORDINARY if key in one.name), "x")
                if one is place or one.required:
                    line.append(text if one is place else usual)
            if place in named:
                line.append(f"{place.opts[0]}={text}")
            if "--reason" in options and place.name != "reason":
                line.append("--reason=r")
            if "--dry-run" in options:
                line.append("--dry-run")
            lines.append((text, line))
    return lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Be in a folder with a ledger in which something happened."""
    where: Path = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(where)
        for name, value in {**MADE, "COLUMNS": "100", "VRU_LEDGER_WAIT": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("VRU_LEDGER_DB", raising=False)
        for line in LIFE:
            assert main(line.split()) == 0
        yield where
        assert main(["check"]) == 0


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_place_of_any_command_answers_otherwise_than_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
):
    found = []
    for text, line in command_lines(words):
        asked = f"{' '.join(one[:30] for one in line)!r}"
        try:
            code = main(line)
        except Exception as error:
            found.append(f"{asked}: {type(error).__name__}: {str(error)[:80]}")
            continue
        said, complained = capsys.readouterr()
        if code not in (0, 2, 3, 4, 5, 6, 7, 8) or (code and not (said + complained).strip()):
            found.append(f"{asked}: exit {code}, and says {complained[:80]!r}")
        if CONTROL.search(said + complained) or "Traceback" in complained:
            found.append(f"{asked}: says {(said + complained)[:80]!r}")
        if len(text) > 9_000 and len(said + complained) > 60_000:
            found.append(f"{asked}: says {len(said + complained):,} characters")
    assert found == []


def test_the_places_are_many():
    lines = sum(len(command_lines(words)) for words in COMMANDS)
    sys.stdout.write(f"{len(COMMANDS)} commands, {lines:,} command lines\n")
    assert len(COMMANDS) > 70
    assert lines > 2_500
