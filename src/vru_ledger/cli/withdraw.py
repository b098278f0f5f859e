"""`vru-ledger withdraw`: what was proposed is no longer asked for."""

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

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def withdraw(
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
    """Withdraw what was proposed for each AWARD; its money is free again."""
    take_step(ctx, "withdraw", awards)
