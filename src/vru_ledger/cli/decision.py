"""`vru-ledger decision`: list the decisions, show what was done under one, or register one."""

from typing import Annotated

import typer

from vru_ledger.cli.changes import receipt_of, say_recorded, told_by
from vru_ledger.cli.listing import listing
from vru_ledger.cli.options import (
    AsOf,
    DryRun,
    Format,
    KnownAt,
    On,
    Output,
    Reason,
    RecordKey,
    decision_of,
    query_of,
    receipt_format,
    sentence,
    terminal_of,
)
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import read
from vru_ledger.domain.money import format_pounds, parse_pounds
from vru_ledger.domain.years import parse_date

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The decisions.",
)

Ref = Annotated[str, typer.Argument(metavar="REF", help="Like 'PCD 1644' or MD3274.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every registered decision."""
    listing(ctx, "decisions", query_of(as_of=as_of, known_at=known_at), format_, output)


@app.command()
def show(
    ctx: typer.Context,
    ref: Ref,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
) -> None:
    """One decision: what it is, the entries under it, and their sum against its amount."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import decisions

    asked = query_of(as_of=as_of, known_at=known_at)
    with terminal_of(ctx).open().read() as session:
        query = resolve.query(session, asked)
        emit(decisions.one(session, decision_of(ref), query), format_)


@app.command()
def add(
    ctx: typer.Context,
    ref: Ref,
    reason: Reason = "",
    title: Annotated[str, typer.Option(help="What it is called.", metavar="TEXT")] = "",
    amount: Annotated[str, typer.Option(help="How much it decides.", metavar="AMOUNT")] = "",
    date: Annotated[str, typer.Option(help="The day it was signed.", metavar="DATE")] = "",
    signatory: Annotated[str, typer.Option(help="Who signed it.", metavar="NAME")] = "",
    on: On = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Register a decision: its amount, day, signatory and title, as far as they are known."""
    from vru_ledger.actions.decide import add_decision
    from vru_ledger.domain.register import Decision

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    new = Decision(
        code=decision_of(ref),
        title=sentence("--title", title),
        amount_pence=read(parse_pounds, "--amount", amount) if amount else None,
        signed_on=read(parse_date, "--date", date) if date else None,
        signed_by=sentence("--signatory", signatory),
    )
    done = add_decision(
        terminal.open(),
        new,
        told_by(terminal, on=on, reason=reason or "a decision registered", decision="", key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    of = f" of {format_pounds(new.amount_pence)}" if new.amount_pence else ""
    what = f"decision {new.code}{of}{f' ({new.title})' if new.title else ''}"
    receipt = receipt_of(done.recorded, preview=dry_run, already=done.already)
    say_recorded(receipt, what, format_)
