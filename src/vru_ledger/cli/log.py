"""`vru-ledger log`: the newest entries first."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    AreaFilter,
    AsOf,
    AwardFilter,
    BcuFilter,
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
from vru_ledger.cli.output import emit

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def log(
    ctx: typer.Context,
    most: Annotated[int, typer.Option("-n", "--most", help="How many.", min=1, max=10**9)] = 20,
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
    """The newest entries, with who wrote each and why."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import journal

    asked = query_of(
        since=since,
        until=until,
        as_of=as_of,
        known_at=known_at,
        fy=fy,
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
    with terminal_of(ctx).open().read() as session:
        query = resolve.query(session, asked)
        answer = journal.newest(session, query, None if everything else most)
        emit(answer, format_, output)
