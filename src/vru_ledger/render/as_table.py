"""For a terminal: a table that fits it, in which no figure is ever shortened.

Where the terminal is narrow, whole columns are left out in the order that the report gives, and
the line below says which. Rich draws; it gets `Text` only, so no name can be taken for markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import NUMBERS, Column, for_people, safe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

SUFFIXES: tuple[str, ...] = ()

_GAP = 2
_LONGEST_WORD = 24
"""A word, or a code, longer than this may be broken over lines; figures never are."""
_SHORTEST_WORD = 10
_BARS = (10, 5)
_FEW = 5
"""With so few columns left, the bar goes before another column does; it always goes before the
figure beside it."""

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_TRAILING = re.compile(r"(?: |\x1b\[[0-9;]*m)+$", re.MULTILINE)


class Fit(NamedTuple):
    """How a table goes into a width: its columns, their widths, its bars, and what is left out."""

    columns: tuple[int, ...]
    widths: tuple[int, ...]
    bar: int
    left_out: tuple[int, ...]


def render(answer: Answer, out: TextIO, *, width: int, colour: bool) -> None:
    """Draw the answer and those beside it, each with its notes, in at most `width` columns."""
    from rich.console import Console

    console = Console(
        file=out,
        width=width,
        height=50,
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        _draw(console, answer, width)
        for beside in answer.apart:
            console.print()
            _draw(console, beside, width)
    # Rich fills lines up with spaces, which nobody sees until they copy them.
    out.write(_TRAILING.sub(lambda found: found[0].replace(" ", ""), captured.get()))


def _draw(console: Console, answer: Answer, width: int) -> None:
    from rich.text import Text

    columns = for_people(answer)
    rows = list(answer.rows)
    cells = [[column.short(row) for column in columns] for row in rows]
    total = None if answer.total is None else [column.short(answer.total) for column in columns]
    order = [column.name for column in columns]
    drops = [order.index(name) for name in answer.drop_first if name in order]
    fitted = fit(columns, [*cells, *([total] if total else [])], drops, width)
    console.print(Text(safe(answer.title), style="bold"))
    if fitted is None:
        _draw_blocks(console, columns, cells, total, width)
    else:
        console.print(_table(columns, rows, cells, answer.total, total, fitted))
        if fitted.left_out:
            names = ", ".join(columns[index].heading for index in fitted.left_out)
            console.print(Text(f"not shown at {width} columns: {names}", style="dim"))
    if not rows:
        console.print(Text("no rows", style="dim"))
    for note in answer.notes:
        console.print(Text(safe(note), style="dim", overflow="fold"))


def fit(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], drops: Sequence[int], width: int
) -> Fit | None:
    """Choose columns and their widths for a terminal `width` wide; None if nothing fits.

    Figures take what they need; texts may wrap, and share what is left. `drops` are the columns
    to do without, the first to go first.
    """
    from rich.cells import cell_len

    natural = [
        max(cell_len(columns[index].heading), *(cell_len(line[index]) for line in cells), 1)
        for index in range(len(columns))
    ]
    for gone in range(len(drops) + 1):
        left = [index for index in range(len(columns)) if index not in drops[:gone]]
        bars: tuple[int, ...] = _BARS
        if len(left) <= _FEW or gone == len(drops) or columns[drops[gone]].kind == "share":
            bars = (*_BARS, 0)
        # A word is broken only where there is no column left to do without.
        for word in (_LONGEST_WORD,) if gone < len(drops) else (_LONGEST_WORD, _SHORTEST_WORD):
            found = _fit(columns, cells, natural, left, word, bars, width)
            if found:
                return found._replace(left_out=tuple(sorted(drops[:gone])))
    return None


def _fit(
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    natural: Sequence[int],
    left: Sequence[int],
    longest_word: int,
    bars: Sequence[int],
    width: int,
) -> Fit | None:
    """Fit just the columns `left`, with the first of `bars` that goes in."""
    from rich.cells import cell_len

    shares = [columns[index].kind == "share" for index in left]
    least = []
    for index in left:
        least.append(natural[index])
        if columns[index].kind == "text":
            texts = (columns[index].heading, *(line[index] for line in cells))
            words = {word for text in texts for word in text.split(" ")}
            least[-1] = min(longest_word, max(cell_len(word) for word in words))
    for bar in bars if any(shares) else (0,):
        beside = [bar + 1 if bar and share else 0 for share in shares]
        narrow = [wide + more for wide, more in zip(least, beside, strict=True)]
        spare = width - sum(narrow) - _GAP * (len(left) - 1)
        if spare >= 0 and left:
            widest = [natural[index] + more for index, more in zip(left, beside, strict=True)]
            return Fit(tuple(left), _shared(narrow, widest, spare), bar, ())
    return None


def _shared(least: Sequence[int], widest: Sequence[int], spare: int) -> tuple[int, ...]:
    """Give spare room to the columns that would use it, a little to each in turn."""
    widths = list(least)
    while spare > 0 and (wanting := [i for i, w in enumerate(widths) if w < widest[i]]):
        for index in wanting[:spare]:
            widths[index] += 1
        spare -= len(wanting)
    return tuple(widths)


def _table(
    columns: Sequence[Column],
    rows: Sequence[Any],
    cells: Sequence[Sequence[str]],
    total_row: Any,
    total: Sequence[str] | None,
    fitted: Fit,
) -> Table:
    """Return the table that Rich draws: every width is given, so that it has nothing to decide."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE,
        show_edge=False,
        pad_edge=False,
        padding=(0, 0, 0, _GAP - 1),
        show_footer=total is not None,
        header_style="bold",
        footer_style="bold",
    )
    for index, wide in zip(fitted.columns, fitted.widths, strict=True):
        column = columns[index]
        to_the_right = column.kind in NUMBERS
        table.add_column(
            Text(column.heading),
            Text("") if total is None else drawn(column, total_row, total[index], wide, fitted.bar),
            width=wide,
            justify="right" if to_the_right else "left",
            no_wrap=to_the_right,
            overflow="fold",
        )
    for row, line in zip(rows, cells, strict=True):
        table.add_row(
            *[
                drawn(columns[index], row, line[index], wide, fitted.bar)
                for index, wide in zip(fitted.columns, fitted.widths, strict=True)
            ]
        )
    return table


def drawn(column: Column, row: Any, text: str, width: int, bar: int) -> Text:
    """Return a cell as it is drawn; a share has its bar to the left, all bars in line."""
    from rich.text import Text

    share = getattr(row, column.name) if column.kind == "share" else None
    if share is None or not bar:
        return Text(text)
    style = "red" if share > 1000 else "yellow" if share >= 1000 else "green"
    return Text.assemble((bar_of(share, bar), style), text.rjust(width - bar))


def bar_of(share: int, length: int) -> str:
    """Draw tenths of a per cent as blocks, `length` long at 100% and above, full only then."""
    eighths = max(0, min(share, 1000)) * length * 8 // 1000
    if share > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(length)


def _draw_blocks(
    console: Console,
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    total: Sequence[str] | None,
    width: int,
) -> None:
    """Write one field to a line, for a terminal in which no table fits."""
    from rich.cells import cell_len
    from rich.text import Text

    longest = max(cell_len(column.heading) for column in columns)
    for line in [*cells, *([total] if total else [])]:
        console.print()
        for column, cell in zip(columns, line, strict=True):
            for text in _field(column, cell, longest, width):
                console.print(Text(text, overflow="fold"))


def _field(column: Column, cell: str, longest: int, width: int) -> Iterator[str]:
    from rich.cells import cell_len

    heading = column.heading.ljust(longest)
    if longest + _GAP + cell_len(cell) <= width:
        yield f"{heading}{' ' * _GAP}{cell}".rstrip()
    else:
        yield column.heading
        yield cell
