"""For a terminal: bars, each with its figure, so that they are read without colour as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.chart import Bar, Chart, chart_of, wrapped
from vru_ledger.render.columns import safe
from vru_ledger.render.tiles import draw

SUFFIXES: tuple[str, ...] = ()

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_FULL = "█▓▒░"
_BELOW_ZERO = "▞"
_SHORTEST_BAR = 8
_LONGEST_LABEL = 40
_SHORTEST_LABEL = 12
_GAP = 1


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write a bar for every row, in at most `width` columns; no figure of bars is ever shortened.

    Tiles, of an answer that asks for them.
    """
    if answer.picture == "tiles":
        draw(answer, out, width=width, colour=colour)
        return
    chart = chart_of(answer)
    for line in (*wrapped(chart.title, width), *_legend(chart), *_lines(chart, width)):
        out.write(f"{line.rstrip()}\n")
    for note in answer.notes:
        for line in wrapped(safe(note), width):
            out.write(f"{line}\n")


def _legend(chart: Chart) -> Iterator[str]:
    marks = ", ".join(
        f"{_FULL[place % len(_FULL)]} {name}" for place, name in enumerate(chart.series)
    )
    below = any(bar.below_zero for group in chart.groups for bar in group.bars)
    yield f"{marks}{f', {_BELOW_ZERO} below zero' if below else ''}"
    if chart.left_out:
        yield f"the first {len(chart.groups)} rows; {chart.left_out:,} more are not drawn"
    if not chart.groups:
        yield "no rows"


def _lines(chart: Chart, width: int) -> Iterator[str]:
    from rich.cells import cell_len

    figure = max([cell_len(bar.text) for group in chart.groups for bar in group.bars] or [0])
    room = width - figure - _SHORTEST_BAR - 2 * _GAP
    widest = max([cell_len(group.label) for group in chart.groups] or [0])
    label = min(widest, _LONGEST_LABEL, max(_SHORTEST_LABEL, room))
    length = max(1, width - label - figure - 2 * _GAP)
    for group in chart.groups:
        parts = wrapped(group.label, label) or [""]
        height = max(len(parts), len(group.bars))
        for place in range(height):
            named = parts[place] if place < len(parts) else ""
            named += " " * (label - cell_len(named))
            yield f"{named} {_bar_and_figure(group.bars, place, length, figure)}"


def _bar_and_figure(bars: Sequence[Bar], place: int, length: int, figure: int) -> str:
    if place >= len(bars):
        return ""
    bar = bars[place]
    return f"{_drawn(bar, place, length)} {bar.text.rjust(figure)}"


def _drawn(bar: Bar, place: int, length: int) -> str:
    """Draw a bar: solid to an eighth of a column, any other series in whole columns."""
    eighths = bar.length * length * 8 // 1000
    full, rest = divmod(max(eighths, 1 if bar.length else 0), 8)
    if bar.below_zero:
        return (_BELOW_ZERO * max(1, full)).ljust(length)
    if place == 0:
        return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(length)
    mark = _FULL[place % len(_FULL)]
    return (mark * (full or (1 if bar.length else 0))).ljust(length)
