"""For everybody's browser: one page that needs nothing else, as WCAG 2.2 AA asks, for print too."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from vru_ledger import __version__
from vru_ledger.domain.answer import Answer, Pack
from vru_ledger.errors import BadInput
from vru_ledger.render.as_svg import inline, picture_of
from vru_ledger.render.columns import NUMBERS, Column, for_people, safe
from vru_ledger.render.publication import PUBLISHER, full_title, meanings, origin

SUFFIXES = ("html", "htm")

GENERATOR = f"vru-ledger {__version__}"
"""Which program wrote a page: only the same writes it again letter by letter."""


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write one answer, and those beside it, as a page of their own."""
    _write(Pack(title=answer.title, answers=[answer], meta=answer.meta), out, contents=False)


def render_pack(pack: Pack, out: TextIO) -> None:
    """Write several answers as one page, with its contents."""
    _write(pack, out, contents=True)


def _write(pack: Pack, out: TextIO, *, contents: bool) -> None:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(os.path.dirname(__file__)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    sections = list(_sections(pack.answers, alone=not contents))
    page = templates.get_template("page.html.jinja").stream(
        generator=GENERATOR,
        title=full_title(pack.title, pack.meta),
        heading=safe(pack.title),
        publisher=PUBLISHER,
        origin=list(origin(pack.meta)),
        contents=[one for one in sections if one["level"] == 2] if contents else [],
        left_out=[(name, safe(why)) for name, why in pack.left_out],
        sections=sections,
    )
    page.enable_buffering(50)
    for piece in page:
        out.write(piece)


def _sections(answers: Iterable[Answer], *, alone: bool) -> Iterator[Mapping[str, Any]]:
    """Yield what a page shows of every answer, and of those beside each.

    An answer that is alone on its page has the page's own heading, and none of its own.
    """
    for number, answer in enumerate(answers, start=1):
        yield _section(answer, f"r{number}", 1 if alone else 2)
        for place, beside in enumerate(answer.apart, start=1):
            yield _section(beside, f"r{number}-{place}", 2 if alone else 3)


def _section(answer: Answer, mark: str, level: int) -> Mapping[str, Any]:
    columns = for_people(answer)
    if answer.charted and answer.charted_rows is None:
        rows = list(answer.rows)  # Read twice: for the picture and for the table.
        answer = answer.replace(rows=rows, charted_rows=rows)
    return {
        "mark": mark,
        "level": level,
        "below": level + 1,
        "title": safe(answer.title),
        "made_by": safe(str(answer.meta.get("made_by", ""))),
        "picture": _picture(answer, f"{mark}-chart"),
        "columns": [(column.heading, _is_number(column)) for column in columns],
        "rows": (_cells(columns, row) for row in answer.rows),
        "total": None if answer.total is None else _cells(columns, answer.total),
        "notes": [safe(note) for note in answer.notes],
        "meanings": meanings(answer),
    }


def _picture(answer: Answer, mark: str) -> Mapping[str, str] | None:
    if not answer.charted or not answer.charted_rows:
        return None
    try:
        picture = picture_of(answer)
    except BadInput:
        return None  # Nothing to draw is no reason to show no table.
    return {"svg": inline(picture, mark), "caption": picture.caption, "kind": answer.picture}


def _cells(columns: Iterable[Column], row: Any) -> list[tuple[str, bool]]:
    return [(column.text(row), _is_number(column)) for column in columns]


def _is_number(column: Column) -> bool:
    return column.kind in NUMBERS
