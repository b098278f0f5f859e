"""Put a backup that is sound in the place of a ledger, which is kept beside it."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable
from contextlib import suppress

from vru_ledger.actions.backup import Entries, must_be_sound
from vru_ledger.actions.check import check
from vru_ledger.domain.value import Value
from vru_ledger.errors import (
    AlreadyThere,
    BadInput,
    FileUnreadable,
    LedgerBusy,
    LedgerDamaged,
    LedgerOlder,
    LedgerUnusable,
)
from vru_ledger.store import backup_file, new_file, sqlite
from vru_ledger.store.backup_file import Moved, Opened, Progress
from vru_ledger.store.database import Database, is_url
from vru_ledger.store.sqlite import WAIT

_TRIES = 5


class Restored(Value):
    """What was restored: its newest entry and that entry's hash, and what became of the old file.

    `kept` is where the old file is now, empty if there was none. `lacking` is how many entries it
    has that the restored ledger lacks, None if it cannot be read; `common` the newest of both.
    """

    place: str
    file: str
    number: int
    hash: str
    kept: str = ""
    lacking: int | None = 0
    common: int = 0


def restore(
    place: str,
    file: str,
    *,
    force: bool = False,
    wait: float = WAIT,
    on_wait: Callable[[], None] | None = None,
    on_progress: Progress | None = None,
    on_entries: Entries | None = None,
) -> Restored:
    """Make the ledger at `place` what the backup `file` is, once everything in it was checked.

    With `force` a ledger that is there is replaced in one step, and kept beside the new one.
    Raises AlreadyThere, BadInput, FileUnreadable, LedgerUnsound, LedgerBusy or LedgerUnusable.
    """
    if is_url(place):
        raise BadInput(
            "a ledger on a server is restored by the server's own tools",
            "use pg_restore, or copy a ledger from a file: vru-ledger copy --help",
        )
    backup = _backup(file)
    try:
        return _restored(backup, place, file, force, (wait, on_wait), (on_progress, on_entries))
    finally:
        backup.close()


def _restored(
    backup: Database,
    place: str,
    file: str,
    force: bool,
    waiting: tuple[float, Callable[[], None] | None],
    shown: tuple[Progress | None, Entries | None],
) -> Restored:
    there = os.path.lexists(place)
    if there:
        _may_be_replaced(place, file, force)
    else:
        new_file.must_be_free(place)
    with backup_file.beside(place) as made:
        number, hash_ = _checked_copy(backup, (file, place), made, *shown)
        done = Restored(place, file, number, hash_)
        if not there:
            new_file.put_in_place(made, place)
            return done
        try:
            present = Opened(place, *waiting)
        except LedgerUnusable:
            return _swapped(done, made)
        try:
            return _replaced(present, done, made)
        except LedgerDamaged:
            present.close()
            return _swapped(done, made)
        finally:
            present.close()


def _may_be_replaced(place: str, file: str, force: bool) -> None:
    with suppress(OSError):
        if os.path.samefile(place, file):
            raise BadInput(f"{file} is the ledger itself", "name a backup of it")
    if not stat.S_ISREG(os.stat(place).st_mode if os.path.exists(place) else 0):
        raise LedgerUnusable(f"{place} is not a file", "name the ledger's file with --db")
    if not force:
        raise AlreadyThere(
            f"{place} is already there; nothing was touched",
            "replace it with --force: what is there is kept beside it",
        )


def _backup(file: str) -> Database:
    """Open a backup. Raises FileUnreadable."""
    try:
        return sqlite.open_ledger(file)
    except LedgerUnusable as error:
        named = f"vru-ledger --db {shlex.quote(file)}"
        hint = "name another backup"
        if isinstance(error, LedgerOlder):
            hint = f"migrate it first: {named} migrate"
        elif isinstance(error, LedgerDamaged):
            hint += f", or see what this one still proves: {named} doctor"
        raise FileUnreadable(error.message, hint) from None


def _checked_copy(
    backup: Database,
    names: tuple[str, str],
    made: str,
    on_progress: Progress | None,
    on_entries: Entries | None,
) -> tuple[int, str]:
    """Copy a backup into `made`, and return its head. Raises unless the copy is sound."""
    file, place = names
    backup_file.copy_online(backup, made, place, on_progress)
    copied = backup_file.named(sqlite.open_ledger(made), file)
    try:
        checked = check(copied, on_progress=on_entries)
    except LedgerDamaged as error:
        raise FileUnreadable(
            f"{error.message}, so it was not restored",
            "name another backup, or see what this one still proves: "
            f"vru-ledger --db {shlex.quote(file)} doctor",
        ) from None
    finally:
        copied.close()
    must_be_sound(checked, f"{file} is not sound, so it was not restored")
    return checked.number, checked.hash


def _replaced(present: Opened, done: Restored, made: str) -> Restored:
    """Let a ledger that can be opened become what `made` is; nobody writes in between."""
    for _ in range(_TRIES):
        kept = backup_file.kept_name(done.place, "before-restore")
        restored = sqlite.open_ledger(made)
        try:
            with present.locked() as ours, restored.read() as theirs:
                lacking, common = backup_file.entries_lacking(ours, theirs)
                present.keep(kept)
        finally:
            restored.close()
        try:
            present.become(made)
        except Moved:
            new_file.let_go(kept)
            continue
        except BaseException:
            new_file.let_go(kept)
            raise
        return done.replace(kept=kept, lacking=lacking, common=common)
    raise LedgerBusy(
        f"somebody else keeps writing to {done.place}; nothing was changed",
        "run it again when nobody writes",
    )


def _swapped(done: Restored, made: str) -> Restored:
    """Put the restored ledger in the place of a file that cannot be opened, and is kept."""
    kept = backup_file.kept_name(done.place, "before-restore")
    backup_file.put_aside(done.place, kept)
    new_file.put_over(made, done.place)
    return done.replace(kept=kept, lacking=None)
