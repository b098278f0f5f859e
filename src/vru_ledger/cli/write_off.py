"""`vru-ledger write-off`: money that was demanded back will not come: a loss."""

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
def write_off(
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
    """Give up AMOUNT of what AWARD owes back: a loss, listed for ever."""
    take_step(ctx, "write-off", [award], amount=amount)
