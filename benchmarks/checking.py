"""`check`: everything worked out again from the entries, at every size."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.tables import number, section, size, table, times, verdict
from benchmarks.timing import BARE, Command, cpu, mib, product, ratio, wall

OF_100K = 530.0
"""A third of hledger 1.25's check of 100 thousand awards: 31.8 s where bare was 20 ms."""


def measured(bench: Bench) -> str:
    """Measure a check of each ledger."""
    rows = []
    for awards in bench.sizes:
        bench.progress(f"check: {size(awards)}")
        command = product("check", ledger=bench.shelf.ledger(awards))
        bare, costs = [], []
        for _ in range(bench.few(awards)):
            bench.machine.run(Command(BARE))
            bare.append(bench.machine.run(Command(BARE)))
            costs.append(bench.machine.run(command))
        in_bare = ratio(costs, bare)
        told = ["", ""]
        if awards == 100_000:
            told = [f"≤ {OF_100K:g} x", verdict(in_bare <= OF_100K)]
        rows.append(
            [
                *(size(awards), number(cpu(costs)), number(wall(costs))),
                *(number(awards / cpu(costs)), f"{mib(costs):.0f}", times(in_bare), *told),
            ]
        )
    headings = ["awards", "s, cpu", "s, clock", "awards/s", "MiB", "x bare", "promised", "verdict"]
    return section(
        "Check",
        "`vru-ledger check`: the database itself, chain, columns, movements, rules, balances, "
        "register. The promise for 100k is a third of what `hledger check` took for as many awards "
        "where both were measured (31.8 s, bare 20 ms); here it is in multiples of bare, since "
        "hledger is not run.",
        table(headings, rows),
    )
