"""What an error of SQLite means to somebody at a terminal, and what they can do."""

from __future__ import annotations

import os
import sqlite3

from vru_ledger.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerOlder,
    LedgerUnreadable,
    LedgerUnusable,
    OutcomeUnknown,
)
from vru_ledger.store.database import VERSION, damaged_because


def meaning(error: Exception, place: str) -> LedgerError | None:
    """Return what an error means, None if it can only be a bug."""
    code = code_of(error)
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy(place)
    if code in CANNOT_UNDO:
        return half_written(place)
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return LedgerUnreadable(
            f"{place} was moved or replaced while it was open; nothing was written",
            "find out who did that, and run it again when the ledger is where it belongs",
        )
    if primary == sqlite3.SQLITE_READONLY:
        return LedgerUnreadable(
            f"{place} is read-only; nothing was written",
            "ask whoever owns the file, and its folder, for permission to write",
        )
    if primary == sqlite3.SQLITE_FULL:
        return LedgerUnusable(
            f"the disk of {place} is full; nothing was written",
            "make room, then run it again",
        )
    undecodable = str(error).startswith("Could not decode to UTF-8")
    if undecodable or primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged_because(place, str(error))
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        return LedgerUnreadable(
            f"{place} cannot be read or written ({error})",
            "check the disk, and your permission for the file and its folder",
        )
    if primary == sqlite3.SQLITE_ERROR and "no such table" in str(error):
        # Its header says that it is a ledger, so somebody took the table away.
        return damaged_because(place, str(error))
    return None


def meaning_of_commit(error: Exception, place: str) -> LedgerError | None:
    """Return what an error of COMMIT means: after a lock nothing was kept, else who knows."""
    primary = code_of(error) & 0xFF
    if primary == sqlite3.SQLITE_BUSY:
        # Only who reads keeps a writer from the end, for nobody else can write by now.
        return LedgerBusy(
            f"somebody else is still reading {place}; nothing was written",
            "run it again when they have read, or wait longer with --wait SECONDS",
        )
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_CONSTRAINT):
        return meaning(error, place)
    return OutcomeUnknown(
        f"{place} failed while the entry was being kept ({error}): it may be recorded, or may not",
        "run the same command again with the same --key: it records once at most",
    )


def code_of(error: Exception) -> int:
    """Return the extended code of an error, 0 if it has none."""
    return getattr(error, "sqlite_errorcode", 0) or 0


CANNOT_UNDO = (sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_IOERR_DELETE)
"""Somebody was stopped half way, and who opens the ledger may not undo it, or not to the end."""


def half_written(place: str) -> LedgerUnreadable:
    """Say that somebody who may write has to open the ledger first."""
    return LedgerUnreadable(
        f"{place} cannot be opened: somebody was stopped while writing to it, and you may not undo "
        f"what was half written (it is in {place}-journal)",
        "ask whoever may write to the file and its folder to run any command on it; never remove "
        "the journal by hand",
    )


def busy(place: str) -> LedgerBusy:
    """Say that somebody else has been writing for as long as we wait."""
    return LedgerBusy(
        f"somebody else is writing to {place}; nothing was written",
        "run it again, or wait longer with --wait SECONDS",
    )


def not_a_ledger(place: str) -> LedgerUnusable:
    """Say that a file is something else."""
    return LedgerUnusable(
        f"{place} is not a ledger", "name another with --db, or a new one for init to make"
    )


def link_broken(place: str) -> LedgerUnreadable:
    """Say that what is named leads to nothing."""
    return LedgerUnreadable(
        f"{place} is a link to {os.readlink(place)}, which is not there",
        "mend the link, or name the ledger's file with --db",
    )


SALVAGE = "save its entries into a new ledger: vru-ledger doctor --salvage NEW.db"
RESTORE = f"go back to a backup: vru-ledger restore FILE --force; or {SALVAGE}"


def wrong_version(place: str, version: int) -> LedgerUnusable:
    """Say that the ledger was written by a newer program, or an older one, or by none."""
    if version < 1:
        return LedgerDamaged(
            f"{place} says that it is a ledger of version {version}, which no program ever made",
            RESTORE,
        )
    if version > VERSION:
        return LedgerUnusable(
            f"{place} is a ledger of version {version}, and this program knows version {VERSION}",
            "install a newer vru-ledger",
        )
    return LedgerOlder(
        f"{place} is a ledger of version {version}, older than this program's {VERSION}",
        "bring it up to date; what is there is kept beside it: vru-ledger migrate",
    )
