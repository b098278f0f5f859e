"""The command: `python -m benchmarks` measures everything in one run and prints Markdown tables."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.bench import Bench
from benchmarks.ledgers import Shelf
from benchmarks.parts import PARTS, measured
from benchmarks.tables import here, write_results
from benchmarks.timing import Machine, scratch


def options(words: list[str]) -> argparse.Namespace:
    """Read what was typed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes", default="1000,100000,1000000", help="awards, smallest first (%(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=11, help="of everything short (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 awards, 3 rounds")
    parser.add_argument(
        "--only", default=",".join(PARTS), help="parts, in this order (%(default)s)"
    )
    parser.add_argument("--keep", metavar="DIR", help="keep the ledgers here for the next run")
    parser.add_argument("--write", action="store_true", help="put results into the README")
    parser.add_argument("--date", default="", help="what results are dated; the commit unless told")
    asked = parser.parse_args(words)
    unknown = set(asked.only.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"--only: there is no {', '.join(sorted(unknown))}")
    return asked


def main(words: list[str]) -> None:
    """Measure, print, and write if asked to."""
    asked = options(words)
    sizes = [1_000, 10_000] if asked.quick else sorted(map(int, asked.sizes.split(",")))
    begun = perf_counter()

    def progress(said: str) -> None:
        print(f"[{perf_counter() - begun:6.0f} s] {said}", file=sys.stderr, flush=True)

    with scratch() as folder, Machine(Path(folder)) as machine:
        bench = Bench(
            machine,
            Shelf(Path(asked.keep or folder).absolute()),
            sizes,
            3 if asked.quick else asked.rounds,
            progress,
        )
        parts = [here(asked.date)]
        print(parts[0], flush=True)
        for part in measured(bench, [name for name in PARTS if name in asked.only.split(",")]):
            parts.append(part)
            print(f"\n{part}", flush=True)
    if asked.write:
        results = "\n\n".join(parts)
        progress(f"written: {write_results(results)}")


if __name__ == "__main__":
    main(sys.argv[1:])
