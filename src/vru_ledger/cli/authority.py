"""`vru-ledger authority`: the limits over which an entry needs a decision, or a second person."""

from typing import TYPE_CHECKING, Annotated

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
from vru_ledger.cli.terminal import read
from vru_ledger.domain.money import format_pounds, parse_pounds
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    from vru_ledger.domain.register import AuthorityLimit

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Who may decide how much.",
)


@app.command("list")
def list_(
    ctx: typer.Context,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    format_: Format = "",
    output: Output = "",
) -> None:
    """Every setting, and the day from which it applies."""
    listing(ctx, "authority", query_of(as_of=as_of, known_at=known_at), format_, output)


@app.command("set")
def set_(
    ctx: typer.Context,
    reason: Reason,
    decision_over: Annotated[
        str, typer.Option(help="Over it a decision is needed; none.", metavar="AMOUNT")
    ] = "",
    second_person_over: Annotated[
        str, typer.Option(help="Over it a second person is needed; none.", metavar="AMOUNT")
    ] = "",
    on: On = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Set, from a day on, over which amounts more authority is needed; what is not given stays."""
    from vru_ledger.actions.decide import NewLimit, set_limit

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    if not decision_over and not second_person_over:
        raise BadInput(
            "nothing is set", "say --decision-over AMOUNT, --second-person-over AMOUNT, or both"
        )
    new = NewLimit(
        decision_over_pence=_limit("--decision-over", decision_over),
        decision_given=bool(decision_over),
        second_person_over_pence=_limit("--second-person-over", second_person_over),
        second_person_given=bool(second_person_over),
    )
    done = set_limit(
        terminal.open(),
        new,
        told_by(terminal, on=on, reason=reason, decision=decision, key=key),
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=dry_run,
    )
    what = in_words(done.record)  # type: ignore[arg-type]  # a limit was put
    receipt = receipt_of(done.recorded, preview=dry_run, already=done.already)
    say_recorded(receipt, what, format_)


def _limit(what: str, typed: str) -> int | None:
    if typed.strip().casefold() in ("", "none"):
        return None
    return read(parse_pounds, what, typed)


def in_words(limit: "AuthorityLimit") -> str:
    """Say what is needed from a day on: 'from 2024-04-01 over £100,000.00 a decision, ...'."""
    needs = [
        f"over {format_pounds(pence)} {what}"
        for pence, what in (
            (limit.decision_over_pence, "a decision is needed"),
            (limit.second_person_over_pence, "a second person is needed"),
        )
        if pence is not None
    ]
    return f"from {limit.code} on {', '.join(needs) or 'no amount needs more authority'}"
