"""Plain `executemany` of rows that are ready, into the product's own tables with all their guards.

The yardstick for a bulk load: a finished ledger's rows, read a few thousand at a time (which is not
counted), are written into a ledger that has the register only. Nothing is parsed, judged, added up
or hashed, and each balance is written once, as it is at the end. Prints what the writing cost.
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

_AT_ONCE = 5_000
_BALANCES = "held, floor, ceiling, grandfathered, entry, scope, fund, name, bucket"


class Loading:
    """Rows on their way from one ledger to another, and what writing them has cost."""

    def __init__(self, target: str, finished: str) -> None:
        self.target = sqlite.connect(target)
        self.finished = sqlite3.connect(finished)
        self.cpu = self.wall = 0.0
        self.begun = self.target.execute("SELECT number FROM head").fetchone()[0]

    def all(self) -> None:
        """Write everything in one transaction, in the order in which the guards expect it."""
        self.count("BEGIN IMMEDIATE")
        of_new = f"entry > {self.begun}"
        self.put("entries", ENTRY_COLUMNS, f"number > {self.begun} ORDER BY number")
        there = set(self.target.execute("SELECT scope, fund, name, bucket FROM balances"))
        for rows in self.read("balances", _BALANCES, of_new):
            new = [row for row in rows if row[5:] not in there]
            moved = [(row[0], *row[3:]) for row in rows if row[5:] in there]
            self.count(_insert("balances", _BALANCES), new)
            self.count(
                "UPDATE balances SET held = ?, grandfathered = ?, entry = ?"
                " WHERE scope = ? AND fund = ? AND name = ? AND bucket = ?",
                moved,
            )
        self.put("awards", AWARD_COLUMNS, f"{of_new} ORDER BY entry")
        self.put("movements", MOVEMENT_COLUMNS, f"{of_new} ORDER BY entry, n")
        self.count("COMMIT")

    def put(self, table: str, columns: str, where: str) -> None:
        """Write one table's rows."""
        for rows in self.read(table, columns, where):
            self.count(_insert(table, columns), rows)

    def read(self, table: str, columns: str, where: str) -> Iterator[list[tuple[Any, ...]]]:
        """Yield some thousands of a table's rows at a time."""
        found = self.finished.execute(f"SELECT {columns} FROM {table} WHERE {where}")
        while rows := found.fetchmany(_AT_ONCE):
            yield rows

    def count(self, sql: str, rows: list[tuple[Any, ...]] | None = None) -> None:
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
    heads = [
        connection.execute("SELECT number, hash FROM head").fetchone()
        for connection in (loading.target, loading.finished)
    ]
    if heads[0] != heads[1]:
        sys.exit(f"not the same ledger: {heads}")
    print(json.dumps({"cpu": loading.cpu, "wall": loading.wall}))
