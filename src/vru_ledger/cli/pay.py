"""`vru-ledger pay`: pay a claim, or before any claim; or a whole file of payments."""

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
def pay(
    ctx: typer.Context,
    award: Award = "",
    amount: StepAmount = "",
    advance: Annotated[
        bool, typer.Option("--advance", help="Pay before need: nothing was claimed for it.")
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
    """Pay AMOUNT of what was claimed on AWARD."""
    step_or_file(ctx, "advance" if advance else "pay", award, amount)
