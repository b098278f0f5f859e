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

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


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
    """Approve what was proposed for each AWARD; somebody else must have proposed it."""
    take_step(ctx, "approve", awards)
