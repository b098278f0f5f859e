"""From the fields of a row to its columns: how each type is written for people and for programs.

A row's `TOLD` may say more of a field: its `heading`; `absent`, what people read where it is None;
`brief`, how many characters of it a table shows; `about`, the field that says a number is
approximate; and `machine_only`, a column that people do without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple, get_args

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_decimal, format_pounds
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.share import Change, Share, format_share
from vru_ledger.domain.text import shown

Machine = int | float | str | bool | None


class _NotHere:
    """Stands for a field that a row does not have: left out of JSON, empty in CSV."""


NOT_HERE: Final = _NotHere()

NUMBERS = ("money", "quantity", "whole", "share", "change")
"""Kinds that are set to the right, are never shortened, and have totals."""

NOT_PUBLISHED = "not published"
NONE = "-"

_KINDS: dict[Any, str] = {
    Pence: "money",
    Quantity: "quantity",
    Share: "share",
    Change: "change",
    int: "whole",
    str: "text",
    date: "date",
    bool: "flag",
}
_ABSENT = {"money": NOT_PUBLISHED, "date": "not dated"}


class Column(NamedTuple):
    """One field of a row, as it is written.

    `kind` is money, quantity, share, change, whole, text, date or flag. `text` gives a row's cell
    for people, safe for a terminal; `machine` its values for programs, one for each machine name.
    """

    name: str
    heading: str
    kind: str
    machine_names: tuple[str, ...]
    text: Callable[[Any], str]
    machine: Callable[[Any], tuple[Any, ...]]
    brief: int | None = None
    machine_only: bool = False

    def short(self, row: Any) -> str:
        """Return the cell for a table, where a long code may be told by its beginning."""
        text = self.text(row)
        return text if self.brief is None else text[: self.brief]


def safe(text: str) -> str:
    """Return text that cannot steer a terminal; the quick way out is what nearly all text takes."""
    return text if text.isascii() and text.isprintable() else shown(text)


@cache
def columns(row_type: Any, names: tuple[str, ...]) -> tuple[Column, ...]:
    """Return the columns called `names` of a row type, which is a Value.

    Raises TypeError if a field's type is one that nobody has said how to write.
    """
    told = getattr(row_type, "TOLD", {})
    made: list[Column] = []
    units_told = False
    for name in names:
        kind = _kind_of(row_type, name, row_type.FIELDS[name])
        tells_unit = kind == "quantity" and not units_told
        units_told |= tells_unit
        made.append(_column(name, kind, told.get(name, {}), tells_unit))
    return tuple(made)


def for_people(answer: Answer) -> tuple[Column, ...]:
    """Return an answer's columns without those that only programs need."""
    shown = tuple(column for column in for_programs(answer) if not column.machine_only)
    return tuple(_in_units(column, answer.units) for column in shown) if answer.units else shown


def _in_units(column: Column, units: str) -> Column:
    """Return a column whose money is written in other units than pounds."""
    from vru_ledger.domain.units import format_units

    def text(row: Any) -> str:
        value = getattr(row, column.name)
        if column.kind == "quantity" and value is not None and value.unit == "pence":
            return format_units(value.value, units)
        if column.kind == "money" and value is not None:
            return format_units(value, units)
        return column.text(row)

    return column._replace(text=text) if column.kind in ("money", "quantity") else column


def for_programs(answer: Answer) -> tuple[Column, ...]:
    """Return all of an answer's columns."""
    row_type: Any = answer.row_type
    return columns(row_type, tuple(answer.shown))


def machine_names(some: Sequence[Column]) -> list[str]:
    """Return the names under which programs find the values of these columns."""
    return [name for column in some for name in column.machine_names]


def as_told(row: Any, some: Sequence[Column]) -> dict[str, Machine]:
    """Return a row for programs: names and values, without those it does not have."""
    told: dict[str, Machine] = {}
    for column in some:
        for name, value in zip(column.machine_names, column.machine(row), strict=True):
            if value is not NOT_HERE:
                told[name] = value
    return told


def _kind_of(row_type: type[Any], name: str, annotation: Any) -> str:
    if isinstance(annotation, str):
        raise TypeError(
            f"{row_type.__qualname__}.{name}: its type is only text; do not import annotations "
            "from __future__ where rows are declared"
        )
    given = [part for part in get_args(annotation) or (annotation,) if part is not type(None)]
    if len(given) != 1 or given[0] not in _KINDS:
        raise TypeError(f"{row_type.__qualname__}.{name}: {annotation} cannot be written")
    return _KINDS[given[0]]


def _column(name: str, kind: str, told: Mapping[str, Any], tells_unit: bool) -> Column:
    absent: str = told.get("absent", _ABSENT.get(kind, NONE))
    written = _about(told["about"]) if "about" in told else None
    names, machine = _machine(name, kind, tells_unit)
    write = _WRITTEN[kind]

    def text(row: Any) -> str:
        value = getattr(row, name)
        if value is None:
            return absent
        return write(value) if written is None else written(row) + write(value)

    return Column(
        name=name,
        heading=told.get("heading", name.replace("_", " ")),
        kind=kind,
        machine_names=names,
        text=text,
        machine=machine,
        brief=told.get("brief"),
        machine_only=told.get("machine_only", False),
    )


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "money": format_pounds,
    "quantity": str,
    "share": format_share,
    "change": format_share,
    "whole": lambda value: f"{value:,}",
    "text": safe,
    "date": date.isoformat,
    "flag": lambda value: "yes" if value else "no",
}


_TOLD: dict[str, Callable[[Any], Machine]] = {
    "whole": int,
    "text": safe,
    "date": date.isoformat,
    "flag": bool,
}


def _about(flag: str) -> Callable[[Any], str]:
    return lambda row: "about " if getattr(row, flag) else ""


def _machine(
    name: str, kind: str, tells_unit: bool
) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Return what programs call the values of a field, and how they are read from a row."""
    if kind == "money":

        def money(row: Any) -> tuple[Any, ...]:
            value = getattr(row, name)
            return (None, None) if value is None else (int(value), format_decimal(value))

        return (f"{name}_pence", name), money
    if kind == "quantity":
        return _machine_of_quantity(name, tells_unit)
    if kind in ("share", "change"):

        def share(row: Any) -> tuple[Any, ...]:
            value = getattr(row, name)
            return (None if value is None else value / 10,)

        return (f"{name}_per_cent",), share
    convert = _TOLD[kind]

    def plain(row: Any) -> tuple[Any, ...]:
        value = getattr(row, name)
        return (None if value is None else convert(value),)

    return (name,), plain


def _machine_of_quantity(
    name: str, tells_unit: bool
) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Return the same for a quantity: pence only where it is money, and the unit once."""

    def quantity(row: Any) -> tuple[Any, ...]:
        value: Quantity | None = getattr(row, name)
        if value is None:
            return (*((None,) if tells_unit else ()), NOT_HERE, None)
        unit = (value.unit,) if tells_unit else ()
        if value.unit == "pence":
            return (*unit, value.value, value.plain())
        no_day = value.unit == "day" and not value.value
        return (*unit, NOT_HERE, None if no_day else value.plain())

    return (*(("unit",) if tells_unit else ()), f"{name}_pence", name), quantity
