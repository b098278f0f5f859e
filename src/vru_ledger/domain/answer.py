"""What a question gets: rows, their total, and what they mean; no renderer knows who asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vru_ledger.domain.value import Value


class Answer(Value):
    """Rows of one type of `Value`, whose field types say how each column is written.

    `shown` names the columns, in order; `drop_first` those that a narrow terminal does without,
    the first to go first. `total` is a row of the same type, or None where adding up makes no
    sense. `meta` says where and when the ledger stood, `measures` what each column means, `notes`
    what a reader must know besides; `apart` holds answers that stand beside and in no total.

    Rows may come in groups: `levels` names the fields that each group goes by, the outermost first,
    and people are shown a subtotal of each. Pence add up; `complete` works out the rest of a row
    that was added up, such as a share. `units` is how people are shown pence, empty for pounds;
    `across` names columns that add up to the last one of their row.

    `charted` names the columns that a picture shows: the bars, and whatever they are a part of;
    `charted_rows` are its rows, where `rows` come with sums among them. `picture` is what is drawn:
    bars, or tiles, of rows that say which `tile_row` and `tile_column` each has.
    """

    name: str
    title: str
    row_type: type[Any]
    rows: Iterable[Any]
    shown: Sequence[str]
    total: Any = None
    drop_first: Sequence[str] = ()
    meta: Mapping[str, Any] = {}
    measures: Mapping[str, str] = {}
    notes: Sequence[str] = ()
    apart: Sequence["Answer"] = ()
    levels: Sequence[Sequence[str]] = ()
    complete: Callable[[Any], Any] | None = None
    units: str = ""
    across: Sequence[str] = ()
    charted: Sequence[str] = ()
    charted_rows: Sequence[Any] | None = None
    picture: str = "bars"


class Pack(Value):
    """Several answers in one file, in the order in which they are read.

    `left_out` says of each report that has no answer here why not: its name and a sentence.
    """

    title: str
    answers: Sequence[Answer]
    meta: Mapping[str, Any] = {}
    left_out: Sequence[tuple[str, str]] = ()


class Fact(Value):
    """One thing that is known: a row of an answer about one fund, recipient or entry."""

    fact: str
    value: str
