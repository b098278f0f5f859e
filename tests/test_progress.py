"""The bar: drawn on a terminal for what takes long, taken away at the end, never in a pipe."""

import io
from types import SimpleNamespace

import pytest

from vru_ledger.cli import progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=screen))
    return screen


def test_what_takes_long_is_drawn_and_taken_away(terminal: Screen, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "_FIRST_AFTER", 0.0)
    with progress.Progress() as bar:
        assert bar is not None
        bar(1_500, 0.5)
    drawn = terminal.getvalue()
    assert drawn.startswith(f"\r[{'#' * 15}{'.' * 15}]  50%  1,500 rows")
    assert drawn.endswith(f"\r{' ' * len('[' + 30 * '#' + ']  50%  1,500 rows')}\r")


def test_what_has_no_known_end_is_counted_in_one_line(
    terminal: Screen, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(progress, "_FIRST_AFTER", 0.0)
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    with progress.Progress() as bar:
        assert bar is not None
        bar.entries(980_000)
        bar.entries(1_000_000)
    last = "1,000,000 entries"
    drawn = terminal.getvalue().split("\r")
    assert drawn == ["", "980,000 entries", last, " " * len(last), ""]


def test_what_is_copied_and_then_checked_has_one_line_for_both(
    terminal: Screen, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(progress, "_FIRST_AFTER", 0.0)
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    with progress.Progress() as bar:
        assert bar is not None
        bar.copied(0.1)
        bar.entries(20_000)
    first = f"[{'#' * 3}{'.' * 27}]  10%  copied"
    drawn = terminal.getvalue().split("\r")
    assert drawn == ["", first, f"{'20,000 entries':<{len(first)}}", " " * len(first), ""]


def test_what_is_quick_draws_nothing(terminal: Screen):
    with progress.Progress() as bar:
        assert bar is not None
        bar(1, 1.0)
    assert terminal.getvalue() == ""


def test_nobody_is_shown_a_bar_in_a_pipe(capsys: pytest.CaptureFixture[str]):
    with progress.Progress() as bar:
        assert bar is None
