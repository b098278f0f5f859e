"""`vru-ledger award`: list awards, or show the whole statement of one."""

import typer

from vru_ledger.cli.options import (
    AreaFilter,
    AsOf,
    Award,
    BcuFilter,
    Everything,
    Format,
    FundFilter,
    KnownAt,
    Output,
    RecipientFilter,
    SourceFilter,
    YearFilter,
    query_of,
    terminal_of,
)
from vru_ledger.cli.output import emit

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="The awards."
)


@app.command("list")
def list_(
    ctx: typer.Context,
    fund: FundFilter = "",
    recipient: RecipientFilter = "",
    area: AreaFilter = "",
    bcu: BcuFilter = "",
    source: SourceFilter = "",
    fy: YearFilter = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    everything: Everything = False,
    format_: Format = "",
    output: Output = "",
) -> None:
    """Awards, the newest first, with what each stage holds of them."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import awards

    asked = query_of(
        fund=fund,
        recipient=recipient,
        area=area,
        bcu=bcu,
        source=source,
        fy=fy,
        as_of=as_of,
        known_at=known_at,
        everything=everything,
    )
    with terminal_of(ctx).open().read() as session:
        emit(awards.answer(session, resolve.query(session, asked)), format_, output)


@app.command()
def show(
    ctx: typer.Context,
    award: Award,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """The statement of one AWARD: its terms, every entry, its stages, and what is due."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import awards

    asked = query_of(as_of=as_of, known_at=known_at)
    with terminal_of(ctx).open().read() as session:
        query = resolve.query(session, asked)
        emit(awards.one(session, resolve.award(session, award), query), format_, output)
