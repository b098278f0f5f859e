"""How rows look: one file per way of showing them, found by its name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from vru_ledger.domain.answer import Answer
from vru_ledger.errors import BadInput

SUFFIXES: Mapping[str, str]
"""Which way of showing the ending of a file's name asks for: 'csv' is csv, 'markdown' is md."""


class Renderer(Protocol):
    """What a way of showing must say: the endings of its files, and how it writes an answer."""

    SUFFIXES: tuple[str, ...]
    """Endings of file names that choose it, without the dot; none if it is for a terminal."""

    def render(self, answer: Answer, out: Any, *, width: int, colour: bool) -> None:
        """Write an answer; `width` (in columns) and `colour` are for who writes to a terminal.

        `out` takes text, or bytes where the file says BINARY. Raises BadInput for an answer that
        cannot be shown in this way, FormatMissing where what it needs is not installed.
        """


@cache
def names() -> tuple[str, ...]:
    """Return the ways of showing there are: the names of the files in this folder."""
    files = os.listdir(os.path.dirname(__file__))  # Path.glob would compile a pattern for it.
    ways = [file.removesuffix(".py") for file in files if file.endswith(".py")]
    return tuple(sorted(way.removeprefix("as_") for way in ways if way.startswith("as_")))


def renderer(name: str) -> Renderer:
    """Return the way of showing called `name`. Raises BadInput, listing those there are."""
    if name not in names():
        raise BadInput(f"{name[:40]!r} is not a format; there are {', '.join(names())}")
    return cast(Renderer, import_module(f"vru_ledger.render.as_{name}"))


def is_binary(name: str) -> bool:
    """Say whether a way of showing writes bytes, which belong in a file and on no terminal."""
    return bool(getattr(renderer(name), "BINARY", False))


@cache
def _suffixes() -> Mapping[str, str]:
    return {suffix: name for name in names() for suffix in renderer(name).SUFFIXES}


def __getattr__(name: str) -> Any:
    # Asking every file is only worth it when somebody names a file to write.
    if name == "SUFFIXES":
        return _suffixes()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
