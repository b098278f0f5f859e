"""One durable, checked allocation inside Python: against less code, and more; at any size."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from benchmarks import raw
from benchmarks.bench import Bench
from benchmarks.ledgers import Award, copied, more_awards
from benchmarks.tables import at_most, milliseconds, section, size, table, times, verdict
from benchmarks.timing import Cost, cpu, ratio, timed, wall

RAW, SESSION, GROWTH = 3.0, 5.0, 1.1

_OURS, _SESSION = "vru-ledger", "SQLModel session, same tables"
Costs = dict[tuple[int, str], list[Cost]]


class Writer(Protocol):
    """A ledger that is open, whoever wrote it."""

    def allocate(self, new: Award) -> None:
        """Record one award, durably."""

    def close(self) -> None:
        """Let go of it."""


class Product:
    """The product, as a program that imports it calls it."""

    def __init__(self, place: Path) -> None:
        from vru_ledger import open_ledger

        self.ledger = open_ledger(place, actor="benchmark")

    def allocate(self, new: Award) -> None:
        """Record one award."""
        self.ledger.allocate(
            *(new.fund, new.recipient, new.pence),
            on=new.on,
            fy=new.fy,
            area=new.area,
            source=new.source,
        )

    def close(self) -> None:
        """Let go of the ledger."""
        self.ledger.close()


def measured(bench: Bench) -> str:
    """Measure every way of allocating at every size, taking turns."""
    writers = {
        (awards, way): writer for awards in bench.sizes for way, writer in _opened(bench, awards)
    }
    os.sync()
    many = bench.rounds * 20
    bench.progress("allocate")
    costs = _one_by_one(writers, bench.sizes, many)
    for writer in writers.values():
        writer.close()
    ways = list(dict.fromkeys(way for _, way in writers))
    return section(
        "One allocation inside Python",
        "`open_ledger(...).allocate(...)`: durable when it returns, every cap checked, to any of "
        f"the recipients; {many} of each, taking turns. Raw is the least code over sqlite3 "
        "(`raw.py`), once as durable as the product (rollback journal, `synchronous=EXTRA`) and "
        "once with WAL and FULL. The last two write the product's own tables, with all their "
        "guards (`same_tables.py`).",
        _table_of_costs(costs, bench, ways),
        _table_of_promises(costs, bench),
    )


def _opened(bench: Bench, awards: int) -> list[tuple[str, Writer]]:
    """Return every way of writing, each on a ledger of its own of this size."""
    from benchmarks.same_tables import PlainSQL, SQLModelSession

    bench.progress(f"allocate: ledgers of {size(awards)} to write to")
    place = bench.place(f"allocate-{awards}")
    ledger = bench.shelf.ledger(awards)
    return [
        (_OURS, Product(copied(ledger, place.with_suffix(".ours")))),
        *(
            (_raw(one), raw.RawLedger(raw.make(place.with_suffix(f".raw{n}"), awards), one))
            for n, one in enumerate(raw.JOURNALS)
        ),
        ("plain SQL, same tables", PlainSQL(copied(ledger, place.with_suffix(".sql")))),
        (_SESSION, SQLModelSession(copied(ledger, place.with_suffix(".session")))),
    ]


def _raw(journal: str) -> str:
    return f"raw ({journal})"


def _one_by_one(writers: dict[tuple[int, str], Writer], sizes: list[int], many: int) -> Costs:
    """Allocate in turns; the first tenth of each warms up and is not counted."""
    warming = max(5, many // 10)
    asked = {awards: more_awards(awards, many + warming) for awards in sizes}
    costs: Costs = {key: [] for key in writers}
    gc.collect()
    gc.freeze()
    for turn in range(many + warming):
        for (awards, way), writer in writers.items():
            work: Callable[[], None] = partial(writer.allocate, asked[awards][turn])
            cost = timed(work)
            if turn >= warming:
                costs[awards, way].append(cost)
    gc.unfreeze()
    return costs


def _table_of_costs(costs: Costs, bench: Bench, ways: list[str]) -> str:
    rows = []
    for way in ways:
        row = [way]
        for awards in bench.sizes:
            one = costs[awards, way]
            ours = times(ratio(costs[awards, _OURS], one)) if way != _OURS else "1"
            row += [milliseconds(cpu(one)), milliseconds(wall(one)), ours]
        grown = cpu(costs[bench.sizes[-1], way]) / cpu(costs[bench.sizes[0], way])
        rows.append([*row, times(grown)])
    headings = ["way"]
    for awards in bench.sizes:
        headings += [f"{size(awards)}: cpu", "clock", "ours / it (cpu)"]
    return table([*headings, f"cpu, {bench.growth()}"], rows)


def _table_of_promises(costs: Costs, bench: Bench) -> str:
    rows = []
    for journal in raw.JOURNALS:
        worst = max(ratio(costs[n, _OURS], costs[n, _raw(journal)]) for n in bench.sizes)
        rows.append([f"ours to {_raw(journal)}, at the worst size", *at_most(worst, RAW)])
    least = min(ratio(costs[n, _SESSION], costs[n, _OURS]) for n in bench.sizes)
    told = [times(least), f"≥ {SESSION:g} x", verdict(least >= SESSION)]
    rows.append(["a SQLModel session to ours, at the worst size", *told])
    grown = cpu(costs[bench.sizes[-1], _OURS]) / cpu(costs[bench.sizes[0], _OURS])
    rows.append([f"ours, {bench.growth()}", *at_most(grown, GROWTH)])
    return table(["promise, by processor time", "measured", "promised", "verdict"], rows)
