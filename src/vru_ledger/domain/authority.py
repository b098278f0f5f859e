"""Authority that moves after it was confirmed: between funds and years, or back where it came from.

A line of authority is a fund's, of one source and one financial year, either of which may be empty.
"""

from __future__ import annotations

from typing import ClassVar

from vru_ledger.domain.entries import AuthorityEntry, Funding


class Virement(AuthorityEntry):
    """Authority that nobody was promised, moved from one fund to another."""

    KIND: ClassVar[str] = "vire"


class Carry(AuthorityEntry):
    """Authority that nobody was promised, carried from one financial year into another."""

    KIND: ClassVar[str] = "carry"


class Lapse(AuthorityEntry):
    """Authority that ends with its year because nobody was promised it."""

    KIND: ClassVar[str] = "lapse"


class Surrender(AuthorityEntry):
    """Authority that goes back to the funder."""

    KIND: ClassVar[str] = "surrender"


class AuthorityReversal(AuthorityEntry):
    """Entry `reverses` of authority, of kind `was`, undone."""

    KIND: ClassVar[str] = "reverse-authority"
    reverses: int = 0
    was: str = ""

    def leaves(self) -> bool:
        """Say whether authority leaves the first line: what lapsed comes back instead."""
        return self.was not in (Lapse.KIND, Surrender.KIND)


AUTHORITY_ENTRIES: dict[str, type[AuthorityEntry]] = {
    kind.KIND: kind for kind in (Virement, Carry, Lapse, Surrender, AuthorityReversal)
}
"""Every kind of entry about authority but the first, `fund`, by the name the ledger knows it by."""


def reversal_of(entry: Funding | AuthorityEntry, number: int) -> AuthorityReversal:
    """Return the entry that undoes entry `number`, without a day, a reason or a key."""
    lines = {
        "fund": entry.fund,
        "source": entry.source,
        "fy": entry.fy,
    }
    if isinstance(entry, AuthorityEntry):
        if entry.enters():
            back = {"to_fund": entry.fund, "to_source": entry.source, "to_fy": entry.fy}
            lines = {
                **{"fund": entry.to_fund, "source": entry.to_source, "fy": entry.to_fy},
                **back,
            }
        else:
            lines |= {"to_fund": entry.fund, "to_source": entry.source, "to_fy": entry.fy}
    return AuthorityReversal(
        **lines,  # type: ignore[arg-type]  # each is text
        amount_pence=entry.amount_pence,
        reverses=number,
        was=entry.KIND,
    )
