"""`vru-ledger undo`: undo the newest entry by its opposite."""

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

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def undo(
    ctx: typer.Context,
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Undo the newest entry that was not undone yet, by its opposite; --dry-run shows it first."""
    undo_entry(ctx, None)
