"""Answers on their way out: which way of showing, and to the screen or whole into a file."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

from vru_ledger import render
from vru_ledger.cli.terminal import given, held, in_colour, on_terminal, say_aside, width
from vru_ledger.domain.answer import Answer
from vru_ledger.errors import BadInput, FileUnreadable


def chosen_format(asked: str, output: str = "") -> str:
    """Return the way of showing: as asked, by a file's ending, or by who is looking.

    Raises BadInput if there is no such way.
    """
    if not asked and output:
        ending = os.path.splitext(output)[1].removeprefix(".").casefold()
        if ending not in render.SUFFIXES:
            raise BadInput(
                f"--output: the ending of {output!r} is none of {', '.join(render.SUFFIXES)}",
                "give the file one of these endings, or say -f FORMAT",
            )
        return render.SUFFIXES[ending]
    name = asked or ("table" if on_terminal() else "plain")
    if name not in render.names():
        raise BadInput(f"--format: {name[:40]!r} is none of {', '.join(render.names())}")
    return name


def drawn_format(asked: str, output: str = "") -> str:
    """Return the way of showing a picture. Raises BadInput if what was asked for has none."""
    name = chosen_format(asked, output)
    if name in ("table", "plain"):
        return "chart"
    if name in _PICTURES:
        return name
    raise BadInput(
        f"--chart: a picture can be {', '.join(_PICTURES)}, and this is {name}",
        "leave out --chart, or name another file: -o FILE.html",
    )


def with_picture(answer: Answer) -> Answer:
    """Return an answer that asks to be drawn, where a page would show its table alone."""
    from vru_ledger.render.chart import drawn_columns

    return answer.replace(charted=[column.name for column in drawn_columns(answer)])


def emit(answer: Answer, asked: str, output: str = "", *, bom: bool = False) -> None:
    """Show an answer. Raises BadInput for a format that is not there.

    `bom` puts a byte order mark before CSV and TSV, which old Excel needs to read £.
    """
    name = chosen_format(asked, output)
    show = render.renderer(name)
    binary = render.is_binary(name)
    if bom and name not in _WITH_BOM:
        raise BadInput(f"--bom is for {' and '.join(_WITH_BOM)}, and this is {name}")
    if not output:
        if binary:
            raise BadInput(f"{name} is a file, not text to print", f"name it: -o FILE.{name}")
        if name in _FOR_PEOPLE and given and given[0].startswith("--"):
            answer = _pasted(answer)
        held.write(_BOM if bom else "")
        show.render(answer, held, width=width(), colour=in_colour())
        return

    def write(out: Any) -> None:
        if bom:
            out.write(_BOM)
        show.render(answer, out, width=120, colour=False)

    write_whole(output, write, binary=binary)
    say_aside(f"written: {output}")
    if name == "jsonl" and not os.path.getsize(output):
        say_aside("it has no rows, so nothing in it says which report it is: to verify it use json")


_FOR_PEOPLE = ("table", "plain", "chart")
_WITH_BOM = ("csv", "tsv")
_PICTURES = ("chart", "html", "svg", "png")
_BOM = "\ufeff"


def _pasted(answer: Answer) -> Answer:
    """Return an answer whose notes suggest commands that work when they are pasted."""
    from vru_ledger.cli.suggestions import pasted

    return answer.replace(
        notes=[pasted(given)(note) for note in answer.notes],
        apart=[_pasted(one) for one in answer.apart],
    )


def write_whole(path: str, write: Callable[[Any], None], *, binary: bool = False) -> None:
    """Write a file whole, or leave what is there. Raises FileUnreadable.

    `write` gets what takes text, or bytes if the file is `binary`.
    """
    how: dict[str, Any] = {} if binary else {"encoding": "utf-8", "newline": ""}
    mode = "wb" if binary else "w"
    try:
        if os.path.isfile(path):
            _must_not_be_a_database(path)
        if os.path.exists(path) and not os.path.isfile(path):
            # A device or a pipe is written into: to put a file in its place would destroy it.
            with open(path, mode, **how) as open_already:
                write(open_already)
            return
        _write_beside(path, write, mode, how)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        full = getattr(error, "errno", None) == errno.ENOSPC
        raise FileUnreadable(
            f"{path} cannot be written ({reason})",
            "make room, then run it again" if full else "check the folder and your permission",
        ) from None


def _write_beside(path: str, write: Callable[[Any], None], mode: str, how: dict[str, Any]) -> None:
    """Write a file under another name, and give it its own when it lies there whole."""
    import tempfile

    # The file that a link leads to, so that the link stays one.
    place = os.path.realpath(path)
    handle, made = tempfile.mkstemp(dir=os.path.dirname(place), prefix=".vru-ledger-")
    try:
        with open(handle, mode, **how) as file:
            # A new file is its owner's alone, as this one was made; whoever shares it decides that.
            if os.path.exists(place):
                os.chmod(made, os.stat(place).st_mode & 0o777)
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, place)
    except BaseException:
        os.unlink(made)
        raise


def _must_not_be_a_database(path: str) -> None:
    """Raise FileUnreadable rather than put a report in the place of a ledger."""
    with open(path, "rb") as file:
        header = file.read(16)
    if header == b"SQLite format 3\x00" or path.endswith("-journal"):
        raise FileUnreadable(
            f"{path} is a ledger or another database, and is not replaced", "name another file"
        )


FOR_READING = ("table", "plain", "md", "html", "sentences")
"""Ways of showing for people, who read subtotals and figures in thousands; programs add up rows."""


def shaped(answer: Answer, way: str, units: str) -> Answer:
    """Return an answer as a way of showing wants it: for people with subtotals, in `units`."""
    if way not in FOR_READING:
        return answer
    from vru_ledger.render.layout import for_reading

    if way == "html" and answer.charted:
        # Read twice, for the picture and for the table; no picture has subtotals in it.
        rows = list(answer.rows)
        answer = answer.replace(rows=rows, charted_rows=rows)
    return for_reading(answer, units)
