"""`vru-ledger verify-report`: whether a report that somebody kept is what the ledger says."""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vru_ledger.cli.options import terminal_of
from vru_ledger.cli.output import shaped
from vru_ledger.cli.terminal import held
from vru_ledger.errors import BadInput, ExitCode, FileUnreadable, LedgerError

if TYPE_CHECKING:
    from vru_ledger.actions.verify_report import Compared
    from vru_ledger.cli.made_by import MadeBy
    from vru_ledger.domain.answer import Answer
    from vru_ledger.domain.query import Query
    from vru_ledger.exchange.report_file import Part, ReportFile
    from vru_ledger.store.database import Session

_ENDINGS = (".csv", ".html", ".json", ".jsonl", ".tsv", ".xlsx")

_ONLY_TABLES = "; of the page only its tables: another version of the program wrote it"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def verify_report(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="json, jsonl, csv, tsv, html, xlsx; or a folder.")
    ],
    format_: Annotated[
        str, typer.Option("-f", "--format", help="text or json.", metavar="FORMAT")
    ] = "text",
) -> None:
    """Make the report in FILE again as it was known then, and compare: exit 4 if a cell differs."""
    from vru_ledger.cli.made_by import read_made_by
    from vru_ledger.exchange.report_file import open_report

    if format_ not in ("text", "table", "plain", "json"):
        raise BadInput(f"--format: {format_[:40]!r} is none of text, json")
    told: list[tuple[str, dict[str, Any]]] = []
    with terminal_of(ctx).open().read() as session:
        for path in _files(file):
            name = os.path.basename(path)
            with open_report(path) as kept:
                if not kept.parts:
                    read_made_by("", name)
                verified = []
                for part in kept.parts:
                    made_by = read_made_by(part.made_by, name)
                    verified.append(_verified(session, made_by, part, kept.format))
                if kept.page:
                    _add_page(session, kept, verified, name)
                told += [(name, one) for one in verified]
    agrees = all(one["agrees"] for _, one in told)
    if format_ == "json":
        of_folder = os.path.isdir(file)
        reports = [{"file": name, **one} if of_folder else one for name, one in told]
        asked = os.path.basename(os.path.normpath(file))
        text = json.dumps({"file": asked, "agrees": agrees, "reports": reports}, ensure_ascii=False)
        held.write(f"{text}\n")
    else:
        held.write("".join(f"{line}\n" for name, one in told for line in _said(name, one)))
    if not agrees:
        raise typer.Exit(int(ExitCode.FOUND))


def _files(asked: str) -> list[str]:
    """Return the file that was named, or every report of a folder. Raises FileUnreadable."""
    if not os.path.isdir(asked):
        return [asked]
    files = [
        entry.path
        for entry in sorted(os.scandir(asked), key=lambda entry: entry.name)
        if entry.is_file() and entry.name.casefold().endswith(_ENDINGS)
    ]
    if not files:
        from vru_ledger.domain.text import shown

        raise FileUnreadable(
            f"{shown(os.path.basename(os.path.normpath(asked)))} is a folder without a report",
            f"name a file, or a folder of files that end in {', '.join(_ENDINGS)}",
        )
    return files


def _verified(session: Session, made_by: MadeBy, kept: Part, way: str) -> dict[str, Any]:
    """Return what came of making one report again: as JSON tells it."""
    from vru_ledger.store import ledger

    told: dict[str, Any] = {
        "report": made_by.report,
        "made_by": kept.made_by,
        "agrees": False,
        "problem": None,
    }
    newest = ledger.head(session).number
    if made_by.entry > newest:
        return {
            **told,
            "problem": f"the ledger ends at entry {newest}, before entry {made_by.entry}",
        }
    if made_by.entry and not ledger.hash_of(session, made_by.entry).startswith(made_by.head):
        why = "another ledger made it, or the past of this one was rewritten"
        return {**told, "problem": f"entry {made_by.entry} has another hash than the report: {why}"}
    try:
        compared = _compared(session, made_by, kept, way)
    except FileUnreadable:
        raise
    except LedgerError as error:
        return {**told, "problem": f"it cannot be made again: {error.message}"}
    return {
        **told,
        "agrees": not compared.differ,
        "rows": compared.rows,
        "cells": compared.cells,
        "differ": compared.differ,
        "differences": [dict(zip(one.FIELDS, one, strict=True)) for one in compared.differences],
    }


def _add_page(session: Session, kept: ReportFile, told: list[dict[str, Any]], name: str) -> None:
    """Compare a page whole, if its tables agree: add to what is told what else of it differs."""
    from vru_ledger.cli import verify_page
    from vru_ledger.cli.made_by import read_made_by

    if not all(one["agrees"] for one in told):
        return
    for one in told:
        one["whole"] = verify_page.written_by_us(kept.page)
    if not told[0]["whole"]:
        return
    made_by = [read_made_by(part.made_by, name) for part in kept.parts]
    answer, asked, units = _asked_again(session, made_by[0])
    if len(kept.parts) == 1:
        ways = verify_page.of_answer(answer, units)
    else:
        ways = verify_page.of_pack(session, asked, made_by)
    if said := verify_page.first_difference(kept.page, ways):
        problem = f"its tables agree, and the page around them does not: {said}"
        told[0] |= {"agrees": False, "whole": False, "problem": problem}


def _compared(session: Session, made_by: MadeBy, kept: Part, way: str) -> Compared:
    """Make a report again in the format in which it was kept, and compare."""
    from vru_ledger import render
    from vru_ledger.actions.verify_report import compare
    from vru_ledger.exchange.report_file import open_report

    answer = _made_again(session, made_by, way)
    with tempfile.TemporaryDirectory(prefix="vru-ledger-") as folder:
        place = os.path.join(folder, f"again.{way}")
        how: dict[str, Any] = {"encoding": "utf-8", "newline": ""}
        binary = render.is_binary(way)
        with open(place, "wb" if binary else "w", **({} if binary else how)) as out:
            render.renderer(way).render(answer, out, width=120, colour=False)
        with open_report(place) as again:
            return compare(kept, again.parts[0])


def _made_again(session: Session, made_by: MadeBy, way: str) -> Answer:
    """Return the answer that a report gives now, shaped for a way of showing."""
    answer, _, units = _asked_again(session, made_by)
    return shaped(answer, way, units)


def _asked_again(session: Session, made_by: MadeBy) -> tuple[Answer, Query, str]:
    """Return the answer that a report gives to what it was asked then, and in which units.

    Raises BadInput or NotFound where it can no longer be asked.
    """
    import typer.main

    from vru_ledger.cli import report
    from vru_ledger.cli.made_by import answered
    from vru_ledger.cli.main import UsageError

    report.must_be_there(made_by.report)
    command: Any = typer.main.get_command(report.app)
    try:
        typed = command.make_context("report", [made_by.report, *made_by.options]).params
    except UsageError as problem:
        said = getattr(problem, "message", str(problem))
        raise BadInput(f"its options are not those of this program ({said})") from None
    units = str(typed.get("units") or "")
    asked = report.asked_with(typed).replace(today=made_by.counted_to)
    return answered(session, made_by.report, asked, units), asked, units


def _many(told: dict[str, Any]) -> str:
    rows, cells = (
        f"{told[name]:,} {name if told[name] != 1 else name[:-1]}" for name in ("rows", "cells")
    )
    return f"{rows}, {cells}"


def _said(name: str, told: dict[str, Any]) -> list[str]:
    """Say in lines what came of one report."""
    from vru_ledger.domain.text import shown

    of = f"{name}: {told['made_by'].removeprefix('vru-ledger ')}"
    if told["problem"]:
        return [shown(f"differs: {of}"), shown(f"  {told['problem']}")]
    if told["agrees"]:
        whole = told.get("whole")
        page = "" if whole is None else ", and the page whole" if whole else _ONLY_TABLES
        return [shown(f"agrees: {of}: {_many(told)}{page}")]
    cells = "1 cell differs" if told["differ"] == 1 else f"{told['differ']:,} cells differ"
    from vru_ledger.actions.verify_report import Difference

    lines = [f"differs: {of}: {cells}"]
    lines += [f"  {Difference(**one).said()}" for one in told["differences"]]
    if (more := told["differ"] - len(told["differences"])) > 0:
        lines.append(f"  and {more:,} more")
    return [shown(line) for line in lines]
