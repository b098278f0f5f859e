"""PostgreSQL: the same ledger for a team, through psycopg 3.

Writers lock the one row of `head` first, in READ COMMITTED, which was exact and never had to be
retried; a report reads in one REPEATABLE READ, READ ONLY transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from os import environ
from typing import Any

from vru_ledger.errors import (
    LedgerError,
    LedgerOlder,
    LedgerUnusable,
    to_install,
)
from vru_ledger.store.database import APPLICATION, VERSION, Database, Row, masked
from vru_ledger.store.postgresql_errors import meaning, meaning_of_commit
from vru_ledger.store.sqlite import PATIENCE
from vru_ledger.store.sqlite_errors import wrong_version

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
except ImportError:
    raise LedgerUnusable(
        "a ledger on PostgreSQL needs psycopg, which is not installed",
        to_install("'psycopg[binary]'"),
    ) from None

_BATCH = 2_000
_CONNECT_WITHIN = 10
"""Seconds."""

_ALIVE = {
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}
"""A network that goes silent is noticed within a minute; the last is in milliseconds."""


@lru_cache(maxsize=256)
def _as_psycopg(text: str) -> str:
    return text.replace("?", "%s")


class PostgreSQL:
    """The driver for a ledger on a server."""

    dialect = "postgresql"
    errors = psycopg.Error

    def __init__(
        self,
        connection: psycopg.Connection[Row],
        place: str,
        on_wait: Callable[[], None] | None = None,
        wait: float = 30.0,
    ) -> None:
        self.connection: Any = connection
        self.place = place
        self.on_wait = on_wait
        self.wait = wait
        self.tables = ""  # Those that are read, quoted and parted by commas.
        self._waited = False
        self.user = connection.info.user
        self._streams = count(1)

    def sql(self, text: str) -> str:
        """Return `text` with psycopg's parameters."""
        return _as_psycopg(text)

    def stream(self, sql: str, parameters: Sequence[Any]) -> Iterator[Row]:
        """Yield rows through a cursor that stays on the server; `check` has several at once."""
        with self.connection.cursor(name=f"stream_{next(self._streams)}") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(sql, parameters)
            yield from cursor

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows by one COPY: the guards see each row, and the head moves once."""
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def begin_write(self, wait: float) -> None:
        """Begin, then lock the head: whoever holds it is the one writer.

        Who has to wait, here or for anything else later on, is first let go of after a moment and
        then run again: see `should_retry`.
        """
        self.wait = wait
        self._begin("READ COMMITTED", "SELECT number FROM head WHERE id = 1 FOR UPDATE")

    def begin_read(self) -> None:
        """Begin a transaction that sees one moment and can change nothing.

        Whoever has a table locked even against reading is waited for here, and not half way.
        """
        lock = f"LOCK TABLE {self.tables} IN ACCESS SHARE MODE" if self.tables else ""
        self.patiently(lambda: self._begin("REPEATABLE READ READ ONLY", lock))

    def must_keep_any_letter(self) -> None:
        """Raise LedgerUnusable unless the database keeps text as UTF8."""
        kept_as = self.connection.info.parameter_status("server_encoding")
        if kept_as != "UTF8":
            raise LedgerUnusable(
                f"the database of {self.place} keeps text as {kept_as}, and a ledger needs UTF8",
                "make it one of its own: CREATE DATABASE grants ENCODING 'UTF8' TEMPLATE template0",
            )

    def begin_alone(self, number: int) -> None:
        """Begin to make a ledger, where nobody else makes one: `number` stands for that."""
        self._begin("READ COMMITTED", f"SELECT pg_advisory_xact_lock({number})")

    def patiently(self, work: Callable[[], Any]) -> Any:
        """Return what `work` returns, run again if it had to wait: by then that is known."""
        try:
            return work()
        except psycopg.errors.LockNotAvailable as error:
            if not self.should_retry(error):
                raise
            return work()

    def _begin(self, mode: str, first: str) -> None:
        try:
            self.connection.execute(
                f"BEGIN ISOLATION LEVEL {mode}; SET LOCAL lock_timeout = '{self.patience()}'; "
                f"{first}"
            )
        except psycopg.Error:
            self.connection.execute("ROLLBACK")
            raise

    def patience(self) -> str:
        """Return for how long a lock is waited for by now: a moment, and all that is left then."""
        moment = min(PATIENCE, self.wait)
        wait = self.wait - moment if self._waited else moment
        return f"{max(1, round(wait * 1000))}ms"

    def commit(self) -> None:
        """Keep what was written. A transaction that failed before answers COMMIT with ROLLBACK."""
        if self.connection.execute("COMMIT").statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("the server rolled the transaction back")
        self._waited = False

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    def should_retry(self, error: Exception) -> bool:
        """Say whether the server gave up a transaction that can simply be run again.

        So it is, once, where somebody had to wait for a moment: `on_wait` is told, and what is left
        of the wait is waited for then.
        """
        state = getattr(error, "sqlstate", None)
        if state == "55P03" and not self._waited and self.wait > PATIENCE:
            self._waited = True
            if self.on_wait:
                self.on_wait()
            return True
        return state in ("40001", "40P01")

    def translate(self, error: Exception) -> LedgerError | None:
        """Return what an error of PostgreSQL means to somebody at a terminal."""
        return meaning(error, self.place, self.user)

    def translate_commit(self, error: Exception) -> LedgerError | None:
        """Return what an error of COMMIT means: refused by the server, or lost on the way."""
        return meaning_of_commit(error, self.place, self.user)


def _unless_told(url: str) -> dict[str, Any]:
    """Return how we connect, but for what the address or the environment says."""
    told = conninfo_to_dict(url)
    ours = {"application_name": APPLICATION, "connect_timeout": _CONNECT_WITHIN, **_ALIVE}
    named = {"application_name": "PGAPPNAME", "connect_timeout": "PGCONNECT_TIMEOUT"}
    return {
        name: value
        for name, value in ours.items()
        if name not in told and named.get(name, "") not in environ
    }


_SETTINGS = """
SET client_encoding = 'UTF8';
SET synchronous_commit = on;
SET idle_in_transaction_session_timeout = '60s';
SET client_min_messages = warning;
SET quote_all_identifiers = off;
SELECT pg_catalog.set_config('search_path', pg_catalog.quote_ident(s) || ', pg_temp', false)
  FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY u (s, n)
  WHERE s NOT LIKE 'pg\\_temp%'
  ORDER BY pg_catalog.to_regclass(pg_catalog.quote_ident(s) || '.ledger') IS NULL, n LIMIT 1
"""
"""What no address and no environment says otherwise. The ledger's own schema is the only one that
is looked in, and before what is temporary: nobody's table of the same name is taken for ours."""


def connect(url: str, wait: float = 30.0, on_wait: Callable[[], None] | None = None) -> Database:
    """Connect to a server, whether or not a ledger is there. Raises LedgerUnusable."""
    place = masked(url)
    try:
        connection = psycopg.connect(url, autocommit=True, **_unless_told(url))
        driver = PostgreSQL(connection, place, on_wait, wait)
        connection.execute(f"SET lock_timeout = '{driver.patience()}'; {_SETTINGS}")
    except (psycopg.Error, ValueError):
        # The driver's own words may repeat the password.
        raise LedgerUnusable(
            f"cannot connect to {place}",
            "check the address, that the server runs, and your password (PGPASSWORD or a passfile)",
        ) from None
    return Database(driver, place, wait)


_WHAT_IS_THERE = """
SELECT to_regclass('ledger') IS NOT NULL, to_regprocedure('team()') IS NOT NULL,
  EXISTS (SELECT 1 FROM pg_proc WHERE proname = 'moves_as_its_entries'
    AND pronamespace = current_schema()::regnamespace), COALESCE((
    SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
      AND has_table_privilege(c.oid, 'SELECT')), '')
"""


def _of_ledger(driver: PostgreSQL) -> Row | None:
    driver.connection.execute(f"SET lock_timeout = '{driver.patience()}'")
    row: Row | None = driver.connection.execute(
        "SELECT application, version FROM ledger"
    ).fetchone()
    return row


def open_ledger(
    url: str,
    *,
    wait: float = 30.0,
    on_wait: Callable[[], None] | None = None,
    any_guards: bool = False,
) -> Database:
    """Open the ledger at an address. Raises LedgerUnusable if there is none.

    What this program writes the guards of an older one would refuse: raises LedgerOlder for those,
    unless told that any will do.
    """
    database = connect(url, wait, on_wait)
    driver: Any = database.driver
    connection = driver.connection
    row = team = None
    try:
        found = connection.execute(_WHAT_IS_THERE).fetchone()
        driver.tables = found[3]
        if found[0]:
            row = driver.patiently(lambda: _of_ledger(driver))
        if found[1]:
            team = connection.execute("SELECT team(), session_user").fetchone()
    except psycopg.errors.UndefinedColumn:
        row = None  # Somebody else's table of that name.
    except psycopg.Error as error:
        database.close()
        raise driver.translate(error) or error from error
    if row is None or row[0] != APPLICATION:
        database.close()
        raise LedgerUnusable(
            f"there is no ledger at {database.place}",
            "make one with vru-ledger init, or name another with --db",
        )
    if row[1] != VERSION:
        database.close()
        raise wrong_version(database.place, row[1])
    if not (any_guards or found[2]):
        database.close()
        raise LedgerOlder(
            f"{database.place} has the guards of an older program",
            "make them anew; the entries stay as they are: vru-ledger migrate",
        )
    if team and team[0]:
        database.user = team[1]
    return database
