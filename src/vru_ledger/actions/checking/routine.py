"""The routine case of `check`: an award that is exactly as expected and well within bounds.

Whatever is not seen at once to be so goes to `Replay`, which asks the rules and says what is wrong.
So nothing is found here, and nothing can be missed that would be found there; docs/decisions says
why, and tests compare the two on ledgers of every sort.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from vru_ledger.actions.checking.lines import Days, Lines
from vru_ledger.actions.checking.replay import Replay
from vru_ledger.actions.checking.routine_awards import award
from vru_ledger.actions.checking.routine_steps import step
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.profiles import PLANS
from vru_ledger.domain.steps import STEPS
from vru_ledger.rules import RULES
from vru_ledger.store import soundness
from vru_ledger.store.database import Row
from vru_ledger.store.routine_rows import MADE
from vru_ledger.store.soundness import AwardsSought, MovementsSought

KEPT = (
    *("open_period", "legal_step", "in_order", "undone_after", "second_person"),
    *("planned", "delegated"),
    *("listed_recipient", "capped_fund", "measurable", "within_caps", "within_authority"),
    *("within_dates", "within_use_by", "within_decision", "ahead_of_money"),
)
"""The rules that the routine path sees kept without asking. If there are others, it sees nothing.

An amount over a limit of authority is not routine, nor is an award of a fund of which money is only
expected or a cap was overridden. Terms of money, the days on which it came, and what a decision
decides only warn who promises it.
"""

_OF_AWARDS = (*STEPS, *MADE, *PLANS)

_NO_TERM = (None, None)


class Routine:
    """Takes entries into account: those that are routine by itself, the others through `Replay`."""

    def __init__(self, replay: Replay, movements: MovementsSought, awards: AwardsSought) -> None:
        self._replay = replay
        self._movements = movements
        self._strays = awards.strays
        self._lines = Lines(replay)
        self._found = self._lines.found
        self._days = Days()

    @staticmethod
    def knows_the_rules() -> bool:
        """Say whether the rules are those that were argued to be kept by what is seen here."""
        return tuple(rule.__name__ for rule in RULES) == KEPT

    def entry(self, row: Row) -> Iterable[Finding]:
        """Return what is wrong with one entry, and take it into account.

        `row` is one of `routine_rows`.
        """
        if row[1] is not None:
            try:
                if self._is_routine(row):
                    replay = self._replay
                    if row[0] < replay.points.next_end:
                        return ()
                    return replay.folio_ended(row[0])
            except (ValueError, TypeError):
                pass  # Something is of no shape that an award has: it is looked at with care.
        return self._with_care(row)

    def _with_care(self, row: Row) -> list[Finding]:
        kind, fund, award = row[2], row[3], row[10]
        found = list(self._replay.entry(soundness.entry_row(self._replay.session, row[0])))
        if award is not None:
            self._lines.lives(fund).leave(award)
        if found or kind not in _OF_AWARDS or self._replay.position.stands_apart(fund):
            self._lines.clear()
        return found

    def _is_routine(self, row: Row) -> bool:
        """Take an entry into account if all is as expected; otherwise change nothing."""
        replay = self._replay
        number, kind, pence, dated = row[0], row[2], row[12], row[15]
        fact, previous_hash, hash_ = row[19:]
        if number != replay.number + 1 or previous_hash != replay.hash:
            return False
        if sha256((previous_hash + fact).encode()).hexdigest() != hash_:
            return False
        sort = row[2:10]
        line = self._found.get(sort) or self._lines.of(sort)
        if line is None or number in self._strays:
            return False
        day = self._days[dated]
        if replay.points.closed and dated and replay.points.is_closed(dated):
            return False
        if replay.beside.limits and not self._may_decide(dated, pence):
            return False
        if kind in MADE:
            if row[16:18] != _NO_TERM and not (self._days[row[16]] and self._days[row[17]]):
                return False
            if row[16] and row[17] and row[16] > row[17]:
                return False
            if not award(replay, line, row, day):
                return False
        elif not step(replay, line, row, day):
            return False
        self._movements.seen += row[14]
        replay.number, replay.hash = number, hash_
        return True

    def _may_decide(self, dated: str | None, pence: int) -> bool:
        """Say whether no limit of authority from that day or before is passed, be it the newest."""
        for code, limit in self._replay.beside.limits.items():
            for most in (limit.decision_over_pence, limit.second_person_over_pence):
                if most is not None and pence > most and (dated is None or code <= dated):
                    return False
        return True
