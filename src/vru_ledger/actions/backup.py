"""Copy a ledger into a file while others write, and prove the copy before it gets its name."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable

from vru_ledger.actions.check import Checked, check
from vru_ledger.domain.value import Value
from vru_ledger.errors import (
    AlreadyThere,
    BadInput,
    FileUnreadable,
    LedgerDamaged,
    LedgerError,
    LedgerUnsound,
)
from vru_ledger.store import backup_file, new_file, sqlite
from vru_ledger.store.backup_file import Progress
from vru_ledger.store.database import Database
from vru_ledger.store.ledger import head

Entries = Callable[[int], None]
"""Told how many entries have been checked so far."""

_MOST_SHOWN = 20


class BackedUp(Value):
    """A backup: its file, the newest entry in it and that entry's hash, and what it replaced."""

    file: str
    number: int
    hash: str
    replaced: bool = False


def backup(
    database: Database,
    file: str,
    *,
    force: bool = False,
    on_progress: Progress | None = None,
    on_entries: Entries | None = None,
) -> BackedUp:
    """Write a whole, checked copy of an open ledger to `file`, readable by its owner only.

    With `force` an older backup of the same ledger is replaced. Raises BadInput for a server's
    ledger, AlreadyThere, FileUnreadable, or LedgerUnsound if the copy is not sound; then nothing
    was written.
    """
    if database.driver.dialect != "sqlite":
        raise BadInput(
            f"{database.place} is on a server, whose own tools back it up",
            "use pg_dump, or copy the ledger into a file: vru-ledger copy",
        )
    replaces = _may_be_written(database, file, force)
    with database.read() as session:
        before = head(session)
    with backup_file.beside(file) as made:
        backup_file.copy_online(database, made, file, on_progress)
        copied = backup_file.named(sqlite.open_ledger(made), file)
        try:
            checked = check(
                copied, head=before.hash if before.number else "", on_progress=on_entries
            )
        except LedgerDamaged as error:
            # What is wrong with the copy is wrong with what was copied: the copy goes.
            raise LedgerDamaged(
                f"{database.place} is damaged, so it was not backed up", error.hint
            ) from None
        finally:
            copied.close()
        must_be_sound(checked, f"{database.place} is not sound, so it was not backed up")
        if replaces:
            new_file.put_over(made, file)
        else:
            new_file.put_in_place(made, file)
    return BackedUp(file, checked.number, checked.hash, replaces)


def must_be_sound(checked: Checked, otherwise: str) -> None:
    """Raise LedgerUnsound, with the first findings, unless a check found nothing."""
    if checked.sound:
        return
    found = [one for one in checked.findings if one.severity == "error"]
    more = f" ({len(found):,} errors, the first {_MOST_SHOWN} here)"
    raise LedgerUnsound(
        otherwise + (more if len(found) > _MOST_SHOWN else ""),
        found[:_MOST_SHOWN],
        "see what is wrong and what to do: vru-ledger doctor",
    )


def _may_be_written(database: Database, file: str, force: bool) -> bool:
    """Say whether `file` replaces an older backup. Raises unless it may be written."""
    if not os.path.lexists(file):
        new_file.must_be_free(file)
        return False
    if _same_file(file, database.place):
        raise BadInput(f"{file} is the ledger itself", "name another file, best on another disk")
    if not force:
        raise AlreadyThere(
            f"{file} is already there; nothing was touched",
            "name another file, or replace an older backup with --force",
        )
    if not stat.S_ISREG(os.lstat(file).st_mode):
        raise FileUnreadable(f"{file} is not a file", "name another file")
    try:
        older, _ = sqlite.open_of_any_version(file)
    except LedgerError:
        raise FileUnreadable(
            f"{file} is no backup of a ledger; nothing was touched", "name another file"
        ) from None
    try:
        with older.read() as its, database.read() as ours:
            lacking, _ = backup_file.entries_lacking(its, ours)
    finally:
        older.close()
    if lacking:
        entries = "an entry" if lacking == 1 else f"{lacking:,} entries"
        raise AlreadyThere(
            f"{file} has {entries} that {database.place} lacks; nothing was touched",
            "name another file, and find out which of the two is right; to see its newest entries: "
            + shlex.join(["vru-ledger", "--db", file, "log"]),
        )
    return True


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
