"""The states of an award: worked out from what it holds and what happened; and what may follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from vru_ledger.domain.value import Value

if TYPE_CHECKING:
    from vru_ledger.domain.profiles import Profile

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

UNFINISHED = ("proposed", "payable", "recoverable")
"""What an award cannot be closed with: somebody still waits for it."""

TYPED = {"advance": "pay --advance", "reject-claim": "claim --reject"}
"""Steps that are typed otherwise than they are called."""

MEANINGS = {
    "proposed": "asked for, not yet approved",
    "committed": "promised; nothing owed or paid",
    "active": "claimed or paid in part",
    "suspended": "nothing is claimed or paid until it is resumed",
    "complete": "all of it paid",
    "closed": "ended; what was not delivered is freed",
    "empty": "nothing is held for it any more",
    "rejected": "proposed, and not approved",
    "withdrawn": "proposed, and no longer asked for",
    "reversed": "undone as if it had not been made",
}


PLANNED: Mapping[str, tuple[str, ...]] = {
    "profile": ("proposed", "committed", "active", "suspended", "complete", "empty"),
    "milestone": ("proposed", "committed", "active", "suspended", "complete"),
}
"""In which states what moves no money may happen besides."""


class Happened(NamedTuple):
    """One entry of an award: its number, kind, actor, where it put money, and what it reverses.

    `from_stage` and `amount_pence` say what it moved, `dated` on which day (ISO text), if any.
    """

    number: int
    kind: str
    actor: str
    to_stage: str
    reverses: int | None
    from_stage: str = ""
    amount_pence: int = 0
    dated: str | None = ""


MARKS = (
    *("allocate", "propose", "approve", "reject", "withdraw"),
    *("close", "suspend", "resume", "profile", "milestone"),
)
"""Steps that say by themselves what state an award is in."""


def marks(one: Happened) -> bool:
    """Say whether an entry bears on an award's state otherwise than by the money it moved.

    An award with thousands of payments has a handful of these.
    """
    return one.kind in MARKS or one.to_stage == "proposed" or one.reverses is not None


def waiting(
    happened: Iterable[Happened], kinds: tuple[str, ...], stage: str, pence: int
) -> list[tuple[Happened | None, int]]:
    """Return which entries what a stage holds is left of, the oldest first: the newest wait.

    Of entries of these kinds that brought money into the stage and were not undone; oldest by
    their day, whenever they were written. What entries dated out of order leave over, as of a day
    between them, is of none of them.
    """
    entries = list(happened)
    undone = {one.reverses for one in entries if one.reverses is not None}
    brought = [
        one
        for one in entries
        if one.kind in kinds and one.to_stage == stage and one.number not in undone
    ]
    found: list[tuple[Happened | None, int]] = []
    for one in sorted(brought, key=lambda one: (one.dated or "", one.number), reverse=True):
        if part := max(0, min(one.amount_pence, pence)):
            found.append((one, part))
        pence -= part
    if pence:
        found.append((None, pence))
    return found[::-1]


class Life(Value):
    """What an award has come to: its state, what each stage holds, who proposed what is open.

    `standing` are its entries that were not undone, oldest first, without the reversals. `profile`
    is the newest that stands, `versions` how many there were, `met` the milestones that were met.
    `entries` are all that are told, reversals as well: on the days between, what is undone stood.
    """

    state: str
    held: Mapping[str, int]
    proposers: tuple[str, ...] = ()
    standing: tuple[Happened, ...] = ()
    profile: Profile | None = None
    versions: int = 0
    met: tuple[str, ...] = ()
    entries: tuple[Happened, ...] = ()

    def worth_pence(self) -> int:
        """Return what the award comes to, whatever became of it: what its payments are planned of.

        An amendment that is only proposed is not among it, unless all of the award is.
        """
        worth = self._sum(("allocate", "propose"), ("reject", "withdraw", "close"))
        for one in self.standing:
            if one.kind == "amend":
                worth += -one.amount_pence if one.to_stage == "unallocated" else one.amount_pence
        return worth - (self.held.get("proposed", 0) if self.is_promised() else 0)

    def delivered_pence(self) -> int:
        """Return what was claimed, or paid before need."""
        return self._sum(("claim", "advance"), ("reject-claim",))

    def paid_pence(self) -> int:
        """Return what was paid, whether or not it was demanded back."""
        return self._sum(("pay", "advance"), ())

    def back_pence(self) -> int:
        """Return what was demanded back and came."""
        return self._sum(("recover",), ())

    def waits_for(self) -> tuple[int, str] | None:
        """Return the pence that come before the first milestone not met, and its name."""
        before = 0
        for one in self.profile.instalments if self.profile else ():
            if one.milestone and one.milestone not in self.met:
                return before, one.milestone
            before += one.amount_pence
        return None

    def can_pay_pence(self) -> int:
        """Return what could ever still be paid of it: what is promised or owed, and not paid."""
        return self.held.get("committed", 0) + self.held.get("payable", 0)

    def pays_now_pence(self) -> int:
        """Return what may be paid of what is owed: all but what waits for a milestone."""
        owed, waits = self.held.get("payable", 0), self.waits_for()
        return owed if waits is None else max(0, min(owed, waits[0] - self.paid_pence()))

    def _sum(self, adds: tuple[str, ...], takes: tuple[str, ...]) -> int:
        return sum(
            one.amount_pence if one.kind in adds else -one.amount_pence
            for one in self.standing
            if one.kind in adds or one.kind in takes
        )

    def is_promised(self) -> bool:
        """Say whether it ever became a promise: allocated at once, or proposed and approved."""
        made = any(one.kind in ("allocate", "approve") for one in self.standing)
        return made or any(pence for stage, pence in self.held.items() if stage != "proposed")

    def legal(self) -> tuple[str, ...]:
        """Return the steps that may follow."""
        legal = LEGAL[self.state]
        if self.held.get("proposed", 0) and "approve" not in legal:
            return (*OPEN_PROPOSAL, *legal)
        return legal

    def possible(self) -> tuple[str, ...]:
        """Return the steps that may follow and have something to move: what to tell a person."""
        from vru_ledger.domain.steps import STEPS

        def may(kind: str) -> bool:
            if kind == "close":
                return not any(self.held.get(stage, 0) for stage in UNFINISHED)
            leaves: Any = STEPS[kind].from_stage
            # A name only where every step of this kind takes money out of the same stage.
            return not isinstance(leaves, str) or bool(self.held.get(leaves, 0))

        return tuple(kind for kind in self.legal() if may(kind))


def life_of(
    held: Mapping[str, int],
    happened: Iterable[Happened],
    read: Callable[[int], Any] = lambda number: None,
) -> Life:
    """Return what an award has come to, given pence by stage and its entries, oldest first.

    Without those that are no `marks` the state is right, and what was claimed and paid is not told.
    `read` gives an entry by its number: what was planned is in the entries alone.
    """
    entries = list(happened)
    reversed_ = {one.reverses for one in entries if one.reverses is not None}
    standing = [one for one in entries if one.number not in reversed_ and one.reverses is None]
    profiles = [one.number for one in standing if one.kind == "profile"]
    met = [read(one.number).milestone for one in standing if one.kind == "milestone"]
    return Life(
        state=_state({stage: pence for stage, pence in held.items() if pence}, standing),
        held=held,
        proposers=_proposers(entries, reversed_),
        standing=tuple(standing),
        profile=read(profiles[-1]) if profiles else None,
        versions=sum(one.kind == "profile" for one in entries),
        met=tuple(met),
        entries=tuple(entries),
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
        # Once promised it stays an award, whatever became of amendments that were proposed later.
        if {"allocate", "approve"}.intersection(kinds):
            return "empty"
        ends = [kind for kind in kinds if kind in ("reject", "withdraw")]
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
