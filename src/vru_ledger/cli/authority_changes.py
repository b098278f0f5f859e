"""How a change of a fund's authority is typed and told: one request, one action, a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vru_ledger.cli.options import (
    amount_of,
    decision_of,
    key_of,
    period_of,
    receipt_format,
    sentence,
    terminal_of,
)
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import format_decimal, format_pounds
from vru_ledger.domain.years import parse_date, parse_financial_year

if TYPE_CHECKING:
    import typer

    from vru_ledger.actions.authority_request import Changed

_SAID = {
    "fund": "{amount}{line} for {fund}{sure}",
    "confirm": "{amount}{line} of {fund} is {now}{released}",
    "cover": "{amount}{line} of {fund}, which is only expected, is underwritten by {underwriter}",
    "vire": "{amount}{line} moved from {fund} to {to}",
    "carry": "{amount}{source} of {fund} carried from {fy} into {to_fy}",
    "lapse": "{amount}{line} of {fund} lapsed",
    "surrender": "{amount}{line} of {fund} surrendered to the funder",
}
_ORDER = {"vire": "FUND TO AMOUNT"}


def change_authority(ctx: typer.Context, kind: str, amount: str = "", **more: Any) -> None:
    """Record one change of authority, and say what is left of its line to promise.

    The other options are read from the command line: `source`, `fy`, `on`, `reason`, `decision`,
    `key`, `ref`, `relates_to`, `expected`, `propose`, `dry_run` and `format_`.
    """
    from vru_ledger.actions.authority import change
    from vru_ledger.actions.authority_request import AuthorityRequest

    typed = ctx.params
    terminal, format_ = terminal_of(ctx), receipt_format(typed["format_"])
    whole = amount.strip().casefold() in ("", "all")
    request = AuthorityRequest(
        kind=kind,
        **{
            "fund": typed.get("fund", ""),
            "source": typed.get("source", ""),
            "fy": year_or_none("--fy", typed.get("fy", "")),
            "expected": typed.get("expected", False),
            "propose": typed.get("propose", False),
            **more,
        },
        amount_pence=None
        if whole
        else amount_of(
            *(amount, typed.get("fund", ""), more.get("to_fund", "")),
            order=_ORDER.get(kind, "FUND AMOUNT"),
        ),
        ref=sentence("--ref", typed.get("ref", "")),
        relates_to=period_of(typed.get("relates_to", "")),
        dated=read(parse_date, "--on", typed["on"]) if typed["on"] else terminal.today(),
        dated_by_clock=not typed["on"],
        reason=sentence("--reason", typed["reason"]),
        decision=decision_of(typed["decision"]),
        key=key_of(typed["key"]),
    )
    preview: bool = typed["dry_run"]
    done = change(
        terminal.open(),
        request,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
    )
    for one in done:
        if format_ in ("json", "jsonl"):
            import json

            text = json.dumps(as_json(one, preview), ensure_ascii=False)
        else:
            text = as_sentence(one, preview)
        if preview:
            say(text)
        else:
            say_receipt(text, one.recorded.number)
    if format_ not in ("json", "jsonl"):
        for one in done:
            for warning in one.warnings:
                say_aside(f"warning: {warning.sentence}")


def year_or_none(what: str, typed: str) -> str:
    """Return a financial year as '2022/23', or 'none' for money of no year."""
    if typed.strip().casefold() in ("", "none"):
        return typed.strip().casefold()
    return read(parse_financial_year, what, typed)


def as_sentence(done: Changed, preview: bool) -> str:
    """Say what was recorded: 'entry 31: £50,000.00 moved from MyEnds to DIVERT; MyEnds ...'."""
    entry: Any = done.entry
    source = f" from {entry.source}" if entry.source else ""
    asked = entry.KIND == "propose-authority"
    expected = " (only expected)" if entry.certainty == "expected" else ""
    covered = f", underwritten by {entry.underwriter}" if entry.underwriter else ""
    said = _SAID[entry.what if asked else entry.KIND].format(
        amount=format_pounds(entry.amount_pence),
        fund=done.fund_name,
        to=done.to_name,
        source=source,
        line=f"{source}{f' for {entry.fy}' if entry.fy else ''}",
        fy=entry.fy or "no year",
        to_fy=getattr(entry, "to_fy", ""),
        now=getattr(entry, "now", ""),
        sure=f", {entry.certainty}{covered}" if entry.certainty else "",
        underwriter=entry.underwriter,
        released=f"; {entry.underwriter} no longer covers it" if entry.underwriter else "",
    )
    if entry.KIND in ("vire", "carry", "lapse", "surrender"):
        said += expected
    if asked:
        said = f"proposed: {said}"
    number = done.recorded.number
    if done.already:
        return f"already recorded as entry {number}: {said}"
    if asked and preview:
        return f"would be entry {number}: {said}; nothing was written"
    if asked:
        return f"entry {number}: {said}; for somebody else: vru-ledger approve {number}"
    line = " ".join(part for part in (done.fund_name, entry.source, entry.fy) if part)
    left = f"{line} has {format_pounds(done.free_pence)} to promise"
    if preview:
        return f"would be entry {number}: {said}; then {left}; nothing was written"
    return f"entry {number}: {said}; {left}"


def as_json(done: Changed, preview: bool) -> dict[str, Any]:
    """Return what was recorded, for programs."""
    entry: Any = done.entry
    return {
        "schema": "vru-ledger/recorded/1",
        "entry": done.recorded.number,
        "hash": None if preview and not done.already else done.recorded.hash,
        "already_recorded": done.already,
        "preview": preview,
        "kind": entry.KIND,
        "fund": entry.fund,
        "source": entry.source or None,
        "fy": entry.fy or None,
        "to_fund": getattr(entry, "to_fund", "") or None,
        "to_fy": getattr(entry, "to_fy", "") or None,
        "amount_pence": entry.amount_pence,
        "amount": format_decimal(entry.amount_pence),
        "certainty": entry.certainty or None,
        "underwriter": entry.underwriter or None,
        "free_pence": done.free_pence,
        "free": format_decimal(done.free_pence),
        "warnings": [
            {"rule": warning.rule, "cap": warning.cap or None, "message": warning.sentence}
            for warning in done.warnings
        ],
    }
