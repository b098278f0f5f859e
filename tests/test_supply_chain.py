"""What is installed is what was locked, builds are the same each time, an audit is honest."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.audit import verdict
from scripts.release import build, digest

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)


def pins(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {re.sub("[-_.]+", "-", name).lower(): version for name, version in PIN.findall(text)}


def test_every_locked_package_has_the_version_of_the_constraints_and_hashes():
    locked, constrained = pins("locked.txt"), pins("constraints.txt")
    assert len(locked) > 40
    # What only other systems need, or editable installs, is locked without having been tried here.
    assert {name: locked.get(name) for name in constrained} == constrained
    for package in re.split(r"\n(?=[A-Za-z])", (ROOT / "locked.txt").read_text(encoding="utf-8"))[
        1:
    ]:
        assert "--hash=sha256:" in package, package.splitlines()[0]


@pytest.mark.parametrize("file", ["constraints.txt", "locked.txt"])
def test_pins_are_names_versions_and_hashes_and_no_addresses(file: str):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_two_builds_of_one_commit_are_the_same_bytes(tmp_path: Path):
    sums = []
    for name, umask, modified in (
        ("here", 0o022, 1_500_000_000),
        ("elsewhere", 0o077, 1_600_000_000),
    ):
        old = os.umask(umask)
        try:
            source = tmp_path / name / "checkout"
            for tracked in _tracked():
                there = source / tracked
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / tracked, there)
                os.utime(there, (modified, modified))
            build(source, tmp_path / name / "dist", "1790000000")
        finally:
            os.umask(old)
        sums.append({one.name: digest(one) for one in (tmp_path / name / "dist").iterdir()})
    assert sums[0] == sums[1]
    assert sorted(Path(name).suffix for name in sums[0]) == [".gz", ".whl"]


def _tracked() -> list[str]:
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in told.stdout.splitlines() if (ROOT / name).is_file()]


def test_an_audit_that_nobody_answered_says_so(capsys: pytest.CaptureFixture[str]):
    skipped = '{"dependencies": [{"name": "rich", "skip_reason": "not found"}]}'
    assert verdict(skipped, "") == 0
    assert "NOT AUDITED: 1 of 1 packages were not compared" in capsys.readouterr().out
    assert verdict("", "ConnectionError: closed\n") == 0
    assert "NOT AUDITED: nothing was" in capsys.readouterr().out


def test_an_audit_names_a_weakness_and_what_mends_it(capsys: pytest.CaptureFixture[str]):
    found = (
        '{"dependencies": [{"name": "rich", "version": "1", "vulns":'
        ' [{"id": "PYSEC-1", "fix_versions": ["2"]}]}]}'
    )
    assert verdict(found, "") == 1
    assert "rich 1: PYSEC-1; mended in 2" in capsys.readouterr().out
    assert verdict('{"dependencies": [{"name": "rich", "version": "1", "vulns": []}]}', "") == 0
    assert "1 packages audited, no known weakness" in capsys.readouterr().out


def test_every_test_that_the_promises_name_is_there():
    named = re.findall(r"`(tests/[^`]*)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    for name in named:
        assert [*ROOT.glob(name)], name
