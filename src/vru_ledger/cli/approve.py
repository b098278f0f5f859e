"""`vru-ledger approve`: what was proposed is promised, by somebody other than who proposed it."""

import typer

from vru_ledger.cli.options import (
    Awards,
    Decision,
    DryRun,
    Format,
    On,
    Reason,
    RecordKey,
    Ref,
    RelatesTo,
)
from vru_ledger.cli.steps import take_step
from vru_ledger.errors import BadInput

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_LONGEST_NUMBER = 15


@app.command()
def approve(
    ctx: typer.Context,
    awards: Awards,
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Approve what was proposed for each AWARD, or in an entry; somebody else proposed it."""
    digits = [asked for asked in awards if asked.isascii() and asked.isdigit()]
    if any(len(asked) > _LONGEST_NUMBER for asked in digits):
        raise BadInput(f"{max(digits, key=len)[:40]!r} is not the number of an entry, like 17")
    numbers = [int(asked) for asked in digits]
    if not numbers:
        take_step(ctx, "approve", awards)
    elif len(awards) == 1:
        from vru_ledger.cli.authority_changes import change_authority

        change_authority(ctx, "approve", fund="", proposal=numbers[0])
    else:
        raise BadInput("an entry is approved by itself", "give one number, and the next after it")
