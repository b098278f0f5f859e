"""Build what is released: wheel, source, bill of materials and hashes, the same each time."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"


def main() -> None:
    """Build twice, compare, describe what an installation brings along, and write the hashes."""
    epoch = commit_time()
    with tempfile.TemporaryDirectory() as place:
        first, second = Path(place) / "first", Path(place) / "second"
        for folder in (first, second):
            build(ROOT, folder, epoch)
        for one in sorted(first.iterdir()):
            if one.read_bytes() != (second / one.name).read_bytes():
                sys.exit(f"{one.name} is not the same in two builds")
        shutil.rmtree(DIST, ignore_errors=True)
        shutil.copytree(first, DIST)
        [wheel] = DIST.glob("*.whl")
        bill_of_materials(wheel, Path(place), epoch)
    sums = [f"{digest(one)}  {one.name}" for one in sorted(DIST.iterdir())]
    (DIST / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    print("built twice, the same bytes:")
    print("\n".join(sums))


def build(source: Path, into: Path, epoch: str) -> None:
    """Build wheel and source distribution from a checkout, as of a moment in seconds."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(into)],
        cwd=source,
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch},
        check=True,
        capture_output=True,
    )


def commit_time() -> str:
    """Return when the newest commit was made, in seconds: the only clock that a build knows."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return told.stdout.strip()


def bill_of_materials(wheel: Path, place: Path, epoch: str) -> None:
    """Write the bill of materials (CycloneDX) of an environment with the wheel and its needs."""
    for name, what in (("product", [f"{wheel}[postgres,xlsx,png]"]), ("tool", ["cyclonedx-bom"])):
        venv.create(place / name, with_pip=True)
        pinned = ["-c", "constraints.txt"] if name == "product" else []
        subprocess.run(
            [place / name / "bin" / "python", "-m", "pip", "install", "--quiet", *pinned, *what],
            cwd=ROOT,
            check=True,
        )
    pip = place / "product" / "bin" / "python"
    subprocess.run(
        [pip, "-m", "pip", "uninstall", "--quiet", "-y", "pip", "setuptools"], check=True
    )
    subprocess.run(
        [
            *(place / "tool" / "bin" / "cyclonedx-py", "environment", "--output-reproducible"),
            *("--pyproject", ROOT / "pyproject.toml", "--output-format", "JSON"),
            *("--output-file", DIST / "vru-ledger.cdx.json", pip),
        ],
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch},
        check=True,
        capture_output=True,
    )


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
