"""A long report on a terminal is shown page by page, as git does; nothing else ever is."""

from pathlib import Path

import pytest

from tests.conftest import Run, RunOnTerminal


@pytest.fixture
def pager(tmp_path: Path) -> str:
    """A pager that writes down that it was asked, and shows what it is given."""
    script = tmp_path / "pager"
    script.write_text("#!/bin/sh\necho asked > asked\nexec cat\n", encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def asked(folder: Path) -> bool:
    return (folder / "asked").exists()


@pytest.mark.usefixtures("ledger")
def test_a_report_longer_than_the_screen_goes_to_the_pager(
    pager: str, run_on_terminal: RunOnTerminal, tmp_path: Path
):
    shown = run_on_terminal("report", "areas", env={"PAGER": pager, "LINES": "20"})
    assert shown.exit_code == 0
    assert asked(tmp_path)
    assert "Waltham Forest" in shown.stdout
    assert "33 have something allocated" in shown.stdout


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "words",
    [("report", "caps", "--fund", "DIVERT"), ("report", "areas", "--no-pager"), ("log",)],
    ids=["one that fits", "one with --no-pager", "what is no report"],
)
def test_no_pager_is_asked_for(
    words: tuple[str, ...], pager: str, run_on_terminal: RunOnTerminal, tmp_path: Path
):
    shown = run_on_terminal(*words, env={"PAGER": pager, "LINES": "30"})
    assert shown.exit_code == 0
    assert not asked(tmp_path)


@pytest.mark.usefixtures("ledger")
def test_a_report_in_a_pipe_or_a_file_is_never_paged(pager: str, run: Run, tmp_path: Path):
    assert run("report", "areas", env={"PAGER": pager, "LINES": "5"}).exit_code == 0
    to_file = run("report", "areas", "-o", "areas.md", env={"PAGER": pager, "LINES": "5"})
    assert to_file.exit_code == 0
    assert not asked(tmp_path)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("pager_there_is_not", ["", "cat", "no-such-pager-anywhere"])
def test_without_a_pager_all_of_it_is_printed(
    pager_there_is_not: str, run_on_terminal: RunOnTerminal
):
    env = {"PAGER": pager_there_is_not, "LINES": "10"}
    shown = run_on_terminal("report", "areas", env=env)
    assert shown.exit_code == 0
    assert shown.stdout.count("Waltham Forest") == 1


@pytest.mark.usefixtures("ledger")
def test_who_leaves_the_pager_early_has_seen_enough(run_on_terminal: RunOnTerminal, tmp_path: Path):
    shown = run_on_terminal(
        "report", "areas", env={"PAGER": "head -n 1", "LINES": "10", "NO_COLOR": "1"}
    )
    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == ["Areas: what is held for each"]
