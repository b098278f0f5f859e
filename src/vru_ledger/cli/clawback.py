"""`vru-ledger clawback`: money that was paid is demanded back."""

import typer

from vru_ledger.cli.options import (
    Award,
    Decision,
    DryRun,
    Format,
    On,
    Reason,
    RecordKey,
    Ref,
    RelatesTo,
    StepAmount,
)
from vru_ledger.cli.steps import take_step

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def clawback(
    ctx: typer.Context,
    award: Award,
    amount: StepAmount,
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Demand AMOUNT back of what was paid on AWARD."""
    take_step(ctx, "clawback", [award], amount=amount)
