"""How every step of an award is typed and told: one request, one action, one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vru_ledger.cli.changes import receipt_of
from vru_ledger.cli.options import (
    amount_of,
    decision_of,
    key_of,
    must_be_typed,
    period_of,
    receipt_format,
    sentence,
    terminal_of,
)
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import format_decimal, format_pounds
from vru_ledger.domain.stages import HELD
from vru_ledger.domain.text import shown
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    import typer

    from vru_ledger.actions.award import Stepped, StepRequest

_SAID = {
    "approve": "{amount} of {fund} to {recipient} approved ({award})",
    "reject": "{amount} of {fund} to {recipient} not approved ({award})",
    "withdraw": "{amount} of {fund} to {recipient} no longer asked for ({award})",
    "amend": "{award} ({recipient}) amended by {change}",
    "claim": "{amount} claimed on {award} ({recipient})",
    "reject-claim": "{amount} claimed on {award} ({recipient}) is not owed after all",
    "pay": "{amount} paid on {award} ({recipient})",
    "advance": "{amount} paid before need on {award} ({recipient})",
    "clawback": "{amount} demanded back from {recipient} ({award})",
    "recover": "{amount} received back from {recipient} ({award})",
    "write-off": "{amount} owed back by {recipient} written off ({award})",
    "close": "{award} ({recipient}) closed, {amount} freed",
    "suspend": "{award} ({recipient}) suspended",
    "resume": "{award} ({recipient}) resumed",
}


def step_or_file(ctx: typer.Context, kind: str, award: str, amount: str) -> None:
    """Record one step of an award, or of every row of the file that `from_file` names."""
    if ctx.params["from_file"]:
        from vru_ledger.cli.batch import take_file

        take_file(ctx, kind)
        return
    if ctx.params["sheet"]:
        raise BadInput("--sheet names a sheet of a file", "say which file with --from FILE")
    must_be_typed({"AWARD": award, "AMOUNT": amount}, "MYENDS-0003 93750")
    take_step(ctx, kind, [award], amount=amount)


def take_step(
    ctx: typer.Context,
    kind: str,
    awards: list[str],
    *,
    amount: str = "",
    lower: bool = False,
    propose: bool = False,
) -> None:
    """Record one step of each award, all or none, and say what each has come to.

    The other options are read from the command line: `on`, `reason`, `decision`, `key`, `ref`,
    `relates_to`, `dry_run` and `format_`.
    """
    from vru_ledger.actions.award import take

    terminal, format_ = terminal_of(ctx), receipt_format(ctx.params["format_"])
    if ctx.params["key"] and len(awards) > 1:
        raise BadInput("--key names one entry", "give one award, or leave --key out")
    if twice := len(awards) > 1 and _named_twice(awards):
        raise BadInput(f"{twice} is named twice", "name each award once; nothing was written")
    asked = _asked(ctx, amount, awards).replace(kind=kind, lower=lower, propose=propose)
    preview: bool = ctx.params["dry_run"]
    done = take(
        terminal.open(),
        [asked.replace(award=award) for award in awards],
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
    )
    if format_ in ("json", "jsonl"):
        import json

        lines = [json.dumps(as_json(one, preview), ensure_ascii=False) for one in done]
    else:
        lines = [as_sentence(one, preview) for one in done]
    for line, one in zip(lines, done, strict=True):
        if preview:
            say(line)
        else:
            say_receipt(line, one.recorded.number)
    if format_ not in ("json", "jsonl"):
        for one in done:
            for warning in one.warnings:
                say_aside(f"warning: {warning.sentence}")


def _named_twice(awards: list[str]) -> str:
    """Return the first award that is named again, as it was typed; '' if each is named once."""
    named = [award.strip().upper() for award in awards]
    again = (typed for at, typed in enumerate(awards) if named[at] in named[:at])
    return shown(next(again, "")[:60])


def _asked(ctx: typer.Context, amount: str, awards: list[str]) -> StepRequest:
    """Return what was typed, for no award yet. Raises BadInput."""
    from vru_ledger.actions.award import StepRequest

    typed, terminal = ctx.params, terminal_of(ctx)
    whole = amount.strip().casefold() in ("", "all")
    return StepRequest(
        kind="",
        award="",
        amount_pence=None if whole else amount_of(amount, *awards, order="AWARD AMOUNT"),
        ref=sentence("--ref", typed.get("ref", "")),
        relates_to=period_of(typed.get("relates_to", "")),
        dated=read(parse_date, "--on", typed["on"]) if typed["on"] else terminal.today(),
        dated_by_clock=not typed["on"],
        reason=sentence("--reason", typed["reason"]),
        decision=decision_of(typed["decision"]),
        key=key_of(typed["key"]),
    )


def as_sentence(done: Stepped, preview: bool) -> str:
    """Say what was recorded and what the award holds now.

    'entry 21: £93,750.00 claimed on MYENDS-0002 (Hackney); active: committed £656,250.00, ...'
    """
    entry, number = done.entry, done.recorded.number
    sign = "-" if entry.held() < 0 else "+"
    what = _SAID[entry.KIND].format(
        amount=format_pounds(entry.amount_pence),
        change=f"{sign}{format_pounds(entry.amount_pence)}",
        fund=done.fund_name,
        recipient=done.recipient_name,
        award=entry.award,
    )
    if done.already:
        return f"already recorded as entry {number}: {what}"
    now = ", ".join(
        f"{stage} {format_pounds(done.life.held[stage])}"
        for stage in HELD
        if done.life.held.get(stage)
    )
    plain = done.life.state in done.life.held
    stands = now if plain else f"{done.life.state}{f': {now}' if now else ''}"
    if preview:
        return f"would be entry {number}: {what}; then {stands}; nothing was written"
    return f"entry {number}: {what}; {stands}"


def as_json(done: Stepped, preview: bool) -> dict[str, Any]:
    """Return what was recorded, for programs."""
    entry = done.entry
    receipt = receipt_of(
        done.recorded,
        preview=preview,
        already=done.already,
        fund=entry.fund,
        recipient=entry.recipient,
        award=entry.award,
        amount_pence=entry.amount_pence,
        warnings=done.warnings,
    )
    return {
        **receipt,
        "from_stage": entry.from_stage or None,
        "to_stage": entry.to_stage or None,
        "state": done.life.state,
        "stages": {
            stage: {
                "amount_pence": done.life.held.get(stage, 0),
                "amount": format_decimal(done.life.held.get(stage, 0)),
            }
            for stage in HELD
        },
    }
