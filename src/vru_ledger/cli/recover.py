"""`vru-ledger recover`: money that was demanded back is received."""

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
def recover(
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
    """Record that AMOUNT of what AWARD owes back was received; it is free again."""
    take_step(ctx, "recover", [award], amount=amount)
