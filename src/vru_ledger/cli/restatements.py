"""How an award is restated on the terminal, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vru_ledger.cli.allocate import say_allocated
from vru_ledger.cli.options import decision_of, key_of, receipt_format, sentence, terminal_of
from vru_ledger.cli.reversals import say_reversed
from vru_ledger.cli.terminal import read
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
        decision=decision_of(typed["decision"]),
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
    say_reversed(done.undone, preview, format_)
    say_allocated(done.made, preview, format_)
