"""`vru-ledger recipient`: list recipients, show one, or add one."""

from typing import Annotated, Any

import typer

from vru_ledger.cli.changes import receipt_of, say_recorded, told_by
from vru_ledger.cli.listing import listing
from vru_ledger.cli.options import (
    AsOf,
    Decision,
    Distinct,
    DryRun,
    Format,
    FundFilter,
    KnownAt,
    On,
    Output,
    Reason,
    RecordKey,
    query_of,
    receipt_format,
    terminal_of,
)
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import read
from vru_ledger.domain.register import Listing, Recipient
from vru_ledger.domain.text import parse_code, parse_name

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The recipients.",
)


@app.command("list")
def list_(
    ctx: typer.Context,
    fund: FundFilter = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every recipient, or those that a fund lists."""
    asked = query_of(fund=fund, as_of=as_of, known_at=known_at)
    listing(ctx, "recipients", asked, format_, output)


@app.command()
def show(
    ctx: typer.Context,
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="Code or name.")],
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
) -> None:
    """One recipient: what is known of it, and its awards."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import recipients

    asked = query_of(as_of=as_of, known_at=known_at)
    with terminal_of(ctx).open().read() as session:
        query = resolve.query(session, asked)
        emit(recipients.one(session, resolve.recipient(session, recipient), query), format_)


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Like 'Riverside Youth Club'.")],
    kind: Annotated[str, typer.Option(help="Like charity or borough.", metavar="KIND")],
    reason: Reason,
    code: Annotated[str, typer.Option(help="Made from the name unless told.", metavar="CODE")] = "",
    area: Annotated[str, typer.Option(help="Where it is.", metavar="AREA")] = "",
    fund: Annotated[str, typer.Option(help="A fund that shall list it.", metavar="FUND")] = "",
    distinct: Distinct = False,
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Add a recipient, and list it in a fund if you like."""
    from vru_ledger.actions.administer import add_recipient

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    new = Recipient(
        code=read(parse_code, "--code", code) if code else "",
        name=read(parse_name, "NAME", name),
        kind=read(parse_code, "--kind", kind).lower(),
        area=area,
    )
    done, already = add_recipient(
        terminal.open(),
        new,
        fund,
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
        distinct=distinct,
    )
    records: tuple[Any, ...] = getattr(done.entry, "records", ())
    made = records[0]
    listed = next((one.fund for one in records if isinstance(one, Listing)), "")
    what = f"recipient {made.name} ({made.code}, {made.kind})"
    receipt = receipt_of(done, preview=dry_run, already=already, fund=listed, recipient=made.code)
    say_recorded(receipt, f"{what}, listed by {listed}" if listed else what, format_)
