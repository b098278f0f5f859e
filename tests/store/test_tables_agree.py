"""The plain SQL of the everyday path speaks only of tables and columns that SQLModel declares."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool
from sqlmodel import Session as ModelSession
from sqlmodel import SQLModel, select

import vru_ledger.store
from tests.builders import with_everything
from vru_ledger.domain.register import RECORDS
from vru_ledger.store import journal, register, tables

FOLDER = Path(vru_ledger.store.__file__).parent
DECLARED = {
    table.name: {column.name: column for column in table.columns} for table in tables.TABLES
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made") / "ledger.db"
    with_everything(place).close()
    return place


def test_a_made_ledger_has_exactly_the_tables_that_are_declared(made: Path):
    connection = sqlite3.connect(made)
    there = {
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith("sqlite_")
    }
    connection.close()
    assert there == set(DECLARED)


@pytest.mark.parametrize("table", sorted(DECLARED))
def test_a_table_has_exactly_the_columns_that_are_declared(made: Path, table: str):
    connection = sqlite3.connect(made)
    told = connection.execute(f"PRAGMA table_info({table})").fetchall()
    connection.close()
    there = {name: (kind, bool(needed), bool(key)) for _, name, kind, needed, _, key in told}
    for name, column in DECLARED[table].items():
        kind, needed, key = there.pop(name)
        assert kind in ("INTEGER", "TEXT")
        assert needed == (not column.nullable), name
        assert key == column.primary_key, name
    assert there == {}


@pytest.mark.parametrize("table", sorted(DECLARED))
def test_postgresql_has_the_same_columns(table: str, postgres_ledger: str):
    engine = create_engine(
        postgres_ledger.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool
    )
    there = {column["name"]: column for column in inspect(engine).get_columns(table)}
    engine.dispose()
    assert list(there) == list(DECLARED[table])
    for name, column in DECLARED[table].items():
        assert there[name]["nullable"] == column.nullable, name
        kind = str(there[name]["type"])
        assert kind in ("BIGINT", "TEXT", 'TEXT COLLATE "C"', "INTEGER"), (name, kind)


@pytest.fixture(scope="module")
def postgres_ledger(postgres_server) -> Iterator[str]:
    url = postgres_server.create_database()
    with_everything(url).close()
    yield url
    postgres_server.drop_database(url)


@pytest.mark.parametrize(
    ("table", "listed"),
    [
        ("entries", journal.ENTRY_COLUMNS),
        ("awards", journal.AWARD_COLUMNS),
        ("movements", journal.MOVEMENT_COLUMNS),
    ],
)
def test_what_is_inserted_is_every_column_in_the_order_of_its_table(table: str, listed: str):
    assert [name.strip(' "') for name in listed.split(",")] == list(DECLARED[table])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.TABLE)
def test_a_record_fills_every_column_of_its_table(record):
    assert set(register.stored_columns(record)) == set(DECLARED[record.TABLE])


def statements() -> list[tuple[str, str]]:
    """Return every text of the store's source that is SQL, with the file it stands in.

    The parts of a formatted text that are not constant are written as a question mark.
    """
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(
                    part.value
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    else "?"
                    for part in node.values
                )
            else:
                continue
            if re.match(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|EXISTS) ", text):
                found.append((path.name, text))
    return found


def test_the_sql_of_the_store_names_only_tables_that_are_declared():
    foreign = {"sqlite_master"}
    foreign |= {"found"}  # In a database of its own, where salvage_heap.py puts what it finds.
    views = {"fund_position", "allocations", "cap_use"}
    named = {
        (file, table)
        for file, text in statements()
        for table in re.findall(r"(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\b", text)
    }
    assert len(named) > 15
    unknown = {
        (file, table)
        for file, table in named
        # What begins so is the server's own.
        if table not in {*DECLARED, *foreign, *views, "only"} and not table.startswith("pg_")
    }
    assert unknown == set()


def test_every_insert_and_update_names_only_columns_that_are_declared():
    looked_at = 0
    for file, text in statements():
        if match := re.match(r"\s*INSERT INTO ([a-z]+) \(([^)?]+)\)", text):
            table, listed = match.groups()
            names = {name.strip(' "') for name in listed.split(",")}
            assert names <= set(DECLARED[table]), (file, text)
            looked_at += 1
        elif match := re.match(r"\s*UPDATE ([a-z]+) SET (.+?)(?: WHERE (.+))?$", text, re.DOTALL):
            table, assigned, where = match.groups()
            names = set(re.findall(r"(\w+) = ", f"{assigned}, {where or ''}"))
            assert names <= set(DECLARED[table]), (file, text, names)
            looked_at += 1
    assert looked_at >= 5


def test_sqlmodel_reads_what_the_plain_sql_wrote(made: Path):
    engine = create_engine(f"sqlite:///{made}", poolclass=NullPool)
    with ModelSession(engine) as session:
        entries = session.exec(select(tables.EntryRow)).all()
        assert [entry.number for entry in entries] == list(range(1, 22))
        award = session.get(tables.AwardRow, "ALPHA-0001")
        assert award is not None
        assert (award.recipient, award.term_to) == ("ONE", award.term_to)
        assert str(award.term_to) == "2023-03-31"
        moved = session.exec(
            select(tables.MovementRow).where(tables.MovementRow.award == "ALPHA-0001")
        ).all()
        assert sum(one.pence for one in moved) == 350_000
    engine.dispose()


def test_every_row_class_is_in_the_list_of_tables():
    classes = {
        str(one.__tablename__)
        for one in vars(tables).values()
        if isinstance(one, type) and issubclass(one, SQLModel) and hasattr(one, "__table__")
    }
    assert classes == set(DECLARED)


def test_a_balance_without_a_floor_is_stored_without_one(tmp_path: Path):
    """SQLAlchemy takes None for not given where a column has a default, and would write that."""
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}", poolclass=NullPool)
    SQLModel.metadata.create_all(engine, tables=tables.TABLES)
    key: dict[str, Any] = {"scope": "cap", "fund": "ALPHA", "name": "C"}
    with ModelSession(engine) as session:
        session.add(tables.BalanceRow(**key, bucket="", floor=None, entry=1))
        session.add(tables.BalanceRow(**key, bucket="x", floor=0, entry=1))
        session.commit()
        found = session.exec(select(tables.BalanceRow.bucket, tables.BalanceRow.floor)).all()
    assert sorted(found) == [("", None), ("x", 0)]
