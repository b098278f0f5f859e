"""`vru-ledger amend`: an award grows, or gives back what is not delivered."""

from typing import Annotated

import typer

from vru_ledger.cli.options import (
    Award,
    Decision,
    DryRun,
    Format,
    On,
    Reason,
    RecordKey,
    Ref,
    RelatesTo,
)
from vru_ledger.cli.steps import take_step
from vru_ledger.errors import BadInput

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(context_settings={"ignore_unknown_options": True})
def amend(
    ctx: typer.Context,
    award: Award,
    change: Annotated[str, typer.Argument(metavar="+AMOUNT|-AMOUNT", help="+20k or -20k.")],
    propose: Annotated[
        bool, typer.Option("--propose", help="Ask for it; somebody else approves it.")
    ] = False,
    restate: Annotated[
        bool, typer.Option("--restate", help="It was wrong from the start: undo it, make it anew.")
    ] = False,
    ref: Ref = "",
    relates_to: RelatesTo = "",
    on: On = "",
    reason: Reason = "",
    decision: Decision = "",
    key: RecordKey = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Let AWARD grow by AMOUNT, or take AMOUNT of what is not delivered back."""
    sign, amount = change[:1], change[1:]
    if sign not in ("+", "-") or not amount:
        raise BadInput(
            f"CHANGE: {change[:40]!r} does not say whether it grows", "write it like +20k or -20k"
        )
    if propose and sign == "-":
        raise BadInput("--propose is for an award that grows", "leave --propose out")
    if sign == "+" and amount.casefold() == "all":
        raise BadInput("CHANGE: '+all' is no amount", "write it like +20k")
    if restate:
        from vru_ledger.cli.restatements import restate_award

        restate_award(ctx, award, amount, lower=sign == "-")
        return
    take_step(ctx, "amend", [award], amount=amount, lower=sign == "-", propose=propose)
