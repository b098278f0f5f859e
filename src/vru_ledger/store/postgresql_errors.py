"""What an error of PostgreSQL means to somebody at a terminal, and what they can do."""

from __future__ import annotations

from typing import Any

import psycopg

from vru_ledger.domain.text import shown
from vru_ledger.errors import (
    BadInput,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerUnusable,
    NotPermitted,
    OutcomeUnknown,
)

_BUSY = (
    LedgerBusy,
    "somebody else is writing to {place}; nothing was written",
    "run it again, or wait longer with --wait SECONDS",
)
_STOPPED = (
    LedgerUnusable,
    "the server stopped what was asked of {place} ({said}); nothing was written",
    "run it again; if it takes too long for this server, ask whoever looks after it for more: "
    "statement_timeout, transaction_timeout",
)
_OTHERS = (
    LedgerUnusable,
    "{place} holds something else by the names that a ledger needs",
    "make the ledger in a database of its own",
)
_MEANS: dict[str, tuple[type[LedgerError], str, str]] = {
    "55P03": _BUSY,
    "40001": _BUSY,
    "40P01": _BUSY,
    "57014": _STOPPED,
    "25P03": _STOPPED,
    "25P04": _STOPPED,
    "22P05": (
        BadInput,
        "a name holds a letter that {place} cannot keep, which is no UTF8 database",
        "write it in other letters, or copy the ledger to a database whose encoding is UTF8: "
        "vru-ledger copy",
    ),
    "25006": (
        LedgerUnusable,
        "{place} can only be read; nothing was written",
        "write to the server that it is a copy of, or see what keeps you from it: "
        "vru-ledger doctor",
    ),
    "53100": (
        LedgerUnusable,
        "the disk of {place} is full; nothing was written",
        "make room on the server",
    ),
    "0A000": (
        LedgerUnusable,
        "the server at {place} cannot do what a ledger needs ({said}); nothing was written",
        "keep the ledger on PostgreSQL itself, 15 or later",
    ),
    "42P01": (
        LedgerDamaged,
        "{place} is damaged ({said})",
        "find out who did that, keep what is there (pg_dump), and go back to a backup of "
        "the server's",
    ),
    "42P07": _OTHERS,
    "42710": _OTHERS,
    "42723": _OTHERS,
}
"""By SQLSTATE. An error that is not here is of the connection, of the server, or a bug of ours."""


def meaning(error: Exception, place: str, user: str) -> LedgerError | None:
    """Return what an error means to `user`, None if it can only be a bug."""
    state = getattr(error, "sqlstate", None) or ""
    if state == "42501":
        return _not_permitted(error, place, shown(user))
    if state in _MEANS:
        kind, what, advice = _MEANS[state]
        return kind(what.format(place=place, said=_first_line(error)), advice)
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):
        return BadInput("a name holds a NUL, which no text can", "type it again by hand")
    # 08 is the connection; 57 and 58 are servers that shut down, or cannot go on.
    lost = not state or state.startswith(("08", "57", "58"))
    if isinstance(error, psycopg.OperationalError) and not lost:
        return LedgerUnusable(
            f"the server of {place} would not do it ({_first_line(error)}); nothing was written",
            "ask whoever looks after the server",
        )
    if isinstance(error, psycopg.OperationalError) or (state and lost):
        return LedgerUnusable(
            f"the connection to {place} failed; nothing was written",
            "check that the server runs, then run it again",
        )
    return None


def meaning_of_commit(error: Exception, place: str, user: str) -> LedgerError | None:
    """Return what an error of COMMIT means: refused by the server, or lost on the way."""
    if isinstance(error, psycopg.IntegrityError):
        return meaning(error, place, user)
    return OutcomeUnknown(
        f"the connection to {place} failed while the entry was being kept: "
        "it may be recorded, or may not",
        "run the same command again with the same --key: it records once at most",
    )


def _not_permitted(error: Any, place: str, user: str) -> NotPermitted:
    """Return who may do what was not permitted: said by a guard, or by the server itself."""
    if error.diag.source_function == "exec_stmt_raise":
        return NotPermitted(
            f"{error.diag.message_primary}; {place} knows you as {user}",
            f"ask somebody who has the role {error.diag.message_hint}: vru-ledger role list",
        )
    said = _first_line(error)
    if said.endswith(("table ledger", "schema public")):
        return NotPermitted(
            f"{user} has no role in the ledger at {place}",
            "ask whoever looks after the server for one",
        )
    if said.endswith("table head"):
        return NotPermitted(
            f"{user} may only read {place}; nothing was written",
            "ask an analyst, or finance: vru-ledger role list",
        )
    return NotPermitted(
        f"{user} may not do that in {place} ({said}); nothing was written",
        "ask whoever looks after the server for a role in this ledger",
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
