"""The real command, run in a process of its own as a person or a script would run it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.terminal import show_on_terminal

COMMAND = (sys.executable, "-m", "vru_ledger")
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command said, and its exit code. On a terminal everything it said is `stdout`."""

    exit_code: int
    stdout: str
    stderr: str


def environment(home: Path, more: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """Return an environment that owes nothing to whoever runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    # No pager, which would wait for a key that nobody presses.
    told = {"HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "PAGER": "cat"}
    return {**kept, **told, **more}


def run(
    words: Sequence[str | Path],
    folder: Path,
    *,
    program: Sequence[str] = COMMAND,
    stdin: str = "",
    env: Mapping[str, str] = NOTHING,
    timeout: float = 60,
) -> Outcome:
    """Run `vru-ledger WORDS` in `folder` with its output piped."""
    done = subprocess.run(
        [*program, *map(str, words)],
        cwd=folder,
        env=environment(folder, env),
        input=stdin.encode(),
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Outcome(done.returncode, _text(done.stdout), _text(done.stderr))


def run_on_terminal(
    words: Sequence[str | Path],
    folder: Path,
    *,
    program: Sequence[str] = COMMAND,
    columns: int = 100,
    stdin: str = "",
    env: Mapping[str, str] = NOTHING,
    timeout: float = 60,
) -> Outcome:
    """Run `vru-ledger WORDS` in `folder` on a terminal `columns` wide; nothing is stripped."""
    shown, exit_code = show_on_terminal(
        [*program, *map(str, words)],
        folder=folder,
        env=environment(folder, env),
        columns=columns,
        stdin=stdin,
        timeout=timeout,
    )
    return Outcome(exit_code, shown, "")


def start(
    words: Sequence[str | Path], folder: Path, env: Mapping[str, str] = NOTHING
) -> subprocess.Popen[str]:
    """Start `vru-ledger WORDS` and do not wait: for races and kills."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=folder,
        env=environment(folder, env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def _text(output: bytes) -> str:
    return output.decode("utf-8", "backslashreplace")
