"""What each view of `browse` shows, read from one moment of the ledger; it knows no screen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from vru_ledger.actions import resolve
from vru_ledger.actions.explain import of_entry
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.query import Query
from vru_ledger.domain.text import fold
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerUnusable
from vru_ledger.render.columns import for_people
from vru_ledger.reports import awards, journal, position
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, Session

Found = TypeVar("Found")

AT_ONCE = 500
"""Rows that are read at first, and that each "more" adds: a ledger may hold a million."""


class Asked(Value):
    """What somebody looking wants to see: rows, how many at most, and which words they hold."""

    query: Query
    today: date
    most: int = AT_ONCE
    holding: str = ""


class Seen(Value):
    """What was read. `rows` are those of the answer, as a list, without more than was asked for.

    `more` says that the ledger holds more; `entry` and `head` where it stood.
    """

    answer: Answer
    rows: list[Any]
    more: bool
    asked: Asked
    entry: int
    head: str


class View(ABC):
    """One view: what it is called in the path to it, and what it shows."""

    name: str
    searches = False
    """Whether the ledger can be searched for words that are not among the rows read so far."""
    explains = False
    """Whether its notes are part of what it shows, and not only of what the figures mean."""
    drops: Sequence[str] = ()
    """Columns that a narrow screen does without when the report's own are gone."""

    @abstractmethod
    def read(self, session: Session, asked: Asked) -> Answer:
        """Return the answer, with one row more than `most` if there are more, or all."""

    @abstractmethod
    def key(self, row: Any) -> str:
        """Return what tells a row from the others, so that it is found again."""

    def opens(self, row: Any) -> View | None:
        """Return what is behind a row; None if nothing is."""
        return None

    def entries(self, row: Any) -> View | None:
        """Return the entries of the fund that a row is about; None if there is no such view."""
        return None


class Funds(View):
    """Every fund, with its authority and every stage of its money."""

    name = "funds"

    def read(self, session: Session, asked: Asked) -> Answer:
        return position.answer(session, asked.query.replace(by=("fund",)))

    def key(self, row: Any) -> str:
        return str(row.fund)

    def opens(self, row: Any) -> View | None:
        return Awards(row.fund)

    def entries(self, row: Any) -> View | None:
        return Entries(row.fund) if row else None


class Awards(View):
    """A fund's awards, the newest first, with what each stage holds of them."""

    searches = True
    drops = ("proposed", "disbursed", "name")

    def __init__(self, fund: str) -> None:
        self.fund = fund
        self.name = f"{fund} awards"

    def read(self, session: Session, asked: Asked) -> Answer:
        query = asked.query.replace(fund=self.fund)
        found = awards.newest(session, query, asked.most + 1, asked.holding)
        # Every row has the same fund, and the path says which.
        return found.replace(shown=[name for name in found.shown if name != "fund"])

    def key(self, row: Any) -> str:
        return str(row.award)

    def opens(self, row: Any) -> View | None:
        return Statement(row.award)

    def entries(self, row: Any) -> View | None:
        return Entries(self.fund)


class Statement(View):
    """One award: its terms and state, and every entry, with what was held after it."""

    explains = True

    def __init__(self, award: str) -> None:
        self.award = self.name = award

    def read(self, session: Session, asked: Asked) -> Answer:
        made = resolve.award(session, self.award)
        return awards.one(session, made, asked.today, asked.query)

    def key(self, row: Any) -> str:
        return str(row.entry)

    def opens(self, row: Any) -> View | None:
        return Facts(row.entry)


class Entries(View):
    """A fund's entries, the newest first: authority and limits too, which belong to no award."""

    def __init__(self, fund: str) -> None:
        self.fund = fund
        self.name = f"{fund} entries"

    def read(self, session: Session, asked: Asked) -> Answer:
        return journal.newest(session, asked.query.replace(fund=self.fund), asked.most + 1)

    def key(self, row: Any) -> str:
        return str(row.number)

    def opens(self, row: Any) -> View | None:
        return Facts(row.number)


class Facts(View):
    """One entry: every fact of it, what it moved, and its link of the chain."""

    explains = True

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = f"entry {number}"

    def read(self, session: Session, asked: Asked) -> Answer:
        return of_entry(session, str(self.number))

    def key(self, row: Any) -> str:
        return str(row.fact)


class Reader:
    """Reads views: each in a transaction of its own, which ends before anything is shown.

    On a file, a reader who kept one open would keep every writer waiting.
    """

    def __init__(self, opens: Callable[[], Database], today: Callable[[], date]) -> None:
        self._opens = opens
        self._today = today
        self._database: Database | None = None

    def today(self) -> date:
        """Return the day where this computer is."""
        return self._today()

    def fund(self, query: Query) -> str:
        """Return the code of the fund that a query names, empty if none.

        Raises NotFound and BadInput for what else it names, LedgerUnusable.
        """
        return self._within(lambda session: resolve.query(session, query).fund)

    def read(self, view: View, query: Query, most: int = AT_ONCE, holding: str = "") -> Seen:
        """Read what a view shows. Raises LedgerError, as its report does."""

        def work(session: Session) -> Seen:
            asked = Asked(resolve.query(session, query), self._today(), most, holding)
            return _seen(session, view, asked)

        return self._within(work)

    def _within(self, work: Callable[[Session], Found]) -> Found:
        if self._database is None:
            self._database = self._opens()
        try:
            with self._database.read() as session:
                return work(session)
        except LedgerUnusable:
            # A server that has gone comes back, but not on this connection.
            self._database.close()
            self._database = None
            raise


def _seen(session: Session, view: View, asked: Asked) -> Seen:
    answer = view.read(session, asked)
    rows = list(answer.rows)
    there = ledger.standing(session, asked.query.moment())
    return Seen(
        answer=answer.replace(rows=()),
        rows=rows[: asked.most],
        more=len(rows) > asked.most,
        asked=asked,
        entry=there["entry"],
        head=there["ledger_head"],
    )


def holding(seen: Seen, text: str) -> list[Any]:
    """Return the rows that hold each word of `text` in any column, whatever its case.

    Amounts are found with and without their commas.
    """
    words = fold(text).split()
    columns = for_people(seen.answer)

    def holds(row: Any) -> bool:
        told = fold(" ".join(column.text(row) for column in columns))
        plain = told.replace(",", "")
        return all(word in told or word in plain for word in words)

    return [row for row in seen.rows if holds(row)] if words else seen.rows
