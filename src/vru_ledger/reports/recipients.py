"""The recipients: who each is, where, and what each has been promised."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area, Recipient
from vru_ledger.domain.stages import MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import holdings, register
from vru_ledger.store.database import Session

TITLE = "The recipients, and what each has been promised"


class Row(Value):
    """One recipient, of every fund or of the one asked for."""

    recipient: str
    name: str
    kind: str
    area: str
    allocated: Pence
    citation: str


class Award(Value):
    """One award, as it was made. The total has no day and no entry."""

    TOLD: ClassVar[Told] = {"dated": {"absent": ""}, "entry": {"absent": ""}}

    award: str
    fund: str
    dated: date | None
    fy: str
    amount: Pence
    title: str
    entry: int | None


class Fact(Value):
    """One thing that is known."""

    fact: str
    value: str


def answer(session: Session, query: Query) -> Answer:
    """Return every recipient, or those that a fund lists or gives to."""
    allow(query, "recipients", ("fund", "recipient", "area"), times=False)
    told = meta(session, query)
    names = {area.code: area.name for area in register.everything(session, Area)}
    return Answer(
        name="recipients",
        title=TITLE,
        row_type=Row,
        rows=_rows(session, query, names),
        shown=("recipient", "name", "kind", "area", "allocated", "citation"),
        drop_first=("citation", "area", "kind", "name"),
        meta=told,
        measures={"allocated": MEASURES["allocated"]},
        notes=[*narrowing(told), standing(told)],
    )


def _rows(session: Session, query: Query, names: dict[str, str]) -> Iterator[Row]:
    for code, name, kind, area, pence, citation in holdings.recipients(session, query.fund):
        if query.recipient in ("", code) and query.area in ("", area):
            yield Row(code, name, kind, names.get(area, ""), Pence(pence), citation)


def one(session: Session, recipient: Recipient) -> Answer:
    """Return what is known of one recipient, with its awards beside."""
    area = register.area(session, recipient.area) if recipient.area else None
    facts = [
        Fact("code", recipient.code),
        Fact("name", recipient.name),
        Fact("kind", recipient.kind),
        Fact("area", f"{area.name} ({area.code})" if area else "not given"),
        Fact("source", recipient.citation or "none given"),
    ]
    awards = [
        Award(
            ref, fund, date.fromisoformat(dated) if dated else None, fy, Pence(pence), title, entry
        )
        for ref, fund, dated, fy, pence, title, entry in holdings.awards_of(session, recipient.code)
    ]
    total = Award("total", "", None, "", Pence(sum(award.amount for award in awards)), "", None)
    return Answer(
        name="recipient",
        title=f"{recipient.name} ({recipient.code})",
        row_type=Fact,
        rows=facts,
        shown=("fact", "value"),
        apart=(
            Answer(
                name="awards",
                title="Awards",
                row_type=Award,
                rows=awards,
                shown=("award", "fund", "dated", "fy", "amount", "title", "entry"),
                total=total,
                drop_first=("title", "entry", "fy", "dated"),
            ),
        ),
    )
