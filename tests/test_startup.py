"""Everyday commands start at once: what they import, and how many instructions they cost.

Time on a busy machine says little, so what can be counted is counted.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import command
from tests.command import Outcome

# Each costs more than everything else an everyday command does; see docs/decisions.
COSTLY = {
    "alembic",
    "asyncio",
    "importlib.metadata",
    "jinja2",
    "openpyxl",
    "psycopg",
    "pydantic",
    "pydantic_core",
    "rapidfuzz",
    "sqlalchemy",
    "sqlmodel",
    "textual",
    "yaml",
}
COSTLY_IN_A_PIPE = COSTLY | {"rich"}

ALLOCATE = ["allocate", "MYENDS", "Newham", "1k", "--on", "2021-04-01"]

EVERYDAY: dict[str, tuple[list[str], int]] = {
    "version": (["--version"], 0),
    "allocate": (ALLOCATE, 0),
    "allocate, refused": (["allocate", "MYENDS", "Newham", "1m", "--on", "2021-04-01"], 3),
    "headroom": (["headroom"], 0),
    "headroom of a recipient": (["headroom", "MYENDS", "Newham"], 0),
    "report position": (["report", "position"], 0),
    "report caps": (["report", "caps", "--fund", "MYENDS"], 0),
    "status": (["status"], 0),
    "log": (["log"], 0),
    "check": (["check"], 0),
}

# Instructions of a whole process, in multiples of `python -I -c pass`.
AT_MOST: dict[str, tuple[list[str], float]] = {
    "version": (["--version"], 6.4),
    "allocate": (ALLOCATE, 8.6),
    "report position": (["report", "position"], 8.3),
}

# The command, in a process that writes down at its end what it has imported.
WITNESSED = """
import sys
place = sys.argv.pop(1)
sys.argv[0] = "vru-ledger"
try:
    from vru_ledger.cli.main import run
    run()
finally:
    with open(place, "w", encoding="utf-8") as file:
        file.write("\\n".join(sys.modules))
"""


def witnessed(folder: Path) -> tuple[list[str], Path]:
    place = folder / "imported.txt"
    return [sys.executable, "-c", WITNESSED, str(place)], place


def imported(place: Path) -> set[str]:
    return set(place.read_text(encoding="utf-8").split("\n"))


@pytest.mark.parametrize(("words", "exit_code"), EVERYDAY.values(), ids=EVERYDAY.keys())
@pytest.mark.usefixtures("ledger")
def test_a_piped_command_imports_nothing_costly(words: list[str], exit_code: int, tmp_path: Path):
    program, place = witnessed(tmp_path)
    done = command.run(words, tmp_path, program=program)
    assert done.exit_code == exit_code, done
    assert imported(place) & COSTLY_IN_A_PIPE == set()


@pytest.mark.parametrize(("words", "exit_code"), EVERYDAY.values(), ids=EVERYDAY.keys())
@pytest.mark.usefixtures("ledger")
def test_on_a_terminal_rich_is_all_that_is_added(words: list[str], exit_code: int, tmp_path: Path):
    program, place = witnessed(tmp_path)
    done = command.run_on_terminal(words, tmp_path, program=program)
    assert done.exit_code == exit_code, done
    assert imported(place) & COSTLY == set()


def test_completion_imports_nothing_costly(tmp_path: Path):
    program, place = witnessed(tmp_path)
    asked = {
        "_VRU_LEDGER_COMPLETE": "complete_bash",
        "COMP_WORDS": "vru-ledger allo",
        "COMP_CWORD": "1",
    }
    done = command.run([], tmp_path, program=program, env=asked)
    assert "allocate" in done.stdout
    assert imported(place) & COSTLY_IN_A_PIPE == set()


@pytest.fixture(scope="module")
def bare_instructions(tmp_path_factory: pytest.TempPathFactory) -> int:
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind, which counts instructions, is not installed")
    folder = tmp_path_factory.mktemp("bare")
    return instructions([sys.executable, "-I", "-c", "pass"], folder)


@pytest.mark.parametrize(("words", "at_most"), AT_MOST.values(), ids=AT_MOST.keys())
@pytest.mark.usefixtures("ledger")
def test_a_piped_command_costs_few_instructions(
    words: list[str], at_most: float, tmp_path: Path, bare_instructions: int
):
    program = Path(sys.executable).with_name("vru-ledger")
    first: Outcome = command.run(words, tmp_path)  # Whatever Python compiles, it has compiled.
    assert first.exit_code == 0, first
    counted = instructions([sys.executable, str(program), *words], tmp_path)
    assert counted / bare_instructions <= at_most


def instructions(words: list[str], folder: Path) -> int:
    """Count the instructions of a whole process."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *words],
        cwd=folder,
        env=command.environment(folder, {"PYTHONHASHSEED": "0"}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    counted = re.search(r"Collected : (\d+)", done.stderr)
    assert done.returncode == 0, done.stderr
    assert counted is not None, done.stderr
    return int(counted[1])
