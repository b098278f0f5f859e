"""`vru-ledger restore`: a backup in the ledger's place, proved first; the old file is kept."""

import shlex
from typing import Annotated

import typer

from vru_ledger.cli.backup import BackupFile, must_be_named
from vru_ledger.cli.options import Format, receipt_format, terminal_of
from vru_ledger.cli.progress import Progress
from vru_ledger.cli.terminal import say_aside, say_receipt, say_waiting

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def restore(
    ctx: typer.Context,
    file: BackupFile,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the ledger that is there; it is kept.")
    ] = False,
    format_: Format = "",
) -> None:
    """Put the backup FILE in the ledger's place, once it is proved; the old file is kept."""
    from vru_ledger.actions.restore import restore as action

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    must_be_named(file)
    with Progress() as bar:
        done = action(
            terminal.place,
            file,
            force=force,
            wait=terminal.wait,
            on_wait=say_waiting,
            on_progress=bar.copied if bar else None,
            on_entries=bar.entries if bar else None,
        )
    if format_ in ("json", "jsonl"):
        import json

        told = {
            "schema": "vru-ledger/restore/1",
            "place": done.place,
            "file": file,
            "kept": done.kept or None,
            "lacking": done.lacking,
            "entry": done.number,
            "hash": done.hash,
        }
        say_receipt(json.dumps(told, ensure_ascii=False), done.number)
        return
    say_receipt(
        f"restored {done.place} from {file}: {done.number:,} entries, head {done.hash}", done.number
    )
    if done.kept:
        say_aside(f"the ledger that was there is kept as {done.kept}")
    if done.lacking is None:
        say_aside(
            "warning: it cannot be read whole, so nobody can say what the restored ledger lacks of"
            f" it\n  see what can be read: vru-ledger --db {shlex.quote(done.kept)} doctor"
        )
    elif done.lacking:
        entries = "1 entry" if done.lacking == 1 else f"{done.lacking:,} entries"
        say_aside(
            f"warning: the restored ledger lacks {entries} of it, from entry {done.common + 1} on"
            f"\n  see them: vru-ledger --db {shlex.quote(done.kept)} log -n {done.lacking}"
        )
