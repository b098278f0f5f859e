"""Plans: which payments of an award are meant for which period, and the milestones they wait for.

What is planned is stored for each period as it was decided, never spread over days. No money moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import period_bounds
from vru_ledger.domain.steps import Step
from vru_ledger.domain.value import Value


class Instalment(Value):
    """One planned payment: pence in a quarter ('2022/23-Q3') or a month ('2022/23-P09').

    `milestone` names what has to be met before it, and whatever is planned after it, is paid.
    """

    period: str
    amount_pence: Pence
    milestone: str = ""


class Profile(Step):
    """The planned payments of an award, all of them, in the order of their periods: one version."""

    KIND: ClassVar[str] = "profile"
    instalments: tuple[Instalment, ...] = ()
    version: int = 1

    def total_pence(self) -> int:
        """Return what the payments add up to."""
        return sum(one.amount_pence for one in self.instalments)

    def milestones(self) -> tuple[str, ...]:
        """Return the milestones that payments wait for, in the order of the payments."""
        return tuple(dict.fromkeys(one.milestone for one in self.instalments if one.milestone))


class MilestoneMet(Step):
    """What payments waited for was met on the day of this entry."""

    KIND: ClassVar[str] = "milestone"
    milestone: str = ""


PLANS: dict[str, type[Step]] = {kind.KIND: kind for kind in (Profile, MilestoneMet)}
"""Every kind of entry about plans, by the name that the ledger knows it by."""


def counted(
    instalments: Iterable[Instalment], done_pence: int, can_pence: int
) -> Iterator[tuple[Instalment, int, int]]:
    """Yield each planned payment with what of it is done, and what of the rest still can be.

    The oldest come first in both: what an award was cut by is missing at the end of its plan.
    """
    for one in instalments:
        done = max(0, min(one.amount_pence, done_pence))
        left = max(0, min(one.amount_pence - done, can_pence))
        done_pence, can_pence = done_pence - done, can_pence - left
        yield one, done, left


def in_order(instalments: Iterable[Instalment]) -> tuple[Instalment, ...]:
    """Return payments by the first day of their periods, those of the same day as they came."""
    return tuple(sorted(instalments, key=lambda one: period_bounds(one.period)))


def spread(amount_pence: int, periods: Sequence[str]) -> tuple[Instalment, ...]:
    """Part an amount equally over periods; the odd pennies go to the first ones, one to each.

    Raises ValueError if there are more periods than pennies, or none.
    """
    if not 0 < len(periods) <= amount_pence:
        raise ValueError(f"{amount_pence:,} pence cannot be parted into {len(periods):,} payments")
    each, odd = divmod(amount_pence, len(periods))
    return tuple(Instalment(period, Pence(each + (at < odd))) for at, period in enumerate(periods))
