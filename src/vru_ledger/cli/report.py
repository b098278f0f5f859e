"""`vru-ledger report`: ask a question of the ledger, and choose how to see the answer."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from vru_ledger.cli.options import (
    AreaFilter,
    AsOf,
    AwardFilter,
    BcuFilter,
    By,
    Define,
    Everything,
    Exceptions,
    Format,
    FundFilter,
    KindFilter,
    KnownAt,
    NoPager,
    Output,
    Periods,
    RecipientFilter,
    Sentences,
    Since,
    SourceFilter,
    StageFilter,
    Units,
    Until,
    YearFilter,
    query_of,
    terminal_of,
)
from vru_ledger.cli.output import chosen_format, emit
from vru_ledger.cli.terminal import held, read, say
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.query import Query
from vru_ledger.errors import BadInput, NotFound

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def report(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Which report; without it, the list of them.")
    ] = "",
    by: By = "",
    fund: FundFilter = "",
    recipient: RecipientFilter = "",
    area: AreaFilter = "",
    bcu: BcuFilter = "",
    source: SourceFilter = "",
    fy: YearFilter = "",
    stage: StageFilter = "",
    award: AwardFilter = "",
    kind: KindFilter = "",
    since: Since = "",
    until: Until = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    everything: Everything = False,
    periods: Periods = "",
    exceptions: Exceptions = False,
    units: Units = "",
    define: Define = False,
    sentences: Sentences = False,
    no_pager: NoPager = False,
    format_: Format = "",
    output: Output = "",
) -> None:
    """Ask a question of the ledger, and choose how to see the answer."""
    from vru_ledger import reports
    from vru_ledger.actions import resolve

    if not name:
        for one in reports.names():
            say(f"{one:12} {reports.report(one).TITLE}")
        return
    if name not in reports.names():
        raise NotFound(
            f"no report is called {name[:40]!r}", f"there are {', '.join(reports.names())}"
        )
    asked = asked_with(ctx.params).replace(today=terminal_of(ctx).today())
    format_ = _format(format_, sentences, output)
    way = chosen_format(format_, output)
    in_units = _units(units, way)
    asked_of = reports.report(name)
    _must_be_told(name, getattr(asked_of, "NEEDS", ()), asked)
    held.paged = not no_pager and not output
    with terminal_of(ctx).open().read() as session:
        answer = asked_of.answer(session, resolve.query(session, asked))
        if define:
            answer = _defined(answer)
        if way in FOR_READING:
            from vru_ledger.render.layout import for_reading

            answer = for_reading(answer, in_units)
        emit(answer, format_, output)


def asked_with(options: Mapping[str, Any]) -> Query:
    """Return the filters among the options of this command, names still as typed."""
    return query_of(**{name: told for name, told in options.items() if name in Query.FIELDS})


FOR_READING = ("table", "plain", "md", "html", "sentences")
"""Ways of showing for people, who read subtotals and figures in thousands; programs add up rows."""


def _format(asked: str, sentences: bool, output: str) -> str:
    if not sentences:
        return asked
    if asked not in ("", "sentences"):
        raise BadInput(f"--sentences and -f {asked[:40]} are two ways of showing", "say one")
    return "sentences"


def _units(typed: str, way: str) -> str:
    """Return the units that money is shown in. Raises BadInput for a way that is for programs."""
    if not typed:
        return ""
    from vru_ledger.domain.units import parse_units

    units = read(parse_units, "--units", typed)
    if way not in FOR_READING:
        raise BadInput(
            f"--units is for people, and {way} for programs: it has every figure in whole pence",
            f"leave --units out, or show it as one of {', '.join(FOR_READING)}",
        )
    return units


def _must_be_told(name: str, needs: Sequence[str], asked: Query) -> None:
    lacking = [f"--{filter_}" for filter_ in needs if not getattr(asked, filter_)]
    if lacking:
        raise BadInput(
            f"the report {name} is of one {' and '.join(needs)}",
            f"say which: vru-ledger report {name} {' '.join(lacking)} NAME",
        )


def _defined(answer: Answer) -> Answer:
    """Return an answer whose notes say what its columns mean."""
    meant = [f"{name.replace('_', ' ')}: {told}" for name, told in answer.measures.items()]
    return answer.replace(notes=[*answer.notes, *meant])
