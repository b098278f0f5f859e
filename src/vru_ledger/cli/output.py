"""Answers on their way out: which way of showing, and to the screen or whole into a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TextIO, cast

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


def emit(answer: Answer, asked: str, output: str = "") -> None:
    """Show an answer. Raises BadInput for a format that is not there."""
    name = chosen_format(asked, output)
    show = render.renderer(name)
    if not output:
        if name in _FOR_PEOPLE and given and given[0].startswith("--"):
            answer = _pasted(answer)
        show.render(answer, cast(TextIO, held), width=width(), colour=in_colour())
        return
    write_whole(output, lambda out: show.render(answer, out, width=120, colour=False))
    say_aside(f"written: {output}")


_FOR_PEOPLE = ("table", "plain")


def _pasted(answer: Answer) -> Answer:
    """Return an answer whose notes suggest commands that work when they are pasted."""
    from vru_ledger.cli.suggestions import pasted

    return answer.replace(
        notes=[pasted(given)(note) for note in answer.notes],
        apart=[_pasted(one) for one in answer.apart],
    )


def write_whole(path: str, write: Callable[[TextIO], None]) -> None:
    """Write a file whole, or leave what is there. Raises FileUnreadable."""
    import tempfile

    try:
        if os.path.isfile(path):
            _must_not_be_a_database(path)
        if os.path.exists(path) and not os.path.isfile(path):
            # A device or a pipe is written into: to put a file in its place would destroy it.
            with open(path, "w", encoding="utf-8", newline="") as open_already:
                write(open_already)
            return
        # The file that a link leads to, so that the link stays one.
        place = os.path.realpath(path)
        handle, made = tempfile.mkstemp(dir=os.path.dirname(place), prefix=".vru-ledger-")
        try:
            with open(handle, "w", encoding="utf-8", newline="") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(made, place)
        except BaseException:
            os.unlink(made)
            raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileUnreadable(
            f"{path} cannot be written ({reason})", "check the folder and your permission"
        ) from None


def _must_not_be_a_database(path: str) -> None:
    """Raise FileUnreadable rather than put a report in the place of a ledger."""
    with open(path, "rb") as file:
        header = file.read(16)
    if header == b"SQLite format 3\x00" or path.endswith("-journal"):
        raise FileUnreadable(
            f"{path} is a ledger or another database, and is not replaced", "name another file"
        )
