"""`vru-ledger paper`: name the point that a paper's figures are of, or list those named."""

from typing import Annotated

import typer

from vru_ledger.cli.changes import receipt_of, say_recorded
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
    decision_of,
    key_of,
    query_of,
    receipt_format,
    sentence,
    terminal_of,
)
from vru_ledger.cli.terminal import read
from vru_ledger.domain.text import parse_code
from vru_ledger.domain.years import parse_date

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The points that papers show figures of.",
)


@app.command()
def tag(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A code, like BOARD-2026-05.")],
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Name the newest entry for a paper: `--known-at paper:NAME` then shows its figures."""
    from vru_ledger.actions.administer import Told
    from vru_ledger.actions.points import tag_paper
    from vru_ledger.domain.points import PaperTag

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    done = tag_paper(
        terminal.open(),
        read(parse_code, "NAME", name),
        Told(
            dated=read(parse_date, "--on", on) if on else terminal.today(),
            dated_by_clock=not on,
            reason=sentence("--reason", reason),
            decision=decision_of(decision),
            key=key_of(key),
        ),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    new = done.recorded.entry
    if isinstance(new, PaperTag):
        what = f"paper {new.paper} names entry {new.at}, head {new.head[:12]}"
        receipt = receipt_of(done.recorded, preview=dry_run, already=done.already)
        say_recorded({**receipt, "paper": new.paper, "names_entry": new.at}, what, format_)


@app.command("list")
def list_(
    ctx: typer.Context,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every paper and the point it names."""
    listing(ctx, "papers", query_of(as_of=as_of, known_at=known_at), format_, output)
