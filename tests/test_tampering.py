"""Whoever tampers with a ledger's file is found out, and what was touched is named.

One ledger with something in every table, as a file. The guards are taken away, something is
changed as somebody would who knows SQL, the guards are put back, and `check` is asked. Each test
prints how much it tried. That every short cut of `check` finds the same as no short cut is tested
beside it, in tests/actions/test_check.py.
"""

import json
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.builders import REGISTER, TABLES, with_everything
from vru_ledger.actions.check import check
from vru_ledger.domain.chain import GENESIS, link
from vru_ledger.errors import LedgerError
from vru_ledger.store.opening import open_database

NOT_EVIDENCE = {("head", "id"), ("balances", "entry")}
"""The head's id can only be 1. A balance's entry says which guard let it move last; no figure
comes of it, and one that does not exist is a foreign key that leads nowhere, which is found."""

FLIPS = 300


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sound") / "sound.db"
    with_everything(place).close()
    return place


@pytest.fixture
def place(sound: Path, tmp_path: Path) -> Path:
    """Give the test a file to tamper with."""
    copy = tmp_path / "ledger.db"
    copy.write_bytes(sound.read_bytes())
    return copy


def anew(place: Path, content: bytes) -> None:
    """Put a file of this content there, and nothing of what another left beside it."""
    for ending in ("", "-journal", "-wal", "-shm"):
        Path(f"{place}{ending}").unlink(missing_ok=True)
    place.write_bytes(content)


@contextmanager
def unguarded(place: Path) -> Iterator[sqlite3.Connection]:
    """Open a file while no guard looks, and put the guards back afterwards."""
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        # All at one go: forty times CREATE TRIGGER takes longer than the check that follows.
        guards = connection.execute("SELECT * FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA ignore_check_constraints=ON")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
        connection.execute("PRAGMA writable_schema=RESET")
        connection.execute("BEGIN")
        yield connection
        connection.execute("PRAGMA writable_schema=ON")
        connection.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", guards)
        connection.execute("COMMIT")


def found(place: Path, head: str = "") -> list[str]:
    """Return what `check` finds, each as 'code place: message'; or what the file's opening says."""
    try:
        database = open_database(str(place))
    except LedgerError as error:
        return [f"unusable: {error.message}"]
    try:
        findings = check(database, head=head).findings
        return [f"{one.code} {one.place()}: {one.message}" for one in findings]
    except LedgerError as error:
        return [f"unusable: {error.message}"]
    finally:
        database.close()


def head_of(place: Path) -> str:
    """Return the hash of the newest entry."""
    with closing(sqlite3.connect(place)) as connection:
        [[hash_]] = connection.execute("SELECT hash FROM head").fetchall()
        return str(hash_)


def rows_of(place: Path, table: str) -> list[dict[str, Any]]:
    return rows_of_all(place, [table])[table]


def rows_of_all(place: Path, tables: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table. One connection for all: opening takes most of the time."""
    with closing(sqlite3.connect(place)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for table in tables
        }


def keys_of(place: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(place)) as connection:
        told = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [name for _, name, _, _, _, key in told if key]


def must_name(said: list[str], table: str, row: dict[str, Any], what: str) -> None:
    """Assert that one of the findings names the row that was touched."""
    if table == "entries":
        names = [f"entry {row['number']}:", f"entry {row['number'] + 1}:", "number-gap"]
    elif table in ("movements", "awards"):
        names = [f"entry {row['entry']}:"]
    elif table == "balances":
        names = [f"{row['fund']} {row['name']} {row['bucket']}".rstrip()]
    elif table == "head":
        names = ["the head"]
    elif table == "overrides":
        names = [f"override {row['entry']}"]
    elif table == "listings":
        names = [f"{row['fund']} {row['recipient']}"]
    else:
        names = [str(row["code"])]
    assert any(name in one for one in said for name in names), (what, names, said[:5])


def test_where_nothing_was_tampered_with_nothing_is_found(place: Path):
    with unguarded(place):
        pass
    assert found(place) == []


@pytest.mark.parametrize("table", [*TABLES, *REGISTER])
def test_any_column_of_any_row_is_found_and_named(place: Path, table: str):
    """Numbers by one, text by one letter: entries, movements, balances, caps, the register.

    Every cell of the first rows, and of the others a cell here and there, so that it is quick.
    """
    whole = place.read_bytes()
    keys, tried = keys_of(place, table), 0
    for index, row in enumerate(rows_of(place, table)):
        for at, (column, was) in enumerate(row.items()):
            if (table, column) in NOT_EVIDENCE or (index > 4 and (index + at) % 7):
                continue
            now = was + 1 if isinstance(was, int) else "x" if was is None else _one_letter(was)
            where = " AND ".join(f'"{key}" = ?' for key in keys)
            anew(place, whole)
            try:
                with unguarded(place) as connection:
                    connection.execute(
                        f'UPDATE {table} SET "{column}" = ? WHERE {where}',
                        (now, *(row[key] for key in keys)),
                    )
            except sqlite3.IntegrityError:
                continue  # Its type or its uniqueness is kept by the table itself.
            tried += 1
            what = f"{table}.{column} {was!r} -> {now!r}"
            said = found(place)
            assert said, f"{what}: nothing was found"
            must_name(said, table, row, what)
    sys.stdout.write(f"{table}: {tried} cells changed one at a time, all found and named\n")
    assert tried


def _one_letter(text: str) -> str:
    """Change the last letter of a text into another that may stand there."""
    if not text:
        return "x"
    return text[:-1] + ("0" if text[-1] != "0" else "1")


@pytest.mark.parametrize("table", [*TABLES, *REGISTER])
def test_any_row_that_is_removed_is_found_and_named(place: Path, table: str):
    whole, keys, tried = place.read_bytes(), keys_of(place, table), 0
    for row in rows_of(place, table):
        anew(place, whole)
        with unguarded(place) as connection:
            where = " AND ".join(f'"{key}" = ?' for key in keys)
            connection.execute(f"DELETE FROM {table} WHERE {where}", [row[key] for key in keys])
        said = found(place)
        assert said, f"{table} {row}: nothing was found"
        must_name(said, table, row, f"{table}: a row removed")
        tried += 1
    sys.stdout.write(f"{table}: {tried} rows removed one at a time, all found and named\n")


def test_any_byte_of_an_entrys_text_is_found_and_named(place: Path):
    """Every entry's text, sixteen letters of it, each changed to another."""
    tried = 0
    database = open_database(str(place))
    connection = database.driver.connection
    connection.execute("PRAGMA synchronous=OFF")
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    baseline = len(check(database).findings)
    for number, fact in connection.execute("SELECT number, fact FROM entries").fetchall():
        step = max(1, len(fact) // 16)
        for at in range(0, len(fact), step):
            letter = "7" if fact[at] != "7" else "8"
            connection.execute(
                "UPDATE entries SET fact = ? WHERE number = ?",
                (fact[:at] + letter + fact[at + 1 :], number),
            )
            said = check(database).findings
            tried += 1
            assert len(said) > baseline, (number, at)
            assert any(one.code == "fact-changed" and one.entry == number for one in said)
        connection.execute("UPDATE entries SET fact = ? WHERE number = ?", (fact, number))
    database.close()
    sys.stdout.write(f"{tried:,} letters of entries changed one at a time, all found and named\n")


def test_each_guard_and_view_that_is_dropped_or_emptied_is_named(place: Path):
    whole, tried = place.read_bytes(), 0
    with closing(sqlite3.connect(place)) as connection:
        made = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')"
        ).fetchall()
    for kind, name in made:
        anew(place, whole)
        with closing(sqlite3.connect(place)) as connection:
            connection.execute(f"DROP {kind} {name}")
        assert any(one.startswith("guard-missing") and name in one for one in found(place)), name
        tried += 1
    sys.stdout.write(f"{tried} guards and views dropped one at a time, all named\n")


@pytest.mark.parametrize("tables", [("entries",), ("movements",), ("awards",)])
def test_two_rows_that_changed_places_are_named(place: Path, tables: tuple[str, ...]):
    whole, tried = place.read_bytes(), 0
    [table] = tables
    of = "number" if table == "entries" else "entry"
    numbers = sorted({row[of] for row in rows_of(place, table)})
    for one, other in pairwise(numbers):
        anew(place, whole)
        with unguarded(place) as connection:
            for old, new in ((one, -1), (other, one), (-1, other)):
                connection.execute(f"UPDATE {table} SET {of} = ? WHERE {of} = ?", (new, old))
        said = found(place)
        for number in (one, other):
            assert any(f"entry {number}:" in line for line in said), (table, one, other, said)
        tried += 1
    sys.stdout.write(f"{table}: {tried} pairs swapped, all named\n")


def test_a_tail_that_was_removed_with_all_its_traces_needs_a_head_that_was_printed(tmp_path: Path):
    """A ledger cut back to an earlier state is sound by itself; a head kept elsewhere tells."""
    longer, shorter = tmp_path / "longer.db", tmp_path / "shorter.db"
    with_everything(longer).close()
    with_everything(shorter, overridden=False).close()
    printed = head_of(longer)
    assert found(shorter) == []
    said = found(shorter, head=printed)
    assert said == [f"head-not-on-chain : no entry has the hash {printed}"]
    assert found(longer, head=head_of(shorter)) == []


def test_a_chain_that_was_rewritten_whole_needs_a_head_that_was_printed(place: Path):
    """Every hash fits again, and so does every column: what is printed elsewhere does not."""
    printed = head_of(place)
    rewrite(place, lambda told: told.update(actor="Somebody Else"))
    said = found(place, head=printed)
    assert [one for one in said if "head-not-on-chain" in one]
    assert not [one for one in found(place) if "hash" in one or "chain" in one]


def rewrite(place: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change every entry's text, and hash the whole chain again."""
    with unguarded(place) as connection:
        previous = GENESIS
        rows = connection.execute("SELECT number, fact FROM entries ORDER BY number").fetchall()
        connection.execute("UPDATE entries SET previous_hash = 'x' || number")
        for number, fact in rows:
            told = json.loads(fact)
            change(told)
            fact = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            hash_ = link(previous, fact)
            connection.execute(
                "UPDATE entries SET fact = ?, actor = ?, previous_hash = ?, hash = ?"
                " WHERE number = ?",
                (fact, told["actor"], previous, hash_, number),
            )
            previous = hash_
        connection.execute("UPDATE head SET hash = ?", (previous,))


def figures(place: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, by which two ledgers are the same."""
    return {
        table: sorted(
            (tuple(held for name, held in row.items() if (table, name) not in NOT_EVIDENCE))
            for row in map(_without_none, rows)
        )
        for table, rows in rows_of_all(place, (*TABLES, *REGISTER)).items()
    }


def _without_none(row: dict[str, Any]) -> dict[str, str]:
    return {name: repr(held) for name, held in row.items()}


def test_no_bit_of_the_file_changes_a_figure_in_silence(place: Path):
    """Each flip is found, or changes nothing that a table holds: unused room, a counter."""
    whole, before = place.read_bytes(), figures(place)
    chance = random.Random(4_2026)
    harmless = refused = named = 0
    for _ in range(FLIPS):
        at, bit = chance.randrange(len(whole)), chance.randrange(8)
        flipped = bytearray(whole)
        flipped[at] ^= 1 << bit
        anew(place, bytes(flipped))
        said = found(place)
        if not said:
            harmless += 1
            after = figures(place)
            differ = [
                (table, row)
                for table in before
                for row, was in zip(after[table], before[table], strict=True)
                if row != was
            ]
            assert not differ, f"bit {bit} of byte {at} changed {differ} in silence"
        elif said[0].startswith("unusable"):
            refused += 1
        else:
            named += 1
    sys.stdout.write(
        f"{FLIPS} bits of {len(whole):,} bytes flipped one at a time: {named} named by check, "
        f"{refused} refused at opening, {harmless} where nothing is kept\n"
    )
    assert named
    assert refused
