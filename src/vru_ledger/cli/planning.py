"""How plans and milestones are asked for and told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vru_ledger.cli.options import (
    decision_of,
    key_of,
    period_of,
    receipt_format,
    sentence,
    terminal_of,
)
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import format_decimal, format_pounds
from vru_ledger.domain.profiles import Instalment, Profile
from vru_ledger.domain.years import parse_date

if TYPE_CHECKING:
    import typer

    from vru_ledger.actions.profile import Planned, Told


def record_forecast(ctx: typer.Context, award: str, path: str) -> None:
    """Record a new version of an award's plan from a file, and say so."""
    from vru_ledger.actions.profile import forecast
    from vru_ledger.exchange.profile_file import read_profile

    terminal, format_ = terminal_of(ctx), receipt_format(ctx.params["format_"])
    told, preview = _told(ctx), bool(ctx.params["dry_run"])
    done = forecast(
        terminal.open(),
        award,
        read_profile(path),
        told,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
    )
    _say(done, preview, format_)


def record_milestone(ctx: typer.Context, award: str, name: str) -> None:
    """Record that a milestone was met, and say so."""
    from vru_ledger.actions.profile import meet

    terminal, format_ = terminal_of(ctx), receipt_format(ctx.params["format_"])
    told, preview = _told(ctx), bool(ctx.params["dry_run"])
    done = meet(
        terminal.open(),
        award,
        name,
        told,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
    )
    _say(done, preview, format_)


def _told(ctx: typer.Context) -> Told:
    from vru_ledger.actions.profile import Told

    typed, terminal = ctx.params, terminal_of(ctx)
    return Told(
        dated=read(parse_date, "--on", typed["on"]) if typed["on"] else terminal.today(),
        dated_by_clock=not typed["on"],
        reason=sentence("--reason", typed["reason"]),
        decision=decision_of(typed["decision"]),
        key=key_of(typed["key"]),
        relates_to=period_of(typed["relates_to"]),
    )


def _say(done: Planned, preview: bool, format_: str) -> None:
    if format_:
        import json

        text = json.dumps(as_json(done, preview), ensure_ascii=False)
    else:
        text = as_sentence(done, preview)
    if preview:
        say(text)
    else:
        say_receipt(text, done.recorded.number)
    for warning in () if format_ else done.warnings:
        say_aside(f"warning: {warning.sentence}")


def as_sentence(done: Planned, preview: bool) -> str:
    """Say what was planned: 'entry 33: MYENDS-0001 planned in 8 payments ... (version 2)'."""
    entry, number = done.entry, done.recorded.number
    if isinstance(entry, Profile):
        what = f"{entry.award} planned, {told_of(entry.instalments)} (version {entry.version})"
    else:
        what = f"{entry.award}: {entry.milestone} was met"
        waits = done.life.waits_for()
        what += f"; it now waits for {waits[1]}" if waits else "; it waits for nothing"
    if done.already:
        return f"already recorded as entry {number}: {what.partition(';')[0]}"
    return (
        f"would be entry {number}: {what}; nothing was written"
        if preview
        else f"entry {number}: {what}"
    )


def told_of(instalments: Sequence[Instalment]) -> str:
    """Say how many payments there are and from when to when; who got the odd pennies, if any."""
    many = len(instalments)
    total = format_pounds(sum(one.amount_pence for one in instalments))
    if many == 1:
        return f"{total} in 1 payment, {instalments[0].period}"
    said = f"{total} in {many} payments, {instalments[0].period} to {instalments[-1].period}"
    most = max(one.amount_pence for one in instalments)
    least = min(one.amount_pence for one in instalments)
    first = [one.amount_pence for one in instalments].count(most)
    if most == least:
        return f"{said}, {format_pounds(most)} each"
    if most == least + 1 and all(one.amount_pence == most for one in instalments[:first]):
        odd = (
            "the odd penny in the first" if first == 1 else f"the odd pennies in the first {first}"
        )
        return f"{said}, {format_pounds(least)} each and {odd}"
    return said


def as_json(done: Planned, preview: bool) -> dict[str, Any]:
    """Return what was planned, or which milestone was met, for programs."""
    entry = done.entry
    told: dict[str, Any] = {
        "schema": "vru-ledger/recorded/1",
        "entry": done.recorded.number,
        "hash": None if preview and not done.already else done.recorded.hash,
        "already_recorded": done.already,
        "preview": preview,
        "kind": entry.KIND,
        "fund": entry.fund,
        "recipient": entry.recipient,
        "award": entry.award,
    }
    if not isinstance(entry, Profile):
        return {**told, "milestone": entry.milestone}
    return {
        **told,
        "version": entry.version,
        "amount_pence": entry.total_pence(),
        "amount": format_decimal(entry.total_pence()),
        "instalments": [
            {
                "period": one.period,
                "amount_pence": one.amount_pence,
                "amount": format_decimal(one.amount_pence),
                "milestone": one.milestone or None,
            }
            for one in entry.instalments
        ],
    }
