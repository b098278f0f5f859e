"""What an entry asked for, and what became of it: as the rules look at it, or to be asked again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vru_ledger.actions.authority_request import NONE, AuthorityRequest
from vru_ledger.domain.entries import Entry
from vru_ledger.rules.case import Asked
from vru_ledger.store import authority
from vru_ledger.store.database import Session


def asked_for(session: Session, number: int, before: int | None = None) -> Asked | None:
    """Return what entry `number` asked for, as it stood before entry `before` if given."""
    found = authority.proposal(session, number, before) if number else None
    if found is None:
        return None
    return Asked(
        number,
        found.recorded.actor,
        found.recorded.entry,
        undone=found.undone_by or 0,
        made=found.made_by or 0,
        made_undone=found.made_undone_by or 0,
    )


def asked_anew(
    asked: Asked,
    request: AuthorityRequest,
    passes: Callable[[AuthorityRequest], Sequence[Entry]],
) -> AuthorityRequest | None:
    """Return what asks again for what was asked for, on the day of a request; None if nothing does.

    Its source and year are said only where it would be of another line without. `passes` gives the
    entries that a request would record.
    """
    was: Any = asked.entry
    names = ("fund", "amount_pence", "ref", "relates_to", "reason", "decision")
    told: dict[str, Any] = {
        **{name: getattr(was, name) for name in names},
        "to_fund": was.to_fund if was.what == "vire" else "",
        "to_fy": was.to_fy if was.what == "carry" else "",
        "expected": was.certainty == "expected" and not was.underwriter,
    }
    of_line: dict[str, Any] = {"source": was.source or NONE, "fy": was.fy or NONE}
    for line in ({}, of_line):
        anew = AuthorityRequest(
            **told,
            **line,
            kind=was.what,
            propose=True,
            dated=request.dated,
            dated_by_clock=request.dated_by_clock,
        )
        if any(_line(new) == _line(was) for new in passes(anew)):
            return anew
    return None


def _line(entry: Any) -> tuple[str, str]:
    return entry.source, entry.fy
