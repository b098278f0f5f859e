"""Places: what is held for each area or command unit, those with nothing too, and its share."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections.abc import Mapping
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area
from vru_ledger.domain.share import Share, share_of
from vru_ledger.domain.stages import HELD
from vru_ledger.domain.stages import MEASURES as STAGES
from vru_ledger.domain.value import Value
from vru_ledger.reports import proof
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import figures, register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import COLUMNS, Figures

MEASURES = {
    **{stage: STAGES[stage] for stage in HELD},
    "allocated": STAGES["allocated"],
    "share": "allocated / all that is allocated to what is asked about, rounded down to a tenth",
}
_FILTERS = ("fund", "recipient", "area", "bcu", "source", "fy")
_MONEY = (*HELD, "allocated")


class Row(Value):
    """One place. Its code is empty where no place was given."""

    TOLD: ClassVar[Told] = {
        "share": {"heading": "share of all"},
        "unit": {"heading": "command unit"},
    }

    name: str
    code: str
    unit: str
    proposed: Pence
    committed: Pence
    payable: Pence
    disbursed: Pence
    recoverable: Pence
    allocated: Pence
    share: Share | None


def answer(session: Session, query: Query, report: str, by: str) -> Answer:
    """Return what is held by area or by command unit (`by`), and the total asked for without."""
    allow(query, report, _FILTERS, exceptions=False)
    held = Figures(session)
    sums = {group.keys[0]: group.sums for group in held.groups((by,), query)}
    whole = held.total((by,), query)
    rows = _rows(session, query, by, sums, sum(whole[2:]))
    total = _row(("total", "", ""), whole, sum(whole[2:]))
    list(proof.tied(rows, total, _MONEY))
    told = meta(session, query)
    empty = sum(not row.allocated for row in rows)
    names = ("name", "code", *(("unit",) if by == "area" else ()))
    return Answer(
        name=report,
        title="Areas: what is held for each"
        if by == "area"
        else "Command units: what is held for each",
        row_type=Row,
        rows=rows,
        shown=(*names, *_MONEY, "share"),
        total=total,
        drop_first=(
            *("code", "unit", "recoverable", "payable", "proposed", "share"),
            *("disbursed", "committed"),
        ),
        charted=("allocated",),
        meta=told,
        measures=MEASURES,
        notes=[
            *narrowing(told),
            f"{len(rows) - empty} of {len(rows)} have something allocated",
            f"{proof.said({'allocated': total.allocated})}; {standing(told)}",
        ],
    )


def _rows(
    session: Session, query: Query, by: str, sums: Mapping[str, figures.Sums], whole: int
) -> list[Row]:
    """Return a row for every place that is asked about, and for what belongs to none."""
    places = register.everything(session, Area, query.known_at)
    named = {one.code: one.name for one in places}
    rows = []
    for one in places:
        # An area that is a command unit is shown among areas only where it holds something.
        wanted = one.kind == "bcu" if by == "bcu" else one.kind != "bcu" or one.code in sums
        asked = query.area in ("", one.code) if by == "area" else not query.area or one.code in sums
        if wanted and asked and query.bcu in ("", one.bcu, one.code):
            told = (one.name, one.code, named.get(one.bcu, "") if one.kind != "bcu" else "")
            rows.append(_row(told, sums.get(one.code, figures.NOTHING), whole))
    rows.sort(key=lambda row: row.name)
    there = {row.code for row in rows}
    for code in sorted(set(sums) - there):
        rows.append(_row((named.get(code, code) or "none given", code, ""), sums[code], whole))
    return rows


def _row(told: tuple[str, str, str], sums: figures.Sums, whole: int) -> Row:
    held: dict[str, Any] = dict(zip(COLUMNS, map(Pence, sums), strict=True))
    allocated = sum(sums[2:])
    name, code, unit = told
    return Row(
        name=name,
        code=code,
        unit=unit,
        **{stage: held[stage] for stage in HELD},
        allocated=Pence(allocated),
        share=share_of(allocated, whole),
    )
