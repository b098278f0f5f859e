"""`vru-ledger close`: an award ends, and what was not delivered is freed."""

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
def close(
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
    """Close each AWARD: what was committed and not claimed is free again."""
    take_step(ctx, "close", awards)
