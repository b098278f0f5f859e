"""What people see besides the rows: subtotals of groups, and what rounding leaves over.

A figure is rounded by itself, so that it looks the same in every report. What the rows shown then
lack to the subtotal or total shown stands in a row of its own, what the columns of a row lack in
a column, and everything shown adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.units import is_coarse, rounded
from vru_ledger.domain.value import Value, ValueType

SUBTOTAL, ROUNDING = "subtotal", "rounding"


def for_reading(answer: Answer, units: str = "") -> Answer:
    """Return an answer as people read it: with subtotals, its money in `units`."""
    told: dict[str, Any] = {"apart": [for_reading(one, units) for one in answer.apart]}
    if units not in ("", "£"):
        told |= {"units": units, "title": f"{answer.title}, in {units}"}
        if is_coarse(units):
            said = (
                f"figures are in {units}, each rounded by itself; in words and notes they are not"
            )
            told["notes"] = [*answer.notes, said]
    if answer.across and is_coarse(units):
        told |= _with_rest(answer, units)
    elif len(answer.levels) > 1 or is_coarse(units):
        told["rows"] = _with_sums(answer, units)
    return answer.replace(**told)


def _with_rest(answer: Answer, units: str) -> dict[str, Any]:
    """Return rows and columns with what rounding leaves over of each row before its last column."""
    row_type: Any = answer.row_type
    *before, last = answer.shown
    rows = list(answer.rows)
    rest = [
        rounded(getattr(row, last), units)
        - sum(rounded(getattr(row, name), units) for name in answer.across)
        for row in rows
    ]
    if not any(rest):
        return {"rows": rows}
    namespace = {
        "__annotations__": {**row_type.FIELDS, ROUNDING: Pence},
        "TOLD": {**row_type.TOLD, ROUNDING: {"absent": ""}},
        "__doc__": row_type.__doc__,
    }
    wider: Any = ValueType("Row", (Value,), namespace)
    return {
        "row_type": wider,
        "rows": [wider(*row, Pence(pence)) for row, pence in zip(rows, rest, strict=True)],
        "shown": (*before, ROUNDING, last),
    }


class _Sum:
    """What was added up of one group: pence, what was shown of them, and of how many."""

    __slots__ = ("last", "parts", "pence", "shown")

    def __init__(self, places: int) -> None:
        self.pence = [0] * places
        self.shown = [0] * places
        self.parts = 0
        self.last: Any = None

    def add(self, row: Any, pence: Sequence[int], units: str) -> None:
        """Add a row, or a group below this one."""
        for index, one in enumerate(pence):
            self.pence[index] += one
            self.shown[index] += rounded(one, units)
        self.parts += 1
        self.last = row


def _with_sums(answer: Answer, units: str) -> Iterator[Any]:
    """Yield rows, after each group its subtotal, and at the end what rounding leaves over."""
    money = _added_up(answer)
    levels = list(answer.levels)[:-1]
    total = _Sum(len(money))
    groups: list[tuple[Any, _Sum]] = []
    for row in answer.rows:
        keys = [[getattr(row, name) for name in level] for level in levels]
        keep = 0
        while keep < len(groups) and groups[keep][0] == keys[keep]:
            keep += 1
        yield from _closed(answer, money, units, groups, keep, total)
        for key in keys[len(groups) :]:
            groups.append((key, _Sum(len(money))))
        below = groups[-1][1] if groups else total
        below.add(row, [getattr(row, name) or 0 for name in money], units)
        yield row
    yield from _closed(answer, money, units, groups, 0, total, is_last=True)
    if answer.total is not None and is_coarse(units) and total.last is not None:
        yield from _left_over(answer, money, units, total, 0)


def _closed(
    answer: Answer,
    money: Sequence[str],
    units: str,
    groups: list[tuple[Any, _Sum]],
    keep: int,
    total: _Sum,
    *,
    is_last: bool = False,
) -> Iterator[Any]:
    """Yield the subtotals of the groups that end, the innermost first, and let go of them."""
    before = total.parts
    while len(groups) > keep:
        _, done = groups.pop()
        above = groups[-1][1] if groups else total
        above.add(done.last, done.pence, units)
        if done.parts > 1:
            yield from _left_over(answer, money, units, done, len(groups) + 1)
            if is_last and not groups and not before and answer.total is not None:
                continue  # All rows are of one group: its subtotal is the total.
            pence = dict(zip(money, map(Pence, done.pence), strict=True))
            row = _bare(answer, done.last, len(groups) + 1, SUBTOTAL).replace(**pence)
            yield answer.complete(row) if answer.complete else row


def _left_over(
    answer: Answer, money: Sequence[str], units: str, of: _Sum, level: int
) -> Iterator[Any]:
    """Yield the row that rounding leaves over, unless nothing is."""
    lacking = [
        rounded(pence, units) - shown for pence, shown in zip(of.pence, of.shown, strict=True)
    ]
    if any(lacking):
        pence = dict(zip(money, map(Pence, lacking), strict=True))
        yield _bare(answer, of.last, level, ROUNDING).replace(**pence)


def _bare(answer: Answer, like: Any, level: int, word: str) -> Any:
    """Return a row with `word` where the group goes on, and nothing but what the group has."""
    kept = {name for one in list(answer.levels)[:level] for name in one}
    after = answer.levels[level][0] if level < len(answer.levels) else answer.shown[0]
    row_type: Any = answer.row_type
    told = {
        name: getattr(like, name) if name in kept else "" if _is(annotation, str) else None
        for name, annotation in row_type.FIELDS.items()
    }
    if _is(row_type.FIELDS[after], str):
        told[after] = word
    return row_type(**told)


def _added_up(answer: Answer) -> list[str]:
    """Return the fields that hold pence and add up: all of them, or those that the total has."""
    row_type: Any = answer.row_type
    return [
        name
        for name in answer.shown
        if _is(row_type.FIELDS[name], Pence)
        and (answer.total is None or getattr(answer.total, name) is not None)
    ]


def _is(annotation: Any, of: Any) -> bool:
    return of in (get_args(annotation) or (annotation,))
