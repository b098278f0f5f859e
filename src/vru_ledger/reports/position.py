"""Where every penny is: authority and its stages, broken down as asked, and a total that ties."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import DIMENSIONS, Query
from vru_ledger.domain.register import Area, Fund, FundingSource
from vru_ledger.domain.share import Share, share_of
from vru_ledger.domain.stages import AUTHORITY, HELD, MEASURES, STAGES
from vru_ledger.errors import BadInput
from vru_ledger.reports import apart
from vru_ledger.reports.meta import FILTERS, allow, in_force, meta, narrowing, standing
from vru_ledger.store import figures, register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, NOTHING, Group, Sums

TITLE = "Position: authority and every stage of its money"

_OF_AWARDS = ("recipient", "area", "bcu")
"""What only promised money has: authority and what is unallocated belong to no recipient or area."""

_SHOWN_AS = {
    "fund": ("fund", "fund_name"),
    "source": ("source", "source_name"),
    "recipient": ("recipient", "recipient_name"),
    "area": ("area_name", "area"),
    "bcu": ("bcu_name", "bcu"),
    "fy": ("fy",),
    "theme": ("theme",),
}
_NAMED = {"fy": "year", "bcu": "command unit"}


def _words(heading: str = "", absent: str = "") -> Any:
    told = {"absent": absent}
    return field(default="", metadata={**told, "heading": heading} if heading else told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group. Its codes and names are None where it has none, '' where it was not asked by them.

    By recipient, area or command unit `authority` and `unallocated` are 0: they belong to none.
    `used` is the part of the authority, of the same fund, source and year, that is allocated.
    """

    fund: str | None = _words()
    fund_name: str | None = _words()
    source: str | None = _words(absent="no source given")
    source_name: str | None = _words()
    recipient: str | None = _words(absent="no recipient given")
    recipient_name: str | None = _words()
    area_name: str | None = _words("area", "no area given")
    area: str | None = _words("area code")
    bcu_name: str | None = _words("command unit", "no command unit given")
    bcu: str | None = _words("unit code")
    fy: str | None = _words("year", "no year given")
    theme: str | None = _words(absent="no theme given")
    authority: Pence
    unallocated: Pence
    proposed: Pence
    committed: Pence
    payable: Pence
    disbursed: Pence
    recoverable: Pence
    allocated: Pence
    used: Share | None


class _Names(NamedTuple):
    """What codes stand for."""

    names: Mapping[str, Mapping[str, str]]
    theme_of: Mapping[str, str]
    bcu_of: Mapping[str, str]


class _Shape(NamedTuple):
    """What a question comes to: its dimensions, and whether authority can be told by them."""

    by: tuple[str, ...]
    narrowed: bool
    spread: bool
    stage: str

    @property
    def has_authority(self) -> bool:
        return bool(self.stage) or not (self.narrowed or self.spread)


def answer(session: Session, query: Query) -> Answer:
    """Return the position by `query.by`, by fund unless told; rows are read as they are asked for.

    Raises BadInput for a dimension that figures cannot be broken down by.
    """
    allow(query, "position", FILTERS, by=True)
    shape = _shape(query)
    query = replace(query, by=shape.by)
    told = meta(session, query)
    names = _names(session)
    groups, total = _figures(session, query, names)
    whole = _whole(session, query, shape, total)
    _check_identity(whole)
    authority = _authority_in_question(session, query, names)
    if not shape.has_authority:
        total = (0, 0, *total[2:])
    row_of = _row_maker(shape, names, authority)
    return Answer(
        name="position",
        title=f"Position by {', '.join(_NAMED.get(name, name) for name in shape.by)}",
        row_type=Row,
        rows=_ready(_rows(groups, shape, total, row_of), shape),
        shown=_shown(shape),
        total=_total(shape, total, authority),
        drop_first=_drop_first(shape),
        meta=told,
        measures={name: MEASURES[name] for name in _shown(shape) if name in MEASURES},
        notes=_notes(told, query, shape, total, whole),
        apart=_beside(session, query, shape),
    )


def _shape(query: Query) -> _Shape:
    by = tuple(dict.fromkeys(query.by)) or ("fund",)
    for name in by:
        if name not in DIMENSIONS:
            raise BadInput(
                f"figures cannot be broken down by {name[:40]!r}",
                f"by any of {', '.join(DIMENSIONS)}: --by fund,fy",
            )
    return _Shape(
        by,
        narrowed=any((query.recipient, query.area, query.bcu, query.award)),
        spread=any(name in _OF_AWARDS for name in by),
        stage=query.stage,
    )


def _names(session: Session) -> _Names:
    funds = register.everything(session, Fund)
    areas = register.everything(session, Area)
    sources = register.everything(session, FundingSource)
    area_names = {one.code: one.name for one in areas}
    return _Names(
        {
            "fund": {one.code: one.name for one in funds},
            "source": {one.code: one.name for one in sources},
            "area": area_names,
            "bcu": area_names,
        },
        {one.code: one.theme for one in funds},
        {one.code: one.bcu for one in areas},
    )


def _figures(session: Session, query: Query, names: _Names) -> tuple[Iterable[Group], Sums]:
    """Return the groups and, found by another way where there is one, what they must add up to."""
    given = {*in_force(query), *query.by} - {"stage"}
    if _at_another_time(query) or query.award:
        return _of_movements(session, query)
    if "recipient" not in given:
        lines = _lines(session, query, names)
        every = _grouped(lines, ())
        return _grouped(lines, query.by), every[0].sums if every else NOTHING
    if given <= {"fund", "recipient", "theme"} and query.stage not in STAGES[:1] + (AUTHORITY,):
        if query.recipient:
            total = _only(figures.of_recipients(session, (), query))
        else:
            total = _only(_grouped(_lines(session, query, names), ()))
            total = (0, 0, *total[2:])
        return figures.of_recipients(session, query.by, query), total
    return _of_movements(session, query)


def _at_another_time(query: Query) -> bool:
    """Say whether balances, which only know now, cannot answer."""
    times = (query.as_of, query.known_at, query.since, query.until)
    return bool(query.kind) or any(time is not None for time in times)


def _of_movements(session: Session, query: Query) -> tuple[Iterable[Group], Sums]:
    total = _only(figures.of_movements(session, (), query))
    return figures.of_movements(session, query.by, query), total


def _only(groups: Iterable[Group]) -> Sums:
    """Return the sums of the one group there is, nothing if it comes to nothing."""
    return next((group.sums for group in groups), NOTHING)


class _Line(NamedTuple):
    """What one stage holds, with everything it can be grouped by but the recipient."""

    fund: str
    source: str
    area: str
    bcu: str
    fy: str
    theme: str
    stage: str
    pence: int


def _lines(session: Session, query: Query, names: _Names) -> list[_Line]:
    """Return the balances of stages that the filters let through."""
    lines = (
        _Line(
            *(one.fund, one.source, one.area, names.bcu_of.get(one.area, ""), one.fy),
            *(names.theme_of.get(one.fund, ""), one.stage, one.pence),
        )
        for one in figures.lines(session, query.fund)
    )
    return [
        line
        for line in lines
        if query.source in ("", line.source)
        and query.fy in ("", line.fy)
        and query.area in ("", line.area)
        and query.bcu in ("", line.bcu)
    ]


def _grouped(lines: Sequence[_Line], by: Sequence[str]) -> list[Group]:
    """Add up lines by some of their properties, in the order of the codes; none given comes last."""
    column = {name: index for index, name in enumerate(COLUMNS)}
    sums: dict[tuple[str, ...], list[int]] = {}
    for line in lines:
        keys = tuple(getattr(line, name) for name in by)
        sums.setdefault(keys, [0] * len(COLUMNS))[column[line.stage]] += line.pence
    order = sorted(sums, key=lambda keys: [(not key, key) for key in keys])
    return [Group(keys, "", tuple(sums[keys])) for keys in order if any(sums[keys])]


def _whole(session: Session, query: Query, shape: _Shape, total: Sums) -> Sums | None:
    """Return every stage of what is asked about, None where its authority cannot be told apart."""
    if shape.narrowed or shape.stage:
        return None
    if total[0] or not shape.spread:
        return total
    return _only(figures.of_movements(session, (), query)) if _at_another_time(query) else None


def _check_identity(whole: Sums | None) -> None:
    """Raise an internal error unless every penny of authority is in exactly one stage."""
    if whole is not None and whole[0] != sum(whole[1:]):
        raise AssertionError(f"authority is {whole[0]}p and its stages come to {sum(whole[1:])}p")
