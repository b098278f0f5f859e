"""The recipients: who each is, where, and what each has been promised."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer, Fact
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import ANY, Query, at_moment
from vru_ledger.domain.register import Area, Recipient
from vru_ledger.domain.stages import HELD, MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import awards, register
from vru_ledger.store.books import books_at
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
    """One award, and what is held for it. The total has no day."""

    TOLD: ClassVar[Told] = {"dated": {"absent": ""}}

    award: str
    fund: str
    dated: date | None
    fy: str
    allocated: Pence
    title: str


def answer(session: Session, query: Query) -> Answer:
    """Return every recipient, or those that a fund lists or gives to."""
    allow(query, "recipients", ("fund", "recipient", "area"))
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
    found = books_at(session, query.moment()).recipients(query.fund)
    for code, name, kind, area, pence, citation in found:
        if query.recipient in ("", code) and query.area in ("", area):
            yield Row(code, name, kind, names.get(area, ""), Pence(pence), citation)


def one(session: Session, recipient: Recipient, query: Query = ANY) -> Answer:
    """Return what is known of one recipient, with its awards beside."""
    area = register.area(session, recipient.area) if recipient.area else None
    facts = [
        Fact("code", recipient.code),
        Fact("name", recipient.name),
        Fact("kind", recipient.kind),
        Fact("area", f"{area.name} ({area.code})" if area else "not given"),
        Fact("source", recipient.citation or "none given"),
    ]
    held = [
        Award(
            one.award,
            one.fund,
            date.fromisoformat(one.dated) if one.dated else None,
            one.fy,
            Pence(sum(getattr(one, stage) for stage in HELD)),
            one.title,
        )
        for one in awards.standings(session, query.replace(recipient=recipient.code), None)
    ]
    total = Award("total", "", None, "", Pence(sum(award.allocated for award in held)), "")
    return Answer(
        name="recipient",
        title=f"{recipient.name} ({recipient.code})",
        row_type=Fact,
        rows=facts,
        shown=("fact", "value"),
        notes=at_moment(query.moment()),
        apart=(
            Answer(
                name="awards",
                title="Awards",
                row_type=Award,
                rows=held,
                shown=("award", "fund", "dated", "fy", "allocated", "title"),
                total=total,
                drop_first=("title", "fy", "dated"),
                measures={"allocated": MEASURES["allocated"]},
            ),
        ),
    )
