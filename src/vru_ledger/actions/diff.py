"""What moved between two points of the ledger, and which entries moved it: every figure tied."""

# No annotations from __future__: the types of the rows' fields are read as the program runs.
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple

from vru_ledger.actions import resolve
from vru_ledger.actions.cap_diff import CapChange, cap_changes, in_words
from vru_ledger.actions.when import entry_known_at
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.entries import CapSet, Recorded
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import DIMENSIONS, Moment, Query
from vru_ledger.domain.stages import MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import BadInput, LedgerContradicts
from vru_ledger.store import between, figures, ledger
from vru_ledger.store.database import Session

MOST = 40
"""Entries that are told one by one unless everything is asked for."""


class Point(NamedTuple):
    """A point that somebody named, and the moment it is."""

    words: str
    moment: Moment


class Figure(Value):
    """One figure that moved: a stage of a fund, and of the dimensions asked for (`of`)."""

    TOLD: ClassVar[Any] = {"of": {"absent": ""}}

    fund: str
    of: str
    figure: str
    before: Pence
    after: Pence
    change: Pence
    entries: str
    how_many: int


class Part(Value):
    """What one entry did to one figure; `moved` is None where it set a limit."""

    TOLD: ClassVar[Any] = {"moved": {"absent": "-"}}

    entry: int
    dated: date | None
    kind: str
    fund: str
    of: str
    figure: str
    moved: Pence | None
    actor: str
    why: str


class Difference(Value):
    """What moved from one point to another: figures, use of caps, and the entries, oldest first."""

    start: Point
    end: Point
    figures: Sequence[Figure]
    caps: Sequence[CapChange]
    parts: Sequence[Part]
    entries: int


class _Sum:
    """What the entries did to one figure, added up."""

    __slots__ = ("numbers", "pence")

    def __init__(self) -> None:
        self.pence = 0
        self.numbers: list[int] = []


def point(session: Session, typed: str) -> Point:
    """Return the point that somebody names.

    A day is the figures as of it, as they are known now; an entry's number, 'paper:NAME', a moment
    and 'now' are the figures as they were known then. Raises BadInput, NotFound.
    """
    try:
        day = parse_date(typed)
    except ValueError:
        number = entry_known_at(session, typed)
        named = "" if typed.strip().isdigit() else f" ({typed.strip()})"
        return Point(f"known at entry {number}{named}", Moment(known_at=number))
    return Point(f"as of {day.isoformat()}", Moment(as_of=day))


def difference(
    session: Session,
    start: str,
    end: str,
    by: Sequence[str] = (),
    fund: str = "",
    most: int | None = None,
) -> Difference:
    """Return what moved between two points. Raises BadInput, NotFound.

    Raises LedgerContradicts unless the entries told come to the change of every figure.
    """
    first, last = point(session, start), point(session, end)
    fund = resolve.fund(session, fund).code if fund else ""
    dimensions = _dimensions(by)
    sums: dict[tuple[tuple[str, ...], str], _Sum] = {}
    moves: list[tuple[between.Moved, int]] = []
    told = figures.columns_told(dimensions, Query(fund=fund))
    numbers: set[int] = set()
    for sign, counts, other in ((1, last, first), (-1, first, last)):
        for one in between.moved(session, counts.moment, other.moment, dimensions, fund):
            if one.stage not in told:
                continue
            figure = sums.setdefault((one.keys, one.stage), _Sum())
            figure.pence += sign * one.pence
            figure.numbers.append(one.entry)
            numbers.add(one.entry)
            if most is None or len(numbers) <= most:
                moves.append((one, sign))
    rows = _figures(session, first, last, dimensions, fund, sums)
    caps = cap_changes(session, first.moment, last.moment, fund)
    limits = [
        recorded
        for counts, other in ((last, first), (first, last))
        for recorded in between.entries(session, counts.moment, other.moment, fund, of_caps=True)
    ]
    parts = sorted([*_parts(session, moves), *_limits(limits)], key=lambda part: part.entry)
    count = len(numbers | {recorded.number for recorded in limits})
    return Difference(first, last, rows, caps, parts, count)


def _dimensions(by: Sequence[str]) -> tuple[str, ...]:
    for name in by:
        if name not in DIMENSIONS:
            raise BadInput(
                f"figures cannot be broken down by {name[:40]!r}",
                f"by any of {', '.join(DIMENSIONS)}: --by fund,fy",
            )
    return tuple(dict.fromkeys(("fund", *by)))


def _figures(
    session: Session,
    first: Point,
    last: Point,
    by: tuple[str, ...],
    fund: str,
    sums: dict[tuple[tuple[str, ...], str], _Sum],
) -> list[Figure]:
    """Return a row for each figure that moved. Raises LedgerContradicts unless all tie."""
    before = _held(session, first.moment, by, fund)
    after = _held(session, last.moment, by, fund)
    rows = []
    for keys, stage in sorted(
        before.keys() | after.keys() | sums.keys(),
        key=lambda one: (one[0], figures.COLUMNS.index(one[1])),
    ):
        was, is_ = before.get((keys, stage), 0), after.get((keys, stage), 0)
        moved = sums.get((keys, stage))
        explained = moved.pence if moved else 0
        if is_ - was != explained:
            raise LedgerContradicts(
                f"{keys} {stage} went from {was}p to {is_}p; its entries come to {explained}p"
            )
        if moved is None or was == is_:
            continue
        rows.append(
            Figure(
                keys[0],
                ", ".join(key or "none given" for key in keys[1:]),
                stage,
                Pence(was),
                Pence(is_),
                Pence(is_ - was),
                in_words(moved.numbers),
                len(set(moved.numbers)),
            )
        )
    return rows


def _held(
    session: Session, moment: Moment, by: tuple[str, ...], fund: str
) -> dict[tuple[tuple[str, ...], str], int]:
    """Return what every figure held at a moment, by the ways that reports take."""
    query = Query(fund=fund, as_of=moment.as_of, known_at=moment.known_at)
    held = {}
    for group in figures.Figures(session).groups(by, query):
        for stage, pence in zip(figures.COLUMNS, group.sums, strict=True):
            if pence:
                held[group.keys, stage] = pence
    return held


def _parts(session: Session, moves: Iterable[tuple[between.Moved, int]]) -> Iterator[Part]:
    recorded: Recorded | None = None
    for one, sign in moves:
        if recorded is None or recorded.number != one.entry:
            recorded = ledger.entry(session, one.entry)
        if recorded is None:
            raise LedgerContradicts("a movement belongs to an entry")
        yield Part(
            one.entry,
            recorded.entry.dated,
            recorded.entry.KIND,
            one.keys[0],
            ", ".join(key or "none given" for key in one.keys[1:]),
            one.stage,
            Pence(sign * one.pence),
            recorded.actor,
            _why(recorded),
        )


def _limits(recorded: Iterable[Recorded]) -> Iterator[Part]:
    for one in recorded:
        if isinstance(one.entry, CapSet):
            yield Part(
                one.number,
                one.entry.dated,
                one.entry.KIND,
                one.entry.fund,
                "",
                f"limit of {one.entry.cap}",
                None,
                one.actor,
                _why(one),
            )


def _why(recorded: Recorded) -> str:
    entry: Any = recorded.entry
    undone = getattr(entry, "reverses", 0)
    told = (
        f"undoes entry {undone}" if undone else "",
        getattr(entry, "award", ""),
        entry.reason,
        entry.decision,
        getattr(entry, "citation", ""),
    )
    return ", ".join(part for part in told if part) or "no reason given"


def answer(
    session: Session, start: str, end: str, by: Sequence[str], fund: str, everything: bool
) -> Answer:
    """Return the difference between two points, with its entries and the use of caps beside."""
    found = difference(session, start, end, by, fund, None if everything else MOST)
    of = ("of",) if set(by) - {"fund"} else ()
    changes: Counter[str] = Counter()
    for row in found.figures:
        changes[row.figure] += row.change
    # What only went from one group to another moved, and comes to nothing.
    moved = any(changes.values())
    told = [f"{name} {format_pounds(p)}" for name, p in changes.items() if p or not moved]
    shown = len({part.entry for part in found.parts})
    cut = [] if shown >= found.entries else [f"{shown} of {found.entries} shown; --all shows them"]
    parts = Answer(
        name="diff-entries",
        title="The entries that moved them",
        row_type=Part,
        rows=found.parts,
        shown=("entry", "dated", "kind", "fund", *of, "figure", "moved", "actor", "why"),
        drop_first=("kind", "dated", "actor", "why"),
        notes=cut,
    )
    caps = Answer(
        name="diff-caps",
        title="Use of caps",
        row_type=CapChange,
        rows=found.caps,
        shown=tuple(CapChange.FIELDS),
        drop_first=("fund", "limit_before", "entries", "limit_after"),
        notes=("limits on single awards and on last days are told by their awards",),
    )
    return Answer(
        name="diff",
        title=f"What moved: from {found.start.words} to {found.end.words}",
        row_type=Figure,
        rows=found.figures,
        shown=("fund", *of, "figure", "before", "after", "change", "entries", "how_many"),
        drop_first=("how_many", "entries", "before"),
        meta={
            **ledger.standing(session),
            "from": found.start.words,
            "to": found.end.words,
            "by": list(by),
        },
        measures={name: MEASURES[name] for name in changes},
        notes=[
            f"Σ of the entries = change of every figure: {', '.join(told) or 'nothing moved'}; "
            f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'}",
        ],
        apart=[*([parts] if found.parts else []), *([caps] if found.caps else [])],
    )
