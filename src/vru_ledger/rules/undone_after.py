"""What is undone is undone on its own day or later: on the days before, it had not happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vru_ledger.rules.case import Breach, Case


def undone_after(case: Case) -> Iterator[Breach]:
    """Yield a breach for a reversal of authority, or of an override, dated before what it undoes.

    As of a day between, a fund would have given back what it never had. What an award does keeps
    the order of its days by another rule.
    """
    new: Any = case.entry
    if case.undone_on is not None and new.dated is not None and new.dated < case.undone_on:
        yield Breach(
            "undone-after",
            "stop",
            f"entry {new.reverses} is of {case.undone_on.isoformat()}, so it cannot be undone on "
            f"{new.dated.isoformat()}",
            day=case.undone_on,
        )
