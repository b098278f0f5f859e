"""Nobody approves what they proposed, or a plan that they apply themselves."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.text import fold
from vru_ledger.rules.case import Breach, Case


def second_person(case: Case) -> Iterator[Breach]:
    """Yield a breach if who approves is who proposed it, or who applies what they approved."""
    if case.entry.KIND == "approve" and case.life and case.actor in case.life.proposers:
        yield _breach(f"{case.actor} proposed it")
    approver = getattr(case.entry, "approved_by", "")
    if approver and fold(approver) == fold(case.actor):
        yield _breach(f"{approver} approved the plan and applies it")


def _breach(said: str) -> Breach:
    return Breach("second-person", "stop", f"{said}, and whoever approves must be somebody else")
