"""`vru-ledger why`: from a figure to its entries, and from an entry to its source."""

from typing import Annotated

import typer

from vru_ledger.cli.options import Everything, Format, terminal_of
from vru_ledger.cli.output import emit

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def why(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A figure (MYENDS.committed), a cap (MYENDS-EACH), an award, or an entry (17).",
        ),
    ],
    everything: Everything = False,
    format_: Format = "",
) -> None:
    """Where a figure comes from: its entries, who wrote them, and their source."""
    from vru_ledger.actions.explain import why as action

    with terminal_of(ctx).open().read() as session:
        emit(action(session, what, None if everything else 40), format_)
