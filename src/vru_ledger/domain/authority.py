"""Authority that moves after it was confirmed: between funds and years, or back where it came from.

A line of authority is a fund's, of one source and one financial year, either of which may be empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from vru_ledger.domain.entries import AuthorityEntry, Funding
from vru_ledger.domain.stages import LineChange, Movement


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


class Confirmation(AuthorityEntry):
    """Money of a line that was `certainty`, and is `now` surer; what covered it is released."""

    KIND: ClassVar[str] = "confirm"
    now: str = "confirmed"

    @property
    def from_stage(self) -> str:
        """Return how sure the money was."""
        return self.certainty

    @property
    def to_stage(self) -> str:
        """Return how sure the money is now."""
        return self.now

    def movements(self) -> Iterator[Movement]:
        """Yield nothing: the authority was there."""
        return iter(())

    def lines(self) -> Iterator[LineChange]:
        """Yield what is no longer expected, and what is confirmed or received instead."""
        line = (self.fund, self.source, self.fy)
        yield LineChange(*line, self.certainty, self.underwriter, -self.amount_pence)
        yield LineChange(*line, self.now, "", self.amount_pence)


class Cover(AuthorityEntry):
    """Contingent cover: `underwriter` stands in for money of a line that is only expected."""

    KIND: ClassVar[str] = "cover"

    @property
    def from_stage(self) -> str:
        """Return how sure the money is: only expected."""
        return "expected"

    @property
    def to_stage(self) -> str:
        """Return how sure the money is: expected still."""
        return "expected"

    def movements(self) -> Iterator[Movement]:
        """Yield nothing: the authority was there."""
        return iter(())

    def lines(self) -> Iterator[LineChange]:
        """Yield what was not covered, and now is."""
        line = (self.fund, self.source, self.fy, "expected")
        yield LineChange(*line, "", -self.amount_pence)
        yield LineChange(*line, self.underwriter, self.amount_pence)


class AuthorityProposal(AuthorityEntry):
    """An entry of kind `what` asked for, and not made: somebody else may make it from this."""

    KIND: ClassVar[str] = "propose-authority"
    from_stage: ClassVar[str] = ""
    to_stage: ClassVar[str] = ""
    what: str = ""

    def movements(self) -> Iterator[Movement]:
        """Yield nothing: money moves when it is approved."""
        return iter(())

    def lines(self) -> Iterator[LineChange]:
        """Yield nothing: a line changes when it is approved."""
        return iter(())


class AuthorityReversal(AuthorityEntry):
    """Entry `reverses` of authority, of kind `was`, undone.

    It says again what the entry said, so that what it undoes can be told from it alone; only the
    lines of an entry that moved money from one to another change places.
    """

    KIND: ClassVar[str] = "reverse-authority"
    reverses: int = 0
    was: str = ""
    now: str = ""

    @property
    def from_stage(self) -> str:
        """Return how sure the money became: the opposite of the entry undone."""
        return self._undone().to_stage

    @property
    def to_stage(self) -> str:
        """Return how sure the money was before."""
        return self._undone().from_stage

    def leaves(self) -> bool:
        """Say whether authority leaves the first line: what lapsed comes back instead."""
        return self.was not in (Lapse.KIND, Surrender.KIND)

    def movements(self) -> Iterator[Movement]:
        """Yield the movements of the entry undone, negated, each line first what it gives."""
        if self.was in _MOVES_NOTHING:
            return iter(())
        return super().movements()

    def lines(self) -> Iterator[LineChange]:
        """Yield what the entry undone made of its lines, negated."""
        for change in self._undone().lines():
            yield change.replace(pence=-change.pence)

    def _undone(self) -> Funding | AuthorityEntry:
        """Return the entry that this one undoes, as far as money and lines go."""
        told: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("amount_pence", "certainty", "underwriter", "use_by", "in_year_only")
        }
        here: dict[str, Any] = {"fund": self.fund, "source": self.source, "fy": self.fy}
        there: dict[str, Any] = {"fund": self.to_fund, "source": self.to_source, "fy": self.to_fy}
        if self.was == Funding.KIND:
            return Funding(**told, **here)
        kind: Any = AUTHORITY_ENTRIES[self.was]
        if self.was in (Lapse.KIND, Surrender.KIND):
            return kind(**told, **there)  # type: ignore[no-any-return]  # one of our kinds
        if self.was == Confirmation.KIND:
            told["now"] = self.now
        if self.was not in _MOVES_NOTHING:
            told |= {f"to_{name}": value for name, value in here.items()}
            here = there
        return kind(**told, **here)  # type: ignore[no-any-return]  # one of our kinds


_MOVES_NOTHING = (Confirmation.KIND, Cover.KIND, AuthorityProposal.KIND)

MOVES = {kind.KIND: kind for kind in (Virement, Carry, Lapse, Surrender)}
"""Kinds of entry that move authority that is there, by the word that somebody types."""

AUTHORITY_ENTRIES: dict[str, type[AuthorityEntry]] = {
    kind.KIND: kind
    for kind in (
        *(Virement, Carry, Lapse, Surrender, Confirmation, Cover),
        *(AuthorityProposal, AuthorityReversal),
    )
}
"""Every kind of entry about authority but the first, `fund`, by the name the ledger knows it by."""


def reversal_of(entry: Funding | AuthorityEntry, number: int) -> AuthorityReversal:
    """Return the entry that undoes entry `number`, without a day, a reason or a key."""
    told: dict[str, Any] = {
        name: getattr(entry, name)
        for name in ("amount_pence", "certainty", "underwriter", "now", "use_by", "in_year_only")
        if hasattr(entry, name)
    }
    here: dict[str, Any] = {"fund": entry.fund, "source": entry.source, "fy": entry.fy}
    if isinstance(entry, AuthorityEntry) and entry.KIND in MOVES:
        told |= {f"to_{name}": value for name, value in here.items()}
        if entry.enters():
            here = {"fund": entry.to_fund, "source": entry.to_source, "fy": entry.to_fy}
    return AuthorityReversal(**told, **here, reverses=number, was=entry.KIND)
