"""What every `list` does: a report of the register, as it stood or was known at some time."""

import typer

from vru_ledger.cli.options import terminal_of
from vru_ledger.cli.output import emit
from vru_ledger.domain.query import Query


def listing(ctx: typer.Context, report: str, asked: Query, format_: str, output: str) -> None:
    """Show the report of this name to whoever asked. Raises BadInput, NotFound."""
    from vru_ledger import reports
    from vru_ledger.actions import resolve

    with terminal_of(ctx).open().read() as session:
        query = resolve.query(session, asked)
        emit(reports.report(report).answer(session, query), format_, output)
