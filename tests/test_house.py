"""The house keeps its own rules: floors, sizes, names, what is imported, what is documented."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from tests import command
from vru_ledger.cli.words import WORDS
from vru_ledger.errors import ExitCode, LedgerError

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "vru_ledger"

FLOORS = {"cli", "actions", "reports", "exchange", "render", "store", "rules", "caps", "domain"}
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
NAMES_THAT_SAY_NOTHING = {
    "base",
    "common",
    "data",
    "handler",
    "helper",
    "info",
    "manager",
    "processor",
    "service",
    "util",
}


def files_of(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_a_floor_imports_only_below_it():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_folder_of_the_source_is_a_floor():
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders <= FLOORS


@pytest.mark.parametrize("path", files_of(SOURCE), ids=shown)
def test_a_file_and_its_functions_can_be_read_at_one_go(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_FILE
    lengths = {
        function.name: (function.end_lineno or 0) - function.lineno + 1
        for function in functions_of(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LINES_OF_A_FUNCTION} == {}


@pytest.mark.parametrize(
    "path",
    files_of(SOURCE, ROOT / "tests", ROOT / "benchmarks", ROOT / "scripts"),
    ids=shown,
)
def test_a_file_opens_with_a_sentence(path: Path):
    opening = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert opening.partition("\n\n")[0].endswith("."), "say in one sentence what lives here"


def test_a_module_is_named_by_a_word_of_the_trade():
    named = {word: path for path in files_of(SOURCE) for word in path.stem.split("_")}
    assert {
        shown(path)
        for word, path in named.items()
        if word in NAMES_THAT_SAY_NOTHING or word.removesuffix("s") in NAMES_THAT_SAY_NOTHING
    } == set()


def test_a_decision_is_known_by_one_number():
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert len(numbers) == len(set(numbers))
    titles = [page.read_text(encoding="utf-8").partition(".")[0] for page in pages]
    assert titles == [f"# {number}" for number in numbers]


def errors_of(kind: type[LedgerError]) -> Iterator[type[LedgerError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from errors_of(below)


def test_every_exit_code_and_error_is_documented():
    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    expected = {f"`{code.value}`" for code in ExitCode}
    expected |= {f"`{error.code}`" for error in errors_of(LedgerError)}
    assert {word for word in expected if word not in page} == set()


def test_every_kind_of_cap_is_documented():
    page = (ROOT / "docs/reference/caps.md").read_text(encoding="utf-8")
    kinds = {path.stem for path in (SOURCE / "caps").glob("[!_]*.py")}
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()


def test_every_command_is_documented():
    import typer.main

    from vru_ledger.cli.main import app

    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    assert {name for name in words_of(typer.main.get_command(app)) if name not in page} == set()


def words_of(group: object, so_far: str = "vru-ledger") -> Iterator[str]:
    for name, below in getattr(group, "commands", {}).items():
        yield f"{so_far} {name}"
        yield from words_of(below, f"{so_far} {name}")


def test_the_reference_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"],
        cwd=ROOT,
        env=command.environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}to write it again: make docs"


def test_the_create_statements_are_those_that_the_tables_declare():
    done = subprocess.run(
        [sys.executable, "scripts/tables.py", "--check"],
        cwd=ROOT,
        env=command.environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}to write them again: make docs"


def test_the_list_of_words_shows_each_commands_own_first_sentence():
    for words in WORDS.values():
        for word, sentence in words.items():
            module = import_module(f"vru_ledger.cli.{word.replace('-', '_')}")
            shown_there = get_command(module.app).help or ""
            assert " ".join(shown_there.split("\n\n")[0].split()) == sentence, word
