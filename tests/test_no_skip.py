"""Where skipping is forbidden, whatever would be skipped fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

TESTS = '''"""Tests that pass, are skipped in every way there is, and fail as expected."""
import pytest

def test_passes(): pass

def test_skips(): pytest.skip("no valgrind here")

@pytest.mark.skip(reason="marked")
def test_marked(): pass

@pytest.fixture
def server(): pytest.skip("no server here")

def test_whose_fixture_skips(server): pass

@pytest.mark.xfail
def test_fails_as_expected(): assert False
'''


@pytest.mark.parametrize(
    ("setting", "summary"),
    [
        ("", "1 passed, 4 skipped, 1 xfailed"),
        ("0", "1 passed, 4 skipped, 1 xfailed"),
        ("1", "1 failed, 1 passed, 1 xfailed, 3 errors"),
    ],
)
def test_skips_are_failures_only_where_forbidden(setting: str, summary: str, tmp_path: Path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_some.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "test_module.py").write_text(
        "import pytest\npytest.importorskip('there_is_no_such_module')\n", encoding="utf-8"
    )
    options = ["-p", "tests.no_skip", "-p", "no:cacheprovider"]
    options += ["--continue-on-collection-errors"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "VRU_LEDGER_NO_SKIP": setting},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f" {summary} in " in done.stdout, done.stdout
    if setting == "1":
        assert "skipping is forbidden here (VRU_LEDGER_NO_SKIP): Skipped: no server" in done.stdout
