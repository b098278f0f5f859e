"""What you can ask: one file per report, found by its name."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.query import Query
from vru_ledger.errors import NotFound
from vru_ledger.store.database import Session

_SHARED = (
    *("__init__", "across", "apart", "by_place", "dimensions", "meta", "monitoring_by_period"),
    *("proof", "profiles"),
)
"""Files of this folder that reports share, and that are none themselves."""


class Report(Protocol):
    """What a report must say: its title, the dataclass of its rows, and how it answers.

    `NEEDS`, if there, names filters without which it has nothing to say.
    """

    TITLE: str
    Row: type[Any]

    def answer(self, session: Session, query: Query) -> Answer:
        """Return the answer; its rows may be read from the session as they are asked for.

        Raises BadInput for a filter or a dimension that the report does not know.
        """


@cache
def names() -> tuple[str, ...]:
    """Return the reports there are: the names of the files in this folder."""
    files = os.listdir(os.path.dirname(__file__))  # Path.glob would compile a pattern for it.
    reports = (file.removesuffix(".py") for file in files if file.endswith(".py"))
    return tuple(sorted(report for report in reports if report not in _SHARED))


def report(name: str) -> Report:
    """Return the report called `name`. Raises NotFound, listing those there are."""
    if name not in names():
        raise NotFound(f"no report is called {name[:40]!r}", f"there are {', '.join(names())}")
    return cast(Report, import_module(f"vru_ledger.reports.{name}"))
