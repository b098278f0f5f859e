"""`vru-ledger report pack`: the board pack, every standard report of one moment in one go."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

from vru_ledger import render, reports
from vru_ledger.actions import resolve
from vru_ledger.cli.made_by import answered
from vru_ledger.cli.output import shaped, write_whole
from vru_ledger.cli.terminal import Terminal, say_aside
from vru_ledger.domain.answer import Answer, Pack
from vru_ledger.domain.query import Query
from vru_ledger.errors import BadInput, FileUnreadable, FormatMissing
from vru_ledger.store.database import Session

TITLE = "Board pack"

_FIRST = ("position", "monitoring", "caps", "commitments", "payments", "claims", "burndown")
"""What a board reads first; every other report comes after these, by its name."""

_NOT_STANDARD = ("journal", "movements")
"""Reports that are no paper: as long as the ledger, or of two points that somebody has to name."""

_TAKEN = ("fund", "as_of", "known_at", "known", "today")
"""What of a query a pack can be asked for: the same for every report in it."""


def write_pack(
    terminal: Terminal, asked: Query, output: str, format_: str, units: str, *, strange: bool
) -> None:
    """Write every standard report into one page, one workbook, or a folder of files.

    Raises BadInput unless it is said where to, and for filters that not every report takes.
    """
    way = _way(output, format_)
    given = {name for name, default in Query.DEFAULTS.items() if getattr(asked, name) != default}
    if strange or units or given - set(_TAKEN):
        raise BadInput(
            "a pack is every standard report at one moment",
            "it takes --fund, --as-of and --known-at; ask each report for more",
        )
    with terminal.open().read() as session:
        pack = pack_of(session, asked)
    if way:
        _write(pack, output, way)
        say_aside(f"written: {output}, {len(pack.answers)} reports")
        return
    written = _write_folder(pack, output)
    say_aside(f"written: {output}, {len(pack.answers)} reports in {len(written)} files")


def _way(output: str, format_: str) -> str:
    """Return the format of the one file, or nothing for a folder. Raises BadInput."""
    how = "name a page, a workbook or a folder: report pack -o pack.html, pack.xlsx or pack"
    if not output:
        raise BadInput("a pack is written to a file or a folder", how)
    ending = os.path.splitext(output)[1].removeprefix(".").casefold()
    way = format_ or ("" if os.path.isdir(output) else render.SUFFIXES.get(ending, ending))
    if way not in ("", "html", "xlsx"):
        raise BadInput(f"a pack is no {way[:40]}", how)
    return way


def pack_of(session: Session, asked: Query) -> Pack:
    """Return every standard report of one moment. Raises BadInput, NotFound."""
    query = resolve.query(session, asked).replace(known="")
    answers, left_out = [], []
    names = [name for name in _FIRST if name in reports.names()]
    for name in [*names, *(one for one in reports.names() if one not in names)]:
        if name in _NOT_STANDARD:
            left_out.append((name, f"no paper: ask for it with vru-ledger report {name}"))
            continue
        if needs := getattr(reports.report(name), "NEEDS", ()):
            left_out.append((name, f"it is of one {' and '.join(needs)}: report {name}"))
            continue
        try:
            answers.append(_read(session, name, query))
        except BadInput as why:
            left_out.append((name, why.message))
    about = f"{TITLE}: {query.fund}" if query.fund else TITLE
    meta = {**answers[0].meta, "made_by": _command(query, answers[0].meta)} if answers else {}
    return Pack(title=about, answers=answers, meta=meta, left_out=left_out)


def _read(session: Session, name: str, query: Query) -> Answer:
    """Return a report with its rows read, so that it can be written twice."""
    answer = answered(session, name, query)
    return answer.replace(rows=list(answer.rows))


def _command(query: Query, meta: Any) -> str:
    fund = f" --fund {query.fund}" if query.fund else ""
    as_of = f" --as-of {query.as_of.isoformat()}" if query.as_of else ""
    return f"vru-ledger report pack{fund}{as_of} --known-at {meta['entry']} -o FILE"


def _write(pack: Pack, path: str, way: str) -> None:
    pack = pack.replace(answers=[shaped(answer, way, "") for answer in pack.answers])
    show: Any = render.renderer(way)
    write_whole(path, lambda out: show.render_pack(pack, out), binary=render.is_binary(way))


def _write_folder(pack: Pack, folder: str) -> list[str]:
    """Write a folder whole, or leave nothing: return the names of its files.

    A folder that holds something is left alone: what an earlier pack had more would seem to be of
    this one. Raises FileUnreadable.
    """
    try:
        if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
            raise FileUnreadable(
                f"{folder} holds something already, and a pack has a folder of its own",
                "name a new one, as pack-2026-05",
            )
        place = os.path.realpath(folder)
        made = tempfile.mkdtemp(dir=os.path.dirname(place), prefix=".vru-ledger-")
        try:
            names = list(_write_files(pack, made))
            os.replace(made, place)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise FileUnreadable(
            f"{folder} cannot be made ({error.strerror})", "check the folder and your permission"
        ) from None
    return names


def _write_files(pack: Pack, folder: str) -> Iterator[str]:
    """Write the page, the workbook, and each report as CSV; yield the names of the files."""
    _write(pack, os.path.join(folder, "index.html"), "html")
    yield "index.html"
    try:
        _write(pack, os.path.join(folder, "board-pack.xlsx"), "xlsx")
        yield "board-pack.xlsx"
    except FormatMissing as missing:
        say_aside(f"without board-pack.xlsx: {missing.message}; {missing.hint}")
    csv = render.renderer("csv")
    for answer in pack.answers:
        write_whole(os.path.join(folder, f"{answer.name}.csv"), _csv(csv, answer))
        yield f"{answer.name}.csv"


def _csv(csv: render.Renderer, answer: Answer) -> Any:
    return lambda out: csv.render(answer, out, width=120, colour=False)
