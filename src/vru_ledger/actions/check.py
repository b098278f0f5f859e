"""Is the ledger sound? Everything is worked out again from the entries, and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.actions.replay import Replay
from vru_ledger.actions.routine import Routine
from vru_ledger.domain.findings import Finding
from vru_ledger.store import soundness
from vru_ledger.store.database import Database, Session
from vru_ledger.store.schema import of_schema

if TYPE_CHECKING:
    from vru_ledger.exchange.seed_file import Seed

_TELL_EVERY = 20_000
SHORTEST_HEAD = 8
_DAMAGED = "database-damaged"


@dataclass(slots=True)
class Checked:
    """What a check looked at, and everything it found. Sound is: no finding of severity error."""

    entries: int = 0
    number: int = 0
    hash: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Say whether nothing is wrong; warnings are not wrong."""
        return not any(finding.severity == "error" for finding in self.findings)

    @property
    def damaged(self) -> bool:
        """Say whether the database could not even be read."""
        return any(finding.code == _DAMAGED for finding in self.findings)


def check(
    database: Database,
    *,
    head: str = "",
    seed: Seed | None = None,
    today: date | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Checked:
    """Check a ledger whole: database, chain, columns, movements, rules, balances, caps, register.

    `head` is a hash that was printed earlier, or its first 8 characters or more; `seed` is
    compared with the ledger; with `today`, overrides that have ended by then are looked at.
    Returns every finding, not the first.
    """
    with database.read() as session:
        checked = check_within(session, head=head, today=today, on_progress=on_progress)
        if seed is not None and not checked.damaged:
            from vru_ledger.actions.drift import drift

            checked.findings += drift(session, seed)
        return checked


def check_within(
    session: Session,
    *,
    head: str = "",
    today: date | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Checked:
    """Check a ledger as `check` does, inside a transaction that may still be undone."""
    with soundness.room_to_read(session):
        whole = soundness.is_whole(session)
        before = [] if whole else list(soundness.of_database(session))
        if any(finding.code == _DAMAGED for finding in before):
            return Checked(findings=before)
        try:
            checked, replay = _replayed(session, head, today, on_progress, as_kept=True)
        except soundness.NotInOrder:
            checked, replay = _replayed(session, head, today, on_progress, as_kept=False)
        if whole and replay.constrained and not checked.findings:
            before = list(of_schema(session))
        elif whole:
            before = list(soundness.of_database(session))
        checked.findings[:0] = before
        return checked


def _replayed(
    session: Session,
    head: str,
    today: date | None,
    on_progress: Callable[[int], None] | None,
    *,
    as_kept: bool,
) -> tuple[Checked, Replay]:
    """Walk the chain from its beginning, then compare what it comes to with what is stored."""
    checked, replay = Checked(), Replay(session, as_kept=as_kept)
    routine = Routine(replay)
    on_chain = not head
    for row in soundness.entry_rows(session):
        checked.entries += 1
        checked.findings += routine.entry(row)
        on_chain = on_chain or row[-1].startswith(head)
        if on_progress and checked.entries % _TELL_EVERY == 0:
            on_progress(checked.entries)
    checked.number, checked.hash = replay.number, replay.hash
    checked.findings += replay.end(today)
    if not on_chain:
        checked.findings.append(
            Finding(
                code="head-not-on-chain",
                message=f"no entry has the hash {head}",
                remedy="this is another ledger, or its past was rewritten since that head was "
                "printed: compare it with a backup",
            )
        )
    return checked, replay
