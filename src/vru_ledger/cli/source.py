"""`vru-ledger source`: list funding sources, show one, add one, or correct one."""

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
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import read
from vru_ledger.domain.text import parse_code, parse_name
from vru_ledger.domain.years import parse_date

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="The funding sources.",
)

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="Code or name.")]
UseBy = Annotated[str, typer.Option(help="The last day of its use; none.", metavar="DATE")]


@app.command("list")
def list_(
    ctx: typer.Context,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every funding source, its money, and the terms on which it comes."""
    listing(ctx, "sources", query_of(as_of=as_of, known_at=known_at), format_, output)


@app.command()
def show(
    ctx: typer.Context,
    source: Source,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
) -> None:
    """One source: its terms, its money in each fund and year, and what it underwrites."""
    from vru_ledger.actions import decide, resolve
    from vru_ledger.reports import sources

    asked = query_of(as_of=as_of, known_at=known_at)
    with terminal_of(ctx).open().read() as session:
        query = resolve.query(session, asked)
        emit(sources.one(session, decide.source(session, source), query), format_)


@app.command()
def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Like HO-VRU.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Like 'Home Office VRU grant'.")],
    reason: Reason,
    in_year_only: Annotated[
        bool, typer.Option("--in-year-only", help="Its money ends with its financial year.")
    ] = False,
    use_by: UseBy = "",
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Add a funding source."""
    from vru_ledger.actions.decide import add_source
    from vru_ledger.domain.register import FundingSource

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    new = FundingSource(
        code=read(parse_code, "CODE", code),
        name=read(parse_name, "NAME", name),
        in_year_only=in_year_only,
        use_by=read(parse_date, "--use-by", use_by) if use_by else None,
    )
    done = add_source(
        terminal.open(),
        new,
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    what = f"source {new.code} ({new.name}){_terms(new.in_year_only, new.use_by)}"
    receipt = receipt_of(done.recorded, preview=dry_run, already=done.already)
    say_recorded(receipt, what, format_)


@app.command("set")
def set_(
    ctx: typer.Context,
    source: Source,
    reason: Reason,
    name: Annotated[str, typer.Option(help="Its name, if that was wrong.", metavar="NAME")] = "",
    in_year_only: Annotated[
        bool | None,
        typer.Option("--in-year-only/--not-in-year-only", help="Its money ends with its year."),
    ] = None,
    use_by: UseBy = "",
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Correct what is said of a source; what is not given stays."""
    from vru_ledger.actions.decide import SourceChange, set_source

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    cleared = use_by.strip().casefold() == "none"
    done = set_source(
        terminal.open(),
        SourceChange(
            code=source,
            name=read(parse_name, "--name", name) if name else "",
            in_year_only=in_year_only,
            use_by=read(parse_date, "--use-by", use_by) if use_by and not cleared else None,
            no_use_by=cleared,
        ),
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    record = done.record
    terms = _terms(getattr(record, "in_year_only", False), getattr(record, "use_by", None))
    what = f"source {getattr(record, 'code', '')} ({getattr(record, 'name', '')}){terms}"
    receipt = receipt_of(done.recorded, preview=dry_run, already=done.already)
    say_recorded(receipt, what, format_)


def _terms(in_year_only: bool, use_by: object) -> str:
    """Say on which terms money comes: ', in-year-only, used by 2024-03-31'."""
    said = [", in-year-only"] if in_year_only else []
    return "".join([*said, f", used by {use_by}" if use_by else ""])
