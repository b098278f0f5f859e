"""A bar on stderr while a long file is read: only for somebody who is looking, and then gone."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from vru_ledger.cli.terminal import say_aside

_WIDE = 30
_FIRST_AFTER = 1.0
_EVERY = 0.2
"""Seconds."""


class Bar:
    """A bar that grows; nothing is drawn for what is done within a second."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _FIRST_AFTER
        self._drawn = 0

    def __call__(self, rows: int, share: float | None, doing: str = "rows") -> None:
        """Draw how many rows there have been, and what share of them all that is, from 0 to 1."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY
        text = f"{rows:,} {doing}"
        if share is not None:
            filled = round(_WIDE * share)
            text = f"[{'#' * filled}{'.' * (_WIDE - filled)}] {share:4.0%}  {text}"
        # What was drawn before may have been longer.
        sys.stderr.write(f"\r{text:<{self._drawn}}")
        sys.stderr.flush()
        self._drawn = max(self._drawn, len(text))

    def end(self) -> None:
        """Take the bar away."""
        if self._drawn:
            sys.stderr.write(f"\r{' ' * self._drawn}\r")
            sys.stderr.flush()
            self._drawn = 0


class Progress:
    """`with Progress() as bar`: a bar if stderr is a terminal, otherwise None."""

    def __enter__(self) -> Bar | None:
        self._bar = Bar() if sys.stderr.isatty() else None
        return self._bar

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.end()


def entries_shown() -> Callable[[int], None] | None:
    """Return what says how many entries were looked at, if stderr is a terminal."""
    return (lambda entries: say_aside(f"{entries:,} entries ...")) if sys.stderr.isatty() else None


def copy_shown() -> Callable[[float], None] | None:
    """Return what says how much of a file was copied, a tenth at a time, on a terminal."""
    tenths = iter(range(1, 10))
    following = next(tenths)
    begun = time.monotonic()

    def told(share: float) -> None:
        nonlocal following
        if following and share * 10 >= following:
            if time.monotonic() - begun > _FIRST_AFTER:
                say_aside(f"copied {share:.0%} ...")
            while following and share * 10 >= following:
                following = next(tenths, 0)

    return told if sys.stderr.isatty() else None
