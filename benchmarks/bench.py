"""One run of the benchmarks: where it happens, of which sizes, how often, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ledgers import Shelf
from benchmarks.tables import size
from benchmarks.timing import Machine


@dataclass(slots=True)
class Bench:
    """What every part needs. `sizes` are numbers of awards, the smallest first."""

    machine: Machine
    shelf: Shelf
    sizes: list[int]
    rounds: int
    progress: Callable[[str], None]

    def place(self, name: str) -> Path:
        """Return a place for a file that goes when the run is over."""
        return self.machine.folder / name

    def few(self, awards: int) -> int:
        """Return how often something long is run: once where it takes minutes."""
        return 1 if awards >= 500_000 else min(3, self.rounds)

    def growth(self) -> str:
        """Return the heading of a ratio between the largest and the smallest size."""
        return f"{size(self.sizes[-1])} / {size(self.sizes[0])}"
