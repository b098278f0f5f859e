"""The parts of a run, in order: bulk loads come early, since the rest reads what they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import allocating, asking, checking, loading, peers, starting
from benchmarks.bench import Bench
from benchmarks.tables import size

PARTS: dict[str, Callable[[Bench], str]] = {
    "startup": starting.measured,
    "bulk": loading.measured,
    "allocate": allocating.measured,
    "reports": asking.measured,
    "check": checking.measured,
    "peers": peers.measured,
}


def measured(bench: Bench, names: list[str]) -> Iterator[str]:
    """Yield each part that is asked for, as soon as it has been measured."""
    if "bulk" not in names and names != ["startup"]:
        for awards in bench.sizes:
            if not bench.shelf.ledger(awards).exists():
                bench.progress(f"making the ledger of {size(awards)}")
                loading.load(bench, awards)
    for name in names:
        yield PARTS[name](bench)
