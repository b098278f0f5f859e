"""Bring the guards of a ledger up to date where they are, in one transaction, and prove it."""

from __future__ import annotations

from collections.abc import Callable

from vru_ledger.actions.backup import Entries, must_be_sound
from vru_ledger.actions.check import check_within
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerOlder, LedgerUnusable, OutcomeUnknown
from vru_ledger.store import backup_file, guards_anew, ledger, new_file
from vru_ledger.store.backup_file import Opened
from vru_ledger.store.database import Database, Session
from vru_ledger.store.ledger import Head
from vru_ledger.store.schema import of_schema


class Mended(Value):
    """What became of a ledger: the guards made anew, why each, and where its chain ends.

    `found` says of each thing that was not as this program makes it what was wrong with it. `kept`
    is the copy of a file as it was.
    """

    place: str
    guards: tuple[str, ...]
    head: Head
    found: tuple[str, ...] = ()
    kept: str = ""


def of_server(
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
        if sound := _sound(database):
            return sound

        def work(session: Session) -> Mended:
            guards_anew.must_own(session, database)
            return _mended(session, database.place, on_entries)

        return database.write(work, keep=not preview)
    finally:
        database.close()


def of_file(old: Opened, *, preview: bool = False, on_entries: Entries | None = None) -> Mended:
    """Make every guard, view and index of a file as this program makes it, as `of_server` does.

    What was there is copied beside the ledger first, as evidence. Raises LedgerUnsound, LedgerBusy
    or LedgerUnusable; then nothing was changed, and there is no copy.
    """
    if sound := _sound(old.database):
        return sound
    kept = ""

    def work(session: Session) -> Mended:
        nonlocal kept
        if not preview:
            # Before anything is changed, so that the copy reads what was there.
            name = backup_file.kept_name(old.place, "before-migrate")
            old.keep(name)
            kept = name
        return _mended(session, old.place, on_entries)

    try:
        return old.database.write(work, keep=not preview).replace(kept=kept)
    except OutcomeUnknown:
        raise
    except BaseException:
        if kept:
            new_file.let_go(kept)
        raise


def _sound(database: Database) -> Mended | None:
    """Return that there is nothing to do, or None."""
    with database.read() as session:
        if any(True for _ in of_schema(session)):
            return None
        return Mended(database.place, (), ledger.head(session))


def _mended(session: Session, place: str, on_entries: Entries | None) -> Mended:
    """Make the guards anew, and prove the whole. Raises LedgerUnsound."""
    found = tuple(one.message for one in of_schema(session))
    made = guards_anew.make_anew(session)
    checked = check_within(session, on_progress=on_entries)
    must_be_sound(checked, f"{place} is not sound, so it was not migrated")
    return Mended(place, tuple(made), ledger.head(session), found)
