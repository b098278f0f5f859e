"""Nobody approves what they proposed themselves."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.rules.case import Breach, Case


def second_person(case: Case) -> Iterator[Breach]:
    """Yield a breach if who approves is one of those who proposed it."""
    if case.entry.KIND != "approve" or case.life is None:
        return
    if case.actor in case.life.proposers:
        yield Breach(
            "second-person",
            "stop",
            f"{case.actor} proposed it, and whoever approves must be somebody else",
        )
