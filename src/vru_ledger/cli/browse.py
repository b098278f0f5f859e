"""`vru-ledger browse`: the ledger on the whole screen, to look around in; it writes nothing."""

import os
import sys
from typing import Annotated

import typer

from vru_ledger.cli.options import AsOf, KnownAt, query_of, terminal_of
from vru_ledger.cli.terminal import on_terminal
from vru_ledger.errors import BadInput, FormatMissing, to_install

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def browse(
    ctx: typer.Context,
    fund: Annotated[str, typer.Argument(metavar="[FUND]", help="Begin with its awards.")] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
) -> int:
    """Funds, their awards and entries on the whole screen, to look around in; nothing is written.

    Enter opens, Esc goes back, / filters, d goes to another day; the last line names the keys.
    """
    asked = query_of(fund=fund, as_of=as_of, known_at=known_at)
    if not (on_terminal() and sys.stdin.isatty()) or os.environ.get("TERM") == "dumb":
        raise BadInput(
            "browse fills a terminal's screen, and this is no terminal that has one",
            "to print the same: vru-ledger report position, award list, award show, log",
        )
    try:
        import textual  # noqa: F401 (only whether it is there)
    except ModuleNotFoundError:
        raise FormatMissing(
            "browse needs Textual, which is not installed", to_install("textual")
        ) from None
    from vru_ledger.cli.browser import Browser
    from vru_ledger.cli.browsing import Awards, Funds, Reader

    terminal = terminal_of(ctx)
    reader = Reader(terminal.open, terminal.today)
    # What is wrong with the ledger, or with what was typed, is said before the screen is taken.
    code = reader.fund(asked)
    views = [Funds(), *([Awards(code)] if code else [])]
    browser = Browser(reader, asked.replace(fund=""), views, terminal.shown_place())
    browser.run(mouse=False)  # So that the terminal's own mouse marks and copies figures.
    return browser.return_code or 0
