"""Awards that live: proposed, amended, paid, owed back, undone, late and out of order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

from tests.builders import ACTOR, POUND, WHEN, cap, give, record, with_everything
from vru_ledger.actions.award import Stepped, StepRequest, take
from vru_ledger.actions.reverse import Told, reverse
from vru_ledger.domain.money import Pence
from vru_ledger.store import points
from vru_ledger.store.database import Database

DAYS = (
    date(2021, 3, 31),
    date(2021, 4, 1),
    date(2021, 6, 30),
    date(2021, 7, 15),
    date(2022, 2, 28),
    date(2022, 3, 31),
    date(2022, 4, 1),
    date(2024, 2, 29),
)
"""Days on both sides of a year end, ends of months and days within them."""


@contextmanager
def folios_of(entries: int) -> Iterator[None]:
    """Make folios as short as that, so that a small ledger has several."""
    with patch.object(points, "FOLIO", entries):
        yield


def step(database: Database, kind: str, award: str, on: date, **more: Any) -> Stepped:
    """Take one step of an award; an approval is another person's."""
    told = {"reason": "because", **more}
    if "amount_pence" in told:
        told["amount_pence"] = Pence(told["amount_pence"])
    request = StepRequest(kind=kind, award=award, dated=on, **told)
    actor = "Bob" if kind == "approve" else ACTOR
    [done] = take(database, [request], actor=actor, recorded_at=WHEN)
    return done


def undo(database: Database, number: int, on: date) -> None:
    """Undo an entry."""
    reverse(database, number, Told(reason="wrong", dated=on), actor=ACTOR, recorded_at=WHEN)


def lively(place: str = "") -> Database:
    """Make a ledger with every kind of step, some written after others and dated before them."""
    database = with_everything(place)
    july: dict[str, Any] = {"purpose": "doors", "propose": True, "dated": date(2021, 7, 1)}
    give(database, "ALPHA", "SITE", 300 * POUND, source="HO", **july)
    step(database, "approve", "ALPHA-0005", date(2021, 7, 15))
    step(database, "claim", "ALPHA-0001", date(2021, 8, 31), amount_pence=900 * POUND)
    paid = step(database, "pay", "ALPHA-0001", date(2022, 3, 31), amount_pence=700 * POUND)
    step(database, "clawback", "ALPHA-0001", date(2022, 4, 1), amount_pence=200 * POUND)
    step(database, "recover", "ALPHA-0001", date(2022, 4, 2), amount_pence=150 * POUND)
    gone: dict[str, Any] = {"amount_pence": 50 * POUND, "decision": "DD 1"}
    step(database, "write-off", "ALPHA-0001", date(2024, 2, 29), **gone)
    step(database, "amend", "ALPHA-0003", date(2021, 6, 30), amount_pence=50 * POUND)
    step(database, "amend", "ALPHA-0003", date(2022, 1, 2), amount_pence=80 * POUND, lower=True)
    give(database, "ALPHA", "TWO", 40 * POUND, source="CR", area="E1", dated=date(2021, 5, 5))
    of_year: dict[str, Any] = {"fy": "2022/23", "purpose": "youth", "dated": date(2022, 4, 1)}
    given = give(database, "ALPHA", "TWO", 30 * POUND, source="HO", **of_year)
    undo(database, given.recorded.number, date(2022, 5, 1))
    april: dict[str, Any] = {"propose": True, "dated": date(2021, 4, 2)}
    give(database, "ALPHA", "SITE", 20 * POUND, source="HO", **april)
    step(database, "reject", "ALPHA-0008", date(2021, 4, 3))
    record(database, cap("ALPHA-LATE", "amount", 9_000 * POUND, per=("bcu",), only="a-and-e"))
    step(database, "close", "ALPHA-0005", date(2022, 2, 28))
    step(database, "claim", "BETA-0001", date(2021, 4, 1), amount_pence=1)
    assert paid.recorded.number
    return database
