"""The recipients: who each is, where, and what each has been promised."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from vru_ledger.domain.answer import Answer, Fact
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area, Recipient
from vru_ledger.domain.stages import HELD, MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import Told, allow, meta, narrowing, standing
from vru_ledger.store import awards, holdings, register
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
    """One award, and what is held for it now. The total has no day."""

    TOLD: ClassVar[Told] = {"dated": {"absent": ""}}

    award: str
    fund: str
    dated: date | None
    fy: str
    allocated: Pence
    title: str


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
    held = [
        Award(
            one.award,
            one.fund,
            date.fromisoformat(one.dated) if one.dated else None,
            one.fy,
            Pence(sum(getattr(one, stage) for stage in HELD)),
            one.title,
        )
        for one in awards.standings(session, Query(recipient=recipient.code), None)
    ]
    total = Award("total", "", None, "", Pence(sum(award.allocated for award in held)), "")
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
                rows=held,
                shown=("award", "fund", "dated", "fy", "allocated", "title"),
                total=total,
                drop_first=("title", "fy", "dated"),
                measures={"allocated": MEASURES["allocated"]},
            ),
        ),
    )
