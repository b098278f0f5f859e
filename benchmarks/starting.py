"""Start-up: what everyday commands cost, in multiples of Python starting and stopping."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.tables import at_most, milliseconds, section, table
from benchmarks.timing import BARE, Command, cpu, mib, product, ratio, taking_turns

EVERYDAY, ON_A_TERMINAL, HELP = 8.0, 13.0, 16.0


def measured(bench: Bench) -> str:
    """Measure commands on the ledger that `init` makes."""
    ledger = bench.place("startup.db")
    bench.progress("start-up")
    bench.machine.run(product("init", ledger=ledger))
    bench.machine.run(product("allocate", "MYENDS", "Newham", "1k", ledger=ledger))
    completing = {
        "_VRU_LEDGER_COMPLETE": "complete_bash",
        "COMP_WORDS": "vru-ledger allo",
        "COMP_CWORD": "1",
    }
    turns: dict[str, Command] = {"bare": Command(BARE)}
    limits: dict[str, float] = {}

    def add(name: str, command: Command, limit: float) -> None:
        turns[name], limits[name] = command, limit

    add("`--version`", product("--version"), EVERYDAY)
    add("completion of `allo`", product(env=completing), EVERYDAY)
    for words in (
        "allocate MYENDS Newham 1",
        "headroom",
        "headroom MYENDS Newham",
        "report position",
        "report caps",
        "status",
        "log",
    ):
        add(f"`{words}`, piped", product(*words.split(), ledger=ledger), EVERYDAY)
    for words in ("report position", "status"):
        shown = product(*words.split(), ledger=ledger, terminal=True)
        add(f"`{words}` on a terminal", shown, ON_A_TERMINAL)
    add("`--help` on a terminal", product("--help", terminal=True), HELP)

    costs = taking_turns(bench.machine, turns, bench.rounds)
    rows = [["`python -I -c pass`", milliseconds(cpu(costs["bare"])), "1", "", "", ""]]
    for name, limit in limits.items():
        told = at_most(ratio(costs[name], costs["bare"]), limit)
        rows.append([name, milliseconds(cpu(costs[name])), *told, f"{mib(costs[name]):.0f}"])
    return section(
        "Start-up",
        "Processor time of whole processes on the ledger that `init` makes, in multiples of the "
        "same interpreter starting and stopping (bare).",
        table(["command", "cpu", "x bare", "promised", "verdict", "MiB"], rows),
    )
