"""From an answer to a picture of it: which bars there are, how long each is, and what it is called.

Bars because they can be read without colour, on a narrow screen and by their numbers alone; every
way of drawing (as_chart, as_svg, as_png, as_html) draws this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from vru_ledger.domain.answer import Answer
from vru_ledger.errors import BadInput
from vru_ledger.render.columns import NUMBERS, Column, for_people, safe

MOST_BARS = 60
"""Rows that a picture shows; nobody reads more, and what is left out is said."""

_LABELS = 3


class Bar(NamedTuple):
    """One figure: its length as tenths of a per cent of the longest, and as people read it."""

    length: int
    text: str
    below_zero: bool = False


class Group(NamedTuple):
    """The bars of one row, one for each series."""

    label: str
    bars: tuple[Bar, ...]


class Chart(NamedTuple):
    """A picture: what it is called, what its series are, its groups, and how many it leaves out."""

    title: str
    series: tuple[str, ...]
    groups: tuple[Group, ...]
    left_out: int

    def caption(self) -> str:
        """Say what the bars are, for whoever cannot see them, too."""
        said = f"Bars: {' and '.join(self.series)}, for each row of the table"
        if self.left_out:
            said += f"; the first {len(self.groups)}, {self.left_out:,} more in the table"
        return said


def chart_of(answer: Answer) -> Chart:
    """Return the picture of an answer. Raises BadInput where it has no figure to draw."""
    drawn = drawn_columns(answer)
    labels = _labels(answer, for_people(answer))
    rows = list(answer.rows if answer.charted_rows is None else answer.charted_rows)
    shown = rows[:MOST_BARS]
    values = [[_value(column, row) for column in drawn] for row in shown]
    longest = max([abs(value) for line in values for value in line if value is not None] or [0])
    if all(column.kind == "share" for column in drawn):
        longest = max(longest, 1000)
    groups = [
        Group(
            _label(labels, row),
            tuple(
                _bar(value, longest, column.text(row))
                for column, value in zip(drawn, line, strict=True)
            ),
        )
        for row, line in zip(shown, values, strict=True)
    ]
    series = tuple(column.heading for column in drawn)
    return Chart(safe(answer.title), series, tuple(groups), len(rows) - len(shown))


def drawn_columns(answer: Answer) -> list[Column]:
    """Return the columns that a picture shows: as the report says, else its first figure.

    Raises BadInput where there is no figure.
    """
    columns = for_people(answer)
    drawn = [column for name in answer.charted for column in columns if column.name == name]
    if not (drawn := drawn or _first_figure(columns)):
        raise BadInput(f"{answer.name} has no figure to draw", "show it in another format")
    return drawn


def _bar(value: int | None, longest: int, text: str) -> Bar:
    if not value or not longest:
        return Bar(0, text)
    return Bar(max(1, abs(value) * 1000 // longest), text, value < 0)


def _first_figure(columns: Sequence[Column]) -> list[Column]:
    """Return the first column of money, else of shares; other numbers may be of anything."""
    for kind in ("money", "share"):
        for column in columns:
            if column.kind == kind:
                return [column]
    return []


def _labels(answer: Answer, columns: Sequence[Column]) -> list[tuple[Column, Column | None]]:
    """Return the columns that say what a row is, each with that of its name where there is one."""
    before = list(takewhile(lambda column: column.kind not in NUMBERS, columns))
    texts = {column.name: column for column in before}
    telling = [
        (column, texts.get(f"{name}_name"))
        for name, column in texts.items()
        if name not in answer.drop_first
    ]
    return (telling or [(column, None) for column in texts.values()])[:_LABELS]


def _label(labels: Iterable[tuple[Column, Column | None]], row: Any) -> str:
    said = [(named.text(row) if named else "") or column.text(row) for column, named in labels]
    return ", ".join(part for part in said if part)


def _value(column: Column, row: Any) -> int | None:
    """Return a figure as a whole number: pence, tenths of a per cent, or what it counts."""
    value = getattr(row, column.name)
    return None if value is None else int(getattr(value, "value", value))


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, in columns of the screen: wide letters take two."""
    import textwrap

    from rich.cells import chop_cells

    lines = textwrap.wrap(text, max(1, width), break_on_hyphens=False)
    return [part for line in lines for part in chop_cells(line, width)]
