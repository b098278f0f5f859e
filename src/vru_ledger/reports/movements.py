"""Movements between two days: what each stage held before, what entered and left it, and after."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.value import Value
from vru_ledger.domain.years import financial_year, year_bounds
from vru_ledger.errors import BadInput, LedgerContradicts
from vru_ledger.reports import dimensions, proof
from vru_ledger.reports.meta import Told, allow, counted_to, meta, standing
from vru_ledger.store import figures, flows
from vru_ledger.store.database import Session
from vru_ledger.store.figures import Figures, Group

TITLE = "Movements between two days: opening, in, out and closing, of every stage"

MEASURES = {
    "opening": "held at the end of the day before the first",
    "moved_in": "what entries dated from the first day to the last brought into the stage",
    "moved_out": "what they took out of it, below zero",
    "closing": "held at the end of the last day: opening + in + out",
}
_FILTERS = ("fund", "source", "fy", "area", "bcu", "stage", "since", "until")
_MONEY = ("opening", "moved_in", "moved_out", "closing")
_BY = tuple(name for name in dimensions.SHOWN_AS if name != "recipient")


class Row(Value):
    """One stage of one group."""

    TOLD: ClassVar[Told] = {
        **dimensions.TOLD,
        "moved_in": {"heading": "in"},
        "moved_out": {"heading": "out"},
    }

    fund: str | None = ""
    fund_name: str | None = ""
    source: str | None = ""
    source_name: str | None = ""
    area_name: str | None = ""
    area: str | None = ""
    bcu_name: str | None = ""
    bcu: str | None = ""
    fy: str | None = ""
    theme: str | None = ""
    stage: str = ""
    opening: Pence = Pence(0)
    moved_in: Pence = Pence(0)
    moved_out: Pence = Pence(0)
    closing: Pence = Pence(0)


def answer(session: Session, query: Query) -> Answer:
    """Return each stage that held or moved anything, by fund unless told.

    From `since`, the first day of the financial year unless told, to `until`, the day that is
    counted to unless told. Raises BadInput if the first day comes after the last.
    """
    allow(query, "movements", _FILTERS, by=True)
    by = dimensions.asked(query, _BY)
    day = counted_to(session, query)
    last = query.until or day
    if query.as_of:
        last = min(last, query.as_of)
    first = query.since or year_bounds(financial_year(last))[0]
    if first > last:
        raise BadInput(
            f"the first day, {first.isoformat()}, comes after the last, {last.isoformat()}",
            "say both: --since DATE --until DATE",
        )
    clocked = {} if query.until or query.as_of else {"counted_to": day.isoformat()}
    query = query.replace(by=by, since=first, until=last)
    rows = list(_rows(session, query, by, first, last))
    total = proof.summed(Row, rows, _MONEY, stage="")
    if total.opening + total.moved_in + total.moved_out != total.closing:
        raise LedgerContradicts("what moved does not come to what is held")
    told = meta(session, query)
    shown = (*dimensions.shown(by), "stage", *_MONEY)
    narrowed = {name: value for name, value in told["filters"].items() if name not in _DAYS}
    return Answer(
        name="movements",
        title=f"Movements by {dimensions.in_words(by)}, {first.isoformat()} to {last.isoformat()}",
        row_type=Row,
        rows=rows,
        shown=shown,
        drop_first=(*(name for name in shown if name.endswith("_name")), "opening"),
        meta={**told, **clocked},
        measures=MEASURES,
        notes=[
            f"{first.isoformat()} to {last.isoformat()}: what is dated later is in none of it",
            *([f"only {', '.join(f'{k} {v}' for k, v in narrowed.items())}"] if narrowed else []),
            "in each row opening + in + out = closing; rows are not added up: every penny of the "
            "authority is in one of its stages",
            "between two papers or entries: vru-ledger diff --from POINT --to POINT",
            standing({**told, "as_of": last.isoformat()}),
        ],
    )


_DAYS = ("since", "until")


def _rows(
    session: Session, query: Query, by: Sequence[str], first: date, last: date
) -> Iterator[Row]:
    before = query.replace(since=None, until=None, as_of=first - timedelta(1))
    after = query.replace(since=None, until=None, as_of=last)
    held = [
        {group.keys: group.sums for group in Figures(session).groups(by, asked)}
        for asked in (before, after)
    ]
    moved = flows.gross(session, by, query)
    named = dimensions.names(session, by, query.known_at)
    known = figures.columns_told(by, query)
    every = {*held[0], *held[1], *(keys for keys, _ in moved)}
    for keys in sorted(every, key=lambda keys: [(not key, key) for key in keys]):
        told = dimensions.fields(by, Group(keys, "", ()), named)
        for place, stage in enumerate(figures.COLUMNS):
            if stage not in known:
                continue
            opening, closing = (of.get(keys, figures.NOTHING)[place] for of in held)
            rose, fell = moved.get((keys, stage), (0, 0))
            if opening + rose + fell != closing:
                raise LedgerContradicts(
                    f"{keys} {stage}: {opening} + {rose} + {fell} is not {closing}"
                )
            if any((opening, rose, fell)):
                yield Row(
                    **told,
                    stage=stage,
                    opening=Pence(opening),
                    moved_in=Pence(rose),
                    moved_out=Pence(fell),
                    closing=Pence(closing),
                )
