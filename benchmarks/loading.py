"""Bulk loads: `allocate --from` against `executemany` of rows that are ready."""

from __future__ import annotations

import json
import os
import sys

from benchmarks.bench import Bench
from benchmarks.ledgers import copied
from benchmarks.tables import number, section, size, table, verdict
from benchmarks.timing import ROOT, Command, Cost, cpu, mib, product, ratio, wall

OF_RAW, STEADY, MIB = 1 / 3, 0.8, 100.0


def measured(bench: Bench) -> str:
    """Measure loads of every size, each into a ledger that has the register only."""
    rows, rates = [], {}
    for awards in bench.sizes:
        ours, raw = load(bench, awards)
        rates[awards] = awards / cpu(ours)
        of_raw = ratio(raw, ours)
        rows.append(
            [
                size(awards),
                *(number(rates[awards]), number(awards / wall(ours)), f"{mib(ours):.0f}"),
                *(number(awards / cpu(raw)), number(awards / wall(raw)), f"{mib(raw):.0f}"),
                *(f"{of_raw:.2f}", f"≥ {OF_RAW:.2f}, {MIB:g} MiB"),
                verdict(of_raw >= OF_RAW and mib(ours) <= MIB),
                number(bench.shelf.ledger(awards).stat().st_size / awards),
            ]
        )
    headings = ["awards", "rows/s by cpu", "by clock", "MiB"]
    headings += ["raw rows/s by cpu", "by clock", "MiB"]
    headings += ["of raw", "promised", "verdict", "bytes a row"]
    return section(
        "Bulk load",
        "`allocate --from FILE.csv`: one transaction, every row judged. Raw is `executemany` of "
        "the finished rows into the same tables with the same guards (`executemany.py`). A row is "
        "an award: an entry, an award, three movements on average, five to seven balances. Ours "
        "is the whole process.",
        table(headings, rows),
        _steadiness(rates, bench.sizes),
    )


def _steadiness(rates: dict[int, float], sizes: list[int]) -> str:
    """Compare the largest size with the largest of those that are ten times smaller."""
    smaller = [awards for awards in sizes if awards * 10 <= sizes[-1]]
    if not smaller:
        return "One size only: nothing to say of larger ones."
    kept = rates[sizes[-1]] / rates[smaller[-1]]
    return (
        f"Rate at {size(sizes[-1])} in parts of that at {size(smaller[-1])}: {kept:.2f}, "
        f"promised ≥ {STEADY:g}: {verdict(kept >= STEADY)}."
    )


def load(bench: Bench, awards: int) -> tuple[list[Cost], list[Cost]]:
    """Load in turns with raw; the first ledger that is made is kept for the other parts."""
    bench.progress(f"bulk load: {size(awards)}")
    batch, register = bench.shelf.batch(awards), bench.shelf.register(awards)
    finished = bench.shelf.ledger(awards)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    ours, raw = [], []
    for _ in range(bench.few(awards)):
        place = copied(register, bench.place("bulk.db"))
        words = ("--as", "benchmark", "allocate", "--from", str(batch))
        ours.append(bench.machine.run(product(*words, ledger=place)))
        if not finished.exists():
            place.rename(finished)
        place = copied(register, bench.place("bulk.db"))
        words = (sys.executable, "-m", "benchmarks.executemany", str(place), str(finished))
        whole = bench.machine.run(Command(words, {"PYTHONPATH": path}))
        told = json.loads(bench.machine.said())
        raw.append(Cost(told["cpu"], told["wall"], whole.mib))
        place.unlink()
    return ours, raw
