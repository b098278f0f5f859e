"""Where every penny is: authority and its stages, broken down as asked, and a total that ties."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund
from vru_ledger.domain.share import Share, share_of
from vru_ledger.domain.stages import AUTHORITY, HELD, MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerContradicts
from vru_ledger.reports import apart, dimensions
from vru_ledger.reports.meta import FILTERS, Told, allow, in_force, meta, narrowing, standing
from vru_ledger.store import figures, register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import NOTHING, Figures, Group, Sums

TITLE = "Position: authority and every stage of its money"


class Row(Value):
    """One group. Its codes and names are None where it has none, '' where it was not asked by them.

    By recipient, area or command unit `authority` and `unallocated` are 0: they belong to none.
    `used` is the part of the authority, of the same fund, source and year, that is allocated.
    """

    TOLD: ClassVar[Told] = dimensions.TOLD

    fund: str | None = ""
    fund_name: str | None = ""
    source: str | None = ""
    source_name: str | None = ""
    recipient: str | None = ""
    recipient_name: str | None = ""
    area_name: str | None = ""
    area: str | None = ""
    bcu_name: str | None = ""
    bcu: str | None = ""
    fy: str | None = ""
    theme: str | None = ""
    authority: Pence = Pence(0)
    unallocated: Pence = Pence(0)
    proposed: Pence = Pence(0)
    committed: Pence = Pence(0)
    payable: Pence = Pence(0)
    disbursed: Pence = Pence(0)
    recoverable: Pence = Pence(0)
    allocated: Pence = Pence(0)
    used: Share | None = None


def answer(session: Session, query: Query) -> Answer:
    """Return the position by `query.by`, by fund unless told; rows are read as they are asked for.

    Raises BadInput for a dimension that figures cannot be broken down by.
    """
    allow(query, "position", FILTERS, by=True, periods=True)
    if query.periods:
        from vru_ledger.reports import across

        return across.position(session, query)
    query = query.replace(by=dimensions.asked(query))
    told = meta(session, query)
    columns = figures.columns_told(query.by, query)
    held = Figures(session)
    total = held.total(query.by, query)
    whole = _whole(held, query, columns, total)
    groups = held.groups(query.by, query)
    shares = _authority_in_question(held, query)
    if isinstance(groups, list):
        groups = _with_every_fund(session, query, groups)
    rows: Iterable[Row] = _tied(_rows(session, query, groups, shares), total)
    if isinstance(groups, list):
        rows = list(rows)
    shown = _shown(query, columns)
    return Answer(
        name="position",
        title=f"Position by {dimensions.in_words(query.by)}",
        row_type=Row,
        rows=rows,
        shown=shown,
        total=_row(total, _whole_of_total(query, shares), **{shown[0]: "total"}),
        drop_first=_drop_first(query),
        charted=("allocated", AUTHORITY),
        meta=told,
        measures={name: _measures(query)[name] for name in shown if name in MEASURES},
        notes=_notes(told, query, columns, total, whole),
        apart=_beside(session, query),
        levels=dimensions.levels(query.by),
        complete=None if query.stage else _completed(query.by),
    )


def _completed(by: Sequence[str]) -> Callable[[Row], Row] | None:
    """Return how a subtotal gets its use: of the authority added up with it, if that is told."""
    if any(name in figures.OF_AWARDS for name in by):
        return None
    return lambda row: row.replace(used=share_of(row.allocated, row.authority))


def _whole(held: Figures, query: Query, columns: Sequence[str], total: Sums) -> Sums | None:
    """Return authority and every stage of what is asked about; None where it has no authority.

    Raises LedgerContradicts unless every penny of the authority is in exactly one stage.
    """
    if query.stage or query.recipient or query.area or query.bcu or query.award:
        return None
    whole = total if columns == figures.COLUMNS else held.total((), query)
    if whole[0] != sum(whole[1:]):
        raise LedgerContradicts(
            f"authority is {whole[0]}p and its stages come to {sum(whole[1:])}p"
        )
    return whole


def _authority_in_question(held: Figures, query: Query) -> dict[tuple[str, ...], int]:
    """Return the authority that the use of each group is measured against.

    It is by fund, source, year and theme as far as these were asked for: no recipient has any.
    """
    by = [name for name in query.by if name not in figures.OF_AWARDS]
    asked = query.replace(stage=AUTHORITY, recipient="", area="", bcu="", award="")
    return {group.keys: group.sums[0] for group in held.groups(by, asked)}


def _whole_of_total(query: Query, shares: Mapping[tuple[str, ...], int]) -> int:
    """Return the authority that the total's use is measured against; 0 where there is none.

    Where rows are of funds and only somebody's part is asked about, the funds without a row would
    make it a share of something else than what is shown.
    """
    narrowed = query.recipient or query.area or query.bcu or query.award
    if narrowed and not all(name in figures.OF_AWARDS for name in query.by) and len(shares) > 1:
        return 0
    return sum(shares.values())


def _with_every_fund(session: Session, query: Query, groups: list[Group]) -> list[Group]:
    """Return the groups and, by fund, those that have no authority yet.

    Of an earlier day it is not said which funds were there already.
    """
    if query.by != ("fund",) or set(in_force(query)) - {"fund"} or query.as_of:
        return groups
    there = {group.keys for group in groups}
    lacking = [
        Group((fund.code,), "", NOTHING)
        for fund in register.everything(session, Fund, query.known_at)
        if (fund.code,) not in there and query.fund in ("", fund.code)
    ]
    return sorted([*groups, *lacking])


def _rows(
    session: Session,
    query: Query,
    groups: Iterable[Group],
    authority: Mapping[tuple[str, ...], int],
) -> Iterator[tuple[Sums, Row]]:
    """Yield each group's sums, and the row that shows them."""
    named = dimensions.names(session, query.by, query.known_at)
    has_authority = [name not in figures.OF_AWARDS for name in query.by]
    for group in groups:
        told = dimensions.fields(query.by, group, named)
        keys = tuple(key for key, has in zip(group.keys, has_authority, strict=True) if has)
        yield group.sums, _row(group.sums, authority.get(keys, 0), **told)


def _row(sums: Sums, authority: int, **told: str | None) -> Row:
    allocated = sum(sums[2:])
    pence: dict[str, Any] = dict(zip(figures.COLUMNS, sums, strict=True))
    named: dict[str, Any] = {**told}
    return Row(**named, **pence, allocated=Pence(allocated), used=share_of(allocated, authority))


def _tied(rows: Iterable[tuple[Sums, Row]], total: Sums) -> Iterator[Row]:
    """Yield the rows. Raises LedgerContradicts at their end unless they add up to the total."""
    added = list(NOTHING)
    for sums, row in rows:
        for index, pence in enumerate(sums):
            added[index] += pence
        yield row
    if tuple(added) != total:
        raise LedgerContradicts(f"rows come to {added} and the total is {list(total)}, in pence")


def _shown(query: Query, columns: Sequence[str]) -> tuple[str, ...]:
    named = dimensions.shown(query.by)
    if query.stage:
        return (*named, query.stage)
    # What moved since a day is no part of any whole.
    return (*named, *columns, "allocated", *(() if query.since else ("used",)))


def _drop_first(query: Query) -> tuple[str, ...]:
    """Return what a narrow terminal does without: codes of areas, rare stages, second names."""
    codes = [name for name in ("area", "bcu") if name in query.by]
    seconds = [
        dimensions.SHOWN_AS[name][1] for name in query.by if name in ("fund", "source", "recipient")
    ]
    if query.stage:
        return (*codes, *seconds)
    rare = ("recoverable", "payable", "proposed", "disbursed")
    return (*codes, *rare, *seconds, "committed", AUTHORITY, "allocated")


def _measures(query: Query) -> dict[str, str]:
    if not any(name in figures.OF_AWARDS for name in query.by):
        return MEASURES
    alike = [dimensions.in_words([n]) for n in query.by if n not in figures.OF_AWARDS]
    whole = (
        f"the authority of the same {' and '.join(alike)}, in the total of all that is asked about"
        if alike
        else "all the authority of what is asked about"
    )
    return {**MEASURES, "used": f"allocated / {whole}, in per cent, rounded down to a tenth"}


def _notes(
    told: Mapping[str, Any],
    query: Query,
    columns: Sequence[str],
    total: Sums,
    whole: Sums | None,
) -> list[str]:
    pence = dict(zip(figures.COLUMNS, total, strict=True))
    notes = narrowing(told)
    if query.since:
        notes.append(f"movements since {query.since.isoformat()}, not what is held")
    if columns == HELD:
        notes.append("authority and what is unallocated belong to no recipient or area")
    if whole is not None:
        parts = " + ".join(
            f"{name} {format_pounds(held)}"
            for name, held in zip(figures.COLUMNS[1:], whole[1:], strict=True)
        )
        notes.append(f"authority {format_pounds(whole[0])} = {parts}")
    measure, amount = (
        (query.stage, pence[query.stage])
        if query.stage
        else ("allocated", sum(total[2:]))
        if columns == HELD
        else (AUTHORITY, pence[AUTHORITY])
    )
    notes.append(f"Σ rows = total: {measure} {format_pounds(amount)}; {standing(told)}")
    return notes


def _beside(session: Session, query: Query) -> list[Answer]:
    """Return headlines and programmes where nothing was asked that would leave them out."""
    if in_force(query) or not set(query.by) <= {"fund", "theme"}:
        return []
    return [*apart.headlines(session, query.known_at), *apart.programmes(session, query.known_at)]
