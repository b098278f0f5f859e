"""`vru-ledger status`: one screen that says where the ledger stands."""

import typer

from vru_ledger.cli.options import Format, terminal_of
from vru_ledger.cli.output import emit

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def status(ctx: typer.Context, format_: Format = "") -> None:
    """One screen: every fund, what to watch, and the head of the chain."""
    from vru_ledger.actions.status import status as action

    terminal = terminal_of(ctx)
    with terminal.open().read() as session:
        emit(action(session, terminal.shown_place()), format_)
