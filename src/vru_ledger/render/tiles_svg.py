"""The map for pages and papers: a tile for each area as SVG, with letters, a shade and a figure.

Places are per cent of the room there is and text keeps its size, as with bars (`as_svg`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import format_pounds
from vru_ledger.render.columns import safe
from vru_ledger.render.tiles import ranges, shade_of, short

TILE, _LINE, _SWATCH = 48, 20, 24
"""Pixels: how high a tile is, a line of text, and how wide a sample of a shade."""

FILLS = ("#ffffff", "#d6e4f2", "#9dc0e2", "#5f94cc", "#1d4f91")
INKS = ("#0b0c0c", "#0b0c0c", "#0b0c0c", "#0b0c0c", "#ffffff")
"""From nothing to the most, and what is read on each, with a contrast of 6 to 1 and more."""

_EDGE = "#44494d"
_KEYS_ACROSS, _LONGEST_NAME = 2, 36


def caption(answer: Answer) -> str:
    """Say what the tiles are, for whoever cannot see them, too."""
    least = "the darker, the more" if _most(list(answer.rows)) else "nothing anywhere"
    return (
        "Map of tiles, each area at its place: its letters and what it has, "
        f"k thousands and m millions of pounds, rounded down; {least}"
    )


def told(answer: Answer) -> str:
    """Say every figure to the penny, from the north-west."""
    return "; ".join(f"{_named(row)}: {format_pounds(row.amount)}" for row in answer.rows)


def draw(answer: Answer, top: int) -> tuple[list[str], int]:
    """Return the shapes from `top` down, and where they end, in pixels."""
    rows = list(answer.rows)
    if not rows:
        return [f'<text x="0" y="{top + 14}">no area has a place on the map</text>'], top + _LINE
    most = _most(rows)
    across = max(row.tile_column for row in rows)
    first = min(row.tile_row for row in rows)
    shapes = [
        shape
        for row in rows
        for shape in _tile(row, most, across, top + (row.tile_row - first) * TILE)
    ]
    shapes += _borders(rows, across, top - first * TILE)
    y = top + (max(row.tile_row for row in rows) - first + 1) * TILE + 12
    for shade, text in enumerate(("nothing", *ranges(most))):
        shapes.append(_rect("0", y + 2, f"{_SWATCH}", 14, FILLS[shade]))
        shapes.append(f'<text x="{_SWATCH + 8}" y="{y + 14}">{escape(text)}</text>')
        y += _LINE
    return shapes, y


def key(answer: Answer, top: int) -> tuple[list[str], int]:
    """Return what the letters stand for and every figure to the penny, in columns.

    For a picture that has no table beside it.
    """
    stand_for: dict[str, Any] = {row.letters: row for row in answer.rows}
    lines = [stand_for[letters] for letters in sorted(stand_for)]
    high = -(-len(lines) // _KEYS_ACROSS)
    shapes = []
    for place, row in enumerate(lines):
        column, y = place // high, top + 14 + place % high * _LINE
        left, right = column * 100 / _KEYS_ACROSS, (column + 1) * 100 / _KEYS_ACROSS - 3
        name = safe((row.unit or row.area_name) if _by_unit(answer) else row.area_name)
        name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        shapes += [
            f'<text x="{left:.2f}%" y="{y}" font-size="12">{escape(safe(row.letters))} '
            f"{escape(name)}</text>",
            f'<text x="{right:.2f}%" y="{y}" font-size="12" text-anchor="end">'
            f"{format_pounds(row.amount)}</text>",
        ]
    return shapes, top + high * _LINE + 12


def _tile(row: Any, most: int, across: int, y: int) -> Iterator[str]:
    shade = shade_of(row.amount, most)
    left, wide = (row.tile_column - 1) * 100 / across, 100 / across
    middle = f'x="{left + wide / 2:.3f}%" text-anchor="middle" font-size="13" fill="{INKS[shade]}"'
    yield f"<g><title>{escape(_named(row))}: {format_pounds(row.amount)}</title>"
    yield _rect(f"{left:.3f}%", y, f"{wide:.3f}%", TILE, FILLS[shade])
    yield f'<text {middle} y="{y + 20}" font-weight="bold">{escape(safe(row.letters))}</text>'
    yield f'<text {middle} y="{y + 38}">{escape(short(row.amount))}</text></g>'


def _borders(rows: Sequence[Any], across: int, top: int) -> Iterator[str]:
    """Yield a thick line wherever one unit ends, where tiles share their letters with others."""
    there = {(row.tile_row, row.tile_column): row.letters for row in rows}
    if len(set(there.values())) == len(there):
        return
    for (down, column), letters in sorted(there.items()):
        left, right = ((column + side) * 100 / across for side in (-1, 0))
        above, below = top + down * TILE, top + (down + 1) * TILE
        for place, ends in (
            ((down - 1, column), (left, above, right, above)),
            ((down + 1, column), (left, below, right, below)),
            ((down, column - 1), (left, above, left, below)),
            ((down, column + 1), (right, above, right, below)),
        ):
            if there.get(place) != letters:
                x1, y1, x2, y2 = ends
                yield (
                    f'<line x1="{x1:.3f}%" y1="{y1}" x2="{x2:.3f}%" y2="{y2}" '
                    'stroke="#0b0c0c" stroke-width="3"/>'
                )


def _rect(x: str, y: int, width: str, height: int, fill: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" '
        f'stroke="{_EDGE}" stroke-width="1"/>'
    )


def _most(rows: Sequence[Any]) -> int:
    return max([row.amount for row in rows], default=0)


def _by_unit(answer: Answer) -> bool:
    letters = [row.letters for row in answer.rows]
    return len(set(letters)) < len(letters)


def _named(row: Any) -> str:
    unit = f", {row.unit}" if row.unit else ""
    return safe(f"{row.area_name} ({row.letters}{unit})")
