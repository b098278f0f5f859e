"""Writes src/vru_ledger/store/tables_*.sql from tables.py, or with --check says which are stale."""

import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from vru_ledger import store
from vru_ledger.store.tables import TABLES

FOLDER = Path(str(store.__file__)).parent
DIALECTS: dict[str, type[Dialect]] = {
    "sqlite": SQLiteDialect_pysqlite,
    "postgresql": PGDialect_psycopg,
}


def main(words: Sequence[str]) -> int:
    """Write the files, or compare them; return 1 if one differs."""
    stale = []
    for name in DIALECTS:
        path = FOLDER / f"tables_{name}.sql"
        text = written(name)
        if "--check" not in words:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    if stale:
        print(f"no longer what tables.py declares: {', '.join(stale)}; make docs writes them")
    return 1 if stale else 0


def written(name: str) -> str:
    """Return the file for one database: a statement for every table and index."""
    dialect = DIALECTS[name]()
    made = [
        "-- The tables of a new ledger, as tables.py declares them: written by scripts/tables.py.\n"
    ]
    for table in TABLES:
        made.append(_plain(str(CreateTable(table).compile(dialect=dialect))))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            made.append(_plain(str(CreateIndex(index).compile(dialect=dialect))))
    return "\n".join(made)


def _plain(statement: str) -> str:
    lines = [line.rstrip().replace("\t", "  ") for line in statement.strip().splitlines()]
    return "\n".join(lines) + ";\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
