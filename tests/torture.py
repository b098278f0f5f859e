"""How long the tests of races, crashes and faults go on: `make torture` runs their long form."""

import os

TIMES = int(os.environ.get("VRU_LEDGER_TORTURE", "1"))
"""How many times as much as `make test` does; 1 there."""


def many(usual: int, most: int | None = None) -> int:
    """Return how many of something to try: the usual number, and `most` at the longest."""
    return usual if TIMES == 1 else min(usual * TIMES, most or usual * TIMES)
