"""`vru-ledger allocate`: promise money of a fund to a recipient, or a whole file of them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vru_ledger.cli.options import (
    Decision,
    Distinct,
    DryRun,
    Format,
    On,
    Reason,
    RecordKey,
    RelatesTo,
    Sheet,
    amount_of,
    decision_of,
    key_of,
    must_be_typed,
    period_of,
    receipt_format,
    sentence,
    terminal_of,
    year_of,
)
from vru_ledger.cli.terminal import Terminal, read, say, say_receipt
from vru_ledger.domain.entries import Proposal
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.text import parse_name, parse_purpose
from vru_ledger.domain.years import parse_date, parse_term
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    from vru_ledger.actions.allocation_request import Allocated, Request

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def allocate(
    ctx: typer.Context,
    fund: Annotated[str, typer.Argument(metavar="FUND", help="Code or name.")] = "",
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="Code or name.")] = "",
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="750000, 750k, £0.75m.")] = "",
    from_file: Annotated[
        str,
        typer.Option("--from", help="Allocate every row of a CSV or XLSX file.", metavar="FILE"),
    ] = "",
    sheet: Sheet = "",
    on: On = "",
    fy: Annotated[str, typer.Option(help="Financial year, 2022/23.", metavar="YEAR")] = "",
    term: Annotated[str, typer.Option(help="FIRST..LAST day of the award.", metavar="TERM")] = "",
    area: Annotated[str, typer.Option(help="Borough or command unit.", metavar="AREA")] = "",
    source: Annotated[
        str, typer.Option(help="Which of the fund's sources.", metavar="SOURCE")
    ] = "",
    purpose: Annotated[str, typer.Option(help="What it is for.", metavar="TEXT")] = "",
    title: Annotated[str, typer.Option(help="The award's title.", metavar="TEXT")] = "",
    decision: Decision = "",
    reason: Reason = "",
    key: RecordKey = "",
    new_recipient: Annotated[
        bool, typer.Option("--new-recipient", help="Add the recipient on the spot.")
    ] = False,
    kind: Annotated[str, typer.Option(help="The new recipient's kind.", metavar="KIND")] = "",
    relates_to: RelatesTo = "",
    propose: Annotated[
        bool, typer.Option("--propose", help="Ask for it; somebody else approves it.")
    ] = False,
    distinct: Distinct = False,
    instalments: Annotated[
        str,
        typer.Option(help="Paid quarterly, monthly, or in N quarters.", metavar="HOW"),
    ] = "",
    profile: Annotated[
        str, typer.Option(help="Paid as a CSV says: period, amount, milestone.", metavar="FILE")
    ] = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Promise AMOUNT of FUND to RECIPIENT, if every cap allows it."""
    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    if from_file:
        _only_with_rows(ctx)
        from vru_ledger.cli.batch import allocate_file

        allocate_file(ctx)
        return
    if sheet:
        raise BadInput("--sheet names a sheet of a file", "say which file with --from FILE")
    must_be_typed(
        {"FUND": fund, "RECIPIENT": recipient, "AMOUNT": amount},
        "MYENDS Newham 750k",
    )
    if (distinct or kind) and not new_recipient:
        option = "--distinct" if distinct else "--kind"
        raise BadInput(f"{option} is about somebody new", "say --new-recipient too")
    _allocate_one(terminal, _request(terminal, ctx.params), dry_run, format_)


def _request(terminal: Terminal, typed: dict[str, Any]) -> "Request":
    """Return what was typed as a request, every value read. Raises BadInput."""
    from vru_ledger.actions.allocation_request import Request

    on, term = typed["on"], typed["term"]
    term_from, term_to = read(parse_term, "--term", term) if term else (None, None)
    return Request(
        fund=typed["fund"],
        recipient=read(parse_name, "RECIPIENT", typed["recipient"]),
        amount_pence=amount_of(
            *(typed["amount"], typed["fund"], typed["recipient"]), order="FUND RECIPIENT AMOUNT"
        ),
        dated=read(parse_date, "--on", on) if on else terminal.today(),
        dated_by_clock=not on,
        fy=year_of(typed["fy"]),
        term_from=term_from,
        term_to=term_to,
        area=typed["area"],
        source=typed["source"],
        purpose=_purpose(typed["purpose"]),
        title=sentence("--title", typed["title"]),
        decision=decision_of(typed["decision"]),
        reason=sentence("--reason", typed["reason"]),
        key=key_of(typed["key"]),
        new_recipient=typed["new_recipient"],
        kind=_kind(typed["kind"]),
        propose=typed["propose"],
        distinct=typed["distinct"],
        profile=_profile(typed["instalments"], typed["profile"]),
        relates_to=period_of(typed["relates_to"]),
    )


def _profile(instalments: str, profile: str) -> Any:
    """Return how the award will be paid: a word, the payments of a file, or nothing."""
    if not profile:
        return instalments
    if instalments:
        raise BadInput("--instalments does not go with --profile FILE", "give one of them")
    from vru_ledger.exchange.profile_file import read_profile

    return read_profile(profile)


_WITH_A_FILE = ("from_file", "sheet", "on", "propose", "dry_run", "format_")


def _only_with_rows(ctx: typer.Context) -> None:
    """Raise BadInput for what was given beside a file, and would belong into its rows."""
    for name, value in ctx.params.items():
        if value and name not in _WITH_A_FILE:
            said = name.upper() if name in ("fund", "recipient", "amount") else f"--{name}"
            raise BadInput(
                f"{said.replace('_', '-')} does not go with --from FILE",
                "give it in the file's rows",
            )


def _allocate_one(terminal: Terminal, request: "Request", preview: bool, format_: str) -> None:
    from vru_ledger.actions.allocate import allocate as action

    database = terminal.open()
    outcome = action(
        database,
        request,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
    )
    say_allocated(outcome, preview, format_)


def say_allocated(outcome: "Allocated", preview: bool, format_: str) -> None:
    """Say what was recorded: 'entry 14: £750,000.00 of MyEnds to Newham (MYENDS-0001)'."""
    from vru_ledger.cli.changes import receipt_of, say_recorded

    new = outcome.entry
    asked = ", proposed" if isinstance(new, Proposal) else ""
    what = (
        f"{format_pounds(new.amount_pence)} of {outcome.fund_name} to {outcome.recipient_name} "
        f"({new.award}{asked})"
    )
    receipt = receipt_of(
        outcome.recorded,
        preview=preview,
        already=outcome.already,
        fund=new.fund,
        recipient=new.recipient,
        award=new.award,
        amount_pence=new.amount_pence,
        warnings=outcome.warnings,
    )
    if outcome.profile:
        receipt["profile_entry"] = outcome.profile.number
    say_recorded(receipt, what, format_)
    if outcome.profile and format_ not in ("json", "jsonl"):
        line = _planned(outcome, preview)
        if preview:
            say(line)
        else:
            say_receipt(line, outcome.recorded.number)


def _planned(outcome: "Allocated", preview: bool) -> str:
    """Say how the award will be paid, as it was recorded with it."""
    from vru_ledger.cli.planning import told_of

    recorded: Any = outcome.profile
    what = f"{recorded.number}: planned, {told_of(recorded.entry.instalments)}"
    if outcome.already:
        return f"already recorded as entry {what}"
    return f"would be entry {what}; nothing was written" if preview else f"entry {what}"


def _purpose(typed: str) -> str:
    return read(parse_purpose, "--purpose", typed) if typed else ""


def _kind(typed: str) -> str:
    from vru_ledger.domain.text import parse_code

    return read(parse_code, "--kind", typed).lower() if typed else ""
