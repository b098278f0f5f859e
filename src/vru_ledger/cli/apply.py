"""`vru-ledger apply`: record a plan, all of it or nothing, and once however often it is applied."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from vru_ledger.cli.options import DryRun, Format, terminal_of
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.text import parse_name
from vru_ledger.errors import PlanStale

if TYPE_CHECKING:
    from vru_ledger.actions.apply_plan import Applied
    from vru_ledger.exchange.plan_file import Plan

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def apply(
    ctx: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="As vru-ledger plan wrote it.")],
    approved_by: Annotated[
        str,
        typer.Option("--approved-by", help="Who approved it; not who applies it.", metavar="NAME"),
    ] = "",
    rebase: Annotated[
        bool,
        typer.Option("--rebase", help="Plan it anew if the ledger has moved; show what differs."),
    ] = False,
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Record every step of PLAN, if the ledger is still where it was planned."""
    from vru_ledger.actions.apply_plan import apply as action
    from vru_ledger.cli.options import receipt_format
    from vru_ledger.exchange.plan_file import read_plan

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    approver = read(parse_name, "--approved-by", approved_by) if approved_by else ""
    read_ = read_plan(plan)
    try:
        done = action(
            terminal.open(),
            read_,
            actor=terminal.actor(),
            recorded_at=terminal.recorded_at(),
            approved_by=approver,
            rebase=rebase,
            preview=dry_run,
        )
    except PlanStale as error:
        if not rebase:
            again = shlex.join(["vru-ledger", "apply", plan, "--rebase", "--dry-run"])
            error.hint = f"to see what would differ: {again}"
        raise
    if format_:
        import json

        told = json.dumps(_as_json(done, read_, dry_run), ensure_ascii=False)
        say_receipt(told, done.entries[-1])
        return
    for one in done.differences:
        was, now = one.planned or "-", one.now or "-"
        say_aside(f"step {one.step}, {one.what}: planned {was}, now {now}")
    _say_done(done, read_, dry_run, approver)


def _say_done(done: "Applied", plan: "Plan", preview: bool, approver: str) -> None:
    """Say what each step is recorded as, and that all of it is."""
    steps = len(done.entries)
    what = f"plan {plan.hash[:12]}: {'1 step' if steps == 1 else f'{steps:,} steps'}"
    first, last = done.entries[0], done.entries[-1]
    as_ = f"entry {first}" if first == last else f"entries {first} to {last}"
    if done.already:
        say(f"{what} already recorded as {as_}")
        return
    from vru_ledger.actions.plan_answer import of_entries
    from vru_ledger.cli.output import emit

    emit(of_entries(plan, done.steps, done.entries, (done.head_number, done.head_hash)), "")
    approved = f", approved by {approver}" if approver else ""
    if preview:
        say_aside(f"{what} would be {as_}{approved}; nothing was written")
    else:
        say_aside(f"{what} recorded as {as_}{approved}")


def _as_json(done: "Applied", plan: "Plan", preview: bool) -> dict[str, object]:
    """Return what was recorded, for programs."""
    return {
        "schema": "vru-ledger/applied/1",
        "plan": plan.hash,
        "already_recorded": done.already,
        "preview": preview,
        "entries": done.entries,
        "entry": None if preview and not done.already else done.head_number,
        "hash": None if preview and not done.already else done.head_hash,
        "steps": [
            {**step.model_dump(mode="json", exclude_defaults=True), "entry": entry}
            for step, entry in zip(done.steps, done.entries, strict=True)
        ],
        "differences": [one.as_json() for one in done.differences],
    }
