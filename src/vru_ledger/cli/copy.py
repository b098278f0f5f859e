"""`vru-ledger copy`: a ledger written again at another place, from a file to a server or back."""

from typing import Annotated

import typer

from vru_ledger.cli.options import Format, receipt_format, terminal_of
from vru_ledger.cli.terminal import Terminal, say_aside, say_receipt, say_waiting

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def copy(
    ctx: typer.Context,
    from_: Annotated[
        str, typer.Argument(metavar="FROM", help="A ledger: a file, or postgresql://...")
    ],
    to: Annotated[
        str, typer.Argument(metavar="TO", help="A file that is not there, or an empty database.")
    ],
    format_: Format = "",
) -> None:
    """Write every entry of the ledger FROM again in a new one at TO, under the same hashes."""
    from vru_ledger.actions.copy import copy as action
    from vru_ledger.cli.progress import Progress

    format_ = receipt_format(format_)
    wait = terminal_of(ctx).wait
    source, target = Terminal(from_, "", wait), Terminal(to, "", wait)
    database = source.open()
    with Progress() as bar:
        done = action(
            database,
            to,
            wait=wait,
            on_wait=say_waiting,
            on_progress=(lambda what, count, share: bar(count, share, what)) if bar else None,
        )
    places = source.shown_place(), target.shown_place()
    if format_ == "json":
        import json

        told = {
            "schema": "vru-ledger/copy/1",
            **dict(zip(("from", "to"), places, strict=True)),
            "entry": done.head.number,
            "hash": done.head.hash,
            "missed": done.missed,
        }
        say_receipt(json.dumps(told, ensure_ascii=False), done.head.number)
    else:
        entries = "1 entry" if done.head.number == 1 else f"{done.head.number:,} entries"
        said = f"copied {entries} from {places[0]} to {places[1]}, and checked: "
        say_receipt(f"{said}sound, head {done.head.hash[:12]}", done.head.number)
    if done.missed:
        say_aside(
            f"warning: {done.missed:,} written to {places[0]} meanwhile are not in {places[1]}; "
            "stop writing there before you copy"
        )
