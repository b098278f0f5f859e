"""`vru-ledger headroom`: how much more could go, and which cap stops more."""

from typing import Annotated

import typer

from vru_ledger.cli.options import Format, Output, sentence, terminal_of, year_of
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import read
from vru_ledger.domain.years import parse_term

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def headroom(
    ctx: typer.Context,
    fund: Annotated[str, typer.Argument(metavar="[FUND", help="One fund's recipients.")] = "",
    recipient: Annotated[
        str, typer.Argument(metavar="[RECIPIENT]]", help="One recipient, cap by cap.")
    ] = "",
    fy: Annotated[str, typer.Option(help="In this financial year.", metavar="YEAR")] = "",
    area: Annotated[str, typer.Option(help="In this area.", metavar="AREA")] = "",
    source: Annotated[str, typer.Option(help="From this source.", metavar="SOURCE")] = "",
    term: Annotated[str, typer.Option(help="FIRST..LAST day of it.", metavar="TERM")] = "",
    purpose: Annotated[str, typer.Option(help="For this purpose.", metavar="TEXT")] = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """How much more could go, and which cap stops more."""
    from vru_ledger.actions import headroom as action
    from vru_ledger.actions.allocate import Request
    from vru_ledger.domain.money import Pence

    terminal = terminal_of(ctx)
    term_from, term_to = read(parse_term, "--term", term) if term else (None, None)
    # A penny asks the caps the same question that a million would.
    penny = Request(
        fund=fund,
        recipient=recipient,
        amount_pence=Pence(1),
        dated=terminal.today(),
        fy=year_of(fy),
        term_from=term_from,
        term_to=term_to,
        area=area,
        source=source,
        purpose=sentence("--purpose", purpose),
    )
    with terminal.open().read() as session:
        if not fund:
            answer = action.of_funds(session)
        elif not recipient:
            answer = action.of_recipients(session, penny)
        else:
            answer = action.of_recipient(session, penny)
        emit(answer, format_, output)
