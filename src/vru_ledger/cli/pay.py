"""`vru-ledger pay`: a claim is paid, or money goes out before any claim."""

from typing import Annotated

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
def pay(
    ctx: typer.Context,
    award: Award,
    amount: StepAmount,
    advance: Annotated[
        bool, typer.Option("--advance", help="Pay before need: nothing was claimed for it.")
    ] = False,
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Pay AMOUNT of what was claimed on AWARD."""
    take_step(ctx, "advance" if advance else "pay", [award], amount=amount)
