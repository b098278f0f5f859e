"""Pages are for everybody: checked by html-validate, and by axe-core in a real browser."""

import re
import subprocess
from pathlib import Path

import pytest

from tests import browser
from tests.conftest import Run
from tests.render.samples import FULL, HOSTILE, answer, rendered, row


@pytest.fixture
def pages(ledger: Path, run: Run, tmp_path: Path) -> list[Path]:
    """Write a page of one report, the whole pack, and one of hostile names."""
    year = ("--term", "2021-04-01..2023-03-31", "--instalments", "quarterly")
    for name in ("Newham", "Hackney"):
        done = run("--as", "Ada", "allocate", "MYENDS", name, "750k", "--on", "2021-04-01", *year)
        assert done.exit_code == 0, done
    names = ("position.html", "pack.html", "hostile.html", "map.html", "units.html")
    made = [tmp_path / name for name in names]
    assert run("report", "position", "-o", made[0]).exit_code == 0
    assert run("report", "pack", "-o", made[1]).exit_code == 0
    hostile = answer([*FULL, *(row(name) for name in HOSTILE.values())], charted=("amount",))
    assert run("map", "-o", made[3]).exit_code == 0
    assert run("map", "--by", "bcu", "-o", made[4]).exit_code == 0
    made[2].write_text(rendered("html", hostile), encoding="utf-8")
    return made


def test_html_validate_finds_nothing(pages: list[Path]):
    checks = browser.must_have_checks()
    done = subprocess.run(
        [
            checks / ".bin" / "html-validate",
            *("--config", checks.parent / ".htmlvalidate.json"),
            *pages,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("width", [500, 1200])
def test_axe_finds_nothing_in_a_browser(pages: list[Path], width: int, tmp_path: Path):
    for page in pages:
        told = browser.found_by_axe(page, tmp_path, width)
        assert told["violations"] == [], page.name
        assert "color-contrast" in told["passes"]


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_hangs_over_the_edge_of_a_narrow_screen(
    pages: list[Path], width: int, tmp_path: Path
):
    for page in pages:
        told = browser.width_needed(page, tmp_path, width)
        assert told == {"width": width, "needed": width}, page.name


def test_a_page_needs_nothing_but_itself(pages: list[Path]):
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|url\((?!#)|@import""", text)


def test_a_page_says_its_language_report_day_and_publisher(pages: list[Path]):
    text = pages[0].read_text(encoding="utf-8")
    assert '<html lang="en-GB">' in text
    [title] = re.findall("<title>(.*?)</title>", text)
    who = "Violence Reduction Unit, London"
    assert re.fullmatch(rf"Position by fund – \d{{4}}-\d\d-\d\d – {who}", title)


def test_every_figure_has_its_headings_and_every_picture_a_name(pages: list[Path]):
    text = pages[1].read_text(encoding="utf-8")
    assert text.count("<table") == text.count("<caption") > 10
    assert text.count("<svg") == len(re.findall(r'<svg role="img" aria-labelledby', text)) > 2
    for head in re.findall(r"<thead>(.*?)</thead>", text, re.DOTALL):
        assert head.count("<th ") == head.count('scope="col"') > 0
