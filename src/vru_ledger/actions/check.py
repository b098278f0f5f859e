"""Is the ledger sound? Everything is worked out again from the entries, and compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.actions.checking.replay import Replay
from vru_ledger.actions.checking.routine import Routine
from vru_ledger.domain.findings import Finding
from vru_ledger.errors import BadInput
from vru_ledger.store import clocks, schema, soundness
from vru_ledger.store.database import Database, Row, Session
from vru_ledger.store.routine_rows import compares_exactly, routine_rows
from vru_ledger.store.wholeness import Wholeness, beside

if TYPE_CHECKING:
    from vru_ledger.exchange.seed_file import Seed

_TELL_EVERY = 20_000
_HEAD = re.compile(r"[0-9a-f]{8,64}", re.ASCII)
Takes = Callable[[Row], Iterable[Finding]]
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


def printed_head(text: str) -> str:
    """Read a head as reports and receipts print it, whole or cut short, in either case.

    Returns 8 characters of a hash or more, for fewer would be found on any chain. Raises BadInput.
    """
    read = text.strip().rstrip(".…").casefold()
    if not _HEAD.fullmatch(read):
        raise BadInput(
            f"--head: {text[:70]!r} is not a hash",
            "give its 64 characters, or the first 8 or more",
        )
    return read


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
    Returns every finding, not the first. Raises BadInput for a `head` that is no hash.
    """
    head = printed_head(head) if head else ""
    with database.read() as session, beside(database, session) as file:
        checked = _checked(session, file, head, today, on_progress)
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
    return _checked(session, Wholeness(session), head, today, on_progress)


def _checked(
    session: Session,
    file: Wholeness,
    head: str,
    today: date | None,
    on_progress: Callable[[int], None] | None,
) -> Checked:
    """Look at everything, and say what to do about what was found."""
    checked = _looked(session, file, head, today, on_progress)
    wrong = [one for one in checked.findings if one.severity == "error"]
    if any(one.remedy != schema.ANEW for one in wrong):
        # `migrate` keeps nothing where anything else is wrong, so it is no advice.
        checked.findings = [
            one.replace(remedy=schema.FROM_BACKUP) if one.remedy == schema.ANEW else one
            for one in checked.findings
        ]
    return checked


def _looked(
    session: Session,
    file: Wholeness,
    head: str,
    today: date | None,
    on_progress: Callable[[int], None] | None,
) -> Checked:
    """Read the entries while the file is looked through, or only once that is known."""
    with soundness.room_to_read(session):
        exact = Routine.knows_the_rules() and compares_exactly(session, schema.of_schema(session))
        if exact and not (file.is_known and not file.is_whole()):
            try:
                checked, replay = _replayed(session, head, today, on_progress, routine=True)
            except (session.errors, UnicodeDecodeError):
                if file.is_whole():
                    raise
            else:
                if file.is_whole():
                    if replay.constrained and not checked.findings:
                        checked.findings[:0] = schema.of_schema(session)
                    else:
                        checked.findings[:0] = soundness.of_database(session, whole=True)
                    return checked
        whole = file.is_whole()
        before = list(soundness.of_database(session, whole=whole))
        if any(finding.code == _DAMAGED for finding in before):
            return Checked(findings=before)
        checked, _ = _replayed(session, head, today, on_progress, routine=False)
        checked.findings[:0] = before
        return checked


def _replayed(
    session: Session,
    head: str,
    today: date | None,
    on_progress: Callable[[int], None] | None,
    *,
    routine: bool,
) -> tuple[Checked, Replay]:
    """Walk the chain from its beginning, then compare what it comes to with what is stored."""
    checked = Checked()
    if routine:
        seen, known = soundness.MovementsSought(session), soundness.AwardsSought(session)
        replay = Replay(session, seen, known)
        entry: Takes = Routine(replay, seen, known).entry
        rows = routine_rows(session)
    else:
        replay = Replay(session, soundness.movement_rows(session), soundness.award_rows(session))
        entry, rows = replay.entry, soundness.entry_rows(session)
    on_chain = not head
    for row in rows:
        checked.entries += 1
        checked.findings += entry(row)
        on_chain = on_chain or row[-1].startswith(head)
        if on_progress and checked.entries % _TELL_EVERY == 0:
            on_progress(checked.entries)
    checked.number, checked.hash = replay.number, replay.hash
    checked.findings += clocks.of_no_moment(session)
    checked.findings += replay.end(today)
    if today is not None:
        checked.findings += clocks.of_clocks(session, today)
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
