"""`vru-ledger report`: ask a question of the ledger, and choose how to see the answer."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    AreaFilter,
    AsOf,
    AwardFilter,
    BcuFilter,
    By,
    Everything,
    Format,
    FundFilter,
    KindFilter,
    KnownAt,
    Output,
    RecipientFilter,
    Since,
    SourceFilter,
    StageFilter,
    Until,
    YearFilter,
    query_of,
    terminal_of,
)
from vru_ledger.cli.output import chosen_format, emit
from vru_ledger.cli.terminal import say
from vru_ledger.errors import NotFound

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def report(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Which report; without it, the list of them.")
    ] = "",
    by: By = "",
    fund: FundFilter = "",
    recipient: RecipientFilter = "",
    area: AreaFilter = "",
    bcu: BcuFilter = "",
    source: SourceFilter = "",
    fy: YearFilter = "",
    stage: StageFilter = "",
    award: AwardFilter = "",
    kind: KindFilter = "",
    since: Since = "",
    until: Until = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    everything: Everything = False,
    format_: Format = "",
    output: Output = "",
) -> None:
    """Ask a question of the ledger, and choose how to see the answer."""
    from vru_ledger import reports
    from vru_ledger.actions import resolve

    if not name:
        for one in reports.names():
            say(f"{one:12} {reports.report(one).TITLE}")
        return
    if name not in reports.names():
        raise NotFound(
            f"no report is called {name[:40]!r}", f"there are {', '.join(reports.names())}"
        )
    asked = query_of(
        since=since,
        until=until,
        as_of=as_of,
        known_at=known_at,
        fy=fy,
        by=by,
        stage=stage,
        everything=everything,
        fund=fund,
        recipient=recipient,
        area=area,
        bcu=bcu,
        source=source,
        award=award,
        kind=kind,
    )
    chosen_format(format_, output)
    with terminal_of(ctx).open().read() as session:
        emit(reports.report(name).answer(session, resolve.query(session, asked)), format_, output)
