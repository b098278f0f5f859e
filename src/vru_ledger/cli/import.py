"""`vru-ledger import`: record somebody else's table, by a map of its columns to ours."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from vru_ledger.cli.options import DryRun, Format, On, Sheet, receipt_format, terminal_of
from vru_ledger.cli.terminal import read, say_aside
from vru_ledger.domain.text import parse_name
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import AlreadyThere, BadInput

if TYPE_CHECKING:
    from vru_ledger.actions.import_table import Imported
    from vru_ledger.exchange.column_map import ColumnMap

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command("import")
def import_(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="allocations, claims or payments.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV or XLSX, theirs.")],
    map_: Annotated[
        str,
        typer.Option(
            "--map", help="A map: a file, or NAME.map.yaml beside FILE.", metavar="NAME|FILE"
        ),
    ] = "",
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="Our column, their heading.", metavar="OURS=THEIRS"),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", help="A column that is theirs only.", metavar="THEIRS"),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="The same in every row.", metavar="OURS=VALUE"),
    ] = None,
    dates: Annotated[
        str, typer.Option(help="How they write a day: DD/MM/YYYY.", metavar="FORMAT")
    ] = "",
    negative: Annotated[
        str,
        typer.Option(help="What a payment below zero is: clawback or recover.", metavar="STEP"),
    ] = "",
    sheet: Sheet = "",
    save_map: Annotated[
        str, typer.Option("--save-map", help="Write the map here, for next time.", metavar="FILE")
    ] = "",
    propose: Annotated[
        bool, typer.Option("--propose", help="Allocations: ask for them; others approve.")
    ] = False,
    on: On = "",
    dry_run: DryRun = False,
    format_: Format = "",
) -> None:
    """Record every row of their FILE as ours, or none; --dry-run shows how it is understood."""
    if propose and kind != "allocations":
        raise BadInput("--propose is for allocations")
    _import(ctx)


def _import(ctx: typer.Context) -> None:
    """Import as the command line says, and tell what became of it."""
    from vru_ledger.actions.import_table import import_file
    from vru_ledger.cli.batch import say_batch
    from vru_ledger.cli.progress import Progress

    typed = ctx.params
    terminal, format_ = terminal_of(ctx), receipt_format(typed["format_"])
    preview, save_map = typed["dry_run"], typed["save_map"]
    columns = _map(typed)
    if save_map:
        _must_be_free(save_map, columns)
    with Progress() as bar:
        done = import_file(
            terminal.open(),
            typed["file"],
            typed["kind"],
            columns,
            today=terminal.today(),
            dated=read(parse_date, "--on", typed["on"]) if typed["on"] else None,
            propose=typed["propose"],
            actor=terminal.actor(),
            recorded_at=terminal.recorded_at(),
            preview=preview,
            on_progress=bar,
        )
    first = _understood(done) if preview else None
    say_batch(done.batch, preview=preview, format_=format_, first_rows=first if format_ else None)
    if first and not format_:
        _show(first)
    if save_map:
        _save(columns, save_map)


def _map(typed: dict[str, Any]) -> ColumnMap:
    """Return the map that was named, with what was typed beside it."""
    from vru_ledger.exchange.column_map import ColumnMap
    from vru_ledger.exchange.map_file import found, read_map

    columns = read_map(found(typed["map_"], typed["file"])) if typed["map_"] else ColumnMap()
    dates, negative, sheet = (
        read(parse_name, f"--{name}", typed[name]) if typed[name] else getattr(columns, name)
        for name in ("dates", "negative", "sheet")
    )
    ignored = [read(parse_name, "--ignore", one) for one in typed["ignore"] or ()]
    return ColumnMap(
        columns={**columns.columns, **_pairs("--column", typed["column"])},
        ignored=tuple(dict.fromkeys((*columns.ignored, *ignored))),
        constants={**columns.constants, **_pairs("--set", typed["set_"])},
        dates=dates,
        negative=negative,
        sheet=sheet,
    )


def _pairs(option: str, typed: list[str] | None) -> dict[str, str]:
    pairs = {}
    for one in typed or ():
        ours, equals, told = one.partition("=")
        if not equals or not told.strip():
            said = f"{option}: {one[:60]!r} does not say what is what"
            raise BadInput(said, f"write it like {option} award='Grant no'")
        pairs[ours.strip().casefold()] = read(parse_name, option, told)
    return pairs


def _understood(done: Imported) -> list[dict[str, Any]]:
    """Return the first rows as they are understood: the step, and what our columns hold."""
    from vru_ledger.actions.rows import read_flag
    from vru_ledger.domain.money import parse_pounds

    told = []
    for row in done.first:
        cells: dict[str, Any] = {
            name: text for name, text in row.cells.items() if text and name != "do"
        }
        step = row.cells.get("do") or done.step
        if read_flag(cells.pop("advance", "")) and step == "pay":
            step = "advance"
        if cells.get("amount", "all").casefold() != "all":
            cells["amount_pence"] = parse_pounds(cells.pop("amount"))
        for name in ("on", "term_from", "term_to"):
            if name in cells:
                cells[name] = parse_date(cells[name]).isoformat()
        told.append({"row": row.number, "step": step, **cells})
    return told


def _show(first: list[dict[str, Any]]) -> None:
    """Print the first rows, one to a line, every column named."""
    from vru_ledger.cli.terminal import held
    from vru_ledger.domain.money import format_pounds
    from vru_ledger.domain.text import shown

    for row in first:
        said = [f"row {row.pop('row')}: {row.pop('step')}"]
        if "amount_pence" in row:
            said.append(format_pounds(row.pop("amount_pence")))
        said += [f"{name.replace('_', ' ')} {text}" for name, text in row.items()]
        held.write(f"{shown(', '.join(said))}\n")


def _must_be_free(path: str, columns: ColumnMap) -> None:
    """Raise AlreadyThere if something else than this map stands where it is to be written."""
    from vru_ledger.exchange.map_file import read_map

    if os.path.lexists(path) and not (os.path.isfile(path) and read_map(path) == columns):
        raise AlreadyThere(f"{path} is there already", "give the map another name, or remove it")


def _save(columns: ColumnMap, path: str) -> None:
    """Write a map."""
    from vru_ledger.cli.output import write_whole
    from vru_ledger.exchange.map_file import as_yaml

    text = as_yaml(columns)

    def write(out: TextIO) -> None:
        out.write(text)

    write_whole(path, write)
    say_aside(f"written: {path}; next time: --map {shlex.quote(path)}")
