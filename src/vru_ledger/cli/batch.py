"""Batches on the terminal: progress while they run, and one line when they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vru_ledger.cli.options import receipt_format, terminal_of
from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import format_decimal, format_pounds
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput

if TYPE_CHECKING:
    import typer

    from vru_ledger.actions.allocate_many import Batch


def allocate_file(ctx: typer.Context) -> None:
    """Allocate every row of a file, or none, and say how many.

    `from_file`, `sheet`, `on`, `propose`, `dry_run` and `format_` are read from the command line.
    """
    from vru_ledger.actions.allocate_many import allocate_file as action
    from vru_ledger.actions.allocate_many import workbook_of
    from vru_ledger.cli.progress import Progress

    typed = ctx.params
    terminal, format_ = terminal_of(ctx), receipt_format(typed["format_"])
    path, preview = typed["from_file"], bool(typed["dry_run"])
    dated = read(parse_date, "--on", typed["on"]) if typed["on"] else None
    book = workbook_of(path, typed["sheet"])
    with Progress() as bar:
        done = action(
            terminal.open(),
            path,
            file=book,
            today=terminal.today(),
            dated=dated,
            propose=typed["propose"],
            actor=terminal.actor(),
            recorded_at=terminal.recorded_at(),
            preview=preview,
            on_progress=(lambda rows: bar(rows, book.share if book else None)) if bar else None,
        )
    say_batch(done, preview=preview, format_=format_)


def take_file(ctx: typer.Context, kind: str) -> None:
    """Take a step for every row of a file, or for none, and say how many.

    `from_file`, `sheet`, `on`, `dry_run` and `format_` are read from the command line; what belongs
    into the rows is refused.
    """
    from vru_ledger.actions.steps_many import steps_file
    from vru_ledger.actions.steps_many import take_file as action
    from vru_ledger.cli.progress import Progress

    typed = ctx.params
    for name, value in typed.items():
        if value and name not in _WITH_A_FILE:
            said = name.upper() if name in ("award", "amount") else f"--{name}"
            raise BadInput(
                f"{said.replace('_', '-')} does not go with --from FILE",
                "give it in the file's rows",
            )
    terminal, format_ = terminal_of(ctx), receipt_format(typed["format_"])
    preview: bool = typed["dry_run"]
    dated = read(parse_date, "--on", typed["on"]) if typed["on"] else None
    file = steps_file(typed["from_file"], kind, sheet=typed["sheet"])
    with Progress() as bar:
        done = action(
            terminal.open(),
            file,
            kind,
            today=terminal.today(),
            dated=dated,
            actor=terminal.actor(),
            recorded_at=terminal.recorded_at(),
            preview=preview,
            on_progress=bar,
        )
    say_batch(done, preview=preview, format_=format_)


_WITH_A_FILE = ("from_file", "sheet", "on", "advance", "reject", "dry_run", "format_")


def say_batch(
    done: Batch, *, preview: bool, format_: str, first_rows: list[dict[str, Any]] | None = None
) -> None:
    """Say how many rows were recorded and what they come to; for programs with `first_rows`."""
    if format_ in ("json", "jsonl"):
        import json

        told = {
            "schema": "vru-ledger/batch/1",
            "recorded": done.recorded,
            "already_recorded": done.already,
            "total_pence": done.total_pence,
            "total": format_decimal(done.total_pence),
            "preview": preview,
            "entry": None if preview else done.head_number,
            "hash": None if preview else done.head_hash,
            "warnings": [
                {"row": one.row, "rule": one.code, "cap": one.value or None, "message": one.message}
                for one in done.warnings
            ],
        }
        if first_rows is not None:
            told["first_rows"] = first_rows
        _say(json.dumps(told, ensure_ascii=False), preview, done.head_number)
        return
    say_aside("".join(f"warning: {one.place()}: {one.message}\n" for one in done.warnings))
    rows = "1 row" if done.recorded == 1 else f"{done.recorded:,} rows"
    was = "would be recorded" if preview else "recorded"
    told_of = f"{rows} {was}, {format_pounds(done.total_pence)} in all"
    before = f"; {done.already:,} already recorded" if done.already else ""
    end = "; nothing was written" if preview else f"; the ledger is at entry {done.head_number}"
    _say(f"{told_of}{before}{end}", preview, done.head_number)


def _say(text: str, preview: bool, entry: int) -> None:
    if preview:
        say(text)
    else:
        say_receipt(text, entry)
