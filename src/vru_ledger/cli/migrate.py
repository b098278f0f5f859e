"""`vru-ledger migrate`: an older ledger, with the tables and guards of this program."""

import typer

from vru_ledger.cli.options import DryRun, Format, receipt_format, terminal_of
from vru_ledger.cli.progress import Progress
from vru_ledger.cli.terminal import say_aside, say_receipt, say_waiting

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def migrate(ctx: typer.Context, dry_run: DryRun = False, format_: Format = "") -> None:
    """Give an older ledger the tables and guards of this program; the old file is kept."""
    from vru_ledger.actions.migrate import migrate as action

    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    with Progress() as bar:
        done = action(
            terminal.place,
            wait=terminal.wait,
            preview=dry_run,
            on_wait=say_waiting,
            on_entries=bar.entries if bar else None,
        )
    if format_ in ("json", "jsonl"):
        import json

        told = {
            "schema": "vru-ledger/migrate/1",
            "place": done.place,
            "from_version": done.before,
            "to_version": done.after,
            "kept": (not dry_run and done.kept) or None,
            "guards": list(done.guards),
            "found": list(done.found),
            "preview": dry_run,
            "entry": done.number,
            "hash": done.hash,
        }
        say_receipt(json.dumps(told, ensure_ascii=False), done.number)
        return
    at = f"{done.number:,} entries, head {done.hash} as before"
    if done.guards:
        would = "would make" if dry_run else "made"
        count = f"{len(done.guards)} guard{'s' * (len(done.guards) != 1)}"
        said = f"{would} {count} of {done.place} anew ({', '.join(done.guards)}), and checked: {at}"
        said += "; nothing was written" if dry_run else ""
        said += f"; the old one is {done.kept}" if done.kept else ""
    elif done.before == done.after:
        said = f"{done.place} is of version {done.after} already; nothing to do"
    elif dry_run:
        said = (
            f"would migrate {done.place} from version {done.before} to {done.after}: {at};"
            " nothing was written"
        )
    else:
        said = (
            f"migrated {done.place} from version {done.before} to {done.after}: {at};"
            f" the old one is {done.kept}"
        )
    say_receipt(said, done.number)
    if done.found:
        say_aside("\n  ".join(["it was found that:", *done.found]))
        say_aside(
            "warning: unless an older program made it so, find out who did, and compare the head"
            " with one that was kept elsewhere"
        )
