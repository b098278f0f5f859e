"""A door for notebooks: SQLModel's tables over a connection that can only read."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from vru_ledger.store.database import is_url
from vru_ledger.store.sqlite import connect


def reading_engine(place: str) -> Engine:
    """Return an engine for the ledger at a path or an address; writing through it is refused."""
    if is_url(place):
        address = "postgresql+psycopg://" + place.partition("://")[2]
        return create_engine(
            address,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={"options": "-c default_transaction_read_only=on"},
        )

    def reader() -> Any:
        connection: sqlite3.Connection = connect(place)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return create_engine("sqlite://", creator=reader, poolclass=NullPool, hide_parameters=True)
