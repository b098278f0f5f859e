"""Write locked.txt: the versions of constraints.txt with the hash of each of their files."""

import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """\
# Every package that development, tests and a build need, with the hashes of its files, for every
# platform and Python that the product supports. `make lock` writes it from constraints.txt.
"""
BUILD = "hatchling\neditables\n"
"""What an editable install is built with: without build isolation it is locked as well."""


def main() -> None:
    """Resolve in a throw-away environment, so that what locks is not among what is locked."""
    with tempfile.TemporaryDirectory() as place:
        venv.create(Path(place) / "venv", with_pip=True)
        bin_ = Path(place) / "venv" / "bin"
        subprocess.run([bin_ / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
        built_with = Path(place) / "build.in"
        built_with.write_text(BUILD, encoding="utf-8")
        told = subprocess.run(
            [
                *(bin_ / "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
                *("--python-version", "3.11", "--extra", "dev", "--no-header", "--no-annotate"),
                *("--no-emit-index-url", "--no-emit-find-links", "-c", "constraints.txt"),
                *("pyproject.toml", built_with),
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    lines = told.stdout.splitlines()
    (ROOT / "locked.txt").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    packages = sum("==" in line for line in lines)
    print(f"wrote locked.txt: {packages} packages, {told.stdout.count('sha256:')} hashes")


if __name__ == "__main__":
    main()
