"""`vru-ledger show`: one entry, with what it moved and its link of the chain."""

from typing import Annotated

import typer

from vru_ledger.cli.options import Format, terminal_of
from vru_ledger.cli.output import emit

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def show(
    ctx: typer.Context,
    entry: Annotated[
        str, typer.Argument(metavar="ENTRY", help="Its number, like 17, or an award.")
    ],
    format_: Format = "",
) -> None:
    """One entry: every fact of it, what it moved, and its link of the chain."""
    from vru_ledger.actions.explain import of_entry

    with terminal_of(ctx).open().read() as session:
        emit(of_entry(session, entry), format_)
