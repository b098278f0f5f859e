"""One database, SQLite or PostgreSQL: many readers, one writer, the same SQL over plain drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from vru_ledger.domain.text import shown
from vru_ledger.errors import (
    BadInput,
    Interrupted,
    LedgerDamaged,
    LedgerError,
    NotPermitted,
)

Row = tuple[Any, ...]
Result = TypeVar("Result")

APPLICATION = "vru-ledger"
VERSION = 2
"""Of the tables. A program refuses a ledger whose version is newer than its own."""


class Driver(Protocol):
    """What differs between the two databases, and nothing else."""

    dialect: str
    connection: Any

    def sql(self, text: str) -> str:
        """Return `text`, whose parameters are question marks, as the driver writes it."""

    def stream(self, sql: str, parameters: Sequence[Any]) -> Iterator[Row]:
        """Yield rows without holding them all."""

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write many rows into some columns of a table."""

    def begin_write(self, wait: float) -> None:
        """Take the one writer's lock, then begin. Raises LedgerBusy after `wait` seconds."""

    def begin_read(self) -> None:
        """Begin reading one moment of the ledger."""

    def commit(self) -> None:
        """Keep what was written. Raises the driver's error if it was not kept."""

    def close(self) -> None:
        """Let go of the connection."""

    def translate(self, error: Exception) -> LedgerError | None:
        """Return what a driver's error means, None if it can only be a bug."""

    def translate_commit(self, error: Exception) -> LedgerError | None:
        """The same for an error of the commit itself, after which the outcome may be unknown."""

    def should_retry(self, error: Exception) -> bool:
        """Say whether the database asks for the transaction to be run once more."""

    @property
    def errors(self) -> type[Exception]:
        """The driver's own base class of errors."""


class Session:
    """A transaction under way: what every function of the store reads and writes through."""

    __slots__ = ("_connection", "_driver", "_sql")

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._connection = driver.connection
        self._sql = driver.sql

    @property
    def dialect(self) -> str:
        """Which database it is: sqlite or postgresql."""
        return self._driver.dialect

    @property
    def errors(self) -> type[Exception]:
        """The driver's own base class of errors."""
        return self._driver.errors

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return every row."""
        found: list[Row] = self._connection.execute(self._sql(sql), parameters).fetchall()
        return found

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Return the first row, or None."""
        found: Row | None = self._connection.execute(self._sql(sql), parameters).fetchone()
        return found

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Row]:
        """Yield rows one after another, in bounded memory."""
        return self._driver.stream(self._sql(sql), parameters)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement."""
        self._connection.execute(self._sql(sql), parameters)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each of `rows`."""
        cursor = self._connection.cursor()
        cursor.executemany(self._sql(sql), rows)
        cursor.close()

    def insert(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write `rows` into these columns of a table, all by one statement where there is one."""
        self._driver.insert(table, columns, rows)

    def learn(self, table: str) -> None:
        """Let a server count anew what is in a table that was just filled.

        Until it has, it takes an index in which it reads all balances of a name for the one in
        which it finds a single one. Only who owns the table may; for others the server does so by
        itself, in time.
        """
        if self._driver.dialect == "postgresql":
            self.run(f"ANALYZE {table}")

    def run_script(self, sql: str) -> None:
        """Run several statements, without parameters, inside the transaction."""
        for statement in statements(sql):
            self._connection.execute(statement)


class Database:
    """A ledger's database that is open. `place` is its path or its address, without a password.

    `user` is who the server says writes to a team's ledger; empty where people say it themselves.
    """

    RETRIES = 5
    user = ""

    def __init__(self, driver: Driver, place: str, wait: float = 30.0) -> None:
        self.driver = driver
        self.place = place
        self.wait = wait

    def writer(self, named: str) -> str:
        """Return in whose name entries are written here, by somebody who is `named` so, or not.

        Raises NotPermitted where the server knows somebody else; empty if nobody knows.
        """
        if self.user and named and named != self.user:
            raise NotPermitted(
                f"{self.place} knows you as {shown(self.user)}, and takes no entry in the name of "
                f"{shown(named)}",
                f"leave out --as and VRU_LEDGER_AS, or connect as {shown(named)}",
            )
        return self.user or named

    def write(self, work: Callable[[Session], Result], *, keep: bool = True) -> Result:
        """Run `work` alone: nobody else writes from before it reads until it is kept, or gone.

        With `keep=False` the same is done and then rolled back: a preview. `work` may run again
        if the database asks for it, so it changes nothing outside its session. Raises LedgerBusy,
        LedgerUnusable, or OutcomeUnknown if the database failed at the commit itself.
        """
        for attempt in range(self.RETRIES + 1):
            try:
                return self._write_once(work, keep)
            except self.driver.errors as error:
                if attempt < self.RETRIES and self.driver.should_retry(error):
                    continue
                raise self._meaning(error, self.driver.translate) from error
            except UnicodeDecodeError as error:
                raise damaged_because(self.place, NO_SCHEMA) from error
            except UnicodeEncodeError as error:
                raise _not_text(error) from None
        raise AssertionError("the last attempt returned or raised")

    def _write_once(self, work: Callable[[Session], Result], keep: bool) -> Result:
        try:
            self.driver.begin_write(self.wait)
            result = work(Session(self.driver))
        except KeyboardInterrupt:
            self._roll_back()
            raise Interrupted("interrupted; nothing was written") from None
        except BaseException:
            self._roll_back()
            raise
        if not keep:
            self._roll_back()
            return result
        try:
            self.driver.commit()
        except self.driver.errors as error:
            self._roll_back()
            if self.driver.should_retry(error):
                raise
            raise self._meaning(error, self.driver.translate_commit) from error
        except BaseException:
            self._roll_back()
            raise
        return result

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read one moment of the ledger, however many queries it takes."""
        try:
            try:
                self.driver.begin_read()
                yield Session(self.driver)
            finally:
                self._roll_back()
        except self.driver.errors as error:
            raise self._meaning(error, self.driver.translate) from error
        except UnicodeDecodeError as error:
            raise damaged_because(self.place, NO_SCHEMA) from error
        except UnicodeEncodeError as error:
            raise _not_text(error) from None

    def close(self) -> None:
        """Let go of the database."""
        self.driver.close()

    def _roll_back(self) -> None:
        try:
            self.driver.connection.execute("ROLLBACK")
        except self.driver.errors:
            # Nothing to roll back: the database did so itself, or the connection is gone.
            return

    @staticmethod
    def _meaning(
        error: Exception, translate: Callable[[Exception], LedgerError | None]
    ) -> Exception:
        return translate(error) or error


NO_SCHEMA = "its schema is no text"
"""What it means that a driver cannot even read the database's own complaint."""


def damaged_because(place: str, why: str) -> LedgerDamaged:
    """Say that parts of a file are not what a database writes."""
    return LedgerDamaged(
        f"{place} is damaged ({why})",
        "keep a copy of the file as it is, and see what can be done: vru-ledger doctor",
    )


def _not_text(error: UnicodeEncodeError) -> Exception:
    """Return what it means that a database cannot take a text, or the error if it is another's."""
    if error.reason != "surrogates not allowed":
        return error
    return BadInput(f"{shown(error.object[:80])!r} is not text", "type it again by hand")


_MISTYPED = (
    r"postgres\w*(?::|//)",  # postgresql:/..., postgresql//...
    r"[^/\\\s]*:[^\s\\]*@",  # ada:secret@server/grants
    r".*//[^/]*:[^/]*@",
)
_SERVER = r"(?:(?:\[[\da-f:.%]*\]|[^:,\[\]/?&#;=\s]*)(?::\d*)?(?:,|(?=/|$)))*"
_SHOWN = rf"({_SERVER}(?:/[^/?&#;=\s]*)?)(?:[?&#;/\s].*)?"


def is_url(place: str) -> bool:
    """Say whether `place` is a server's address, or was to be one, rather than a file.

    What is nearly one is one too: it may hold a password, and is then refused without repeating it.
    """
    folded = place.strip().casefold()
    if "://" in folded or ("password" in folded and "=" in folded):
        return True
    if ":" not in folded and "//" not in folded:
        return False
    import re

    return any(re.match(begins, folded) for begins in _MISTYPED)


def masked(place: str) -> str:
    """Return where a ledger is without any password: of an address only server and database.

    A password may hold any character and stand in several places, so that what is shown is what
    is known to be none: server, port and database behind the last @, of the query nothing, and
    nothing at all where an @ behind the ? leaves in doubt where a password ends.
    """
    if not is_url(place):
        return place
    import re

    scheme, found, rest = place.strip().partition("://")
    where = rest.rpartition("@")[2]
    ends = min((rest.find(mark) for mark in "?&#" if mark in rest), default=len(rest))
    shown_of = re.fullmatch(_SHOWN, where, re.IGNORECASE | re.DOTALL)
    if not found or not re.fullmatch(r"\w+", scheme) or "@" in rest[ends:] or not shown_of:
        return "the address given"
    return f"{scheme}://{shown_of[1]}"


def statements(script: str) -> Iterator[str]:
    """Split a script at the semicolons that end a line outside BEGIN ... END and $$ ... $$."""
    statement: list[str] = []
    inside, quoted = False, "$$" in script
    for line in script.splitlines():
        if line.startswith("--") or not (line.strip() or statement):
            continue
        statement.append(line)
        if line.count("$$") % 2:
            inside = not inside
        elif line.strip() == "BEGIN" and not quoted:
            inside = True
        ended = line.rstrip().endswith(";")
        if inside and not quoted and line.startswith(("END;", "BEGIN SELECT")):
            inside = False
        if ended and not inside:
            yield "\n".join(statement)
            statement = []
