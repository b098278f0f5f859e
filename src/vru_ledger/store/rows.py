"""Every row of a ledger, out of one database and into another as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from vru_ledger.store.creation import table_statements
from vru_ledger.store.database import Row, Session

_AT_ONCE = 2_000
_IN_ORDER = {
    "entries": "number",
    "movements": "entry, n",
    # `check` reads awards fastest in the order in which their entries made them.
    "awards": "entry, ref",
    "balances": "scope, fund, name, bucket",
    "turnovers": "folio, n",
}
_MADE = ("ledger", "head")
"""Tables whose one row a new ledger has already."""


def tables() -> list[str]:
    """Return the tables that hold what is recorded, each after those that it refers to."""
    made = (text.split() for text in table_statements("sqlite"))
    names = [words[2] for words in made if words[1] == "TABLE"]
    return [name for name in names if name not in _MADE]


def stored(session: Session, table: str) -> Iterator[Row]:
    """Yield every row of a table, in an order that is the same on both databases."""
    order = f" ORDER BY {_IN_ORDER[table]}" if table in _IN_ORDER else ""
    return session.stream(f"SELECT * FROM {table}{order}")


class Unfit(Exception):
    """A row breaks what the tables themselves ask of it; the text says which table's."""


def put(session: Session, table: str, rows: Iterator[Row]) -> Iterator[int]:
    """Write rows into a table that has the same columns, and yield how many at a time.

    Raises Unfit for a row that no table of a ledger holds.
    """
    while some := list(islice(rows, _AT_ONCE)):
        try:
            session.run_many(f"INSERT INTO {table} VALUES ({', '.join('?' * len(some[0]))})", some)
        except Exception as error:
            # Both drivers call them so, as Python's rules for drivers ask.
            named = {kind.__name__ for kind in type(error).__mro__}
            if named & {"IntegrityError", "DataError"}:
                raise Unfit(f"a row of {table} is one that no ledger holds") from None
            raise
        yield len(some)
    session.learn(table)


def put_head(session: Session, number: int, hash_: str) -> None:
    """Let the chain end at entry `number`."""
    session.run("UPDATE head SET number = ?, hash = ?", (number, hash_))
