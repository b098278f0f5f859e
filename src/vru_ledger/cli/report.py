"""`vru-ledger report`: ask a question of the ledger, and choose how to see the answer."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from vru_ledger.cli.made_by import answered
from vru_ledger.cli.options import (
    AreaFilter,
    AsOf,
    AwardFilter,
    BcuFilter,
    Bom,
    By,
    Chart,
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
from vru_ledger.cli.output import (
    FOR_READING,
    chosen_format,
    drawn_format,
    emit,
    shaped,
    with_picture,
)
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
    chart: Chart = False,
    bom: Bom = False,
    format_: Format = "",
    output: Output = "",
) -> None:
    """Ask a question of the ledger, and choose how to see the answer."""
    from vru_ledger import reports

    if not name:
        _must_be_alone(ctx)
        for one in reports.names():
            say(f"{one:12} {reports.report(one).TITLE}")
        return
    asked = asked_with(ctx.params).replace(today=terminal_of(ctx).today())
    if name == "pack":
        from vru_ledger.cli.pack import write_pack

        strange = chart or bom or sentences or define
        write_pack(terminal_of(ctx), asked, output, format_, units, strange=strange)
        return
    must_be_there(name)
    way = _way(format_, output, sentences=sentences, chart=chart)
    in_units = _units(units, way)
    _must_be_told(name, getattr(reports.report(name), "NEEDS", ()), asked)
    held.paged = not no_pager and not output
    with terminal_of(ctx).open().read() as session:
        answer = answered(session, name, asked, in_units)
        answer = with_picture(answer) if chart else answer
        emit(shaped(defined(answer) if define else answer, way, in_units), way, output, bom=bom)


def _must_be_alone(ctx: typer.Context) -> None:
    """Raise BadInput for an option without a report that it could be an option of."""
    for option, told in ctx.params.items():
        if told and option != "no_pager":
            said = option.strip("_").replace("everything", "all").replace("_", "-")
            raise BadInput(
                f"--{said} is of a report, and none is named",
                "to list them: vru-ledger report",
            )


def asked_with(options: Mapping[str, Any]) -> Query:
    """Return the filters among the options of this command, names still as typed."""
    return query_of(**{name: told for name, told in options.items() if name in Query.FIELDS})


def must_be_there(name: str) -> None:
    """Raise NotFound unless there is a report of that name."""
    from vru_ledger import reports

    if name not in reports.names():
        from difflib import get_close_matches

        near = get_close_matches(name.casefold(), reports.names(), 1, 0.7)
        raise NotFound(
            f"no report is called {name[:40]!r}" + (f"; did you mean {near[0]}?" if near else ""),
            f"there are {', '.join([*reports.names(), 'pack'])}",
        )


def _way(asked: str, output: str, *, sentences: bool, chart: bool) -> str:
    """Return the way of showing. Raises BadInput for two at once."""
    if sentences and (chart or asked not in ("", "sentences")):
        other = "--chart" if chart else f"-f {asked[:40]}"
        raise BadInput(f"--sentences and {other} are two ways of showing", "say one")
    if sentences:
        return chosen_format("sentences", output)
    return drawn_format(asked, output) if chart else chosen_format(asked, output)


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
            f"say which with {' and '.join(lacking)}; to list them: vru-ledger {needs[0]} list",
        )


def defined(answer: Answer) -> Answer:
    """Return an answer whose notes say what its columns mean."""
    meant = [f"{name.replace('_', ' ')}: {told}" for name, told in answer.measures.items()]
    return answer.replace(notes=[*answer.notes, *meant])
