"""`vru-ledger report`: ask a question of the ledger, and choose how to see the answer."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    AreaFilter,
    AsOf,
    AwardFilter,
    BcuFilter,
    Bom,
    By,
    Chart,
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
from vru_ledger.cli.made_by import signed
from vru_ledger.cli.output import chosen_format, drawn_format, emit, with_picture
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
    chart: Chart = False,
    bom: Bom = False,
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
    if name not in reports.names() and name != "pack":
        raise NotFound(
            f"no report is called {name[:40]!r}", f"there are {', '.join(reports.names())}, and pack"
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
    if name == "pack":
        from vru_ledger.cli.pack import write_pack

        write_pack(terminal_of(ctx), asked, output, format_, drawn_only=chart or bom)
        return
    format_ = drawn_format(format_, output) if chart else chosen_format(format_, output)
    with terminal_of(ctx).open().read() as session:
        asked = resolve.query(session, asked)
        answer = reports.report(name).answer(session, asked)
        answer = signed(session, name, asked, answer)
        emit(with_picture(answer) if chart else answer, format_, output, bom=bom)
