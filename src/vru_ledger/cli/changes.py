"""What every change to the register or to a limit is told, and how it is said to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vru_ledger.cli.options import decision_of, key_of, sentence
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import format_decimal
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput, ReasonMissing

if TYPE_CHECKING:
    from vru_ledger.actions.administer import Told
    from vru_ledger.cli.terminal import Terminal
    from vru_ledger.domain.entries import Recorded
    from vru_ledger.rules.case import Breach


def told_by(terminal: Terminal, *, on: str, reason: str, decision: str, key: str) -> Told:
    """Return the day, reason, decision and key of a change. Raises BadInput without a reason."""
    from vru_ledger.actions.administer import Told

    if not reason.strip():
        raise ReasonMissing
    return Told(
        dated=read(parse_date, "--on", on) if on else terminal.today(),
        dated_by_clock=not on,
        reason=sentence("--reason", reason),
        decision=decision_of(decision),
        key=key_of(key),
    )


def must_not_be_to_come(terminal: Terminal, told: Told) -> None:
    """Raise BadInput for a day that is to come: a limit counts from the moment it is recorded."""
    if told.dated > terminal.today():
        raise BadInput(
            f"--on: {told.dated.isoformat()} is to come, and a limit counts as soon as it is set",
            "set it on that day, or leave --on out for a limit that counts now",
        )


def receipt_of(
    done: Recorded,
    *,
    preview: bool,
    already: bool,
    fund: str = "",
    recipient: str = "",
    award: str = "",
    cap: str = "",
    amount_pence: int | None = None,
    warnings: Sequence[Breach] = (),
) -> dict[str, Any]:
    """Return what was recorded, for programs: the same keys for every command that records one."""
    return {
        "schema": "vru-ledger/recorded/1",
        "entry": done.number,
        "hash": None if preview and not already else done.hash,
        "already_recorded": already,
        "preview": preview,
        "kind": done.entry.KIND,
        "fund": fund or None,
        "recipient": recipient or None,
        "award": award or None,
        "cap": cap or None,
        "amount_pence": amount_pence,
        "amount": None if amount_pence is None else format_decimal(amount_pence),
        "warnings": [
            {"rule": warning.rule, "cap": warning.cap or None, "message": warning.sentence}
            for warning in warnings
        ],
    }


def say_recorded(receipt: Mapping[str, Any], what: str, format_: str) -> None:
    """Say what was recorded, as a sentence and its warnings, or as JSON."""
    number, is_new = receipt["entry"], not (receipt["preview"] or receipt["already_recorded"])
    if format_ in ("json", "jsonl"):
        import json

        text = json.dumps(receipt, ensure_ascii=False)
    elif receipt["already_recorded"]:
        text = f"already recorded as entry {number}: {what}"
    elif receipt["preview"]:
        text = f"would be entry {number}: {what}; nothing was written"
    else:
        text = f"entry {number}: {what}"
    if is_new:
        say_receipt(text, number)
    else:
        say(text)
    if not format_:
        for warning in receipt["warnings"]:
            say_aside(f"warning: {warning['message']}")
