"""What is wrong with a ledger, as file, database and books, and what to do about each."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from vru_ledger.actions.backup import Entries
from vru_ledger.actions.check import check
from vru_ledger.domain.findings import Finding
from vru_ledger.errors import LedgerBusy, LedgerDamaged, LedgerUnreadable, LedgerUnusable
from vru_ledger.store import doctor_file, doctor_locks, doctor_server
from vru_ledger.store.database import Database, Session, is_url
from vru_ledger.store.opening import must_be_known, open_database
from vru_ledger.store.sqlite import WAIT
from vru_ledger.store.sqlite_errors import RESTORE


@dataclass(slots=True)
class Diagnosed:
    """Everything that was found, whether the ledger can be used, and what a check counted."""

    findings: list[Finding] = field(default_factory=list)
    usable: bool = True
    entries: int = 0
    hash: str = ""


def doctor(
    place: str,
    *,
    wait: float = WAIT,
    today: date | None = None,
    on_wait: Callable[[], None] | None = None,
    on_entries: Entries | None = None,
) -> Diagnosed:
    """Look at a ledger from outside inwards: file, surroundings, locks, database, books."""
    patience = wait, on_wait
    if is_url(place):
        return _opened(Diagnosed(), place, patience, today, on_entries)
    found = Diagnosed(list(doctor_file.of_path(place)))
    found.usable = not any(one.severity == "error" for one in found.findings)
    if os.path.isfile(place):
        found.findings += doctor_file.of_surroundings(place)
    if not found.usable:
        return found
    found.findings += doctor_file.of_journal(place)
    return _opened(found, place, patience, today, on_entries)


def _opened(
    found: Diagnosed,
    place: str,
    patience: tuple[float, Callable[[], None] | None],
    today: date | None,
    on_entries: Entries | None,
) -> Diagnosed:
    """Open what can be opened, and add what the database and the books say."""
    try:
        found.findings += _locks(place)
        database = open_database(place, wait=patience[0], on_wait=patience[1])
    except (LedgerUnusable, LedgerBusy) as error:
        return _unusable(found, place, error)
    try:
        return _checked(found, database, today, on_entries)
    except (LedgerUnusable, LedgerBusy) as error:
        return _unusable(found, place, error)
    finally:
        database.close()


def _locks(place: str) -> list[Finding]:
    """Return who holds a lock, before anything is opened that would have to wait for it."""
    if not is_url(place):
        return list(doctor_locks.of_locks(place))
    must_be_known(place)
    from vru_ledger.store import postgresql

    database = postgresql.connect(place)
    try:
        return list(doctor_server.of_locks(Session(database.driver)))
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
        found.findings.append(one.replace(remedy=RESTORE) if damaged else one)
    found.entries, found.hash = checked.entries, checked.hash
    return found


def _unusable(found: Diagnosed, place: str, error: LedgerUnusable | LedgerBusy) -> Diagnosed:
    """Add why a ledger that looks like one cannot be read."""
    busy = isinstance(error, LedgerBusy)
    unreadable = isinstance(error, LedgerUnreadable)
    remedy = error.hint if busy or unreadable or is_url(place) else RESTORE
    code = "unreadable" if unreadable else "damaged"
    if is_url(place) and not isinstance(error, LedgerDamaged):
        code = "unreachable"
    code = "locked" if busy else code
    found.findings.append(doctor_file.fatal(code, error.message, remedy))
    found.usable = False
    return found
