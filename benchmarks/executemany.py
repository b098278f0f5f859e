"""Plain `executemany` of rows that are ready, into the product's own tables with all their guards.

The yardstick for a bulk load: a finished ledger's rows, made ready a few thousand at a time (which
is not counted), are written into a ledger that has the register only. Nothing is parsed, judged or
hashed. Each entry is written whole before the next, since the guards insist. Prints what the
writing cost.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from time import perf_counter, process_time
from typing import Any, NamedTuple

from vru_ledger.store import sqlite
from vru_ledger.store.journal import AWARD_COLUMNS, ENTRY_COLUMNS, MOVEMENT_COLUMNS

Row = tuple[Any, ...]


class _Whole(NamedTuple):
    """An entry, its award, by how much it moves each balance, and its movements."""

    entry: Row
    awards: list[Row]
    changes: dict[Row, int]
    movements: list[Row]


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
        for entries in self.entries():
            self.put_entries(entries)
        self.count("COMMIT")

    def entries(self) -> Iterator[list[_Whole]]:
        """Yield some thousands at a time of the awards' entries, each with its other rows."""
        found = self.finished.execute(
            f"SELECT {ENTRY_COLUMNS} FROM entries WHERE number > {self.begun} ORDER BY number"
        )
        while rows := found.fetchmany(_AT_ONCE):
            first, last = rows[0][0], rows[-1][0]
            award_of: dict[int, list[Row]] = {}
            moved: dict[int, list[Row]] = {}
            for told, table, columns in (
                (award_of, "awards", AWARD_COLUMNS),
                (moved, "movements", MOVEMENT_COLUMNS),
            ):
                at = columns.split(", ").index("entry")
                for row in self.finished.execute(
                    f"SELECT {columns} FROM {table} WHERE entry BETWEEN ? AND ? ORDER BY entry",
                    (first, last),
                ):
                    told.setdefault(row[at], []).append(row)
            yield [
                _Whole(
                    row,
                    award_of[row[0]],
                    self.changes(award_of[row[0]][0], moved[row[0]]),
                    moved[row[0]],
                )
                for row in rows
            ]

    def changes(self, award: Row, movements: list[Row]) -> dict[Row, int]:
        """Return by how much each balance moves: of stages, the award, the recipient, the caps."""
        told = dict(zip(AWARD_COLUMNS.split(", "), award, strict=True))
        changes: dict[Row, int] = {}
        for _, _, fund, source, fy, of_award, recipient, area, stage, pence in movements:
            sign = -pence if stage == "authority" else pence
            keys = [("stage", fund, stage, f"{source}|{fy}|{area}")]
            if of_award:
                keys += [("award", fund, stage, of_award), ("recipient", fund, stage, recipient)]
                keys += [("cap", fund, f"{fund}-EACH", told["recipient"])]
                keys += [("cap", fund, f"{fund}-FUND", "")]
            for key in keys:
                changes[key] = changes.get(key, 0) + sign
        return changes

    def put_entries(self, entries: list[_Whole]) -> None:
        """Write entries one after another, each whole before the next: the guards insist."""
        new = {key for one in entries for key in one.changes}
        there = self.there([key for key in new if key[0] != "award"])
        ready: list[tuple[str, list[Row]]] = []
        for entry, awards, changes, movements in entries:
            ready += [(_insert("entries", ENTRY_COLUMNS), [entry])]
            ready += [(_insert("awards", AWARD_COLUMNS), awards)]
            begin: list[Row] = []
            for key, pence in changes.items():
                if key in there:
                    this = _THIS_BALANCE.format(scope=key[0])
                    sql = f"UPDATE balances SET held = held + ?, entry = ? {this}"
                    ready.append((sql, [(pence, entry[0], *key[1:])]))
                    continue
                there.add(key)
                cap = key[0] == "cap"
                ceiling = self.ceilings[key[2]] if cap else None
                begin.append((pence, None if cap else 0, ceiling, 0, entry[0], *key))
            ready += [(_insert("balances", _BALANCES), begin)]
            ready += [(_insert("movements", MOVEMENT_COLUMNS), movements)]
        wall, cpu = perf_counter(), process_time()
        for sql, rows in ready:
            self.target.executemany(sql, rows)
        self.cpu += process_time() - cpu
        self.wall += perf_counter() - wall

    def there(self, keys: list[Row]) -> set[Row]:
        """Return those of the keys that have a balance already."""
        return {
            (scope, *key)
            for scope, *key in set(keys)
            if self.target.execute(
                f"SELECT 1 FROM balances {_THIS_BALANCE.format(scope=scope)}", key
            ).fetchone()
        }

    def count(self, sql: str) -> None:
        """Run a statement, and count what it cost."""
        wall, cpu = perf_counter(), process_time()
        self.target.execute(sql)
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
