"""What is wrong with a ledger, as file, database and books, and what to do about each."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date

from vru_ledger.actions.backup import Entries
from vru_ledger.actions.check import check
from vru_ledger.domain.findings import Finding
from vru_ledger.errors import LedgerBusy, LedgerDamaged, LedgerUnreadable, LedgerUnusable
from vru_ledger.store import doctor_file, doctor_locks, doctor_server
from vru_ledger.store.database import Database, is_url
from vru_ledger.store.opening import open_database
from vru_ledger.store.sqlite import WAIT


@dataclass(slots=True)
class Diagnosed:
    """Everything that was found, whether the ledger can be used, and what a check counted."""

    findings: list[Finding] = field(default_factory=list)
    usable: bool = True
    entries: int = 0
    hash: str = ""


def doctor(
    place: str, *, wait: float = WAIT, today: date | None = None, on_entries: Entries | None = None
) -> Diagnosed:
    """Look at a ledger from outside inwards: file, surroundings, locks, database, books."""
    if is_url(place):
        return _opened(Diagnosed(), place, wait, today, on_entries)
    found = Diagnosed(list(doctor_file.of_path(place)))
    found.usable = not any(one.severity == "error" for one in found.findings)
    if os.path.isfile(place):
        found.findings += doctor_file.of_surroundings(place)
    if not found.usable:
        return found
    found.findings += doctor_file.of_journal(place)
    return _opened(found, place, wait, today, on_entries)


def _opened(
    found: Diagnosed, place: str, wait: float, today: date | None, on_entries: Entries | None
) -> Diagnosed:
    """Open what can be opened, and add what the database and the books say."""
    try:
        if not is_url(place):
            found.findings += doctor_locks.of_locks(place)
        database = open_database(place, wait=wait)
    except (LedgerUnusable, LedgerBusy) as error:
        return _unusable(found, place, error)
    try:
        return _checked(found, database, today, on_entries)
    except (LedgerUnusable, LedgerBusy) as error:
        return _unusable(found, place, error)
    finally:
        database.close()


def _checked(
    found: Diagnosed, database: Database, today: date | None, on_entries: Entries | None
) -> Diagnosed:
    if database.driver.dialect == "postgresql":
        with database.read() as session:
            found.findings += doctor_server.of_server(session)
    checked = check(database, today=today, on_progress=on_entries)
    for one in checked.findings:
        damaged = one.code == "database-damaged"
        found.usable = found.usable and not damaged
        found.findings.append(one.replace(remedy=doctor_file.RESTORE) if damaged else one)
    found.entries, found.hash = checked.entries, checked.hash
    return found


def _unusable(found: Diagnosed, place: str, error: LedgerUnusable | LedgerBusy) -> Diagnosed:
    """Add why a ledger that looks like one cannot be read."""
    busy = isinstance(error, LedgerBusy)
    unreadable = isinstance(error, LedgerUnreadable)
    remedy = error.hint if busy or unreadable or is_url(place) else doctor_file.RESTORE
    code = "unreadable" if unreadable else "damaged"
    if is_url(place) and not isinstance(error, LedgerDamaged):
        code = "unreachable"
    code = "locked" if busy else code
    found.findings.append(doctor_file.fatal(code, error.message, remedy))
    found.usable = False
    return found
