"""`vru-ledger init`: make a new ledger, from the VRU's published funds, another seed, or empty."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vru_ledger.cli.options import Format, counted, receipt_format, terminal_of
from vru_ledger.cli.suggestions import hint_pasted
from vru_ledger.cli.terminal import given, say_aside, say_receipt, say_waiting
from vru_ledger.errors import BadInput, SeedUnsound

if TYPE_CHECKING:
    from vru_ledger.exchange.seed_file import Seed

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def init(
    ctx: typer.Context,
    seed: Annotated[
        str, typer.Option("--seed", help="Begin with this seed file.", metavar="FILE")
    ] = "",
    empty: Annotated[bool, typer.Option("--empty", help="Begin with nothing.")] = False,
    roles: Annotated[
        bool, typer.Option("--roles", help="On PostgreSQL: with the roles of a team.")
    ] = False,
    format_: Format = "",
) -> None:
    """Make a new ledger; what is there already is never touched."""
    from vru_ledger.actions.init import init as action

    if seed and empty:
        raise BadInput("--seed FILE and --empty say different things", "give one of them")
    terminal, format_ = terminal_of(ctx), receipt_format(format_)
    loaded = None if empty else _read(seed)
    head = action(
        terminal.place,
        loaded,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        roles=roles,
        wait=terminal.wait,
        on_wait=say_waiting,
    )
    place = terminal.shown_place()
    if format_ in ("json", "jsonl"):
        import json

        told = {
            "schema": "vru-ledger/init/1",
            "place": place,
            "funds": _funds(loaded) if loaded else 0,
            "entry": head.number,
            "hash": head.hash,
            **({"roles": True} if roles else {}),
        }
        say_receipt(json.dumps(told, ensure_ascii=False), head.number)
        return
    what = "empty"
    if loaded:
        what = f"{counted(_funds(loaded), 'fund')} and {counted(len(loaded.caps), 'cap')}"
    what += f", {head.number} entries, head {head.hash[:12]}"
    say_receipt(f"made {place}: {what}{', with roles' if roles else ''}", head.number)
    if roles:
        hint = "to see how they are called, and who has them: vru-ledger role list"
        say_aside(f"  {hint_pasted(hint, given)}")


def _read(path: str) -> "Seed":
    """Return what a seed file holds. Raises SeedUnsound with everything wrong in it."""
    from vru_ledger.exchange.seed_file import built_in_seed, read_seed

    checked = read_seed(Path(path) if path else built_in_seed())
    if checked.seed is None:
        raise SeedUnsound(path or "the built-in seed", checked.findings)
    return checked.seed


def _funds(seed: "Seed") -> int:
    """Count the funds of a seed; a fund may have several lines of authority."""
    return len({funding.fund for funding in seed.fundings})
