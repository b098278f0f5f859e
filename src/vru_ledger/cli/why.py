"""`vru-ledger why`: from a figure to its entries, and from an entry to its source."""

from typing import Annotated

import typer

from vru_ledger.cli.options import AsOf, Everything, Format, KnownAt, query_of, terminal_of
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
    as_of: AsOf = "",
    known_at: KnownAt = "",
    everything: Everything = False,
    format_: Format = "",
) -> None:
    """Where a figure comes from: its entries, who wrote them, and their source."""
    from vru_ledger.actions import resolve
    from vru_ledger.actions.explain import why as action

    asked = query_of(as_of=as_of, known_at=known_at)
    with terminal_of(ctx).open().read() as session:
        moment = resolve.query(session, asked).moment()
        emit(action(session, what, None if everything else 40, moment), format_)
