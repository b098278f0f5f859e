"""`vru-ledger carry`: authority goes from one financial year into another."""

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
    On,
    Propose,
    Reason,
    RecordKey,
    Ref,
    RelatesTo,
)
from vru_ledger.cli.terminal import read
from vru_ledger.domain.years import parse_financial_year

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def carry(
    ctx: typer.Context,
    fund: Fund,
    amount: LineAmount,
    fy: Annotated[
        str, typer.Option("--fy", "--from-fy", help="The year it leaves; none.", metavar="YEAR")
    ],
    to_fy: Annotated[str, typer.Option(help="The year it enters.", metavar="YEAR")],
    source: LineSource = "",
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
    """Carry authority of FUND that nobody was promised into another financial year."""
    change_authority(ctx, "carry", amount, to_fy=read(parse_financial_year, "--to-fy", to_fy))
