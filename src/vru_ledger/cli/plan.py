"""`vru-ledger plan`: try a file of steps, show the room around each, and write the plan down."""

import shlex
from typing import Annotated, TextIO

import typer

from vru_ledger.cli.options import Format, On, Sheet, counted, terminal_of
from vru_ledger.cli.terminal import read, say_aside
from vru_ledger.domain.years import parse_date

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def plan(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="CSV or XLSX, a row for each step."),
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Write the plan here.", metavar="PLAN")
    ],
    on: On = "",
    sheet: Sheet = "",
    format_: Format = "",
) -> None:
    """Try the steps of FILE together, and write them to PLAN; the ledger stays as it is."""
    from vru_ledger.actions.plan import plan as action
    from vru_ledger.actions.plan import steps_file
    from vru_ledger.actions.plan_answer import of_plan
    from vru_ledger.cli.output import chosen_format, emit, write_whole

    chosen_format(format_)
    terminal = terminal_of(ctx)
    made = action(
        terminal.open(),
        steps_file(file, sheet=sheet),
        today=terminal.today(),
        dated=read(parse_date, "--on", on) if on else None,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
    )
    text = made.text()

    def write(out: TextIO) -> None:
        out.write(text)

    write_whole(output, write)
    emit(of_plan(made), format_)
    follow = "follows" if len(made.steps) == 1 else "follow"
    say_aside(
        f"written: {output}, {counted(len(made.steps), 'step')} that {follow} entry "
        f"{made.head.entry}; plan {made.hash[:12]}\n"
        f"nothing is recorded yet: {shlex.join(['vru-ledger', 'apply', output])}"
    )
