"""Ask whether what is locked has known weaknesses; say aloud where nobody could be asked."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Return 0 if all was audited and nothing found, or nothing could be audited; 1 otherwise."""
    with tempfile.TemporaryDirectory() as place:
        venv.create(Path(place) / "venv", with_pip=True)
        bin_ = Path(place) / "venv" / "bin"
        got = subprocess.run(
            [bin_ / "python", "-m", "pip", "install", "--quiet", "pip-audit"],
            capture_output=True,
            text=True,
        )
        if got.returncode:
            return not_audited(0, 0, "pip-audit could not be installed")
        told = subprocess.run(
            [
                *(bin_ / "pip-audit", "--requirement", "locked.txt", "--require-hashes"),
                *("--disable-pip", "--progress-spinner", "off", "--format", "json"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    return verdict(told.stdout, told.stderr)


def verdict(report: str, said: str) -> int:
    """Judge what pip-audit reported: what it skipped was not audited, whatever it exits with."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        return not_audited(0, 0, said.strip().splitlines()[-1] if said.strip() else "no answer")
    found = [(one, weak) for one in packages for weak in one.get("vulns", ())]
    for one, weak in found:
        mended = ", ".join(weak["fix_versions"]) or "no version yet"
        print(f"{one['name']} {one['version']}: {weak['id']}; mended in {mended}")
    skipped = [one for one in packages if "skip_reason" in one]
    if skipped:
        not_audited(len(skipped), len(packages), skipped[0]["skip_reason"])
    elif not found:
        print(f"{len(packages)} packages audited, no known weakness")
    return 1 if found else 0


def not_audited(skipped: int, packages: int, why: str) -> int:
    """Say that the audit was not done; that is no failure, and no success either."""
    of = f"{skipped} of {packages} packages were not" if packages else "nothing was"
    print(f"NOT AUDITED: {of} compared with known weaknesses ({why})")
    print("run it again where the advisory service can be reached, before a release")
    return 0


if __name__ == "__main__":
    sys.exit(main())
