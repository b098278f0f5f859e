"""WHEN, from what somebody types to an entry: a number, a moment, a day, or a paper's name."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from vru_ledger.domain.text import shown
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput, NotFound
from vru_ledger.store import ledger, points
from vru_ledger.store.database import Session

_NUMBER = r"[Ee]?(\d{1,15})"
_MOMENT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:?\d{2})?"


def entry_known_at(session: Session, asked: str) -> int:
    """Return the number of the newest entry that was known at WHEN.

    WHEN is an entry ('17'), 'now', a moment ('2026-11-22T12:00:00Z', in UTC unless it says
    otherwise), a day (to its end, in UTC), or 'paper:NAME'. Entries are taken to have been recorded
    in the order of the clocks. Raises NotFound, or BadInput for anything else.
    """
    typed = asked.strip()
    newest = ledger.head(session).number
    if typed.casefold() == "now":
        return newest
    if match := re.fullmatch(_NUMBER, typed, re.ASCII):
        if int(match[1]) > newest:
            raise NotFound(f"there is no entry {int(match[1])}", f"the newest is {newest}")
        return int(match[1])
    if typed.casefold().startswith("paper:"):
        return paper(session, typed[6:]).at
    return _at_moment(session, moment_of(typed), newest)


def moment_of(typed: str) -> str:
    """Read a moment, or a day to its end, as entries keep it: '2026-11-22T23:59:59Z'.

    Raises BadInput.
    """
    if re.fullmatch(_MOMENT, typed, re.ASCII):
        try:
            moment = datetime.fromisoformat(typed.replace(" ", "T").upper())
            told = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
            return told.strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError):
            raise BadInput(f"{typed!r} is not a moment of the calendar") from None
    try:
        return f"{parse_date(typed).isoformat()}T23:59:59Z"
    except ValueError:
        raise BadInput(
            f"{shown(typed[:60])!r} says no time",
            "an entry like 17, a day like 2026-11-22, a moment like 2026-11-22T12:00:00Z, or "
            "paper:NAME",
        ) from None


def paper(session: Session, asked: str) -> points.Paper:
    """Return the paper of this name, whatever its case. Raises NotFound, listing the newest."""
    if found := points.paper(session, asked.strip().upper()):
        return found
    there = [one.name for one in points.papers(session)][-5:]
    hint = f"there is {', '.join(there)}" if there else "to make one: vru-ledger paper tag --help"
    raise NotFound(f"no paper is called {shown(asked.strip()[:60])!r}", hint)


def _at_moment(session: Session, moment: str, newest: int) -> int:
    """Return the newest entry recorded by a moment: found by halving, a handful by number."""
    known, unknown = 0, newest + 1
    while unknown - known > 1:
        middle = (known + unknown) // 2
        row = session.row("SELECT recorded_at FROM entries WHERE number = ?", (middle,))
        if row and row[0] <= moment:
            known = middle
        else:
            unknown = middle
    if known:
        return known
    row = session.row("SELECT recorded_at FROM entries WHERE number = 1")
    first = f"the first entry was recorded at {row[0]}" if row else "the ledger is empty"
    raise NotFound(f"nothing was recorded by {moment}", first)
