"""Writes src/vru_ledger/store/tables_*.sql from tables.py, and what each kind of entry holds.

With --check it says which files are stale.
"""

import json
import re
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from vru_ledger import store
from vru_ledger.domain.chain import kind_called, kinds
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.profiles import Instalment
from vru_ledger.domain.register import RECORDS
from vru_ledger.store.tables import TABLES

FOLDER = Path(str(store.__file__)).parent
DIALECTS: dict[str, type[Dialect]] = {
    "sqlite": SQLiteDialect_pysqlite,
    "postgresql": PGDialect_psycopg,
}


def main(words: Sequence[str]) -> int:
    """Write the files, or compare them; return 1 if one differs."""
    stale = []
    guards = FOLDER / "guards_postgresql.sql"
    texts = {FOLDER / f"tables_{name}.sql": written(name) for name in DIALECTS}
    texts[guards] = with_kinds(guards.read_text(encoding="utf-8"))
    for path, text in texts.items():
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


def with_kinds(guards: str) -> str:
    """Return the guards with the function `kind_of` as the program's own kinds of entry are."""
    told = [(name, _kind(kind_called(name))) for name in kinds()]
    told += [(f"records of {record.TABLE}", _fields(record, "table")) for record in RECORDS]
    told += [("instalments", _fields(Instalment))]
    shapes = [(name, _wrapped(json.dumps(shape))) for name, shape in told]
    cases = "\n".join(f"    WHEN '{name}' THEN\n      '{text}'::jsonb" for name, text in shapes)
    body = f"BEGIN RETURN CASE name\n{cases} END;\nEND $$;\n"
    return re.sub(
        r"(?<=-- kind_of: written by scripts/tables.py\.\n)(.*?AS \$\$\n).*?END \$\$;\n",
        lambda found: found[1] + body,
        guards,
        count=1,
        flags=re.DOTALL,
    )


_TYPES = {
    **{"str": "text", "bool": "flag", "date | None": "day", "int": "whole", "int | None": "whole"},
    "Pence": "whole",
    **dict.fromkeys(("tuple[str, ...]", "tuple[Record, ...]", "tuple[Instalment, ...]"), "list"),
}


_NARROWER = {"fy": "year", "to_fy": "year", "recorded_at": "moment"}
"""Texts that are of one form, by the name of their field."""


def _kind(kind: Any) -> dict[str, Any]:
    """Return what the text of a kind holds, and the stages that it goes between if it is always."""
    shape = _fields(kind, "kind", "actor", "recorded_at", number="whole")
    stages = [getattr(kind, name, "") for name in ("from_stage", "to_stage")]
    if issubclass(kind, AwardEntry):
        if "from_stage" in kind.FIELDS:
            return shape
        # A property of the base says that no money moves.
        stages = [stage if isinstance(stage, str) else "" for stage in stages]
    if all(isinstance(stage, str) for stage in stages):
        shape["stages"] = stages
    return shape


def _fields(kind: Any, *envelope: str, **more: str) -> dict[str, Any]:
    given = dict.fromkeys(envelope, "text") | more
    needed = [*given, *(name for name in kind.FIELDS if name not in kind.DEFAULTS)]
    fields = given | {name: _TYPES[held] for name, held in kind.FIELDS.items()}
    fields |= {name: form for name, form in _NARROWER.items() if name in fields}
    return {"fields": fields, "needed": "{" + ",".join(needed) + "}"}


def _wrapped(text: str) -> str:
    return "\n      ".join(textwrap.wrap(text, 100, break_long_words=False))


def _plain(statement: str) -> str:
    lines = [line.rstrip().replace("\t", "  ") for line in statement.strip().splitlines()]
    return "\n".join(lines) + ";\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
