"""`vru-ledger headroom`: how much more could go, and which cap stops more."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    AsOf,
    Format,
    KnownAt,
    Output,
    query_of,
    sentence,
    terminal_of,
    year_of,
)
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
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """How much more could go, and which cap stops more."""
    from vru_ledger.actions import headroom as action
    from vru_ledger.actions import resolve
    from vru_ledger.actions.allocation_request import Request
    from vru_ledger.domain.money import Pence

    terminal, asked = terminal_of(ctx), query_of(as_of=as_of, known_at=known_at)
    term_from, term_to = read(parse_term, "--term", term) if term else (None, None)
    # A penny asks the caps the same question that a million would.
    penny = Request(
        fund=fund,
        recipient=recipient,
        amount_pence=Pence(1),
        dated=asked.as_of or terminal.today(),
        fy=year_of(fy),
        term_from=term_from,
        term_to=term_to,
        area=area,
        source=source,
        purpose=sentence("--purpose", purpose),
    )
    with terminal.open().read() as session:
        moment = resolve.query(session, asked).moment()
        if not fund:
            answer = action.of_funds(session, penny.dated, moment)
        else:
            penny, line = action.of_one_line(session, penny, moment)
            asking = action.of_recipient if recipient else action.of_recipients
            answer = asking(session, penny, moment)
            answer = answer.replace(notes=[*answer.notes, line]) if line else answer
        emit(answer, format_, output)
