"""`vru-ledger claim`: a claim is approved, or was not owed after all; or a whole file of them."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    Award,
    Decision,
    DryRun,
    Format,
    FromFile,
    On,
    Reason,
    RecordKey,
    Ref,
    RelatesTo,
    Sheet,
    StepAmount,
)
from vru_ledger.cli.steps import step_or_file

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def claim(
    ctx: typer.Context,
    award: Award = "",
    amount: StepAmount = "",
    reject: Annotated[
        bool, typer.Option("--reject", help="Take back a claim that was approved.")
    ] = False,
    from_file: FromFile = "",
    sheet: Sheet = "",
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Approve a claim of AMOUNT on AWARD: it is owed, and not yet paid."""
    step_or_file(ctx, "reject-claim" if reject else "claim", award, amount)
