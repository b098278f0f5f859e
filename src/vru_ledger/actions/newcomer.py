"""Who receives money for the first time: whether they are new, or known by another name."""

from __future__ import annotations

from vru_ledger.domain.register import UNTOLD_KIND, Fund, Recipient
from vru_ledger.domain.text import code_from, likeness, shown, word_of_two_alphabets
from vru_ledger.errors import AlreadyThere, BadInput
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Session


def must_be_new(
    session: Session, name: str, kind: str, *, distinct: bool, reason: str = "-"
) -> None:
    """Raise AlreadyThere if a name reads like that of a recipient, for each has limits of its own.

    Within a kind no two names read alike. Another kind may share a name, if somebody says that it
    is `distinct`, and gives a `reason` (BadInput): see docs/decisions/0012 and 0015.
    """
    if distinct and not reason:
        raise BadInput("--distinct needs a reason", "say with --reason why this is somebody else")
    there = register.alike(session, Recipient, name)
    if same := [one for one in there if one.kind == kind]:
        raise AlreadyThere(
            f"{_quoted(name)} reads like a {kind} that is there{_meant(same)}",
            "use its name or code; for somebody else, give a name that tells the two apart",
        )
    if distinct:
        return
    if near := _near_kind(session, kind):
        raise BadInput(
            f"no fund or cap knows of the kind {_quoted(kind)}; did you mean {near}?",
            "a kind decides which caps count somebody; if it is meant, say --distinct, and why "
            "with --reason",
        )
    if word := word_of_two_alphabets(name):
        raise BadInput(
            f"{_quoted(word)} has letters of two alphabets that look alike",
            "type it again on one keyboard; if it is meant, say --distinct, and why with --reason",
        )
    if there := there or _of_code(session, name):
        raise AlreadyThere(
            f"{_quoted(name)} reads like somebody who is there{_meant(there)}",
            "use that code; for somebody else, say --distinct, and why with --reason",
        )


def _near_kind(session: Session, kind: str) -> str:
    """Return the kind that a kind is a slip of, among those that funds and caps name, if any."""
    known = {one for fund in register.everything(session, Fund) for one in fund.kinds.split(",")}
    known |= {cap.only for cap, _ in ledger.all_caps(session)}
    if kind in (UNTOLD_KIND, *known):
        return ""
    from difflib import get_close_matches

    return next(iter(get_close_matches(kind, known - {""}, 1, 0.7)), "")


def _of_code(session: Session, name: str) -> list[Recipient]:
    """Return the recipient whose code a name reads like: 'Net Newham' and NET-NEWHAM."""
    found = register.recipient(session, code_from(name))
    return [found] if found and likeness(found.code) == likeness(name) else []


def _meant(there: list[Recipient]) -> str:
    named = " or ".join(f"{one.name} ({one.code}, {one.kind})" for one in there)
    return f"; did you mean {named}?"


def _quoted(name: str) -> str:
    return f"'{shown(name)}'"
