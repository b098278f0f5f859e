"""`vru-ledger suspend`: nothing is claimed or paid until an award is resumed."""

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
def suspend(
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
    """Stop claims and payments of each AWARD until it is resumed."""
    take_step(ctx, "suspend", awards)
