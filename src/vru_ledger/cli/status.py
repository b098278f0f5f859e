"""`vru-ledger status`: one screen that says where the ledger stands."""

import typer

from vru_ledger.cli.options import AsOf, Format, KnownAt, query_of, terminal_of
from vru_ledger.cli.output import emit

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def status(
    ctx: typer.Context, as_of: AsOf = "", known_at: KnownAt = "", format_: Format = ""
) -> None:
    """One screen: every fund, what to watch, and the head of the chain."""
    from vru_ledger.actions import resolve
    from vru_ledger.actions.status import status as action

    terminal, asked = terminal_of(ctx), query_of(as_of=as_of, known_at=known_at)
    with terminal.open().read() as session:
        moment = resolve.query(session, asked).moment()
        emit(
            action(session, terminal.shown_place(), asked.as_of or terminal.today(), moment),
            format_,
        )
