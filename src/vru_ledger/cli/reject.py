"""`vru-ledger reject`: what was proposed is not approved."""

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
def reject(
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
    """Turn down what was proposed for each AWARD; its money is free again."""
    take_step(ctx, "reject", awards)
