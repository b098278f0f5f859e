"""`vru-ledger lapse`: authority ends with its year."""

import typer

from vru_ledger.cli.authority_changes import change_authority
from vru_ledger.cli.options import (
    Decision,
    DryRun,
    Expected,
    Format,
    Fund,
    LineAmount,
    LineSource,
    LineYear,
    On,
    Propose,
    Reason,
    RecordKey,
    Ref,
    RelatesTo,
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def lapse(
    ctx: typer.Context,
    fund: Fund,
    amount: LineAmount = "all",
    source: LineSource = "",
    fy: LineYear = "",
    expected: Expected = False,
    propose: Propose = False,
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Let authority of FUND that nobody was promised end with its year."""
    change_authority(ctx, "lapse", amount)
