"""How an award is restated on the terminal, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vru_ledger.cli.allocate import as_json as award_as_json
from vru_ledger.cli.allocate import as_sentence as award_as_sentence
from vru_ledger.cli.options import key_of, receipt_format, sentence, terminal_of
from vru_ledger.cli.reversals import as_json as reversal_as_json
from vru_ledger.cli.reversals import as_sentence as reversal_as_sentence
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import parse_pounds
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    import typer


def restate_award(ctx: typer.Context, award: str, amount: str, *, lower: bool) -> None:
    """Undo an award and make it again with another amount; say both entries."""
    from vru_ledger.actions.restate import Restatement, restate

    typed = ctx.params
    terminal, format_ = terminal_of(ctx), receipt_format(typed["format_"])
    for name in ("propose", "ref", "relates_to"):
        if typed[name]:
            raise BadInput(f"--{name.replace('_', '-')} does not go with --restate", "leave it out")
    pence = read(parse_pounds, "AMOUNT", amount)
    asked = Restatement(
        award=award,
        change_pence=-pence if lower else pence,
        reason=sentence("--reason", typed["reason"]),
        dated=read(parse_date, "--on", typed["on"]) if typed["on"] else terminal.today(),
        dated_by_clock=not typed["on"],
        decision=sentence("--decision", typed["decision"]),
        key=key_of(typed["key"]),
    )
    preview: bool = typed["dry_run"]
    done = restate(
        terminal.open(),
        asked,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
    )
    if format_:
        import json

        told = [reversal_as_json(done.undone, preview), award_as_json(done.made, preview)]
        lines = [json.dumps(one, ensure_ascii=False) for one in told]
    else:
        lines = [reversal_as_sentence(done.undone, preview), award_as_sentence(done.made, preview)]
    for line, number in zip(
        lines, (done.undone.recorded.number, done.made.recorded.number), strict=True
    ):
        if preview:
            say(line)
        else:
            say_receipt(line, number)
    if not format_:
        for warning in done.made.warnings:
            say_aside(f"warning: {warning.sentence}")
