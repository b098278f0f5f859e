"""A new ledger: its tables, guards and views, made in the transaction that fills it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from vru_ledger.domain.chain import GENESIS
from vru_ledger.errors import AlreadyThere, OutcomeUnknown
from vru_ledger.store import new_file, sqlite
from vru_ledger.store.database import APPLICATION, VERSION, Database, Session, is_url, statements
from vru_ledger.store.opening import must_be_known

Result = TypeVar("Result")


Load = Callable[[Session], None]
"""Writes rows before any guard is there to look at each."""


def create(
    place: str,
    created_by: str,
    created_at: str,
    fill: Callable[[Session], Result],
    load: Load | None = None,
    *,
    wait: float = 30.0,
    on_wait: Callable[[], None] | None = None,
) -> Result:
    """Make a ledger at a path or an address and `fill` it, in one transaction.

    What is written by `load` no guard has seen: `fill` has to look at it. Raises AlreadyThere
    rather than touch what is there. If anything fails, nothing is left; who is killed leaves at
    most a hidden file, which is in nobody's way. Of two who make one on a server the second waits
    for at most `wait` seconds, and is told so by `on_wait`.
    """
    if is_url(place):
        must_be_known(place)
        from vru_ledger.store import postgresql

        database = postgresql.connect(place, wait, on_wait)
        return _create_on_server(database, created_by, created_at, fill, load)
    new_file.must_be_free(place)
    database, made = new_file.begin_file(place)
    try:
        result = fill_new(database, created_by, created_at, fill, load)
        database.close()
        new_file.put_in_place(made, place)
    finally:
        database.close()
        new_file.let_go(made)
    return result


def fill_new(
    database: Database,
    created_by: str,
    created_at: str,
    fill: Callable[[Session], Result],
    load: Load | None = None,
) -> Result:
    """Make the tables in an empty SQLite database and fill them, in one transaction."""
    connection = database.driver.connection
    try:
        connection.execute("BEGIN EXCLUSIVE")
        session = Session(database.driver)
        _make_tables(session, created_by, created_at, load)
        sqlite.mark(database)
        result = fill(session)
        connection.execute("COMMIT")
    except database.driver.errors as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise database.driver.translate(error) or error from error
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _create_on_server(
    database: Database,
    created_by: str,
    created_at: str,
    fill: Callable[[Session], Result],
    load: Load | None,
) -> Result:
    driver: Any = database.driver
    connection = driver.connection
    keeping = False
    try:
        # Two people at once: the second waits here, and then finds the first one's ledger.
        driver.must_keep_any_letter()
        driver.patiently(lambda: driver.begin_alone(sqlite.APPLICATION_ID))
        session = Session(database.driver)
        taken = session.row(
            "SELECT to_regclass('ledger') IS NOT NULL OR to_regclass('entries') IS NOT NULL"
        )
        if taken and taken[0]:
            raise AlreadyThere(
                f"there is a ledger at {database.place} already; nothing was touched",
                "name another database with --db",
            )
        # The guards keep this path for ever: a temporary table of the same name is never looked at.
        connection.execute(
            "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"
        )
        _make_tables(session, created_by, created_at, load)
        result = fill(session)
        keeping = True
        database.driver.commit()
    except database.driver.errors as error:
        if keeping and isinstance(database.driver.translate_commit(error), OutcomeUnknown):
            said = new_file.lost_while_made(database.place, "the connection was lost")
            raise OutcomeUnknown(*said) from error
        raise database.driver.translate(error) or error from error
    finally:
        # Without COMMIT the server forgets everything, the tables too.
        database.close()
    return result


def _make_tables(session: Session, created_by: str, created_at: str, load: Load | None) -> None:
    """Create every table, load what there is to load, then create the guards and the views."""
    for statement in table_statements(session.dialect):
        session.run(statement)
    session.run(
        "INSERT INTO ledger (id, application, version, created_at, created_by)"
        " VALUES (1, ?, ?, ?, ?)",
        (APPLICATION, VERSION, created_at, created_by),
    )
    session.run("INSERT INTO head (id, number, hash) VALUES (1, 0, ?)", (GENESIS,))
    if load is not None:
        load(session)
    folder = Path(__file__).parent
    if session.dialect == "postgresql":
        from vru_ledger.store import server_guards

        server_guards.make(session)
    else:
        session.run_script((folder / "guards_sqlite.sql").read_text(encoding="utf-8"))
    session.run_script((folder / "views.sql").read_text(encoding="utf-8"))


def table_statements(dialect: str) -> list[str]:
    """Return the CREATE statements of every table and index, as `tables.py` declares them.

    They are kept as text (scripts/tables.py writes it, a test compares), for importing SQLModel
    to compile them takes longer than everything else that `init` does, or a small `check`.
    """
    text = Path(__file__).with_name(f"tables_{dialect}.sql").read_text(encoding="utf-8")
    return [statement.removesuffix(";") for statement in statements(text)]
