"""How a reversal is asked for and told, by number or as the newest entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vru_ledger.cli.changes import receipt_of
from vru_ledger.cli.options import (
    decision_of,
    key_of,
    period_of,
    receipt_format,
    sentence,
    terminal_of,
)
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import ReasonMissing

if TYPE_CHECKING:
    import typer

    from vru_ledger.actions.reverse import Reversed


def undo_entry(ctx: typer.Context, number: int | None) -> None:
    """Undo an entry, or the newest one, and say what was undone."""
    from vru_ledger.actions.reverse import Told, reverse

    typed = ctx.params
    terminal, format_ = terminal_of(ctx), receipt_format(typed["format_"])
    preview: bool = typed["dry_run"]
    if not typed["reason"].strip() and not preview:
        raise ReasonMissing(str(ctx.info_name))
    told = Told(
        # Who only looks need not yet know why.
        reason=sentence("--reason", typed["reason"].strip()) or "a preview",
        dated=read(parse_date, "--on", typed["on"]) if typed["on"] else terminal.today(),
        dated_by_clock=not typed["on"],
        decision=decision_of(typed["decision"]),
        key=key_of(typed["key"]),
        relates_to=period_of(typed["relates_to"]),
    )
    done = reverse(
        terminal.open(),
        number,
        told,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
    )
    say_reversed(done, preview, format_)


def say_reversed(done: Reversed, preview: bool, format_: str) -> None:
    """Say what was undone, as a sentence and its warnings, or as JSON."""
    if format_ in ("json", "jsonl"):
        import json

        text = json.dumps(as_json(done, preview), ensure_ascii=False)
    else:
        text = as_sentence(done, preview)
    if preview:
        say(text)
    else:
        say_receipt(text, done.recorded.number)
    if format_ not in ("json", "jsonl"):
        for warning in done.warnings:
            say_aside(f"warning: {warning.sentence}")


def as_sentence(done: Reversed, preview: bool) -> str:
    """Say what was undone: 'entry 22 undoes entry 17 (claim of £93,750.00 on MYENDS-0002)'."""
    number, original = done.recorded.number, done.original
    entry: Any = original.entry
    of = f" of {format_pounds(entry.amount_pence)}" if entry.amount_pence else ""
    about = getattr(entry, "award", "") or entry.fund
    what = f"entry {original.number} ({entry.KIND}{of} on {about})"
    if done.already:
        return f"already recorded as entry {number}: it undoes {what}"
    if preview:
        return f"would be entry {number}: it undoes {what}; nothing was written"
    return f"entry {number} undoes {what}"


def as_json(done: Reversed, preview: bool) -> dict[str, Any]:
    """Return what was undone, for programs."""
    entry: Any = done.recorded.entry
    receipt = receipt_of(
        done.recorded,
        preview=preview,
        already=done.already,
        fund=entry.fund,
        recipient=getattr(entry, "recipient", ""),
        award=getattr(entry, "award", ""),
        amount_pence=entry.amount_pence,
        warnings=done.warnings,
    )
    return {**receipt, "reverses": done.original.number, "was": done.original.entry.KIND}
