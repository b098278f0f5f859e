"""Pictures for papers and pages, as SVG: bars or a map, with a name, a description, every figure.

What is drawn has no width of its own: bars are per cent of the room there is and text keeps its
size, so the same picture is read on a telephone and on a wall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.chart import Bar, Chart, chart_of
from vru_ledger.render.columns import safe

SUFFIXES = ("svg",)

WIDTH = 800
"""Pixels, of a picture that stands by itself."""

_LETTERS = 24
"""Of a label on one line: with a figure of millions beside it, 320 pixels hold no more."""

_LINE, _BAR, _BETWEEN, _TOP = 20, 14, 12, 4
_FILLS = ("#1d4f91", "url(#{id}-lines)", "url(#{id}-dots)", "#ffffff")
_BELOW_ZERO = "url(#{id}-below)"
FONT = 'font-family="Arial, Helvetica, Liberation Sans, DejaVu Sans, sans-serif" font-size="14"'


class Picture(NamedTuple):
    """What is drawn: its name, what it is, and every figure of it in words.

    `draw` takes the picture's own id and where it begins, and returns its shapes and where they
    end, in pixels; `key` does, for a picture with no table beside it.
    """

    title: str
    caption: str
    told: str
    draw: Callable[[str, int], tuple[list[str], int]]
    key: Callable[[int], tuple[list[str], int]] | None = None


def picture_of(answer: Answer) -> Picture:
    """Return the picture of an answer. Raises BadInput where it has no figure to draw."""
    if answer.picture == "tiles":
        from vru_ledger.render import tiles_svg as tiles

        rows = list(answer.rows if answer.charted_rows is None else answer.charted_rows)
        tiled = answer.replace(rows=rows)
        return Picture(
            safe(answer.title),
            tiles.caption(tiled),
            tiles.told(tiled),
            lambda _, top: tiles.draw(tiled, top),
            partial(tiles.key, tiled),
        )
    chart = chart_of(answer)
    return Picture(chart.title, chart.caption(), _told(chart), partial(_bars, chart))


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Write the picture of an answer as one SVG file, its title and notes among it."""
    out.write(standing_alone(answer))


def standing_alone(answer: Answer) -> str:
    """Return a picture that needs no page around it: with its title, on white."""
    picture = picture_of(answer)
    head = [*_wrapped(picture.title, 90)]
    foot = [line for note in answer.notes for line in _wrapped(safe(note), 100)]
    body, height = picture.draw("chart", len(head) * 24 + 8)
    if picture.key:
        keys, height = picture.key(height + 12)
        body += keys
    total = height + len(foot) * _LINE + 16
    texts = [
        f'<text x="0" y="{20 + 24 * place}" font-size="18" font-weight="bold">'
        f"{_escaped(line)}</text>"
        for place, line in enumerate(head)
    ]
    texts += [
        f'<text x="0" y="{height + 16 + _LINE * place}">{_escaped(line)}</text>'
        for place, line in enumerate(foot)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="chart-t chart-d" '
        f'width="{WIDTH}" height="{total + 32}" viewBox="-16 -16 {WIDTH} {total + 32}">\n'
        f"{_named(picture, 'chart')}"
        f'<rect x="-16" y="-16" width="{WIDTH}" height="{total + 32}" fill="#ffffff"/>\n'
        f'<svg width="{WIDTH - 32}" height="{total}" {FONT} fill="#0b0c0c">\n'
        + "\n".join([*texts, *body])
        + "\n</svg>\n</svg>\n"
    )


def inline(picture: Picture, mark: str) -> str:
    """Return a picture for the middle of a page, as wide as there is room; `mark` is its own id."""
    body, height = picture.draw(mark, 0)
    return (
        f'<svg role="img" aria-labelledby="{mark}-t {mark}-d" width="100%" height="{height}" '
        f'{FONT} fill="currentColor">\n{_named(picture, mark)}' + "\n".join(body) + "\n</svg>"
    )


def _named(picture: Picture, mark: str) -> str:
    """Return a picture's name and description, and the patterns that tell its series apart."""
    return (
        f'<title id="{mark}-t">{_escaped(picture.title)}</title>\n'
        f'<desc id="{mark}-d">{_escaped(picture.caption)}. {_escaped(picture.told)}</desc>\n'
        f"<defs>{_pattern(mark, 'lines', 'M0 6 L6 0')}{_pattern(mark, 'dots', 'M2 2 h2 v2 h-2 z')}"
        f"{_pattern(mark, 'below', 'M0 0 L6 6')}</defs>\n"
    )


def _pattern(mark: str, name: str, path: str) -> str:
    return (
        f'<pattern id="{mark}-{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="#ffffff"/>'
        f'<path d="{path}" stroke="#1d4f91" stroke-width="2" fill="#1d4f91"/></pattern>'
    )


def _told(chart: Chart) -> str:
    """Say every figure, for whoever hears the picture instead of seeing it."""
    return "; ".join(
        f"{group.label}: "
        + ", ".join(
            f"{name} {bar.text}" for name, bar in zip(chart.series, group.bars, strict=True)
        )
        for group in chart.groups
    )


def _bars(chart: Chart, mark: str, top: int) -> tuple[list[str], int]:
    """Return the shapes from `top` down, and where they end, in pixels."""
    shapes: list[str] = []
    y = top + _TOP
    below = any(bar.below_zero for group in chart.groups for bar in group.bars)
    keys = [*enumerate(chart.series), *([(-1, "below zero")] if below else [])]
    if len(keys) > 1:
        for place, name in keys:
            shapes.append(_rect(y + 2, 24, _fill(place, mark), per_cent=False))
            shapes.append(f'<text x="32" y="{y + 14}">{_escaped(name)}</text>')
            y += _LINE
        y += _BETWEEN
    for group in chart.groups:
        y = _draw_group(shapes, group.label, group.bars, mark, y)
    if not chart.groups:
        shapes.append(f'<text x="0" y="{y + 14}">no rows</text>')
        y += _LINE
    return shapes, y


def _draw_group(shapes: list[str], label: str, bars: Sequence[Bar], mark: str, y: int) -> int:
    """Add a row's label, figures and bars below each other; return where they end."""
    lines = list(_wrapped(label, _LETTERS)) or [""]
    for place in range(max(len(lines), len(bars))):
        if place < len(lines):
            shapes.append(f'<text x="0" y="{y + 14}">{_escaped(lines[place])}</text>')
        if place < len(bars):
            text = _escaped(bars[place].text)
            shapes.append(f'<text x="100%" y="{y + 14}" text-anchor="end">{text}</text>')
        y += _LINE
    for place, bar in enumerate(bars):
        if bar.length:
            fill = _BELOW_ZERO.format(id=mark) if bar.below_zero else _fill(place, mark)
            shapes.append(_rect(y, bar.length, fill))
        y += _BAR + 2
    shapes.append(f'<line x1="0" x2="100%" y1="{y + 3}" y2="{y + 3}" stroke="#8a9299"/>')
    return y + _BETWEEN


def _fill(place: int, mark: str) -> str:
    if place < 0:
        return _BELOW_ZERO.format(id=mark)
    return _FILLS[place % len(_FILLS)].format(id=mark)


def _rect(y: int, length: int, fill: str, *, per_cent: bool = True) -> str:
    """Return a bar `length` tenths of a per cent long, or so many pixels."""
    width = f"{length // 10}.{length % 10}%" if per_cent else f"{length}"
    return (
        f'<rect x="0" y="{y}" width="{width}" height="{_BAR}" fill="{fill}" '
        'stroke="#1d4f91" stroke-width="1"/>'
    )


def _wrapped(text: str, letters: int) -> Iterator[str]:
    """Yield the lines of a text, a word that is longer than a line cut in parts."""
    import textwrap

    yield from textwrap.wrap(text, letters)


def _escaped(text: str) -> str:
    from html import escape

    return escape(text)
