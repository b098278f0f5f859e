"""`vru-ledger reverse`: undo an entry by its opposite."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    Decision,
    DryRun,
    Format,
    On,
    Reason,
    RecordKey,
    RelatesTo,
)
from vru_ledger.cli.reversals import undo_entry
from vru_ledger.errors import BadInput

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def reverse(
    ctx: typer.Context,
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="Its number, like 17.")],
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Undo ENTRY by its opposite: its money goes back, and under every cap it no longer counts."""
    number = entry.strip().removeprefix("E").removeprefix("e")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise BadInput(f"ENTRY: {entry[:40]!r} is not the number of an entry, like 17")
    undo_entry(ctx, int(number))
