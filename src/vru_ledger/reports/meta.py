"""Where and when the ledger stood, and what was asked: what every report says of itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from vru_ledger.domain.query import Query
from vru_ledger.errors import BadInput
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

Told = Mapping[str, Mapping[str, Any]]
"""How a row's fields are told where their names and types do not say it all: see render/columns."""

FILTERS = (
    *("fund", "recipient", "area", "bcu", "source", "fy", "stage", "award", "kind"),
    *("since", "until"),
)
"""What a query can be narrowed by, besides the times `as_of` and `known_at`."""


def meta(session: Session, query: Query) -> dict[str, Any]:
    """Return the ledger's head, the times asked for, and the filters in force.

    With `known_at` the head is that of the entry then known: the figures are of the chain up to
    it. Nothing depends on the clock, so the same question of the same ledger gives the same answer.
    """
    number, hash_ = ledger.head(session)
    if query.known_at is not None and query.known_at < number:
        number, hash_ = query.known_at, ledger.hash_of(session, query.known_at)
    return {
        "ledger_head": hash_,
        "entry": number,
        "as_of": query.as_of.isoformat() if query.as_of else None,
        "known_at": query.known_at,
        **({} if query.known in ("", str(query.known_at)) else {"known_as": query.known}),
        "filters": in_force(query),
        "by": list(query.by),
        **({"periods": query.periods} if query.periods else {}),
        **({"exceptions": True} if query.exceptions else {}),
    }


_BEFORE_ALL = date(1900, 4, 1)
"""The first day that there can be: what an empty ledger is counted to."""


def counted_to(session: Session, query: Query) -> date:
    """Return the day that ages are counted to: as of when, today, or when the newest entry was.

    The last is for who asks without a clock: the same question has the same answer.
    """
    if query.as_of or query.today:
        return query.as_of or query.today or _BEFORE_ALL
    newest = ledger.entry(session, meta(session, query)["entry"])
    return date.fromisoformat(newest.recorded_at[:10]) if newest else _BEFORE_ALL


def in_force(query: Query) -> dict[str, str]:
    """Return the filters that a query sets, as text."""
    given = {name: getattr(query, name) for name in FILTERS}
    return {name: str(value) for name, value in given.items() if value}


def standing(told: Mapping[str, Any]) -> str:
    """Say in one line where the ledger stood, for the foot of a report."""
    known = told["known_at"]
    newest = "the newest entry" if known is None else f"what was known at entry {known}"
    as_of = told["as_of"] or newest
    if told["as_of"] and known is not None:
        as_of += f", {newest}"
    if "known_as" in told:
        as_of += f" ({told['known_as']})"
    return f"entry number {told['entry']}, ledger head {told['ledger_head'][:12]}…, as of {as_of}"


def narrowing(told: Mapping[str, Any]) -> list[str]:
    """Say which filters are in force; nothing if none is."""
    said = ", ".join(f"{name} {value}" for name, value in told["filters"].items())
    return [f"only {said}"] if said else []


def allow(
    query: Query,
    report: str,
    filters: Collection[str],
    *,
    by: bool = False,
    periods: bool = False,
    exceptions: bool = False,
) -> None:
    """Raise BadInput if a query is narrowed by something that a report knows nothing of.

    A filter that is quietly left out would make a figure mean something else. `periods`
    says that the report can show columns of them, `exceptions` that it knows which of its rows
    somebody has to look at.
    """
    if query.periods and not periods:
        raise BadInput(
            f"the report {report} has no columns of periods",
            "leave out --periods, or ask for the report position, monitoring or payments",
        )
    if query.exceptions and not exceptions:
        raise BadInput(
            f"the report {report} does not know which of its rows are exceptions",
            "leave out --exceptions, or ask for the report exceptions",
        )
    strange = [name for name in in_force(query) if name not in filters]
    if strange:
        options = ", ".join(f"--{name}" for name in filters)
        raise BadInput(
            f"the report {report} cannot be narrowed by {' or '.join(strange)}",
            f"it takes {options}" if options else "it takes no filter",
        )
    if query.by and not by:
        raise BadInput(
            f"the report {report} is not broken down by anything",
            "leave out --by, or ask for the report position",
        )
