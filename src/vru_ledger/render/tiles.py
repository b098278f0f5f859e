"""The map on a terminal: tiles of letters, a shade and a short figure, each on its place.

Shade, figure and letters say the same, so that it reads without colour and in print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import format_pounds
from vru_ledger.render.chart import wrapped
from vru_ledger.render.columns import safe

_SHADES = "░▒▓█"
_NOTHING = "·"
_WIDEST, _NARROWEST = 10, 5
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_UNITS = ((100_000_000, "m"), (100_000, "k"), (100, ""))


class _Tile(NamedTuple):
    letters: str
    shade: str
    figure: str


def draw(answer: Answer, out: Any, *, width: int, colour: bool) -> None:
    """Draw the rows of the report `map`, and below them what the shades and figures mean."""
    rows = list(answer.rows)
    most = max([row.amount for row in rows], default=0)
    wide = max([row.tile_column for row in rows], default=1)
    cell = max(_NARROWEST, min(_WIDEST, width // max(1, wide)))
    out.write(f"{safe(answer.title)}\n")
    for line in _lines(rows, most, cell, colour):
        out.write(f"{line}\n")
    for text in (*_legend(most), *answer.notes):
        for line in wrapped(safe(text), width):
            out.write(f"{line}\n")


def _lines(rows: Sequence[Any], most: int, cell: int, colour: bool) -> Iterator[str]:
    """Yield two lines for each row of tiles: letters with a shade, and figures below them."""
    there = {(row.tile_row, row.tile_column): row for row in rows}
    if not there:
        yield "no area has a place on the map"
        return
    last = max(column for _, column in there)
    for down in range(min(row for row, _ in there), max(row for row, _ in there) + 1):
        for part in ("head", "figure"):
            line = "".join(
                _drawn(there.get((down, across)), most, part, cell, colour)
                for across in range(1, last + 1)
            )
            yield line.rstrip()


def _drawn(row: Any, most: int, part: str, cell: int, colour: bool) -> str:
    if row is None:
        return " " * cell
    tile = _tile(row, most)
    text = f"{tile.letters} {tile.shade}" if part == "head" else tile.figure
    if len(text) > cell - 1:
        text = text.replace(" ", "")
    text = text.rjust(cell - 1)[: cell - 1] + " "
    if not colour:
        return text
    return f"{_BOLD if row.amount else _DIM}{text}{_PLAIN}"


def _tile(row: Any, most: int) -> _Tile:
    return _Tile(row.letters, _shade(row.amount, most), short(row.amount))


def _shade(pence: int, most: int) -> str:
    shade = shade_of(pence, most)
    return _SHADES[shade - 1] if shade else _NOTHING


def shade_of(pence: int, most: int) -> int:
    """Return how many quarters of the most an amount begins: 0 for nothing, 4 for all of it."""
    return 1 + min(3, (pence * 4 - 1) // most) if pence > 0 and most > 0 else 0


def ranges(most: int) -> Iterator[str]:
    """Yield up to which amount each shade goes; nothing where there is no amount."""
    if most > 0:
        yield from (f"to {format_pounds(most * part // 4)}" for part in (1, 2, 3, 4))


def short(pence: int) -> str:
    """Write an amount in at most four characters, rounded down: '750k', '1.2m', '<£1'.

    Only where the exact amount stands elsewhere.
    """
    if not pence:
        return "–"
    if pence < 0:
        return "<0"
    for size, unit in _UNITS:
        if pence >= size:
            whole, tenth = pence // size, pence % size * 10 // size
            if unit and whole < 10 and tenth:
                return f"{whole}.{tenth}{unit}"
            return f"{whole}{unit}"
    return "<£1"


def _legend(most: int) -> Iterator[str]:
    if most <= 0:
        yield f"{_NOTHING} nothing anywhere"
        return
    shades = ", ".join(f"{shade} {to}" for shade, to in zip(_SHADES, ranges(most), strict=True))
    yield f"{_NOTHING} nothing, {shades}"
    yield "k is thousands and m millions of pounds, rounded down; exact to the penny: -f plain"
