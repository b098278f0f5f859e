"""`vru-ledger fund`: list funds, show one, add one, admit a recipient, or give one money."""

from typing import Annotated

import typer

from vru_ledger.cli.authority_changes import change_authority
from vru_ledger.cli.changes import receipt_of, say_recorded, told_by
from vru_ledger.cli.listing import listing
from vru_ledger.cli.options import (
    AsOf,
    Decision,
    DryRun,
    Format,
    Fund,
    KnownAt,
    LineAmount,
    LineSource,
    LineYear,
    On,
    Output,
    Reason,
    RecordKey,
    Ref,
    RelatesTo,
    query_of,
    receipt_format,
    sentence,
    terminal_of,
    year_of,
)
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import read
from vru_ledger.domain.money import format_pounds, parse_pounds
from vru_ledger.domain.stages import CERTAINTIES
from vru_ledger.domain.text import parse_code, parse_name
from vru_ledger.domain.years import parse_date, parse_term

Underwriter = Annotated[
    str, typer.Option(help="The source that stands in for what is expected.", metavar="SOURCE")
]

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="The funds."
)


@app.command("list")
def list_(
    ctx: typer.Context,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every fund, with its authority."""
    listing(ctx, "funds", query_of(as_of=as_of, known_at=known_at), format_, output)


@app.command()
def show(
    ctx: typer.Context,
    fund: Annotated[str, typer.Argument(metavar="FUND", help="Code or name.")],
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
) -> None:
    """One fund: what is known of it, its caps, and who may receive it."""
    from vru_ledger.actions import resolve
    from vru_ledger.reports import funds

    terminal = terminal_of(ctx)
    asked = query_of(as_of=as_of, known_at=known_at, today=terminal.today())
    with terminal.open().read() as session:
        query = resolve.query(session, asked)
        emit(funds.one(session, resolve.fund(session, fund), query), format_)


@app.command()
def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Like MYENDS.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Like 'MyEnds'.")],
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Its authority, like 6m.")],
    reason: Reason,
    theme: Annotated[str, typer.Option(help="What it belongs to.", metavar="TEXT")] = "",
    closed: Annotated[
        bool, typer.Option("--closed", help="Only the listed recipients may receive it.")
    ] = False,
    recipients: Annotated[
        list[str] | None,
        typer.Option("--recipient", help="A recipient it lists; may be repeated.", metavar="NAME"),
    ] = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", help="A kind it may be given to; repeated.", metavar="KIND"),
    ] = None,
    term: Annotated[str, typer.Option(help="FIRST..LAST day of its awards.", metavar="TERM")] = "",
    source: Annotated[str, typer.Option(help="Where its money is from.", metavar="SOURCE")] = "",
    fy: Annotated[str, typer.Option(help="The year of its authority.", metavar="YEAR")] = "",
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Add a fund, its authority, and a cap that stops its total."""
    from vru_ledger.actions.administer import NewFund, add_fund

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    term_from, term_to = read(parse_term, "--term", term) if term else (None, None)
    new = NewFund(
        code=read(parse_code, "CODE", code),
        name=read(parse_name, "NAME", name),
        amount_pence=read(parse_pounds, "AMOUNT", amount),
        theme=sentence("--theme", theme),
        closed=closed,
        kinds=tuple(read(parse_code, "--kind", one).lower() for one in kinds or ()),
        recipients=tuple(recipients or ()),
        term_from=term_from,
        term_to=term_to,
        source=source,
        fy=year_of(fy),
    )
    done = add_fund(
        terminal.open(),
        new,
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    what = f"fund {new.code} ({new.name}), {format_pounds(new.amount_pence)}"
    already, pence = len(done) == 1, new.amount_pence
    receipt = receipt_of(
        done[0], preview=dry_run, already=already, fund=new.code, amount_pence=pence
    )
    say_recorded(receipt, what, format_)


@app.command()
def admit(
    ctx: typer.Context,
    fund: Annotated[str, typer.Argument(metavar="FUND", help="Code or name.")],
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="Code or name.")],
    reason: Reason,
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Let a fund list a recipient that is there already."""
    from vru_ledger.actions.administer import admit as action

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    done, of, who, already = action(
        terminal.open(),
        fund,
        recipient,
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    receipt = receipt_of(done, preview=dry_run, already=already, fund=of.code, recipient=who.code)
    say_recorded(receipt, f"{of.name} lists {who.name} ({who.code})", format_)


@app.command()
def receive(
    ctx: typer.Context,
    fund: Fund,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="What comes, like 750k.")],
    source: Annotated[str, typer.Option(help="Where it is from.", metavar="SOURCE")] = "",
    fy: Annotated[str, typer.Option(help="The financial year it is for.", metavar="YEAR")] = "",
    certainty: Annotated[
        str, typer.Option(help="expected, confirmed or received.", metavar="CERTAINTY")
    ] = "",
    underwriter: Underwriter = "",
    use_by: Annotated[str, typer.Option(help="The last day of its use.", metavar="DATE")] = "",
    in_year_only: Annotated[
        bool, typer.Option("--in-year-only", help="It ends with its financial year.")
    ] = False,
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Give FUND more authority, by source and year: expected, confirmed or received."""
    from vru_ledger.errors import BadInput

    sure = certainty.strip().casefold()
    if sure and sure not in CERTAINTIES:
        raise BadInput(f"--certainty: {certainty[:40]!r} is none of {', '.join(CERTAINTIES)}")
    if amount.strip().casefold() == "all":
        raise BadInput("AMOUNT: 'all' is no amount of money that comes", "write it like 750k")
    change_authority(
        ctx,
        "fund",
        amount,
        fy=year_of(fy),
        certainty=sure,
        underwriter=underwriter,
        use_by=read(parse_date, "--use-by", use_by) if use_by else None,
        in_year_only=in_year_only,
    )


@app.command()
def confirm(
    ctx: typer.Context,
    fund: Fund,
    amount: LineAmount = "all",
    source: LineSource = "",
    fy: LineYear = "",
    received: Annotated[
        bool, typer.Option("--received", help="It is not only confirmed: it is here.")
    ] = False,
    underwriter: Underwriter = "",
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Confirm money of FUND that was only expected; what covered it is released."""
    sure = "received" if received else "confirmed"
    change_authority(ctx, "confirm", amount, certainty=sure, underwriter=underwriter)


@app.command()
def cover(
    ctx: typer.Context,
    fund: Fund,
    underwriter: Underwriter,
    amount: LineAmount = "all",
    source: LineSource = "",
    fy: LineYear = "",
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Let another source stand in for money of FUND that is only expected."""
    change_authority(ctx, "cover", amount, underwriter=underwriter)
