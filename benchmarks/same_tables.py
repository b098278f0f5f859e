"""The product's own tables, written to by hand: by plain SQL, and by a SQLModel session.

What an award comes to (its text, its hash, the balances it touches) is worked out by the same pure
functions as in the product, so that only the way to the database differs. `check` finds the
ledgers that these leave behind sound.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import event, null
from sqlmodel import Session, col, create_engine, func, select

from benchmarks.ledgers import Award, is_by_year, sources_of
from vru_ledger.domain.chain import fact_of, link
from vru_ledger.domain.entries import Allocation
from vru_ledger.domain.money import Pence
from vru_ledger.position import Key, stage_changes
from vru_ledger.store import sqlite
from vru_ledger.store.journal import (
    AWARD_COLUMNS,
    ENTRY_COLUMNS,
    MOVEMENT_COLUMNS,
    award_row,
    entry_row,
    movement_rows,
)
from vru_ledger.store.register_tables import AreaRow, FundRow, RecipientRow
from vru_ledger.store.tables import AwardRow, BalanceRow, CapRow, EntryRow, HeadRow, MovementRow

_AT, _ACTOR = "2026-04-02T00:00:00Z", "benchmark"


class Written(NamedTuple):
    """What one award comes to: rows of the tables, and by how much each balance grows."""

    entry: tuple[Any, ...]
    award: tuple[Any, ...]
    movements: list[tuple[Any, ...]]
    changes: dict[Key, int]


def written(asked: Award, kind: str, bcu: str, newest: int, head: tuple[int, str]) -> Written:
    """Work out what an award comes to after `head`, as the fund's next after `newest`."""
    new = Allocation(
        fund=asked.fund,
        recipient=asked.recipient,
        recipient_kind=kind,
        amount_pence=Pence(asked.pence),
        award=f"{asked.fund}-{newest + 1:04}",
        area=asked.area,
        bcu=bcu,
        source=asked.source or sources_of(asked.fund)[0],
        fy=asked.fy,
        unassigned_pence=0 if is_by_year(asked.fund) else asked.pence,
        dated=asked.on,
    )
    number, previous = head[0] + 1, head[1]
    fact = fact_of(new, number, _ACTOR, _AT)
    movements = movement_rows(new, number)
    changes = stage_changes(new.movements())
    changes[Key("cap", new.fund, f"{new.fund}-FUND", "")] = new.amount_pence
    changes[Key("cap", new.fund, f"{new.fund}-EACH", new.recipient)] = new.amount_pence
    hash_ = link(previous, fact)
    entry = entry_row(new, number, len(movements), _AT, _ACTOR, fact, previous, hash_)
    return Written(entry, award_row(new, number), movements, changes)


class PlainSQL:
    """The same rows by the fewest statements, on the connection that the product would use."""

    def __init__(self, place: Path) -> None:
        self.connection = sqlite.connect(str(place))

    def allocate(self, asked: Award) -> None:
        """Record one award."""
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        kind, bcu, newest, *head = run(
            "SELECT r.kind, a.bcu, (SELECT max(number) FROM awards WHERE fund = ?),"
            " h.number, h.hash FROM recipients r, areas a, head h WHERE r.code = ? AND a.code = ?",
            (asked.fund, asked.recipient, asked.area),
        ).fetchone()
        entry, award, movements, changes = written(
            asked, kind, bcu, newest or 0, (head[0], head[1])
        )
        run(_insert("entries", ENTRY_COLUMNS), entry)
        number = entry[0]
        ceilings = dict(run("SELECT code, ceiling FROM caps WHERE fund = ?", (asked.fund,)))
        for key, change in changes.items():
            moved = run(
                "UPDATE balances SET held = held + ?, entry = ?"
                f" WHERE scope = '{key.scope}' AND fund = ? AND name = ? AND bucket = ?",
                (change, number, *key[1:]),
            )
            if not moved.rowcount:
                cap = key.scope == "cap"
                run(
                    "INSERT INTO balances VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)",
                    (*key, change, None if cap else 0, ceilings[key.name] if cap else None, number),
                )
        run(_insert("awards", AWARD_COLUMNS), award)
        for movement in movements:
            run(_insert("movements", MOVEMENT_COLUMNS), movement)
        run("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class SQLModelSession:
    """The same rows by SQLModel's session, as a notebook or a web service would write them."""

    def __init__(self, place: Path) -> None:
        self.engine = create_engine("sqlite://", creator=lambda: sqlite.connect(str(place)))
        event.listen(self.engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))

    def allocate(self, asked: Award) -> None:
        """Record one award if no balance would pass its ceiling or its floor."""
        with Session(self.engine) as session:
            head = session.get_one(HeadRow, 1)
            fund = session.get_one(FundRow, asked.fund)
            recipient = session.get_one(RecipientRow, asked.recipient)
            area = session.get_one(AreaRow, asked.area)
            caps = {
                cap.code: cap
                for cap in session.exec(select(CapRow).where(CapRow.fund == fund.code))
            }
            newest = session.exec(
                select(func.max(AwardRow.number)).where(col(AwardRow.fund) == fund.code)
            ).one()
            entry, award, movements, changes = written(
                asked, recipient.kind, area.bcu, newest or 0, (head.number, head.hash)
            )
            session.add(_made(EntryRow, ENTRY_COLUMNS, entry))
            session.flush()
            for key, change in changes.items():
                balance = session.get(BalanceRow, tuple(key))
                if balance is None:
                    balance = _new_balance(key, caps)
                    session.add(balance)
                balance.held += change
                balance.entry = entry[0]
                most = caps[key.name].ceiling if key.scope == "cap" else None
                if balance.held < 0 or (most is not None and balance.held > most):
                    raise ValueError("over a cap, or not there")
            session.flush()
            session.add(_made(AwardRow, AWARD_COLUMNS, award))
            session.flush()
            session.add_all(
                [_made(MovementRow, MOVEMENT_COLUMNS, movement) for movement in movements]
            )
            session.commit()

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


def _new_balance(key: Key, caps: dict[str, CapRow]) -> BalanceRow:
    balance = BalanceRow(**key._asdict())
    if key.scope == "cap":
        # Plain None would be taken for "not given" and become the column's default.
        no_floor: Any = null()
        balance.floor, balance.ceiling = no_floor, caps[key.name].ceiling
    return balance


def _insert(table: str, columns: str) -> str:
    places = ", ".join("?" * (columns.count(",") + 1))
    return f"INSERT INTO {table} ({columns}) VALUES ({places})"


def _made(row: type[Any], columns: str, values: tuple[Any, ...]) -> Any:
    """Return a row of a table made from the columns as the product writes them."""
    told = dict(zip(columns.replace('"', "").split(", "), values, strict=True))
    for name in ("dated", "term_from", "term_to"):
        if told.get(name):
            told[name] = date.fromisoformat(told[name])
    return row(**told)
