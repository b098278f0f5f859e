"""`vru-ledger map`: what each borough has, drawn at its place on the grid of London."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    AsOf,
    Format,
    KnownAt,
    Output,
    RecipientFilter,
    SourceFilter,
    YearFilter,
    query_of,
    terminal_of,
)
from vru_ledger.cli.terminal import held, in_colour, say_aside, width
from vru_ledger.errors import BadInput

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(name="map")
def map_(
    ctx: typer.Context,
    fund: Annotated[str, typer.Argument(metavar="[FUND]", help="Only this fund.")] = "",
    by: Annotated[
        str, typer.Option("--by", help="area (a borough), or bcu.", metavar="DIM")
    ] = "area",
    measure: Annotated[
        str,
        typer.Option(
            help="allocated, proposed, committed, payable, disbursed or recoverable.",
            metavar="STAGE",
        ),
    ] = "allocated",
    recipient: RecipientFilter = "",
    source: SourceFilter = "",
    fy: YearFilter = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every borough at its place on the grid of London: its letters, a shade and a figure."""
    from vru_ledger.cli.made_by import answered
    from vru_ledger.cli.output import chosen_format, emit, write_whole
    from vru_ledger.render.tiles import draw
    from vru_ledger.reports import map as report

    measure = measure.strip().casefold()
    if measure not in report.MEASURED:
        raise BadInput(f"--measure: {measure[:40]!r} is none of {', '.join(report.MEASURED)}")
    if format_ or output:
        chosen_format(format_, output)
    asked = query_of(
        by=by,
        fund=fund,
        recipient=recipient,
        source=source,
        fy=fy,
        as_of=as_of,
        known_at=known_at,
        stage="" if measure == report.ALLOCATED else measure,
    )
    with terminal_of(ctx).open().read() as session:
        answer = answered(session, "map", asked)
        if format_ or (output and not output.endswith(".txt")):
            emit(answer, format_, output)
        elif output:
            write_whole(output, lambda out: draw(answer, out, width=80, colour=False))
            say_aside(f"written: {output}")
        else:
            draw(answer, held, width=width(), colour=in_colour())
