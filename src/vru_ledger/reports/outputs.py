"""What was counted, and what each of it cost where the money and the count are of one thing."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund, Output
from vru_ledger.domain.text import fold
from vru_ledger.domain.value import Value
from vru_ledger.reports.apart import programmes
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import figures, register
from vru_ledger.store.database import Session

TITLE = "Outputs: what was counted, and its cost where that can be said"

MEASURES = {
    "value": "how many, as published",
    "kind": "actual, target or ceiling, as published",
    "cost": "the fund's whole authority / value, rounded half up to the penny; only where the "
    "fund's money and the output are of the same thing",
}


class Row(Value):
    """One thing counted. `cost` is in pence for each, None where the two are not divided."""

    TOLD: ClassVar[Told] = {
        "output": {"machine_only": True},
        "value": {"about": "approximate"},
        "approximate": {"machine_only": True},
        "period": {"absent": "not published"},
        "cost": {"absent": "not divided", "heading": "cost for each"},
    }

    output: str
    subject: str
    counted: str
    value: int
    approximate: bool
    kind: str
    period: str | None
    fund: str | None
    cost: Pence | None
    source: str


def answer(session: Session, query: Query) -> Answer:
    """Return every output, or those of one fund; programmes with no amount stand apart."""
    allow(query, "outputs", ("fund",))
    told = meta(session, query)
    authority = figures.authority_of_funds(session, query)
    alike = _alike(session, query.fund)
    rows = [
        _row(one, authority)
        for one in register.everything(session, Output, query.known_at)
        if not query.fund or one.fund == query.fund or fold(one.subject) in alike
    ]
    return Answer(
        name="outputs",
        title=TITLE,
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("source", "fund", "period", "kind", "cost"),
        meta=told,
        measures=MEASURES,
        notes=[
            "no total: people, schools and programmes do not add up",
            "cost for each is the fund's whole authority / value; 'not divided' where the money and"
            " the count are not of the same thing",
            *narrowing(told),
            standing(told),
        ],
        apart=[] if query.fund else programmes(session, query.known_at),
    )


def _alike(session: Session, fund: str) -> set[str]:
    """Return the forms of a fund's code and name by which an output may be about it."""
    found = register.find_fund(session, fund) if fund else None
    return {fold(found.code), fold(found.name)} if isinstance(found, Fund) else set()


def _row(one: Output, authority: dict[str, int]) -> Row:
    return Row(
        output=one.code,
        subject=one.subject,
        counted=one.output,
        value=one.value,
        approximate=one.approximate,
        kind=one.kind,
        period=one.period or None,
        fund=one.fund or None,
        cost=cost_for_each(authority.get(one.fund, 0), one.value),
        source=one.citation,
    )


def cost_for_each(authority_pence: int, value: int) -> Pence | None:
    """Return the pence for each, rounded half up; None where there is nothing to divide."""
    if authority_pence <= 0 or value <= 0:
        return None
    return Pence((2 * authority_pence + value) // (2 * value))
