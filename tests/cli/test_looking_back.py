"""Every command that tells what is in the ledger can be asked of an earlier time."""

from collections.abc import Iterator
from typing import Any

import typer

from vru_ledger.cli.main import app

TELLS = ("list", "show", "profile", "overrides")
"""The words of administration that tell what is there; the others put something there."""
OF_NOW = ("role",)
"""What a database knows of who may use it is no entry, and is known of now only."""


def _told(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    for word in command.list_commands(None):
        yield from _told((*path, word), command.get_command(None, word))


def test_every_listing_takes_as_of_and_known_at():
    commands = dict(_told((), typer.main.get_command(app)))
    asked = {
        " ".join(path): {parameter.name for parameter in command.params}
        for path, command in commands.items()
        if len(path) == 2 and path[1] in TELLS and path[0] not in OF_NOW
    }
    assert len(asked) > 10
    assert [name for name, takes in asked.items() if not takes >= {"as_of", "known_at"}] == []
