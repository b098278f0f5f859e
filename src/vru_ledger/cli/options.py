"""Arguments and options that several commands share, so that they read the same everywhere."""

import re
from datetime import date
from typing import Annotated

import typer

from vru_ledger.cli.terminal import Terminal, read
from vru_ledger.domain.money import Pence, parse_pounds
from vru_ledger.domain.query import DIMENSIONS, Query
from vru_ledger.domain.text import parse_name, parse_sentence
from vru_ledger.domain.years import parse_date, parse_financial_year
from vru_ledger.errors import BadInput

Award = Annotated[str, typer.Argument(metavar="AWARD", help="Its reference, like MYENDS-0003.")]
Awards = Annotated[
    list[str], typer.Argument(metavar="AWARD", help="One or several, like MYENDS-0003.")
]
StepAmount = Annotated[
    str, typer.Argument(metavar="AMOUNT", help="93750, 93.75k, or 'all' that there is.")
]
FromFile = Annotated[
    str, typer.Option("--from", help="Every row of a CSV or XLSX file, or none.", metavar="FILE")
]
Sheet = Annotated[str, typer.Option("--sheet", help="Which sheet of a workbook.", metavar="NAME")]
Ref = Annotated[str, typer.Option(help="The paper behind it.", metavar="REF")]
RelatesTo = Annotated[
    str,
    typer.Option("--relates-to", help="The closed period it belongs to.", metavar="PERIOD"),
]
Format = Annotated[
    str,
    typer.Option(
        "-f",
        "--format",
        help="table, plain, json, jsonl, csv, tsv, md, html, xlsx, chart, svg or png. On a "
        "terminal table, otherwise plain.",
        metavar="FORMAT",
    ),
]
Output = Annotated[
    str,
    typer.Option("-o", "--output", help="Write to FILE; its ending says how.", metavar="FILE"),
]
Chart = Annotated[
    bool, typer.Option("--chart", help="As a picture: bars, on the screen, in HTML, SVG or PNG.")
]
Bom = Annotated[
    bool, typer.Option("--bom", help="CSV and TSV with the mark that old Excel needs to read £.")
]
On = Annotated[
    str, typer.Option("--on", help="The day it counts from; today unless told.", metavar="DATE")
]
Reason = Annotated[str, typer.Option(help="Why, in a sentence.", metavar="TEXT")]
Decision = Annotated[str, typer.Option(help="The decision behind it.", metavar="REF")]
Fund = Annotated[str, typer.Argument(metavar="FUND", help="Code or name.")]
LineAmount = Annotated[
    str, typer.Argument(metavar="AMOUNT", help="750k, or 'all' that nobody was promised.")
]
LineSource = Annotated[
    str, typer.Option("--source", help="Of this source's money; none: of no source.", metavar="SRC")
]
LineYear = Annotated[
    str, typer.Option("--fy", help="Of this year's money; none: of no year.", metavar="YEAR")
]
Expected = Annotated[
    bool, typer.Option("--expected", help="Of what is only expected, and not underwritten.")
]
Propose = Annotated[bool, typer.Option("--propose", help="Ask for it; somebody else approves it.")]
RecordKey = Annotated[
    str,
    typer.Option("--key", help="Your own name for it: run again, it records once.", metavar="KEY"),
]
Distinct = Annotated[
    bool, typer.Option("--distinct", help="Somebody new, though the name reads like another's.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do all of it, then undo it.")]
FundFilter = Annotated[str, typer.Option("--fund", help="Only this fund.", metavar="FUND")]
RecipientFilter = Annotated[
    str, typer.Option("--recipient", help="Only this recipient.", metavar="RECIPIENT")
]
AreaFilter = Annotated[str, typer.Option("--area", help="Only this area.", metavar="AREA")]
BcuFilter = Annotated[str, typer.Option("--bcu", help="Only this command unit.", metavar="BCU")]
SourceFilter = Annotated[
    str, typer.Option("--source", help="Only money from this source.", metavar="SOURCE")
]
YearFilter = Annotated[str, typer.Option("--fy", help="Only this year, 2022/23.", metavar="YEAR")]
StageFilter = Annotated[str, typer.Option("--stage", help="Only this stage.", metavar="STAGE")]
AwardFilter = Annotated[str, typer.Option("--award", help="Only this award.", metavar="AWARD")]
KindFilter = Annotated[str, typer.Option("--kind", help="Only entries of a kind.", metavar="KIND")]
Since = Annotated[str, typer.Option(help="Only what is dated from this day.", metavar="DATE")]
Until = Annotated[str, typer.Option(help="Only what is dated to this day.", metavar="DATE")]
AsOf = Annotated[
    str, typer.Option("--as-of", help="As it stood at the end of this day.", metavar="DATE")
]
KnownAt = Annotated[
    str,
    typer.Option(
        "--known-at",
        help="As it was known then: an entry, a day, a moment, or paper:NAME.",
        metavar="WHEN",
    ),
]
By = Annotated[
    str,
    typer.Option("--by", help=f"Break down by {', '.join(DIMENSIONS)}.", metavar="DIM,DIM"),
]
Periods = Annotated[
    str,
    typer.Option("--periods", help="Columns by year, quarter or month.", metavar="PERIOD"),
]
Exceptions = Annotated[
    bool, typer.Option("--exceptions", help="Only rows that somebody has to look at.")
]
Units = Annotated[
    str, typer.Option("--units", help="Money in £, £000, £m or pence.", metavar="UNITS")
]
Sentences = Annotated[
    bool, typer.Option("--sentences", help="Each row as a sentence, for a screen reader.")
]
Define = Annotated[bool, typer.Option("--define", help="Say what each column means.")]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Never page by page.")]
Everything = Annotated[bool, typer.Option("--all", help="Every row, however many.")]


def counted(number: int, what: str) -> str:
    """Say how many there are: '1 fund', '8 funds'."""
    return f"{number:,} {what}" + "s" * (number != 1)


def must_be_typed(words: dict[str, str], like: str) -> None:
    """Raise BadInput for each of `words`, by its name in the help, that was not typed."""
    lacking = [name for name, typed in words.items() if not typed]
    if lacking:
        names = " and ".join(filter(None, (", ".join(lacking[:-1]), lacking[-1])))
        are = "is" if len(lacking) == 1 else "are"
        raise BadInput(
            f"{names} {are} needed", f"write all like {like}, or give --from FILE for many"
        )


def reads_as_amount(typed: str) -> bool:
    """Say whether a word was meant as an amount, be it well written or not."""
    return bool(re.fullmatch(r"£?\d[\d,.]*[km]?", typed, re.ASCII | re.IGNORECASE))


def amount_of(typed: str, *before: str, order: str) -> Pence:
    """Return an amount in pence. Raises BadInput, with the order where a word before it is one."""
    try:
        return read(parse_pounds, "AMOUNT", typed)
    except BadInput as problem:
        if any(reads_as_amount(word) for word in before):
            raise BadInput(problem.message, f"the order is {order}") from None
        raise


def sentence(what: str, typed: str) -> str:
    """Return a reason, title or reference as it may be stored, empty if none was given."""
    return read(parse_sentence, what, typed) if typed else ""


def decision_of(typed: str) -> str:
    """Return the reference of a decision in its one spelling, empty if none was given."""
    if not typed:
        return ""
    from vru_ledger.domain.decisions import parse_decision

    return read(parse_decision, "--decision", typed)


def key_of(typed: str) -> str:
    """Return an idempotency key as it may be stored, empty if none was given."""
    return read(parse_name, "--key", typed) if typed else ""


def year_of(typed: str) -> str:
    """Return a financial year as '2022/23', empty if none was given."""
    return read(parse_financial_year, "--fy", typed) if typed else ""


def query_of(
    *,
    since: str = "",
    until: str = "",
    as_of: str = "",
    known_at: str = "",
    fy: str = "",
    by: str = "",
    stage: str = "",
    everything: bool = False,
    periods: str = "",
    exceptions: bool = False,
    today: date | None = None,
    **names: str,
) -> Query:
    """Return the filters that somebody typed, names still as typed. Raises BadInput."""
    from vru_ledger.domain.stages import AUTHORITY, STAGES

    if stage and stage not in (*STAGES, AUTHORITY):
        raise BadInput(f"--stage: {stage[:40]!r} is none of {', '.join(STAGES)}")
    return Query(
        since=read(parse_date, "--since", since) if since else None,
        until=read(parse_date, "--until", until) if until else None,
        as_of=read(parse_date, "--as-of", as_of) if as_of else None,
        known_at=None,
        known=known_at.strip(),
        fy=year_of(fy),
        by=tuple(part.strip().casefold() for part in by.split(",") if part.strip()),
        stage=stage,
        everything=everything,
        periods=_periods_of(periods),
        exceptions=exceptions,
        today=today,
        **names,
    )


def _periods_of(typed: str) -> str:
    word = typed.strip().casefold().removesuffix("s")
    if word not in ("", "year", "quarter", "month"):
        raise BadInput(f"--periods: {typed[:40]!r} is none of year, quarter, month")
    return word


def period_of(typed: str) -> str:
    """Return the period that a late item belongs to, as it is named; empty if none was given."""
    if not typed:
        return ""
    from vru_ledger.domain.periods import parse_period

    return read(parse_period, "--relates-to", typed).name


def receipt_format(typed: str) -> str:
    """Return how a receipt is written: 'json', or '' for a sentence. Raises BadInput otherwise.

    Asked before anything is written, so that a slip of the pen records nothing.
    """
    if typed in ("json", "jsonl"):
        return "json"
    if typed in ("", "table", "plain"):
        return ""
    raise BadInput(f"--format: {typed[:40]!r} is none of table, plain, json, jsonl")


def terminal_of(ctx: typer.Context) -> Terminal:
    """Return where this command runs."""
    terminal: Terminal = ctx.obj
    return terminal
