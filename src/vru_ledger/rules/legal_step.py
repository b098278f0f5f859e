"""An award goes only from state to state as it may: nothing is claimed of what was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import format_pounds
from vru_ledger.rules.case import Breach, Case

_UNFINISHED = ("proposed", "payable", "recoverable")
"""What an award cannot be closed with: somebody still waits for it."""

_TYPED = {"advance": "pay --advance", "reject-claim": "claim --reject"}
"""Steps that are typed otherwise than they are called."""


def legal_step(case: Case) -> Iterator[Breach]:
    """Yield a breach for a step that the award's state does not allow; it names those it does."""
    new, life = case.entry, case.life
    if life is None or not isinstance(new, AwardEntry) or new.KIND == "reverse":
        return
    from vru_ledger.domain.award_states import MEANINGS

    legal = [_TYPED.get(kind, kind) for kind in life.legal()]
    if new.KIND not in life.legal():
        may = f"what may follow is {', '.join(legal)}" if legal else "nothing may follow"
        yield Breach(
            "legal-step",
            "stop",
            f"{new.award} is {life.state} ({MEANINGS[life.state]}), so {new.KIND} is not possible; "
            f"{may}",
        )
    elif new.KIND == "close":
        for stage in _UNFINISHED:
            if pence := life.held.get(stage, 0):
                yield Breach(
                    "legal-step",
                    "stop",
                    f"{new.award} has {format_pounds(pence)} {stage}, so it cannot be closed yet",
                )
