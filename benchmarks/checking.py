"""`check`: everything worked out again from the entries, at every size, beside `hledger check`."""

from __future__ import annotations

import shutil

from benchmarks.bench import Bench
from benchmarks.tables import number, section, size, table, times, verdict
from benchmarks.timing import Command, Cost, cpu, mib, product, ratio, wall

FASTER, OF = 3.0, 100_000
"""How many times faster than hledger, at how many awards."""


def measured(bench: Bench) -> str:
    """Measure a check of each ledger, in turns with hledger's of the same awards if it is there."""
    hledger = shutil.which("hledger")
    rows = []
    for awards in bench.sizes:
        bench.progress(f"check: {size(awards)}")
        ours: list[Cost] = []
        theirs: list[Cost] = []
        for _ in range(bench.few(awards)):
            ours.append(bench.machine.run(product("check", ledger=bench.shelf.ledger(awards))))
            if hledger and awards <= OF:
                journal = str(bench.shelf.journal(awards))
                theirs.append(bench.machine.run(Command((hledger, "-f", journal, "check", "-s"))))
        rows.append(_row(awards, ours, theirs))
    headings = ["awards", "s by cpu", "by clock", "awards/s by cpu", "MiB"]
    headings += ["hledger, s by cpu", "MiB", "faster by", "promised", "verdict"]
    return section(
        "Check",
        "`vru-ledger check`: the database itself, chain, columns, movements, rules, balances, "
        "register. Beside it, where it is installed, `hledger check -s` of a journal of the same "
        "allocations and nothing else: a transaction of two postings for each award. It knows no "
        "cap, no chain and no second copy to compare, and need not look after pages and indexes.",
        table(headings, rows),
    )


def _row(awards: int, ours: list[Cost], theirs: list[Cost]) -> list[str]:
    row = [size(awards), number(cpu(ours)), number(wall(ours)), number(awards / cpu(ours))]
    row.append(f"{mib(ours):.0f}")
    if not theirs:
        return [*row, "", "", "", "", ""]
    faster = ratio(theirs, ours)
    row += [number(cpu(theirs)), f"{mib(theirs):,.0f}", times(faster)]
    if awards != OF:
        return [*row, "", ""]
    return [*row, f"≥ {FASTER:g} x", verdict(faster >= FASTER)]
