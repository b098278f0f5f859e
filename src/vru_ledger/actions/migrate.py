"""Bring a ledger of an older version, or with older guards, up to date, and prove it."""

from __future__ import annotations

from collections.abc import Callable

from vru_ledger.actions import migrate_guards
from vru_ledger.actions.backup import Entries, must_be_sound
from vru_ledger.actions.check import check
from vru_ledger.actions.rebuild import rebuild
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerBusy, LedgerUnsound
from vru_ledger.store import backup_file, ledger, new_file, soundness, sqlite
from vru_ledger.store.backup_file import Moved, Opened
from vru_ledger.store.creation import fill_new
from vru_ledger.store.database import VERSION, Database, Session, is_url
from vru_ledger.store.ledger import Head
from vru_ledger.store.migrations import OldTables, old_tables
from vru_ledger.store.opening import must_be_known
from vru_ledger.store.sqlite import WAIT
from vru_ledger.store.sqlite_errors import wrong_version

_TRIES = 5


class Migrated(Value):
    """What became of a ledger: its versions, its newest entry and hash, and where the old one is.

    `kept` is empty if there was nothing to do, or nothing was kept of it. Of a ledger of today's
    version `guards` are those that were made anew, and `found` what was wrong with them.
    """

    place: str
    before: int
    after: int
    number: int
    hash: str
    kept: str = ""
    guards: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


def migrate(
    place: str,
    *,
    wait: float = WAIT,
    preview: bool = False,
    on_wait: Callable[[], None] | None = None,
    on_entries: Entries | None = None,
) -> Migrated:
    """Give a ledger the tables of this program, in one step; the old file is kept beside it.

    One that has them gets the guards of this program. The chain stays as it is, to the letter.
    Raises LedgerUnsound if the old ledger does not hold what its entries come to, LedgerUnusable
    (a newer one, or none), BadInput, LedgerBusy.
    """
    if is_url(place):
        must_be_known(place)
        return _of_today(
            migrate_guards.of_server(
                place, wait=wait, preview=preview, on_wait=on_wait, on_entries=on_entries
            )
        )
    old = Opened(place, wait, on_wait)
    try:
        if not 1 <= old.version <= VERSION:
            raise wrong_version(place, old.version)
        if old.version == VERSION:
            return _of_today(migrate_guards.of_file(old, preview=preview, on_entries=on_entries))
        tables = old_tables(place, old.version)
        for _ in range(_TRIES):
            try:
                return _migrated(old, tables, preview, on_entries)
            except Moved:
                continue
    finally:
        old.close()
    raise LedgerBusy(
        f"somebody else keeps writing to {place}; nothing was changed",
        "run it again when nobody writes",
    )


def _of_today(done: migrate_guards.Mended) -> Migrated:
    return Migrated(
        done.place, VERSION, VERSION, *done.head, done.kept, guards=done.guards, found=done.found
    )


def _migrated(
    old: Opened, tables: OldTables, preview: bool, on_entries: Entries | None
) -> Migrated:
    place, kept = old.place, backup_file.kept_name(old.place, f"version-{old.version}")
    with backup_file.beside(place) as made:
        with old.locked() as before:
            head = _written_again(before, tables, made, place, on_entries)
            done = Migrated(place, old.version, VERSION, *head, kept)
            if preview:
                return done
            old.keep(kept)
        try:
            old.become(made)
        except BaseException:
            new_file.let_go(kept)
            raise
    return done


def _written_again(
    before: Session, tables: OldTables, made: str, place: str, on_entries: Entries | None
) -> Head:
    """Write an old ledger again into the file `made`, and prove it. Raises LedgerUnsound."""
    database = Database(sqlite.SQLite(sqlite.connect(made), place), place)
    try:
        head = fill_new(
            database,
            *tables.made(before),
            lambda session: rebuild(session, tables.entries(before), on_entries),
        )
        checked = check(database, on_progress=on_entries)
        otherwise = f"{place} is not sound, so it was not migrated"
        must_be_sound(checked, otherwise)
        with database.read() as after:
            found = _differences(before, after, tables)
        if found:
            raise LedgerUnsound(
                otherwise, found, "check it with the program that made it, before anything else"
            )
    finally:
        database.close()
    backup_file.sync(made)
    return head


def _differences(before: Session, after: Session, tables: OldTables) -> list[Finding]:
    """Return where an old ledger holds other than its entries come to, so that none is lost."""
    found = []
    was, now = ledger.head(before), ledger.head(after)
    if was != now:
        said = f"the head was entry {was.number} ({was.hash[:12]}); the chain ends at {now.number}"
        found.append(Finding(code="head-differs", message=said))
    for key, balance in tables.balances(before):
        row = soundness.balance_row(after, key)
        if row is None or tuple(row[:4]) != tuple(balance):
            said = f"the balance {' '.join(key)} was {balance.held:,}; the entries come to "
            found.append(
                Finding(
                    code="balance-differs",
                    message=(said + (f"{row[0]:,}" if row else "none")).replace("  ", " "),
                )
            )
    return found
