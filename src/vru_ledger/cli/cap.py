"""`vru-ledger cap`: list caps, show one, set one, or override one for one bucket."""

from typing import TYPE_CHECKING, Annotated

import typer

from vru_ledger.cli.changes import must_not_be_to_come, receipt_of, say_recorded, told_by
from vru_ledger.cli.listing import listing
from vru_ledger.cli.options import (
    AsOf,
    Decision,
    DryRun,
    Everything,
    Format,
    FundFilter,
    KnownAt,
    On,
    Output,
    Reason,
    RecordKey,
    query_of,
    reads_as_amount,
    receipt_format,
    sentence,
    terminal_of,
)
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import read
from vru_ledger.domain.text import parse_code
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    from vru_ledger.actions.limits import CapChange

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="The limits."
)


@app.command("list")
def list_(
    ctx: typer.Context,
    fund: FundFilter = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    everything: Everything = False,
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every cap and what is used of it."""
    today = terminal_of(ctx).today()
    asked = query_of(fund=fund, as_of=as_of, known_at=known_at, everything=everything, today=today)
    listing(ctx, "caps", asked, format_, output)


@app.command()
def show(
    ctx: typer.Context,
    cap: Annotated[str, typer.Argument(metavar="CAP", help="Its code, like MYENDS-EACH.")],
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
) -> None:
    """One cap: what it measures, how much, and each entry that set it."""
    from vru_ledger.actions import resolve
    from vru_ledger.actions.explain import of_cap

    asked = query_of(as_of=as_of, known_at=known_at)
    with terminal_of(ctx).open().read() as session:
        moment = resolve.query(session, asked).moment()
        emit(of_cap(session, cap, None, moment), format_)


@app.command("set")
def set_(
    ctx: typer.Context,
    cap: Annotated[str, typer.Argument(metavar="CAP", help="Its code, like MYENDS-EACH.")],
    limit: Annotated[
        str, typer.Argument(metavar="LIMIT", help="750k, 8, 12.5% or 2023-03-31: as its kind says.")
    ],
    reason: Reason,
    fund: Annotated[str, typer.Option(help="The fund, for a new cap.", metavar="FUND")] = "",
    measure: Annotated[
        str,
        typer.Option(
            help="amount, award, recipients, share or end, for a new cap.", metavar="KIND"
        ),
    ] = "",
    per: Annotated[
        str, typer.Option(help="What it counts per: recipient, financial-year, ...", metavar="PER")
    ] = "",
    only: Annotated[str, typer.Option(help="Only recipients of a kind.", metavar="KIND")] = "",
    severity: Annotated[str, typer.Option(help="stop, warn or track.", metavar="SEVERITY")] = "",
    tolerance: Annotated[
        str, typer.Option(help="What may be passed of it: 1k, 2 or 2.5%.", metavar="TOLERANCE")
    ] = "",
    citation: Annotated[
        str, typer.Option(help="Where it is written; as before unless told.", metavar="TEXT")
    ] = "",
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Set a cap: a new one, or another limit for one that is there."""
    from vru_ledger.actions.limits import NewCap, set_cap

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    if reads_as_amount(cap):
        raise BadInput(f"CAP: {cap!r} is an amount", "the order is CAP LIMIT")
    new = NewCap(
        code=read(parse_code, "CAP", cap),
        limit=limit,
        fund=fund,
        measure=measure.casefold(),
        per=tuple(part.strip().casefold() for part in per.split(",") if part.strip()),
        only=read(parse_code, "--only", only).lower() if only else "",
        severity=severity.casefold(),
        tolerance=tolerance,
        citation=sentence("--citation", citation),
    )
    told = told_by(terminal, on=on, reason=reason, decision=decision, key=key)
    must_not_be_to_come(terminal, told)
    done = set_cap(
        terminal.open(),
        new,
        told,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    _say_set(done, dry_run, format_)


@app.command()
def override(
    ctx: typer.Context,
    cap: Annotated[str, typer.Argument(metavar="CAP", help="Its code, like MYENDS-EACH.")],
    what: Annotated[
        list[str],
        typer.Argument(metavar="[BUCKET...] AMOUNT", help="What it counts per; by how much."),
    ],
    until: Annotated[str, typer.Option(help="The last day of its use.", metavar="DATE")],
    reason: Reason,
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Let one bucket of a cap pass its limit by AMOUNT until a day, under a decision."""
    from vru_ledger.actions.override import override as action
    from vru_ledger.domain.money import format_pounds, parse_pounds
    from vru_ledger.domain.years import parse_date

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    done = action(
        terminal.open(),
        cap,
        tuple(what[:-1]),
        read(parse_pounds, "AMOUNT", what[-1]),
        read(parse_date, "--until", until),
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    of = f" for {done.bucket_words}" if done.bucket_words else ""
    said = f"{done.cap.cap} may be passed by {format_pounds(done.entry.amount_pence)}{of}"
    last = done.entry.until.isoformat() if done.entry.until else ""
    said += f" until {last} ({done.entry.decision})"
    receipt = receipt_of(
        done.recorded,
        preview=dry_run,
        already=done.already,
        fund=done.entry.fund,
        cap=done.entry.cap,
        amount_pence=done.entry.amount_pence,
    )
    say_recorded(receipt, said, format_)


@app.command()
def overrides(
    ctx: typer.Context,
    fund: FundFilter = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every override there ever was, and what leans on it."""
    asked = query_of(fund=fund, as_of=as_of, known_at=known_at)
    listing(ctx, "overrides", asked, format_, output)


def _say_set(done: "CapChange", preview: bool, format_: str) -> None:
    """Say what the limit is and was, and warn of what is over it."""
    from vru_ledger.caps import kind_of, limit_in_words
    from vru_ledger.domain.quantity import Quantity
    from vru_ledger.rules.case import Breach

    entry, kind = done.entry, kind_of(done.entry.measure)
    was = f" (was {limit_in_words(done.was)})" if done.was else ""
    until = "; nothing more passes until that falls" if entry.severity == "stop" else ""
    warnings = [
        Breach(
            "within-caps",
            "warn",
            f"{entry.cap}: {bucket} ends {Quantity(entry.limit + over, 'day')}, after that day"
            if kind.UNIT == "day"
            else f"{entry.cap}: {Quantity(over, kind.UNIT)} over its limit"
            f"{f' for {bucket}' if bucket else ''}{until}",
            entry.cap,
            over,
        )
        for bucket, over in done.over
    ]
    if done.was and entry.dated and entry.dated.isoformat() < done.was_on:
        said = (
            f"{entry.cap} was set as of {done.was_on}, and this one, of {entry.dated}, takes its"
            f" place on that day and after: if {limit_in_words(done.was)} should hold then, set it"
            " again"
        )
        warnings.append(Breach("within-caps", "warn", said, entry.cap))
    receipt = receipt_of(
        done.recorded,
        preview=preview,
        already=done.already,
        fund=entry.fund,
        cap=entry.cap,
        amount_pence=entry.limit if kind.UNIT == "pence" and entry.measure != "share" else None,
        warnings=warnings,
    )
    say_recorded(receipt, f"{entry.cap} is {limit_in_words(entry)}{was}", format_)
