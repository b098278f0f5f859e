"""The states of an award: worked out from what it holds and what happened; and what may follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vru_ledger.domain.value import Value

LEGAL: Mapping[str, tuple[str, ...]] = {
    "proposed": ("approve", "reject", "withdraw", "amend"),
    "committed": ("amend", "claim", "advance", "suspend", "close"),
    "active": (
        *("amend", "claim", "reject-claim", "pay", "advance"),
        *("clawback", "recover", "write-off", "suspend", "close"),
    ),
    "suspended": ("resume", "amend", "reject-claim", "clawback", "recover", "write-off", "close"),
    "complete": ("amend", "clawback", "recover", "write-off", "close"),
    "closed": ("clawback", "recover", "write-off"),
    "empty": ("amend", "close"),
    "rejected": (),
    "withdrawn": (),
    "reversed": (),
}
"""What may happen to an award in each state. `reverse` may always be tried; its money decides."""

OPEN_PROPOSAL = ("approve", "reject", "withdraw")
"""What may happen besides while an amendment is proposed."""

MEANINGS = {
    "proposed": "asked for, not yet approved",
    "committed": "promised; nothing claimed yet",
    "active": "claimed or paid in part",
    "suspended": "nothing is claimed or paid until it is resumed",
    "complete": "all of it paid",
    "closed": "ended; what was not delivered is freed",
    "empty": "nothing is held for it any more",
    "rejected": "proposed, and not approved",
    "withdrawn": "proposed, and no longer asked for",
    "reversed": "undone as if it had not been made",
}


class Happened(NamedTuple):
    """One entry of an award: its number, kind, actor, where it put money, and what it reverses.

    `from_stage` and `amount_pence` say what it moved.
    """

    number: int
    kind: str
    actor: str
    to_stage: str
    reverses: int | None
    from_stage: str = ""
    amount_pence: int = 0


class Life(Value):
    """What an award has come to: its state, what each stage holds, who proposed what is open."""

    state: str
    held: Mapping[str, int]
    proposers: tuple[str, ...] = ()

    def legal(self) -> tuple[str, ...]:
        """Return the steps that may follow."""
        legal = LEGAL[self.state]
        if self.held.get("proposed", 0) and "approve" not in legal:
            return (*OPEN_PROPOSAL, *legal)
        return legal


def life_of(held: Mapping[str, int], happened: Iterable[Happened]) -> Life:
    """Return what an award has come to, given pence by stage and its entries, oldest first."""
    entries = list(happened)
    reversed_ = {one.reverses for one in entries if one.reverses is not None}
    standing = [one for one in entries if one.number not in reversed_ and one.reverses is None]
    return Life(
        state=_state({stage: pence for stage, pence in held.items() if pence}, standing),
        held=held,
        proposers=_proposers(entries, reversed_),
    )


def _state(held: Mapping[str, int], standing: list[Happened]) -> str:
    kinds = [one.kind for one in standing]
    if not {"allocate", "propose"}.intersection(kinds):
        return "reversed"
    if "close" in kinds:
        return "closed"
    stops = [kind for kind in kinds if kind in ("suspend", "resume")]
    if stops and stops[-1] == "suspend":
        return "suspended"
    if not held:
        ends = [kind for kind in kinds if kind in ("reject", "withdraw", "approve")]
        named = {"reject": "rejected", "withdraw": "withdrawn"}
        return named.get(ends[-1] if ends else "", "empty")
    if set(held) == {"proposed"}:
        return "proposed"
    if "committed" in held or "payable" in held:
        begun = {"payable", "disbursed", "recoverable"}.intersection(held)
        return "active" if begun else "committed"
    return "complete"


def _proposers(entries: list[Happened], reversed_: set[int]) -> tuple[str, ...]:
    """Return who put money into `proposed` since a decision was last taken that still stands."""
    decided = [one.number for one in entries if one.kind in OPEN_PROPOSAL]
    last = max((number for number in decided if number not in reversed_), default=0)
    named = [one.actor for one in entries if one.number > last and one.to_stage == "proposed"]
    return tuple(dict.fromkeys(named))
