"""Writes store/catalog_postgresql.txt: the schema of a new ledger, as a server tells it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.postgres import Server
from vru_ledger.cli.main import main as vru_ledger
from vru_ledger.store import postgresql, schema_postgresql

CATALOG = Path(schema_postgresql.__file__).with_name("catalog_postgresql.txt")


def main(places: Sequence[str]) -> int:
    """Make a ledger on a server of our own, or take the one that is named, and write the file."""
    if places:
        CATALOG.write_text(of(places[0]), encoding="utf-8")
        return 0
    server = Server()
    try:
        place = server.create_database()
        vru_ledger(["--db", place, "init"])
        CATALOG.write_text(of(place), encoding="utf-8")
    finally:
        server.stop()
    return 0


def of(place: str) -> str:
    """Return the file as the ledger at an address has it."""
    database = postgresql.open_ledger(place)
    try:
        with database.read() as session:
            return schema_postgresql.written(session)
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
