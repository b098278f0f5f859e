"""Questions as the ledger grows: reports and headroom, as whole processes."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.ledgers import LAST_YEAR, recipient
from benchmarks.tables import milliseconds, section, size, table, times, verdict
from benchmarks.timing import cpu, mib, product, taking_turns

GROWTH, MIB = 1.2, 40.0

PROMISED = (
    "report position",
    "report caps",
    "report monitoring",
    "report areas",
    "report bcus",
    "headroom",
    *(
        f"report position --by {dimension}"
        for dimension in ("fund", "source", "fy", "area", "bcu", "theme")
    ),
)
BESIDE = (
    "report position --fund F07 --by fy,area",
    f"headroom F02 {recipient(7)} --fy {LAST_YEAR}",
    "status",
    "log",
    "report exceptions",
    "report claims",
    "report payments",
    "report audit --since 2026-03-01",
    # Of an earlier time: the end of a month, a day within one, and what was known at an entry.
    "report position --as-of 2024-09-30",
    "report position --as-of 2024-09-15",
    "report position --known-at 700",
    "report position --by area --as-of 2024-09-15",
    "headroom --as-of 2024-09-15",
    f"headroom F02 {recipient(7)} --fy {LAST_YEAR} --as-of 2024-09-15",
    "award list --as-of 2024-09-15",
    "report caps --fund F02 --as-of 2024-09-15",
    "status --as-of 2024-09-15",
    "diff --from 2024-08-31 --to 2024-09-30 --fund F02",
)


def measured(bench: Bench) -> str:
    """Measure every question at every size, taking turns."""
    bench.progress("reports")
    turns = {
        (words, awards): product(*words.split(), ledger=bench.shelf.ledger(awards))
        for words in (*PROMISED, *BESIDE)
        for awards in bench.sizes
    }
    costs = taking_turns(bench.machine, turns, bench.rounds)
    rows = []
    for words in (*PROMISED, *BESIDE):
        each = [costs[words, awards] for awards in bench.sizes]
        grown, peak = cpu(each[-1]) / cpu(each[0]), max(map(mib, each))
        told = ["", ""]
        if words in PROMISED:
            told = [f"≤ {GROWTH:g} x, {MIB:g} MiB", verdict(grown <= GROWTH and peak <= MIB)]
        costs_of = [milliseconds(cpu(one)) for one in each]
        rows.append([f"`{words}`", *costs_of, times(grown), f"{peak:.0f}", *told])
    sizes = [size(awards) for awards in bench.sizes]
    return section(
        "Questions, as the ledger grows",
        "Processor time of whole processes, piped; the highest peak of memory at any size.",
        table(["command", *sizes, bench.growth(), "MiB", "promised", "verdict"], rows),
        "Every row, as a stream: a row for each award, of which all are undrawn.",
        table(["command", *sizes, "MiB", "promised", "verdict"], _streamed(bench)),
    )


STREAMED = (
    "report commitments -f csv",
    "report commitments -f jsonl",
    "report commitments --as-of 2025-12-31 -f csv",
)


def _streamed(bench: Bench) -> list[list[str]]:
    """Measure what writes a row for each award: its memory is bounded, its time is not."""
    rows = []
    for words in STREAMED:
        costs = [
            [
                bench.machine.run(product(*words.split(), ledger=bench.shelf.ledger(awards)))
                for _ in range(bench.few(awards))
            ]
            for awards in bench.sizes
        ]
        peak = max(map(mib, costs))
        told = [milliseconds(cpu(one)) for one in costs]
        rows.append([f"`{words}`", *told, f"{peak:.0f}", f"≤ {MIB:g} MiB", verdict(peak <= MIB)])
    return rows
