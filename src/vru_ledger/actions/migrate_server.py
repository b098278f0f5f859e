"""Bring the guards of a ledger on a server up to date, in one transaction, and prove it."""

from __future__ import annotations

from collections.abc import Callable

from vru_ledger.actions.backup import Entries, must_be_sound
from vru_ledger.actions.check import check_within
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerOlder, LedgerUnusable
from vru_ledger.store import guards_anew, ledger
from vru_ledger.store.database import Session
from vru_ledger.store.ledger import Head
from vru_ledger.store.schema import of_schema


class Mended(Value):
    """What became of a ledger on a server: the guards made anew, and where its chain ends."""

    place: str
    guards: tuple[str, ...]
    head: Head


def migrate_server(
    place: str,
    *,
    wait: float,
    preview: bool = False,
    on_wait: Callable[[], None] | None = None,
    on_entries: Entries | None = None,
) -> Mended:
    """Make every guard as this program makes it, and check the ledger before that is kept.

    Raises LedgerUnsound if anything else is found, so that nothing is mended in silence,
    NotPermitted for who may not act as the tables' owner, LedgerUnusable for a version whose
    tables are others, LedgerBusy.
    """
    from vru_ledger.store import postgresql

    try:
        database = postgresql.open_ledger(place, wait=wait, on_wait=on_wait, any_guards=True)
    except LedgerOlder as error:
        raise LedgerUnusable(
            f"{error.message}, and no program ever made one on a server",
            "see what it is, and go back to a backup of the server's",
        ) from None
    try:
        with database.read() as session:
            if not any(True for _ in of_schema(session)):
                return Mended(database.place, (), ledger.head(session))

        def work(session: Session) -> Mended:
            guards_anew.must_own(session, database)
            made = guards_anew.make_anew(session)
            checked = check_within(session, on_progress=on_entries)
            must_be_sound(checked, f"{database.place} is not sound, so it was not migrated")
            return Mended(database.place, tuple(made), ledger.head(session))

        return database.write(work, keep=not preview)
    finally:
        database.close()
