"""What things cost: whole processes by the kernel's own accounting, turn by turn, medians."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from types import TracebackType
from typing import Self, TypeVar

Name = TypeVar("Name")

ROOT = Path(__file__).parents[1]
PRODUCT = str(Path(sys.executable).with_name("vru-ledger"))
_KEPT = ("PATH", "PYTHONPATH")
BARE = (sys.executable, "-I", "-c", "pass")


@dataclass(frozen=True, slots=True)
class Command:
    """A program to be run to its end, perhaps on a terminal of its own."""

    words: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds of processor (user and system) and of the clock, peak MiB."""

    cpu: float
    wall: float
    mib: float = 0.0


def product(
    *words: str,
    ledger: Path | None = None,
    terminal: bool = False,
    env: Mapping[str, str] | None = None,
) -> Command:
    """Return a vru-ledger command on a ledger."""
    place = {"VRU_LEDGER_DB": str(ledger)} if ledger else {}
    return Command((PRODUCT, *words), {**place, **(env or {})}, terminal)


class Machine:
    """Where programs are run: in a folder of their own, by the small starter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._out = folder / "said.txt"
        self._starter = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("starter.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, command: Command) -> Cost:
        """Run a program to its end. Raises RuntimeError with what it said, if it fails."""
        asked = {
            "words": command.words,
            "env": {
                **{name: os.environ[name] for name in _KEPT if name in os.environ},
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                "TERM": "xterm",
                "COLUMNS": "120",
                "LINES": "100",  # Nothing is so long that it would be paged, and wait for a key.
                **command.env,
            },
            "terminal": command.terminal,
            "folder": str(self.folder),
            "out": str(self._out),
        }
        told = self._answer(json.dumps(asked))
        if told["exit_code"]:
            errors = Path(f"{self._out}.err")
            said = self.said() + (errors.read_text() if errors.exists() else "")
            raise RuntimeError(f"{command.words} left with {told['exit_code']}: {said[-2000:]}")
        return Cost(told["cpu"], told["wall"], told["mib"])

    def _answer(self, line: str) -> dict[str, float]:
        given, answered = self._starter.stdin, self._starter.stdout
        if given is None or answered is None:
            raise AssertionError("the starter was given pipes")
        given.write(f"{line}\n")
        given.flush()
        told: dict[str, float] = json.loads(answered.readline())
        return told

    def said(self) -> str:
        """Return what the newest program printed."""
        return self._out.read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._starter.communicate()


def taking_turns(
    machine: Machine, commands: Mapping[Name, Command], rounds: int
) -> dict[Name, list[Cost]]:
    """Run every command once a round, A B C A B C; a first round warms up and is not counted."""
    costs: dict[Name, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            cost = machine.run(command)
            if number:
                costs[name].append(cost)
    return costs


def timed(work: Callable[[], object]) -> Cost:
    """Run a function here and say what it cost."""
    wall, cpu = perf_counter(), process_time()
    work()
    return Cost(process_time() - cpu, perf_counter() - wall)


def cpu(costs: list[Cost]) -> float:
    """Return the median seconds of processor."""
    return median(cost.cpu for cost in costs)


def wall(costs: list[Cost]) -> float:
    """Return the median seconds of the clock."""
    return median(cost.wall for cost in costs)


def mib(costs: list[Cost]) -> float:
    """Return the highest peak of memory, in MiB."""
    return max(cost.mib for cost in costs)


def ratio(costs: list[Cost], others: list[Cost]) -> float:
    """Return the median of each run's processor time in multiples of the other's of its round."""
    return median(one.cpu / other.cpu for one, other in zip(costs, others, strict=True))


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that vanishes, on the disk that temporary files are kept on."""
    return tempfile.TemporaryDirectory(prefix="vru-ledger-bench-")
