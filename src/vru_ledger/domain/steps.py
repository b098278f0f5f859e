"""Steps: what happens to an award after it was made, each a kind of entry with its movements."""

from __future__ import annotations

from typing import ClassVar

from vru_ledger.domain.entries import Allocation, AwardEntry, Proposal


class Step(AwardEntry):
    """What happens to an award that is there.

    `ref` is the paper behind it: a claim, a payment, a letter or a receipt. `relates_to` is the
    period that it belongs to where that was closed already.
    """

    ref: str = ""
    relates_to: str = ""


class Approval(Step):
    """What was proposed is promised, by somebody other than who proposed it."""

    KIND: ClassVar[str] = "approve"
    from_stage: ClassVar[str] = "proposed"
    to_stage: ClassVar[str] = "committed"


class Rejection(Step):
    """What was proposed is not approved."""

    KIND: ClassVar[str] = "reject"
    from_stage: ClassVar[str] = "proposed"
    to_stage: ClassVar[str] = "unallocated"


class Withdrawal(Step):
    """What was proposed is no longer asked for."""

    KIND: ClassVar[str] = "withdraw"
    from_stage: ClassVar[str] = "proposed"
    to_stage: ClassVar[str] = "unallocated"


class Amendment(Step):
    """A variation: the award grows out of `unallocated`, or gives back what is not delivered."""

    KIND: ClassVar[str] = "amend"
    from_stage: str = ""
    to_stage: str = ""


class Claim(Step):
    """A claim approved: owed, and not yet paid."""

    KIND: ClassVar[str] = "claim"
    from_stage: ClassVar[str] = "committed"
    to_stage: ClassVar[str] = "payable"


class ClaimRejection(Step):
    """A claim that was approved and is not owed after all."""

    KIND: ClassVar[str] = "reject-claim"
    from_stage: ClassVar[str] = "payable"
    to_stage: ClassVar[str] = "committed"


class Payment(Step):
    """A claim paid."""

    KIND: ClassVar[str] = "pay"
    from_stage: ClassVar[str] = "payable"
    to_stage: ClassVar[str] = "disbursed"


class Advance(Step):
    """A payment before need: paid, and nothing was claimed for it."""

    KIND: ClassVar[str] = "advance"
    from_stage: ClassVar[str] = "committed"
    to_stage: ClassVar[str] = "disbursed"


class Clawback(Step):
    """Money that was paid, demanded back."""

    KIND: ClassVar[str] = "clawback"
    from_stage: ClassVar[str] = "disbursed"
    to_stage: ClassVar[str] = "recoverable"


class Recovery(Step):
    """Money that was demanded back, received: the fund may promise it again."""

    KIND: ClassVar[str] = "recover"
    from_stage: ClassVar[str] = "recoverable"
    to_stage: ClassVar[str] = "unallocated"


class WriteOff(Step):
    """Money that was demanded back and will not come: a loss."""

    KIND: ClassVar[str] = "write-off"
    from_stage: ClassVar[str] = "recoverable"
    to_stage: ClassVar[str] = "disbursed"


class Closure(Step):
    """The end of an award: what was not delivered is freed."""

    KIND: ClassVar[str] = "close"
    from_stage: ClassVar[str] = "committed"
    to_stage: ClassVar[str] = "unallocated"


class Suspension(Step):
    """Nothing is claimed or paid until the award is resumed; no money moves."""

    KIND: ClassVar[str] = "suspend"


class Resumption(Step):
    """The end of a suspension; no money moves."""

    KIND: ClassVar[str] = "resume"


class Reversal(Step):
    """Entry `reverses` of an award, of kind `was`, undone: its movements, negated."""

    KIND: ClassVar[str] = "reverse"
    reverses: int = 0
    was: str = ""
    from_stage: str = ""
    to_stage: str = ""

    def last_day(self) -> int | None:
        """Return no day if the award itself is undone, and None, as it was, otherwise."""
        return 0 if self.was in (Allocation.KIND, Proposal.KIND) else None


STEPS: dict[str, type[Step]] = {
    kind.KIND: kind
    for kind in (
        *(Approval, Rejection, Withdrawal, Amendment, Claim, ClaimRejection, Payment, Advance),
        *(Clawback, Recovery, WriteOff, Closure, Suspension, Resumption, Reversal),
    )
}
"""Every kind of step, by the name that the ledger knows it by."""
