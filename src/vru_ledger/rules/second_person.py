"""Nobody approves what they proposed, or a plan that they apply; what is approved was proposed."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.entries import AuthorityEntry
from vru_ledger.domain.text import is_same
from vru_ledger.rules.case import Breach, Case

_SAME = (
    *("fund", "source", "fy", "to_fund", "to_source", "to_fy"),
    *("amount_pence", "certainty", "underwriter"),
)


def second_person(case: Case) -> Iterator[Breach]:
    """Yield a breach if who approves is who proposed or applies it, or approves another thing."""
    if case.entry.KIND == "approve" and case.life:
        for one in case.life.proposers:
            if is_same(one, case.actor):
                yield _oneself(f"{one} proposed it")
    elif isinstance(case.entry, AuthorityEntry) and case.entry.proposal:
        yield from _of_authority(case, case.entry)
    approver = getattr(case.entry, "approved_by", "")
    if approver and is_same(approver, case.actor):
        yield _oneself(f"{approver} approved the plan and applies it")


def _of_authority(case: Case, new: AuthorityEntry) -> Iterator[Breach]:
    asked = case.asked
    if asked is None or getattr(asked.entry, "what", "") != new.KIND:
        said = f"entry {new.proposal} did not ask for {new.KIND}"
    elif any(getattr(asked.entry, name) != getattr(new, name) for name in _SAME):
        said = f"entry {new.proposal} asked for something else"
    elif became := asked.became():
        said = f"entry {new.proposal} {became}"
        said += "; propose it anew" if asked.is_over() else ""
    elif is_same(asked.actor, case.actor):
        yield _oneself(f"{asked.actor} proposed it")
        return
    else:
        return
    yield Breach("legal-step", "stop", said)


def _oneself(said: str) -> Breach:
    return Breach("second-person", "stop", f"{said}, and whoever approves must be somebody else")
