"""`vru-ledger vire`: authority moves from one fund to another."""

from typing import Annotated

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
def vire(
    ctx: typer.Context,
    fund: Fund,
    to_fund: Annotated[str, typer.Argument(metavar="TO", help="The fund it goes to.")],
    amount: LineAmount,
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
    """Move authority that nobody was promised from FUND to TO: its source and year stay."""
    change_authority(ctx, "vire", amount, to_fund=to_fund)
