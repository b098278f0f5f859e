"""Every entry in the order of the chain: what it was, who wrote it, when and why."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, ClassVar

from vru_ledger.caps import limit_in_words
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.entries import AuthorityEntry, CapSet, Entry, Recorded, Registration
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.value import Value
from vru_ledger.reports.meta import FILTERS, Told, allow, meta, narrowing, standing
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

TITLE = "Journal: every entry, in order"

MEASURES = {
    "dated": "the day from which the entry counts; one that is not dated counts always",
    "about": "the award, the cap and its limit, the money that moved and where to, or what was put "
    "into the register",
    "amount": "what the entry is about, in pounds; one that moves no money, as a plan, has none",
    "recorded_at": "when it was written, in UTC, as the clock of the writer's computer said",
    "hash": "SHA-256 of the previous entry's hash and this entry's text",
}
_NO_TOTAL = (
    "no total: an entry may confirm authority, promise it or set a limit, and amounts of "
    "different kinds do not add up"
)


class Row(Value):
    """One entry. `amount` is None where it moves no money."""

    TOLD: ClassVar[Told] = {
        "award": {"machine_only": True},
        "cap": {"machine_only": True},
        "amount": {"absent": "-"},
        "hash": {"brief": 12},
    }

    number: int
    dated: date | None
    kind: str
    fund: str
    recipient: str
    about: str
    award: str
    cap: str
    amount: Pence | None
    actor: str
    recorded_at: str
    reason: str
    decision: str
    hash: str


def answer(session: Session, query: Query) -> Answer:
    """Return the entries that a query asks for, oldest first, read as they are asked for."""
    allow(query, "journal", FILTERS)
    return _answer(session, query, TITLE, ledger.entries(session, query), [_NO_TOTAL])


def newest(session: Session, query: Query, most: int | None) -> Answer:
    """Return the same, newest first, and no more than `most`."""
    allow(query, "log", FILTERS)
    found = ledger.entries(session, query, newest_first=True, most=most)
    return _answer(session, query, "Log: the newest entries first", found, [])


def _answer(
    session: Session, query: Query, title: str, found: Iterable[Recorded], notes: list[str]
) -> Answer:
    told = meta(session, query)
    return Answer(
        name="journal",
        title=title,
        row_type=Row,
        rows=_rows(found),
        shown=tuple(Row.FIELDS),
        drop_first=(
            *("hash", "recorded_at", "decision", "fund", "reason"),
            *("actor", "recipient", "dated", "about"),
        ),
        meta=told,
        measures=MEASURES,
        notes=[*notes, *narrowing(told), standing(told)],
    )


def _about(entry: Entry) -> str:
    """Return what an entry is about: its award, its cap and limit, or what it put on record."""
    if isinstance(entry, Registration):
        tables = Counter(record.TABLE for record in entry.records)
        return ", ".join(f"{table} ({count})" for table, count in tables.items())
    if isinstance(entry, CapSet):
        return f"{entry.cap}: {limit_in_words(entry)}"
    if isinstance(entry, AuthorityEntry):
        return _about_authority(entry)
    told = (getattr(entry, name, "") for name in ("cap", "award", "period"))
    return next(filter(None, told), "")


def _about_authority(entry: AuthorityEntry) -> str:
    """Return which money an entry is about, and where it goes: 'HO 2023/24 to DIVERT'."""
    line = " ".join(part for part in (entry.source, entry.fy) if part)
    there = entry.to_fund if entry.to_fund != entry.fund else entry.to_fy
    if (entry.to_fund, entry.to_source, entry.to_fy) == (entry.fund, entry.source, entry.fy):
        there = ""
    what = getattr(entry, "what", "")
    return " ".join(part for part in (what, line, f"to {there}" if there else "") if part)


def _rows(found: Iterable[Recorded]) -> Iterator[Row]:
    for one in found:
        # Kinds of entry differ in what they have: a limit has no recipient, a description no fund.
        entry: Any = one.entry
        amount = getattr(entry, "amount_pence", None)
        yield Row(
            number=one.number,
            dated=entry.dated,
            kind=entry.KIND,
            fund=getattr(entry, "fund", ""),
            recipient=getattr(entry, "recipient", ""),
            about=_about(entry),
            award=getattr(entry, "award", ""),
            cap=getattr(entry, "cap", ""),
            amount=amount or None,
            actor=one.actor,
            recorded_at=one.recorded_at,
            reason=entry.reason,
            decision=entry.decision,
            hash=one.hash,
        )
