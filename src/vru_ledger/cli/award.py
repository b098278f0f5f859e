"""`vru-ledger award`: list awards, show the statement of one, plan its payments."""

from datetime import date
from typing import Annotated

import typer

from vru_ledger.cli.listing import listing
from vru_ledger.cli.options import (
    AreaFilter,
    AsOf,
    Award,
    BcuFilter,
    Decision,
    DryRun,
    Everything,
    Format,
    FundFilter,
    KnownAt,
    On,
    Output,
    Reason,
    RecipientFilter,
    RecordKey,
    RelatesTo,
    SourceFilter,
    YearFilter,
    query_of,
    sentence,
    terminal_of,
)
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import Terminal, read
from vru_ledger.domain.query import Query
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput

DueBy = Annotated[
    str,
    typer.Option(
        "--due-by", help="What is due by this day; --as-of or today unless told.", metavar="DATE"
    ),
]

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
    listing(ctx, "awards", asked, format_, output)


@app.command()
def show(
    ctx: typer.Context,
    award: Award,
    due_by: DueBy = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """The statement of one AWARD: its terms, every entry, its stages, and what is due."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import awards

    terminal, asked = terminal_of(ctx), query_of(as_of=as_of, known_at=known_at)
    day = _due_by(due_by, asked, terminal)
    with terminal.open().read() as session:
        query = resolve.query(session, asked)
        found = resolve.award(session, award)
        emit(awards.one(session, found, day, query), format_, output)


@app.command()
def profile(
    ctx: typer.Context,
    award: Award,
    version: Annotated[int, typer.Option(help="An older version.", min=0, metavar="N")] = 0,
    due_by: DueBy = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """The planned payments of AWARD: by period, what they wait for, what is paid and due."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import profiles

    terminal, asked = terminal_of(ctx), query_of(as_of=as_of, known_at=known_at)
    day = _due_by(due_by, asked, terminal)
    with terminal.open().read() as session:
        query = resolve.query(session, asked)
        found = resolve.award(session, award)
        emit(profiles.answer(session, found, day, version, query), format_, output)


def _due_by(typed: str, asked: Query, terminal: Terminal) -> date:
    """Return the day that what is due is counted to: as told, as of when, or today."""
    if typed:
        return read(parse_date, "--due-by", typed)
    return asked.as_of or terminal.today()


@app.command()
def forecast(
    ctx: typer.Context,
    award: Award,
    profile: Annotated[
        str, typer.Option(help="CSV: period, amount, milestone.", metavar="FILE")
    ] = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Plan all payments of AWARD anew: a new version, the old ones stay readable."""
    from vru_ledger.cli.planning import record_forecast

    if not profile:
        raise BadInput(
            "--profile FILE is needed: a CSV file with period, amount and milestone",
            f"what is planned now: vru-ledger award profile {award}",
        )
    record_forecast(ctx, award, profile)


@app.command()
def milestone(
    ctx: typer.Context,
    award: Award,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As the plan calls it.")],
    met: Annotated[bool, typer.Option("--met", help="It was met, on the day of --on.")] = False,
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Say that the milestone NAME of AWARD was met: what waits for it may be paid."""
    from vru_ledger.cli.planning import record_milestone

    if not met:
        raise BadInput("what became of the milestone is not said", "say --met when it was met")
    record_milestone(ctx, award, sentence("NAME", name))
