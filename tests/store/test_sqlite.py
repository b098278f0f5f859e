"""A ledger in one file: its settings, its place, its permission, and everything that is not one."""

import errno
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    NORTH,
    ONE,
    POUND,
    TWO,
    WHEN,
    contents,
    findings,
    funded,
    give,
    ledger_of,
    record,
    registered,
    rows,
    with_everything,
)
from vru_ledger.actions.record import Recorder
from vru_ledger.domain.register import Recipient
from vru_ledger.errors import AlreadyThere, BadInput, LedgerBusy, LedgerUnusable, OutcomeUnknown
from vru_ledger.store import sqlite
from vru_ledger.store.creation import create
from vru_ledger.store.database import Database, Session
from vru_ledger.store.opening import open_database


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "ledger.db"
    ledger_of(registered(NORTH, ONE), *funded("ALPHA", 1_000), place=place).close()
    return place


# Settings


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("synchronous", 3),
        ("journal_mode", "delete"),
        ("application_id", sqlite.APPLICATION_ID),
        ("user_version", 2),
    ],
)
def test_a_ledger_is_opened_with_the_settings_that_were_proved(
    place: Path, pragma: str, value: object
):
    database = open_database(str(place))
    [(set_to,)] = database.driver.connection.execute(f"PRAGMA {pragma}").fetchall()
    assert set_to == value
    assert database.driver.connection.isolation_level is None
    database.close()


def test_the_tables_are_strict(place: Path):
    connection = sqlite3.connect(place)
    told = connection.execute(
        "SELECT name, strict FROM pragma_table_list"
        " WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    connection.close()
    assert len(told) == 23
    assert [name for name, strict in told if not strict] == []


def test_a_write_takes_the_lock_before_it_reads(place: Path):
    """Traced: the first statement of a write is BEGIN IMMEDIATE, and no read comes before it."""
    database = open_database(str(place))
    traced: list[str] = []
    database.driver.connection.set_trace_callback(traced.append)
    give(database, "ALPHA", "ONE", 1)
    database.driver.connection.set_trace_callback(None)
    words = [statement for statement in traced if not statement.startswith("PRAGMA")]
    assert words[0] == "BEGIN IMMEDIATE"
    assert words[-1] == "COMMIT"
    assert words.count("BEGIN IMMEDIATE") == words.count("COMMIT") == 1
    database.close()


def test_a_preview_ends_in_a_rollback(place: Path):
    database = open_database(str(place))
    traced: list[str] = []
    database.driver.connection.set_trace_callback(traced.append)
    give(database, "ALPHA", "ONE", 1, preview=True)
    database.driver.connection.set_trace_callback(None)
    assert traced[-1] == "ROLLBACK"
    assert "COMMIT" not in traced
    database.close()


def test_a_report_reads_one_moment(place: Path):
    reader, writer = open_database(str(place)), open_database(str(place), wait=0.0)
    with reader.read() as session:
        before = session.rows("SELECT number FROM head")
        # With a rollback journal whoever writes now cannot commit before the reader is done.
        with pytest.raises(LedgerBusy):
            give(writer, "ALPHA", "ONE", 1)
        assert session.rows("SELECT number FROM head") == before
    give(writer, "ALPHA", "ONE", 1)
    for database in (reader, writer):
        database.close()


def test_a_write_waits_for_who_is_still_reading_as_long_as_it_was_told_to(place: Path):
    reader = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM entries").fetchone()
    done = threading.Timer(1.0, lambda: reader.execute("ROLLBACK"))
    done.start()
    began = time.monotonic()
    database = open_database(str(place), wait=30.0)
    assert give(database, "ALPHA", "ONE", 1).recorded.number == 5
    assert time.monotonic() - began >= 0.5
    done.join()
    reader.close()
    database.close()


def journal_of(place: Path) -> Path:
    return place.with_name(f"{place.name}-journal")


def test_who_writes_once_leaves_no_journal(place: Path):
    database = open_database(str(place))
    give(database, "ALPHA", "ONE", 1)
    assert not journal_of(place).exists()
    database.close()


def test_who_writes_again_keeps_the_journal_until_the_ledger_is_let_go_of(place: Path):
    database = open_database(str(place))
    for pence in (1, 2, 3):
        give(database, "ALPHA", "ONE", pence)
    assert journal_of(place).read_bytes()[:28] == bytes(28)
    assert database.driver.connection.execute("PRAGMA synchronous").fetchone() == (3,)
    with closing(open_database(str(place))) as other:
        give(other, "ALPHA", "ONE", 4)
        give(database, "ALPHA", "ONE", 5)
        assert findings(other) == []
    database.close()
    assert [one.name for one in place.parent.iterdir()] == [place.name]


def test_a_kept_journal_is_cut_down_after_a_large_write(place: Path):
    database = open_database(str(place))
    for pence in (1, 2):
        give(database, "ALPHA", "ONE", pence)
    people = [Recipient(code=f"R{n}", name=f"Recipient {n}", kind="charity") for n in range(20_000)]
    record(database, registered(*people[:10_000]))
    record(
        database, registered(*(one.replace(name=f"{one.name} again") for one in people[:10_000]))
    )
    assert journal_of(place).stat().st_size <= 1 << 20
    database.close()


def test_a_journal_that_was_kept_by_who_was_killed_is_no_hindrance(place: Path):
    database = open_database(str(place))
    for pence in (1, 2):
        give(database, "ALPHA", "ONE", pence)
    left = journal_of(place).read_bytes()
    database.close()
    journal_of(place).write_bytes(left)
    with closing(open_database(str(place))) as database:
        give(database, "ALPHA", "ONE", 3)
        assert findings(database) == []
    assert not journal_of(place).exists()


def test_a_write_that_waits_says_so_once_and_goes_on(place: Path):
    holder = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    done = threading.Timer(1.0, lambda: holder.execute("ROLLBACK"))
    done.start()
    said: list[str] = []
    database = open_database(str(place), on_wait=lambda: said.append("waiting"))
    give(database, "ALPHA", "ONE", 1)
    assert said == ["waiting"]
    done.join()
    holder.close()
    database.close()


def test_nothing_is_left_of_a_write_that_fails(place: Path):
    database = open_database(str(place))
    before = contents(database)

    def work(session: Session) -> None:
        Recorder(session, ACTOR, WHEN).put_register(registered(TWO))
        assert session.row("SELECT code FROM recipients WHERE code = 'TWO'")
        raise BadInput("in the middle")

    with pytest.raises(BadInput):
        database.write(work)
    assert contents(database) == before
    give(database, "ALPHA", "ONE", 1)
    database.close()


# Places


@pytest.mark.parametrize(
    "name",
    [
        *("we ird?#%41 £.db", "a%20b.db", "?mode=memory", "#x.db", ":memory:", "-x.db", "ŵ日本.db"),
        *("file:x.db", "a;b.db", "a'b\".db", "back\\slash.db", "new\nline.db", "x" * 240, " "),
        *("~", "$HOME", "%s", "a&b=c"),
    ],
)
def test_a_ledger_can_have_any_name_that_a_file_can(tmp_path: Path, name: str):
    place = tmp_path / name
    database = ledger_of(registered(NORTH, ONE), *funded("ALPHA", 1_000), place=place)
    give(database, "ALPHA", "ONE", 1)
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    again = open_database(str(place))
    assert rows(again, "SELECT number FROM head") == [(5,)]
    again.close()


def test_a_name_that_is_bytes_is_a_name(tmp_path: Path):
    name = os.fsdecode(b"\xff\xfe.db")
    ledger_of(*funded("ALPHA", 1_000), place=tmp_path / name).close()
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff\xfe.db"]
    open_database(str(tmp_path / name)).close()


def test_a_relative_place_is_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    ledger_of(*funded("ALPHA", 1_000), place="x.db").close()
    assert (tmp_path / "x.db").exists()
    open_database("./x.db").close()


def test_a_link_to_a_ledger_is_that_ledger(place: Path, tmp_path: Path):
    link = tmp_path / "folder" / "link.db"
    link.parent.mkdir()
    link.symlink_to(place)
    through = open_database(str(link))
    give(through, "ALPHA", "ONE", 1)
    through.close()
    direct = open_database(str(place))
    assert rows(direct, "SELECT number FROM head") == [(5,)]
    direct.close()
    assert link.is_symlink()


def test_a_typo_creates_nothing(tmp_path: Path):
    with pytest.raises(LedgerUnusable, match="there is no ledger at"):
        open_database(str(tmp_path / "ledgr.db"))
    assert list(tmp_path.iterdir()) == []


def _directory(place: Path) -> None:
    place.mkdir()


def _fifo(place: Path) -> None:
    os.mkfifo(place)


def _device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def _empty(place: Path) -> None:
    place.touch()


def _text(place: Path) -> None:
    place.write_text("SQLite, format 3 perhaps\n" * 50)


def _foreign(place: Path) -> None:
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE entries (number)")
    connection.commit()
    connection.close()


def _truncated(place: Path) -> None:
    with_everything(place).close()
    os.truncate(place, 4096 * 3)


def _newer(place: Path) -> None:
    with_everything(place).close()
    connection = sqlite3.connect(place)
    connection.execute("PRAGMA user_version=3")
    connection.close()


def _older(place: Path) -> None:
    with_everything(place).close()
    connection = sqlite3.connect(place)
    connection.execute("PRAGMA user_version=1")
    connection.close()


@pytest.mark.parametrize(
    ("make", "said", "advised"),
    [
        (_directory, "is not a file", "name the ledger's file"),
        (_fifo, "is not a file", "name the ledger's file"),
        (_device, "is not a file", "name the ledger's file"),
        (_empty, "is not a ledger", "a new one for init to make"),
        (_text, "is not a ledger", "a new one for init to make"),
        (_foreign, "is not a ledger", "a new one for init to make"),
        (_newer, "is a ledger of version 3", "install a newer vru-ledger"),
        (_older, "is a ledger of version 1", "vru-ledger migrate"),
    ],
)
def test_what_is_not_a_ledger_is_refused_at_once_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], said: str, advised: str
):
    place = tmp_path / "place.db"
    make(place)
    before = sorted(path.name for path in tmp_path.iterdir())
    began = time.monotonic()
    with pytest.raises(LedgerUnusable) as caught:
        open_database(str(place))
    assert time.monotonic() - began < 2
    assert said in caught.value.message
    assert advised in caught.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_truncated_ledger_is_said_to_be_damaged(tmp_path: Path):
    place = tmp_path / "place.db"
    _truncated(place)
    with pytest.raises(LedgerUnusable, match=r"malformed|damaged|not a database"):
        findings(open_database(str(place)))


# WAL mode, into which other programs put a file


def _journal_mode(place: Path) -> str:
    connection = sqlite3.connect(place)
    mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
    connection.close()
    return mode


def test_a_ledger_that_was_put_into_wal_mode_is_put_back_when_it_is_opened(place: Path):
    other = sqlite3.connect(place)
    assert other.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    other.close()
    database = open_database(str(place))
    give(database, "ALPHA", "ONE", 1)
    assert findings(database) == []
    database.close()
    assert _journal_mode(place) == "delete"


def test_a_ledger_in_wal_mode_that_another_program_has_open_is_refused(place: Path):
    other = sqlite3.connect(place)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("SELECT * FROM head").fetchall()
    with pytest.raises(LedgerUnusable, match="was put into WAL mode") as caught:
        open_database(str(place), wait=0.1)
    assert "close the other program" in caught.value.hint
    other.close()
    open_database(str(place)).close()
    assert _journal_mode(place) == "delete"


# Making one


def test_a_new_ledger_is_its_owners_alone(tmp_path: Path):
    before = os.umask(0)
    try:
        ledger_of(*funded("ALPHA", 1_000), place=tmp_path / "x.db").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(tmp_path / "x.db").st_mode) == 0o600


@pytest.mark.parametrize("make", [_directory, _fifo, _empty, _text, _foreign])
def test_making_a_ledger_never_touches_what_is_there(tmp_path: Path, make: Callable[[Path], None]):
    place = tmp_path / "place.db"
    make(place)
    before = place.read_bytes() if place.is_file() else b""
    with pytest.raises(AlreadyThere):
        create(str(place), ACTOR, WHEN, lambda session: None)
    assert (place.read_bytes() if place.is_file() else b"") == before


def test_making_a_ledger_where_there_is_no_folder_is_refused(tmp_path: Path):
    with pytest.raises(LedgerUnusable, match="cannot be made"):
        create(str(tmp_path / "no" / "x.db"), ACTOR, WHEN, lambda session: None)


@pytest.mark.parametrize("error", [BadInput("halfway"), KeyboardInterrupt(), MemoryError()])
def test_a_ledger_whose_making_fails_leaves_no_file(tmp_path: Path, error: BaseException):
    def fail(session: Session) -> None:
        raise error

    with pytest.raises(type(error)):
        create(str(tmp_path / "x.db"), ACTOR, WHEN, fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["x.db-journal", "x.db-wal"])
def test_a_new_ledger_does_not_take_over_what_another_database_left(tmp_path: Path, left: str):
    (tmp_path / left).write_bytes(b"of another")
    with pytest.raises(AlreadyThere, match=f"{left} is there, left by another database"):
        create(str(tmp_path / "x.db"), ACTOR, WHEN, lambda session: None)
    assert [path.name for path in tmp_path.iterdir()] == [left]


def test_an_empty_file_in_the_way_is_said_to_be_empty(tmp_path: Path):
    (tmp_path / "x.db").touch()
    with pytest.raises(AlreadyThere, match="and empty; nothing was touched") as caught:
        create(str(tmp_path / "x.db"), ACTOR, WHEN, lambda session: None)
    assert caught.value.hint.startswith("remove it")


def test_who_is_slower_does_not_take_the_place_of_a_ledger(tmp_path: Path):
    place = tmp_path / "x.db"

    def be_overtaken(session: Session) -> None:
        ledger_of(*funded("ALPHA", 1_000), place=place).close()

    with pytest.raises(AlreadyThere):
        create(str(place), ACTOR, WHEN, be_overtaken)
    with_alpha = open_database(str(place))
    assert rows(with_alpha, "SELECT code FROM funds") == [("ALPHA",)]
    with_alpha.close()
    assert [path.name for path in tmp_path.iterdir()] == ["x.db"]


@pytest.mark.parametrize("overtaken", [False, True])
def test_a_ledger_is_made_where_files_have_one_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overtaken: bool
):
    place = tmp_path / "x.db"

    def no_links(made: str, place: str) -> None:
        if overtaken:
            Path(place).write_text("quicker")
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    if overtaken:
        with pytest.raises(AlreadyThere):
            create(str(place), ACTOR, WHEN, lambda session: None)
        assert place.read_text() == "quicker"
    else:
        create(str(place), ACTOR, WHEN, lambda session: None)
        open_database(str(place)).close()
    assert [path.name for path in tmp_path.iterdir()] == ["x.db"]


def test_a_disk_that_fails_when_a_ledger_gets_its_name_leaves_the_outcome_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutcomeUnknown, match="it may be there, or may not") as caught:
        create(str(tmp_path / "x.db"), ACTOR, WHEN, lambda session: None)
    assert caught.value.hint == "see whether it is: vru-ledger status"


def test_a_ledger_is_no_ledger_until_it_is_whole(tmp_path: Path):
    place = tmp_path / "x.db"

    def look(session: Session) -> None:
        with pytest.raises(LedgerUnusable):
            open_database(str(place), wait=0.1)

    create(str(place), ACTOR, WHEN, look)
    open_database(str(place)).close()


# Errors of the file


class Failing:
    """A connection whose COMMIT fails in a way that leaves its outcome open."""

    def __init__(self, connection: sqlite3.Connection, code: int) -> None:
        self._connection = connection
        self._code = code

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            self._connection.execute("COMMIT")
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self._code
            raise error
        return self._connection.execute(sql, *parameters)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def test_an_error_after_the_commit_point_is_an_unknown_outcome_and_a_retry_is_safe(place: Path):
    database = open_database(str(place))
    whole = database.driver.connection
    database.driver.connection = Failing(whole, sqlite3.SQLITE_IOERR_DIR_FSYNC)
    with pytest.raises(OutcomeUnknown, match="it may be recorded, or may not") as caught:
        give(database, "ALPHA", "ONE", 1, key="K")
    assert "the same --key" in caught.value.hint
    database.driver.connection = whole
    assert give(database, "ALPHA", "ONE", 1, key="K").already
    assert findings(database) == []
    database.close()


def test_a_full_disk_is_said_to_be_full_and_nothing_is_written(place: Path):
    database = open_database(str(place))
    [(pages,)] = database.driver.connection.execute("PRAGMA page_count").fetchall()
    database.driver.connection.execute(f"PRAGMA max_page_count={pages}")
    before = contents(database)
    for _ in range(500):
        try:
            give(database, "ALPHA", "ONE", 1, title="x" * 2_000)
        except LedgerUnusable as error:
            refused = error
            break
        before = contents(database)
    assert "is full; nothing was written" in refused.message
    assert contents(database) == before
    database.driver.connection.execute("PRAGMA max_page_count=1000000")
    assert findings(database) == []
    database.close()


def test_a_journal_of_a_write_that_was_killed_is_rolled_back_by_the_next_reader(
    place: Path, tmp_path: Path
):
    """A hot journal, copied while a transaction had written into the file but not committed."""
    writer = sqlite3.connect(place, isolation_level=None)
    writer.execute("PRAGMA cache_size=1")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("CREATE TABLE half (i)")
    writer.executemany("INSERT INTO half VALUES (?)", [(number,) for number in range(50_000)])
    copied = tmp_path / "copy"
    copied.mkdir()
    for name in ("ledger.db", "ledger.db-journal"):
        (copied / name).write_bytes((tmp_path / name).read_bytes())
    writer.execute("ROLLBACK")
    writer.close()
    database = open_database(str(copied / "ledger.db"))
    assert findings(database) == []
    assert rows(database, "SELECT name FROM sqlite_master WHERE name = 'half'") == []
    database.close()


@pytest.mark.usefixtures("in_memory")
def test_a_ledger_in_memory_is_gone_when_it_is_closed():
    database: Database = ledger_of(*funded("ALPHA", 10 * POUND))
    assert database.place == "memory"
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        database.driver.connection.execute("SELECT 1")
