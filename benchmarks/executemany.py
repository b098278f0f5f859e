"""Plain `executemany` of rows that are ready, into the product's own tables with all their guards.

The yardstick for a bulk load: a finished ledger's rows, made ready a few thousand at a time (which
is not counted), are written into a ledger that has the register only. Nothing is parsed, judged or
hashed. The balances of stages are written once, as they are at the end; all others entry by entry,
since the guards let them move only by what an entry moves. Prints what the writing cost.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from time import perf_counter, process_time
from typing import Any

from vru_ledger.store import sqlite
from vru_ledger.store.journal import AWARD_COLUMNS, ENTRY_COLUMNS, MOVEMENT_COLUMNS

Row = tuple[Any, ...]

_AT_ONCE = 5_000
_BALANCES = "held, floor, ceiling, grandfathered, entry, scope, fund, name, bucket"
_THIS_BALANCE = "WHERE scope = '{scope}' AND fund = ? AND name = ? AND bucket = ?"
"""With the scope bound instead, SQLite would plan the statement anew for every row, for the sake of
the index that only balances of caps are in."""
_SUMS = (
    "SELECT count(*), sum(held), sum(entry), sum(ceiling), (SELECT hash FROM head) FROM balances"
)


class Loading:
    """Rows on their way from one ledger to another, and what writing them has cost."""

    def __init__(self, target: str, finished: str) -> None:
        self.target = sqlite.connect(target)
        self.finished = sqlite3.connect(finished)
        self.cpu = self.wall = 0.0
        self.begun = self.target.execute("SELECT number FROM head").fetchone()[0]
        self.ceilings = dict(self.target.execute("SELECT code, ceiling FROM caps"))

    def all(self) -> None:
        """Write everything in one transaction, in the order in which the guards expect it."""
        self.count("BEGIN IMMEDIATE")
        self.put("entries", ENTRY_COLUMNS, f"number > {self.begun} ORDER BY number")
        self.put_stages()
        for new in self.read("fund, award, recipient, amount_pence, number", "entries", "number"):
            self.put_balances(new)
        self.put("awards", AWARD_COLUMNS, f"entry > {self.begun} ORDER BY entry")
        self.put("movements", MOVEMENT_COLUMNS, f"entry > {self.begun} ORDER BY entry, n")
        self.count("COMMIT")

    def put(self, table: str, columns: str, where: str) -> None:
        """Write one table's rows."""
        found = self.finished.execute(f"SELECT {columns} FROM {table} WHERE {where}")
        while rows := found.fetchmany(_AT_ONCE):
            self.count(_insert(table, columns), rows)

    def read(self, columns: str, table: str, order: str) -> Iterator[list[Row]]:
        """Yield some thousands at a time of the rows that the awards' entries have in a table."""
        found = self.finished.execute(
            f"SELECT {columns} FROM {table} WHERE {order} > {self.begun} ORDER BY {order}"
        )
        while rows := found.fetchmany(_AT_ONCE):
            yield rows

    def put_stages(self) -> None:
        """Write what the stages hold at the end: a few thousand balances at most."""
        rows = self.finished.execute(
            f"SELECT {_BALANCES} FROM balances WHERE scope = 'stage' AND entry > {self.begun}"
        ).fetchall()
        there = self.there([row[5:] for row in rows])
        self.count(_insert("balances", _BALANCES), [row for row in rows if row[5:] not in there])
        self.count(
            f"UPDATE balances SET held = ?, entry = ? {_THIS_BALANCE.format(scope='stage')}",
            [(row[0], row[4], *row[6:]) for row in rows if row[5:] in there],
        )

    def put_balances(self, awards: list[Row]) -> None:
        """Write what some awards add to balances of awards, recipients and caps."""
        touched: list[tuple[Row, int, int]] = []
        for fund, award, recipient, pence, number in awards:
            for key in (
                ("award", fund, "committed", award),
                ("recipient", fund, "committed", recipient),
                ("cap", fund, f"{fund}-EACH", recipient),
                ("cap", fund, f"{fund}-FUND", ""),
            ):
                touched.append((key, pence, number))
        there = self.there([key for key, _, _ in touched if key[0] != "award"])
        begin: list[Row] = []
        move: list[Row] = []
        for key, pence, number in touched:
            if key in there:
                move.append((pence, number, *key))
                continue
            there.add(key)
            cap = key[0] == "cap"
            ceiling = self.ceilings[key[2]] if cap else None
            begin.append((pence, None if cap else 0, ceiling, 0, number, *key))
        self.count(_insert("balances", _BALANCES), begin)
        for scope in ("recipient", "cap"):
            this = _THIS_BALANCE.format(scope=scope)
            self.count(
                f"UPDATE balances SET held = held + ?, entry = ? {this}",
                [(*row[:2], *row[3:]) for row in move if row[2] == scope],
            )

    def there(self, keys: list[Row]) -> set[Row]:
        """Return those of the keys that have a balance already."""
        return {
            (scope, *key)
            for scope, *key in set(keys)
            if self.target.execute(
                f"SELECT 1 FROM balances {_THIS_BALANCE.format(scope=scope)}", key
            ).fetchone()
        }

    def count(self, sql: str, rows: list[Row] | None = None) -> None:
        """Run a statement, for each of `rows` if there are any, and count what it cost."""
        wall, cpu = perf_counter(), process_time()
        if rows is None:
            self.target.execute(sql)
        else:
            self.target.executemany(sql, rows)
        self.cpu += process_time() - cpu
        self.wall += perf_counter() - wall


def _insert(table: str, columns: str) -> str:
    places = ", ".join("?" * (columns.count(",") + 1))
    return f"INSERT INTO {table} ({columns}) VALUES ({places})"


if __name__ == "__main__":
    loading = Loading(*sys.argv[1:])
    loading.all()
    sums = [one.execute(_SUMS).fetchone() for one in (loading.target, loading.finished)]
    if sums[0] != sums[1]:
        sys.exit(f"not the same ledger: {sums}")
    print(json.dumps({"cpu": loading.cpu, "wall": loading.wall}))
