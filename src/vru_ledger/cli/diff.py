"""`vru-ledger diff`: every figure that moved between two points, and which entries moved it."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    By,
    Everything,
    Format,
    FundFilter,
    Output,
    terminal_of,
)
from vru_ledger.cli.output import chosen_format, emit

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_POINT = "an entry, paper:NAME, a moment or now (as it was known then), or a day (as of it)."


@app.command()
def diff(
    ctx: typer.Context,
    start: Annotated[str, typer.Option("--from", help=f"From where: {_POINT}", metavar="POINT")],
    end: Annotated[str, typer.Option("--to", help="To where.", metavar="POINT")] = "now",
    by: By = "",
    fund: FundFilter = "",
    everything: Everything = False,
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every figure that moved between two points: by which entries, by whom, and why."""
    from vru_ledger.actions.diff import answer

    chosen_format(format_, output)
    dimensions = [part.strip().casefold() for part in by.split(",") if part.strip()]
    with terminal_of(ctx).open().read() as session:
        emit(answer(session, start, end, dimensions, fund, everything), format_, output)
