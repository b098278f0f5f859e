"""Every cap: its limit, what is used of it in each bucket, and what is left."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from itertools import chain, islice
from typing import Any, ClassVar, NamedTuple

from vru_ledger.caps import Bounds, kind_of
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area
from vru_ledger.domain.share import Share, share_of
from vru_ledger.domain.value import Value
from vru_ledger.reports.claims import concerns
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.store import awards, figures, register
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session
from vru_ledger.store.present_books import Books

TITLE = "Caps: every limit, what is used of it, and what is left"

MEASURES = {
    "limit": "what the cap allows; where it is a share, of the fund's authority as it stands",
    "used": "what it counts: pence allocated, recipients that hold money, or a term's last day",
    "headroom": "limit + tolerance + override - used, nothing below zero",
    "override": "by how much overrides in force let the bucket pass its limit",
    "full": "used / limit, in per cent, rounded down to a tenth",
    "tolerance": "by how much the limit may be passed with a warning",
    "verdict": "ok, full, over but within tolerance, or over; all but ok are exceptions, and what "
    "is ok only by an override",
}

MOST_BUCKETS = 40
"""Buckets of one cap that are shown, the fullest first, unless everything is asked for."""

_OF_AWARDS = ("award", "end")
"""Measures whose buckets are single awards: only the fullest tells a reader anything."""

_FILTERS = ("fund", "recipient", "area", "bcu", "source", "fy", "award")
_PROPERTY_OF = {
    "recipient": "recipient",
    "area": "area",
    "bcu": "bcu",
    "source": "source",
    "fy": "financial-year",
}
_WORDS = {"financial-year": "year", "bcu": "command unit", "kind": "kind of recipient"}


class Row(Value):
    """One bucket of one cap. `headroom` and `full` are None where a cap is on a day."""

    TOLD: ClassVar[Told] = {
        "bucket_code": {"machine_only": True},
        "override": {"machine_only": True},
    }

    cap: str
    fund: str
    measure: str
    per: str
    bucket: str
    bucket_code: str | None
    limit: Quantity
    tolerance: Quantity | None
    used: Quantity
    override: Quantity | None
    headroom: Quantity | None
    full: Share | None
    severity: str
    verdict: str


class _Asked(NamedTuple):
    """What the filters come to: properties that a bucket must have, and the funds in question."""

    properties: Mapping[str, str]
    funds: frozenset[str] | None
    award: str


class _Used(NamedTuple):
    """One bucket that a row is made of; None where nothing has used the cap yet."""

    cap: CapSet
    bounds: Bounds
    bucket: str | None
    held: int


def answer(session: Session, query: Query) -> Answer:
    """Return every cap's buckets, the fullest first; a cap that nothing has used has one row."""
    allow(query, "caps", _FILTERS, exceptions=True)
    told = meta(session, query)
    uses = books_at(session, query.moment())
    asked = _asked(session, query)
    caps = [
        (cap, bounds)
        for cap, bounds in uses.caps(query.fund)
        if (asked.funds is None or cap.fund in asked.funds) and _concerns(cap, asked)
    ]
    cut: list[str] = []
    used = (
        _at_limits(session, uses, caps, asked, query)
        if query.exceptions
        else _used(uses, caps, asked, query.everything, cut)
    )
    if not query.everything:
        # Few enough to hold; and only then is it known which caps have more.
        used = iter(list(used))
    notes = ["no total: caps overlap, and one penny counts under several"]
    raised: Mapping[tuple[str, str], int] = {}
    if uses.overrides():
        day = counted_to(session, query)
        raised, told["counted_to"] = uses.raised(day), day.isoformat()
        notes.append(
            f"overrides count where they are in force on {day.isoformat()}; every one: "
            "vru-ledger cap overrides"
        )
    rows = _rows(session, used, raised)
    if query.exceptions:
        rows = (row for row in rows if is_exception(row))
        notes.append("exceptions: what is full, over, or ok by an override; the rest is left out")
    if cut:
        notes.append(f"only the fullest are shown of {', '.join(cut)}; --all shows every one")
    return Answer(
        name="caps",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=(
            *(
                "measure",
                "fund",
                "severity",
                "per",
                "full",
                "tolerance",
                "used",
                "verdict",
                "limit",
            ),
        ),
        charted=("full",),
        meta=told,
        measures=MEASURES,
        notes=[*notes, *narrowing(told), standing(told)],
    )


def is_exception(row: Row) -> bool:
    """Say whether somebody has to look at a bucket: full or over, or only let pass by a decision.

    An override that a bucket does not lean on is none: `overrides` lists it.
    """
    own = row.limit.value + (row.tolerance.value if row.tolerance else 0)
    return not row.verdict.startswith("ok") or (row.override is not None and row.used.value > own)


def _asked(session: Session, query: Query) -> _Asked:
    """Return what the filters come to: an award and a recipient also say of which kind they are."""
    wanted = {
        property_: getattr(query, name)
        for name, property_ in _PROPERTY_OF.items()
        if getattr(query, name)
    }
    funds = None
    if query.recipient:
        found = register.recipient(session, query.recipient)
        if found:
            wanted["kind"] = found.kind
        funds = frozenset(figures.funds_of_recipient(session, query.recipient))
    if query.award:
        properties = figures.award(session, query.award) or {"fund": ""}
        funds = frozenset({properties.pop("fund")})
        wanted = {**properties, **wanted}
    return _Asked(wanted, frozenset({query.fund}) if query.fund else funds, query.award)


def _concerns(cap: CapSet, asked: _Asked) -> bool:
    """Say whether a cap counts what is asked about, as far as the kind of recipient says."""
    return not (cap.only and asked.properties.get("kind", cap.only) != cap.only)


def _used(
    uses: Books,
    caps: list[tuple[CapSet, Bounds]],
    asked: _Asked,
    everything: bool,
    cut: list[str],
) -> Iterator[_Used]:
    """Yield the buckets to show; into `cut` go the caps that have more of them."""
    for cap, bounds in caps:
        if (bucket := _bucket_asked(cap, asked)) is not None:
            yield _Used(cap, bounds, bucket, uses.held(cap, bucket))
            continue
        most = 1 if cap.measure in _OF_AWARDS else MOST_BUCKETS
        found: list[_Used] = []
        with closing(_found(uses, cap, asked, None if everything else most + 1)) as buckets:
            if everything:
                first = next(buckets, (None, 0))
                yield from (_Used(cap, bounds, *one) for one in chain([first], buckets))
                continue
            for bucket, held in buckets:
                if len(found) == most:
                    cut.append(cap.cap)
                    break
                found.append(_Used(cap, bounds, bucket, held))
        yield from sorted(found, key=lambda one: (-one.held, one.bucket or ""))
        if not found:
            yield _Used(cap, bounds, None, 0)


def _at_limits(
    session: Session, uses: Books, caps: list[tuple[CapSet, Bounds]], asked: _Asked, query: Query
) -> Iterator[_Used]:
    """Yield every bucket that is at its limit or beyond: none of these is left out.

    A term that ends on the last day is as it should be, and most do.
    """
    for cap, bounds in caps:
        if (bucket := _bucket_asked(cap, asked)) is not None:
            yield _Used(cap, bounds, bucket, uses.held(cap, bucket))
            continue
        least = bounds.limit + (kind_of(cap.measure).UNIT == "day")
        if not any(held >= least for _, held in uses.fullest(cap, 1)):
            continue
        with closing(_found(uses, cap, asked, None)) as buckets:
            for bucket, held in buckets:
                if held < least:
                    break
                if cap.measure not in _OF_AWARDS or _concerns_award(session, bucket, query):
                    yield _Used(cap, bounds, bucket, held)


def _concerns_award(session: Session, award: str, query: Query) -> bool:
    if not any(getattr(query, name) for name in _PROPERTY_OF):
        return True
    made = awards.made(session, award)
    return made is not None and concerns(session, made, query)


def _bucket_asked(cap: CapSet, asked: _Asked) -> str | None:
    """Return the one bucket of a cap that is asked about, None if it may be several."""
    if cap.measure in _OF_AWARDS:
        return asked.award or None
    if all(name in asked.properties for name in cap.per):
        return "|".join(asked.properties[name] for name in cap.per)
    return None


def _found(
    uses: Books, cap: CapSet, asked: _Asked, most: int | None
) -> Generator[tuple[str, int], None, None]:
    """Yield a cap's buckets that have the properties asked for, the fullest first."""
    wanted = {} if cap.measure in _OF_AWARDS else dict(enumerate(cap.per))
    fixed = {
        index: asked.properties[name] for index, name in wanted.items() if name in asked.properties
    }
    if not fixed:
        yield from uses.buckets(cap) if most is None else uses.fullest(cap, most)
        return
    for bucket, held in uses.buckets(cap):
        parts = bucket.split("|")
        if all(parts[index] == part for index, part in fixed.items()):
            yield bucket, held


def _rows(
    session: Session, used: Iterator[_Used], raised: Mapping[tuple[str, str], int]
) -> Iterator[Row]:
    """Make rows of buckets, looking up the names of recipients for many at a time."""
    areas = {area.code: area.name for area in register.everything(session, Area)}
    while some := list(islice(used, 500)):
        recipients = {
            part for one in some if "recipient" in one.cap.per for part in _parts(one, "recipient")
        }
        names = {"recipient": figures.recipient_names(session, recipients), "area": areas}
        names["bcu"] = areas
        for one in some:
            more = raised.get((one.cap.cap, one.bucket or ""), 0) if raised else 0
            yield _row(one, names, more)


def _parts(one: _Used, property_: str) -> Iterator[str]:
    for name, part in zip(one.cap.per, (one.bucket or "").split("|"), strict=False):
        if name == property_ and part:
            yield part


def _row(one: _Used, names: Mapping[str, Mapping[str, str]], raised: int) -> Row:
    cap, (limit, ceiling), bucket, held = one
    kind = kind_of(cap.measure)
    unit = kind.UNIT
    is_day = unit == "day"
    return Row(
        cap=cap.cap,
        fund=cap.fund,
        measure=f"share of {kind.show(cap.limit)}" if cap.measure == "share" else cap.measure,
        per=per_words(cap),
        bucket=_bucket_words(cap, bucket, names),
        bucket_code=bucket,
        limit=Quantity(limit, unit),
        tolerance=Quantity(ceiling - limit, unit) if ceiling > limit else None,
        used=Quantity(held, unit),
        override=Quantity(raised, unit) if raised else None,
        headroom=None if is_day else Quantity(max(0, ceiling + raised - held), unit),
        full=None if is_day else share_of(held, limit),
        severity=cap.severity,
        verdict=_verdict(held, limit, ceiling, is_day, raised),
    )


def per_words(cap: CapSet) -> str:
    """Say what a cap counts per: 'recipient and year', 'whole fund', of which kind."""
    if cap.measure in _OF_AWARDS:
        said = "award"
    elif cap.per:
        said = " and ".join(_WORDS.get(name, name) for name in cap.per)
    else:
        said = "whole fund"
    return f"{said}, of kind {cap.only}" if cap.only else said


def _bucket_words(cap: CapSet, bucket: str | None, names: Mapping[str, Mapping[str, str]]) -> str:
    """Name a bucket as a reader knows it: a recipient or an area by name."""
    if cap.measure in _OF_AWARDS:
        return bucket or "no award yet"
    if not cap.per:
        return "whole fund"
    if bucket is None:
        return "nothing used yet"
    told: list[Any] = []
    for name, part in zip(cap.per, bucket.split("|"), strict=True):
        told.append(names.get(name, {}).get(part, part) or "none given")
    return ", ".join(told)


def _verdict(held: int, limit: int, ceiling: int, is_day: bool, raised: int) -> str:
    if raised:
        said = _verdict(held, limit + raised, ceiling + raised, is_day, 0)
        return f"{said}, override {Quantity(raised, 'pence')}"
    if held > ceiling:
        return "over"
    if held > limit:
        return "over, within tolerance"
    return "full" if held == limit and not is_day else "ok"
