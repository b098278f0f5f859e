"""The words there are, and the one place where a failure becomes a sentence and an exit code."""

import gc
import sys
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from vru_ledger import __version__
from vru_ledger.cli.terminal import (
    Terminal,
    discard_output,
    given,
    held,
    let_go,
    prepare_streams,
    report_failure,
    say_aside,
)
from vru_ledger.cli.words import WORDS
from vru_ledger.errors import BadInput, ExitCode, Interrupted, LedgerError, LedgerUnusable

# The classes behind `typer.BadParameter`: bad usage, and all that Typer itself complains of.
UsageError: Any = typer.BadParameter.__bases__[0]
_TyperError: Any = UsageError.__bases__[0]


class Words(typer.core.TyperGroup):
    """The commands, each imported only when it is asked for: nobody pays for all of them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return every word, in the order of the help."""
        return [word for words in WORDS.values() for word in words]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Draw the list of words from their sentences alone: importing all takes as long again."""
        self._only_listed = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._only_listed = False

    _only_listed = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command behind a word, or None."""
        for panel, words in WORDS.items():
            if cmd_name in words and self._only_listed:
                return typer.core.TyperCommand(
                    cmd_name, help=words[cmd_name], rich_help_panel=panel
                )
            if cmd_name in words:
                module = import_module(f"vru_ledger.cli.{cmd_name.replace('-', '_')}")
                command: Any = typer.main.get_command(module.app)
                command.name = cmd_name
                command.rich_help_panel = panel
                return command
        return None


app = typer.Typer(
    cls=Words,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"vru-ledger {__version__}")
        raise typer.Exit


@app.callback()
def vru_ledger(
    ctx: typer.Context,
    db: Annotated[
        str,
        typer.Option(
            envvar="VRU_LEDGER_DB",
            help="The ledger: a file, or postgresql://...",
            metavar="PATH|URL",
        ),
    ] = "vru-ledger.db",
    actor: Annotated[
        str | None,
        typer.Option(
            "--as",
            envvar="VRU_LEDGER_AS",
            help="Who you are, if not the user of this computer.",
            metavar="NAME",
        ),
    ] = None,
    wait: Annotated[
        float,
        typer.Option(
            envvar="VRU_LEDGER_WAIT",
            help="Seconds to wait while somebody else writes.",
            min=0,
            max=86_400,
        ),
    ] = 30.0,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and stop."
        ),
    ] = False,
) -> None:
    """A grant ledger in which no cap can be broken and every figure explains itself."""
    if not wait >= 0:
        raise BadInput("--wait: 'NaN' is not a number of seconds", "write it like --wait 30")
    if not db.strip():
        raise BadInput("--db: it is empty", "name the ledger's file, or leave --db out")
    if actor is not None and not actor.strip():
        raise BadInput("--as: it is empty", "say who you are, or leave --as out")
    ctx.obj = Terminal(place=db, named=actor or "", wait=wait)


def main(words: list[str]) -> int:
    """Run one command line and return its exit code."""
    command = typer.main.get_command(app)
    held.forget()
    given[:] = words
    if option := _empty_option(words):
        said = f"{option}: it is empty"
        return report_failure(BadInput(said, f"give {option} a value, or leave it out"), words)
    try:
        code = command.main(args=words, prog_name="vru-ledger", standalone_mode=False)
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            say_aside(error.format_message())
            return int(ExitCode.USAGE)
        from vru_ledger.cli.usage import usage

        return report_failure(usage(error, words), words)
    except _TyperError as error:
        return report_failure(BadInput(error.format_message()), words)
    except LedgerError as error:
        return report_failure(error, words)
    except (KeyboardInterrupt, typer.Abort):
        return report_failure(Interrupted("interrupted", "vru-ledger log"), words)
    except OSError as error:
        # The help and the version are printed by Typer.
        if not _is_of_stdout():
            raise
        return _lost(error, words)
    finally:
        let_go()
    if code == ExitCode.INTERRUPTED:
        # Typer turns an interruption into this code, and says nothing.
        return report_failure(Interrupted("interrupted", "vru-ledger log"), words)
    return _delivered(code if isinstance(code, int) else int(ExitCode.DONE), words)


def _empty_option(words: list[str]) -> str:
    """Return the first option that is given as nothing: in a script, a variable that is not set.

    As if it had not been given, a report would be of every fund, and an entry of today. --db and
    --as say so themselves, for they may come from the environment as well.
    """
    for before, word in pairwise(["", *words]):
        if word == "--":
            break
        name, equals, value = word.partition("=") if word[:2] == "--" else (before, "=", word)
        if name[:1] == "-" and equals and not value.strip() and name not in ("--db", "--as"):
            return name
    return ""


def _delivered(code: int, words: list[str]) -> int:
    """Print what the command has held back, now that its ledger is free, and return its code."""
    try:
        held.deliver()
    except OSError as error:
        return _lost(error, words) or code
    return code


def _is_of_stdout() -> bool:
    """Say whether what could not be written is our output: it still waits to be, and cannot."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    return False


def _lost(error: OSError, words: list[str]) -> int:
    """Return what it means that the output cannot be written."""
    discard_output()
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has seen enough; only what we were still to print is lost.
        return int(ExitCode.DONE)
    return report_failure(LedgerUnusable(f"the output cannot be written ({error})"), words)


def run() -> None:
    """Run what was typed, and leave with its exit code."""
    prepare_streams()
    if any(":" in word or "//" in word or "=" in word for word in sys.argv):
        from vru_ledger.cli.secrecy import hide_addresses

        hide_addresses(sys.argv)
    try:
        sys.exit(main(sys.argv[1:]))
    finally:
        # The process ends. Python would look through all that there is once more, to free it:
        # a seventh of a command's time.
        gc.freeze()
