"""What every change to the register or to a limit is told, and how it is said to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vru_ledger.cli.options import decision_of, key_of, sentence
from vru_ledger.cli.terminal import read, say, say_receipt
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    from vru_ledger.actions.administer import Told
    from vru_ledger.cli.terminal import Terminal
    from vru_ledger.domain.entries import Recorded


def told_by(terminal: Terminal, *, on: str, reason: str, decision: str, key: str) -> Told:
    """Return the day, reason, decision and key of a change. Raises BadInput without a reason."""
    from vru_ledger.actions.administer import Told

    if not reason.strip():
        raise BadInput("--reason is empty", "say why, in a sentence")
    return Told(
        dated=read(parse_date, "--on", on) if on else terminal.today(),
        dated_by_clock=not on,
        reason=sentence("--reason", reason),
        decision=decision_of(decision),
        key=key_of(key),
    )


def say_recorded(done: Recorded, what: str, preview: bool, format_: str, *, already: bool) -> None:
    """Say what was recorded, as a sentence or as JSON."""
    if format_ in ("json", "jsonl"):
        import json

        told = {
            "schema": "vru-ledger/recorded/1",
            "entry": done.number,
            "hash": None if preview and not already else done.hash,
            "already_recorded": already,
            "preview": preview,
            "kind": done.entry.KIND,
        }
        say_receipt(json.dumps(told, ensure_ascii=False), done.number)
    elif already:
        say(f"already recorded as entry {done.number}: {what}")
    elif preview:
        say(f"would be entry {done.number}: {what}; nothing was written")
    else:
        say_receipt(f"entry {done.number}: {what}", done.number)
