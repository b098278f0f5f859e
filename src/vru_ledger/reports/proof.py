"""Proof of a report: its rows come to a total that was found by another way, and it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerContradicts

SomeRow = TypeVar("SomeRow", bound=Value)


def tied(rows: Iterable[SomeRow], total: Any, names: Sequence[str]) -> Iterator[SomeRow]:
    """Yield rows. Raises LedgerContradicts at their end unless `names` add up to the total's."""
    sums = [0] * len(names)
    for row in rows:
        for index, name in enumerate(names):
            sums[index] += getattr(row, name) or 0
        yield row
    for name, pence in zip(names, sums, strict=True):
        if pence != (getattr(total, name) or 0):
            wanted = getattr(total, name)
            raise LedgerContradicts(f"{name} of the rows is {pence}p and of the total {wanted}p")


def said(measures: Mapping[str, int]) -> str:
    """Say what the rows come to: 'Σ rows = total: planned £1.00, paid £0.00'."""
    told = ", ".join(f"{name} {format_pounds(pence)}" for name, pence in measures.items())
    return f"Σ rows = total: {told}"


def only_exceptions(
    rows: Sequence[SomeRow], is_one: Callable[[SomeRow], bool], names: Sequence[str]
) -> tuple[list[SomeRow], list[str]]:
    """Return the rows that somebody has to look at, and what is said of those left out."""
    kept = [row for row in rows if is_one(row)]
    left = [row for row in rows if not is_one(row)]
    come_to = ", ".join(
        f"{name.replace('_', ' ')} {format_pounds(sum(getattr(row, name) or 0 for row in left))}"
        for name in names
    )
    said = f"exceptions: {len(kept)} of {len(rows)} rows"
    if left:
        said += f"; the {len(left)} left out are as they should be"
        said += f", and come to {come_to}" if come_to else ""
    return kept, [said]


def summed(row_type: Any, rows: Iterable[Any], names: Sequence[str], **told: Any) -> Any:
    """Return a row that adds up `names` of rows; its other fields are as told, empty or None."""
    sums = dict.fromkeys(names, 0)
    for row in rows:
        for name in names:
            sums[name] += getattr(row, name) or 0
    rest = {
        name: "" if annotation in (str, str | None) else None
        for name, annotation in row_type.FIELDS.items()
    }
    return row_type(**{**rest, **sums, **told})
