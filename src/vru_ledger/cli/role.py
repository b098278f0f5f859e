"""`vru-ledger role`: the roles of a team on PostgreSQL, made here or printed as SQL."""

import typer

from vru_ledger.cli.options import Format, Output, terminal_of
from vru_ledger.cli.output import emit
from vru_ledger.cli.terminal import held, say, say_aside

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Who may do what, where a team shares a ledger on PostgreSQL.",
)


@app.command("list")
def list_(ctx: typer.Context, format_: Format = "", output: Output = "") -> None:
    """Every role, what it may, and who has it."""
    from vru_ledger.actions import roles

    emit(roles.answer(terminal_of(ctx).open()), format_, output)


@app.command()
def make(ctx: typer.Context) -> None:
    """Make a reader, an analyst and a finance role; the server itself then keeps what each may."""
    from vru_ledger.actions import roles

    terminal = terminal_of(ctx)
    team = roles.make(terminal.open())
    made = ", ".join(team.role(role) for role in ("reader", "analyst"))
    say(f"made {made} and {team.role('finance')} for {terminal.shown_place()}")
    say_aside(f"  give them to people on the server: GRANT {team.role('analyst')} TO ada;")


@app.command()
def sql(ctx: typer.Context) -> None:
    """Print the SQL that makes the roles, for whoever looks after the server."""
    from vru_ledger.actions import roles

    held.write(roles.as_sql(terminal_of(ctx).open()))
