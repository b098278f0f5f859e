"""The least that sqlite3 must do for one durable allocation that passes no cap: the yardstick.

Its own small tables, whole pence, totals kept beside the awards: no chain, no reasons, no terms, no
explanations, nobody's name. What the product does beyond this is what its ratio pays for.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.ledgers import (
    EACH_PENCE,
    FUNDS,
    SPARE_PENCE,
    Award,
    awards,
    recipient,
    recipients_of,
)

JOURNALS = {"DELETE, EXTRA": ("DELETE", "EXTRA"), "WAL, FULL": ("WAL", "FULL")}
"""How it can be durable: as the product is, and the way that most would choose."""

_TABLES = """
CREATE TABLE fund(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, budget INTEGER NOT NULL,
  cap INTEGER NOT NULL);
CREATE TABLE recipient(id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
CREATE TABLE award(id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE,
  fund_id INTEGER NOT NULL REFERENCES fund, recipient_id INTEGER NOT NULL REFERENCES recipient,
  area TEXT NOT NULL, fy TEXT NOT NULL, dated TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK(amount > 0));
CREATE TABLE fund_total(fund_id INTEGER PRIMARY KEY REFERENCES fund, allocated INTEGER NOT NULL);
CREATE TABLE recipient_total(fund_id INTEGER NOT NULL, recipient_id INTEGER NOT NULL,
  allocated INTEGER NOT NULL, PRIMARY KEY(fund_id, recipient_id)) WITHOUT ROWID;
"""
_TOTALS = """
CREATE INDEX award_fund ON award(fund_id, recipient_id, amount);
INSERT INTO fund_total SELECT id, (SELECT coalesce(sum(amount), 0) FROM award WHERE fund_id = f.id)
  FROM fund f;
UPDATE fund SET budget = budget + (SELECT allocated FROM fund_total WHERE fund_id = fund.id);
INSERT INTO recipient_total SELECT fund_id, recipient_id, sum(amount) FROM award GROUP BY 1, 2;
"""
_LOOK = """SELECT f.id, r.id, f.budget - t.allocated, f.cap - coalesce(x.allocated, 0)
  FROM fund f JOIN recipient r ON r.code = ?2 JOIN fund_total t ON t.fund_id = f.id
  LEFT JOIN recipient_total x ON x.fund_id = f.id AND x.recipient_id = r.id WHERE f.code = ?1"""
_AWARD = "INSERT INTO award VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class RawLedger:
    """The yardstick's own ledger, opened for writing."""

    def __init__(self, place: Path, journal: str) -> None:
        mode, synchronous = JOURNALS[journal]
        self.connection = sqlite3.connect(place, isolation_level=None)
        self.connection.execute(f"PRAGMA journal_mode={mode}")
        self.connection.execute(f"PRAGMA synchronous={synchronous}")
        self.connection.execute("PRAGMA foreign_keys=ON")

    def allocate(self, new: Award) -> None:
        """Record one award if no total would pass its limit, and be sure that it is on disk."""
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        row = run(_LOOK, (new.fund, new.recipient)).fetchone()
        if row is None or new.pence > row[2] or new.pence > row[3]:
            run("ROLLBACK")
            raise ValueError("over a cap")
        number = run("SELECT coalesce(max(id), 0) + 1 FROM award").fetchone()[0]
        ref, day = f"A{number:07}", new.on.isoformat()
        run(_AWARD, (number, ref, row[0], row[1], new.area, new.fy, day, new.pence))
        run(
            "UPDATE fund_total SET allocated = allocated + ? WHERE fund_id = ?",
            (new.pence, row[0]),
        )
        run(
            "INSERT INTO recipient_total VALUES (?, ?, ?) ON CONFLICT(fund_id, recipient_id)"
            " DO UPDATE SET allocated = allocated + excluded.allocated",
            (row[0], row[1], new.pence),
        )
        run("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


def make(place: Path, size: int) -> Path:
    """Make the yardstick's ledger with the same awards as the product's of this size."""
    connection = sqlite3.connect(place, isolation_level=None)
    connection.executescript(_TABLES)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO fund(code, budget, cap) VALUES (?, ?, ?)",
        [(fund, SPARE_PENCE, EACH_PENCE) for fund in FUNDS],
    )
    connection.executemany(
        "INSERT INTO recipient(code) VALUES (?)",
        ((recipient(number),) for number in range(recipients_of(size))),
    )
    funds = dict(connection.execute("SELECT code, id FROM fund"))
    recipients = dict(connection.execute("SELECT code, id FROM recipient"))
    connection.executemany(
        _AWARD,
        (
            (
                *(number, f"A{number:07}", funds[one.fund], recipients[one.recipient]),
                *(one.area, one.fy, one.on.isoformat(), one.pence),
            )
            for number, one in enumerate(awards(size), 1)
        ),
    )
    for statement in _TOTALS.split(";"):
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.close()
    return place
