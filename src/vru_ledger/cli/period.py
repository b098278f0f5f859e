"""`vru-ledger period`: close a period, open it again, or list them."""

from typing import Annotated

import typer

from vru_ledger.cli.changes import receipt_of, say_recorded, told_by
from vru_ledger.cli.listing import listing
from vru_ledger.cli.options import (
    AsOf,
    Decision,
    DryRun,
    Format,
    KnownAt,
    On,
    Output,
    Reason,
    RecordKey,
    query_of,
    receipt_format,
    terminal_of,
)
from vru_ledger.cli.terminal import read, say_aside

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Periods that take entries, and those that take none.",
)

Name = Annotated[
    str,
    typer.Argument(metavar="PERIOD", help="2021/22, 2021/22-Q4, 2021/22-P12 or 2022-03."),
]


@app.command("close")
def close(
    ctx: typer.Context,
    period: Name,
    reason: Reason,
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Close a PERIOD that has ended: no entry may be dated in it any more."""
    from vru_ledger.actions.points import close_period
    from vru_ledger.domain.periods import parse_period

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    named = read(parse_period, "PERIOD", period)
    done = close_period(
        terminal.open(),
        named,
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    what = f"{named.name} ({named.first_day} to {named.last_day}) is closed"
    receipt = receipt_of(done.recorded, preview=dry_run, already=done.already)
    say_recorded({**receipt, "period": named.name}, what, format_)


@app.command()
def reopen(
    ctx: typer.Context,
    period: Name,
    reason: Reason,
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Let a closed PERIOD take entries again; whoever reopens it says who they are (--as)."""
    from vru_ledger.actions.points import reopen_period
    from vru_ledger.domain.periods import parse_period

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    named = read(parse_period, "PERIOD", period)
    done = reopen_period(
        terminal.open(),
        named,
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        named=terminal.is_named(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    what = f"{named.name} ({named.first_day} to {named.last_day}) is open again"
    receipt = receipt_of(done.recorded, preview=dry_run, already=done.already)
    say_recorded({**receipt, "period": named.name}, what, format_)
    for still in done.still_closed:
        say_aside(f"warning: {still.name} stays closed ({still.first_day} to {still.last_day})")


@app.command("list")
def list_(
    ctx: typer.Context,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every period that was ever closed, and whether it is now."""
    listing(ctx, "periods", query_of(as_of=as_of, known_at=known_at), format_, output)
