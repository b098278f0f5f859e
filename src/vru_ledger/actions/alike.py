"""What was recorded before and may be the same again: said aloud, for two payments may be alike."""

from __future__ import annotations

from datetime import date

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.rules.case import Breach
from vru_ledger.store import awards, ledger
from vru_ledger.store.database import Session

_PAPERS = (("pay", "advance"), ("recover",))
"""Kinds of entry whose reference is that of one sum that came or went."""


def like(session: Session, new: AwardEntry, of: str, before: int) -> Breach | None:
    """Return a warning if an entry up to `before` is like a new one, or has its reference.

    `of` is what else is the same: 'award' or 'recipient'.
    """
    number = ledger.alike(session, new, of, before)
    if not number or not new.dated:
        return of_one_paper(session, new, before)
    whose = getattr(new, of)
    return _warning(number, "is like it", new.KIND, new.amount_pence, whose, new.dated)


def of_one_paper(session: Session, new: AwardEntry, before: int) -> Breach | None:
    """Return a warning if a sum of the same award has the same reference, in an entry till then."""
    kinds = next((kinds for kinds in _PAPERS if new.KIND in kinds), ())
    ref = getattr(new, "ref", "")
    found = awards.with_ref(session, new.award, kinds, ref, before) if kinds and ref else None
    if found is None:
        return None
    number, kind, pence, day = found
    return _warning(number, f"has the reference {ref} too", kind, pence, new.award, day)


def _warning(
    number: int, how: str, kind: str, pence: int, whose: str, day: date | str | None
) -> Breach:
    said = (
        f"entry {number} {how}: {kind} of {format_pounds(Pence(pence))}, {whose}, {day}; "
        f"if they are the same, one is too many: vru-ledger show {number}"
    )
    return Breach("alike", "warn", said)
