"""A bar on stderr while a long file is read: only for somebody who is looking, and then gone."""

from __future__ import annotations

import sys
import time

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
        self._draw(share, f"{rows:,} {doing}")

    def copied(self, share: float) -> None:
        """Draw what share of a file was copied."""
        self._draw(share, "copied")

    def entries(self, count: int) -> None:
        """Draw how many entries were gone through; how many there are is known at the end."""
        self(count, None, "entries")

    def _draw(self, share: float | None, text: str) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY
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
