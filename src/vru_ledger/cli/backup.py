"""`vru-ledger backup`: a whole, checked copy of the ledger, made while others write."""

from typing import Annotated

import typer

from vru_ledger.cli.options import Format, receipt_format, terminal_of
from vru_ledger.cli.progress import Progress
from vru_ledger.cli.terminal import say_receipt
from vru_ledger.errors import BadInput

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

BackupFile = Annotated[str, typer.Argument(metavar="FILE", help="Like backup-2026-11-22.db.")]


@app.command()
def backup(
    ctx: typer.Context,
    file: BackupFile,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an older backup of the same ledger.")
    ] = False,
    format_: Format = "",
) -> None:
    """Copy the ledger into FILE while others write, and prove the copy."""
    from vru_ledger.actions.backup import backup as action

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    must_be_named(file)
    with Progress() as bar:
        done = action(
            terminal.open(),
            file,
            force=force,
            on_progress=bar.copied if bar else None,
            on_entries=bar.entries if bar else None,
        )
    if format_ in ("json", "jsonl"):
        import json

        told = {
            "schema": "vru-ledger/backup/1",
            "place": terminal.shown_place(),
            "file": done.file,
            "replaced": done.replaced,
            "entry": done.number,
            "hash": done.hash,
        }
        say_receipt(json.dumps(told, ensure_ascii=False), done.number)
        return
    replaced = ", in the place of an older one" if done.replaced else ""
    say_receipt(
        f"backed up {terminal.shown_place()} to {file}{replaced}:"
        f" {done.number:,} entries, checked, head {done.hash}",
        done.number,
    )


def must_be_named(file: str) -> None:
    """Raise BadInput unless a file's name can be one."""
    if not file or "\0" in file:
        raise BadInput(f"FILE: {file!r} is not the name of a file", "name one")
