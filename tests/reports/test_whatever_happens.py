"""Whatever happens to a ledger, in any order of days, every report still ties, at any moment."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from tests.reports.asking import ask
from tests.reports.lived import TODAY, lived
from vru_ledger import Ledger, reports
from vru_ledger.domain.profiles import spread
from vru_ledger.domain.query import DIMENSIONS
from vru_ledger.errors import BadInput, LedgerError
from vru_ledger.store.database import Database

STEPS, QUESTIONS = 120, 300
AMOUNTS = (1, 7, 100, 5_000, 12_345, 60_000)
FILTERS = {
    "fund": ("ALPHA", "BETA", "GAMMA", "DELTA"),
    "recipient": ("ONE", "TWO", "SITE"),
    "area": ("E1", "E2"),
    "bcu": ("BCU-1",),
    "source": ("HO", "CR"),
    "fy": ("2021/22", "2022/23"),
    "award": ("ALPHA-0001", "ALPHA-0002", "ALPHA-0005"),
}


class Chance:
    """Steps and questions by a number that says which, the same on every machine."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.awards = [f"ALPHA-{number:04}" for number in range(1, 9)]

    def day(self) -> date:
        return date(2021, 4, 1) + timedelta(self.random.randrange(700))

    def step(self, ada: Ledger, bob: Ledger) -> None:
        """Take a step that the ledger may refuse."""
        award, pence = self.random.choice(self.awards), self.random.choice(AMOUNTS)
        on: Any = {"on": self.day()}
        why: Any = {**on, "reason": "because"}
        take: list[Callable[[], Any]] = [
            lambda: ada.claim(award, pence, **on),
            lambda: ada.pay(award, pence, **on),
            lambda: ada.pay(award, pence, advance=True, **on),
            lambda: ada.clawback(award, pence, **why),
            lambda: ada.recover(award, pence, **on),
            lambda: ada.write_off(award, pence, **why, decision="PCD 7"),
            lambda: ada.amend(award, self.random.choice((pence, -pence)), **why),
            lambda: ada.reject_claim(award, pence, **why),
            lambda: ada.close_award(award, **on),
            lambda: ada.undo(**why),
            lambda: ada.reverse(self.random.randrange(20, 90), **why),
            lambda: bob.approve(award, **on),
            lambda: self._plan(ada, award, on),
            lambda: self._allocate(ada, pence, on),
            lambda: ada.change_authority(
                "vire", "BETA", pence, to_fund="GAMMA", decision="PCD 9", **why
            ),
            lambda: ada.change_authority("fund", "GAMMA", pence, fy="2021/22", **on),
            lambda: ada.change_authority(
                "carry", "GAMMA", pence, fy="2021/22", to_fy="2022/23", decision="PCD 9", **why
            ),
        ]
        with suppress(LedgerError):
            self.random.choice(take)()

    def _plan(self, ada: Ledger, award: str, on: Any) -> None:
        worth = ada.award(award).life.worth_pence()
        quarters = [f"2021/22-Q{number}" for number in (1, 2, 3)]
        if worth > len(quarters):
            ada.profile(award, spread(worth, [*quarters, "2022/23-P05"]), **on)

    def _allocate(self, ada: Ledger, pence: int, on: Any) -> None:
        made = ada.allocate(
            self.random.choice(("ALPHA", "GAMMA")),
            self.random.choice(("ONE", "TWO", "THREE", "NOBODY")),
            pence,
            fy=self.random.choice(("", "2021/22", "2022/23")),
            source=self.random.choice(("", "HO", "CR")),
            area=self.random.choice(("", "E1", "E3", "BCU-1")),
            propose=self.random.random() < 0.4,
            **on,
        )
        self.awards.append(made.entry.award)

    def question(self) -> dict[str, Any]:
        """Return filters, times and dimensions that a report may refuse."""
        chance = self.random.random
        asked: dict[str, Any] = {"today": TODAY}
        asked |= {
            name: self.random.choice(values) for name, values in FILTERS.items() if chance() < 0.06
        }
        if chance() < 0.4:
            asked["as_of"] = self.day()
        if chance() < 0.3:
            asked["known_at"] = self.random.randrange(10, 110)
        if chance() < 0.3:
            asked["by"] = tuple(self.random.sample(DIMENSIONS, self.random.randrange(1, 4)))
        if chance() < 0.15:
            asked["periods"] = self.random.choice(("year", "quarter", "month"))
        if chance() < 0.15:
            asked["exceptions"] = True
        return asked


def history(chance: Chance) -> Database:
    database = lived()
    ada, bob = (Ledger(database, name, "") for name in ("Ada", "Bob"))
    for _ in range(STEPS):
        chance.step(ada, bob)
    return database


@pytest.mark.parametrize("seed", range(4))
def test_every_question_is_answered_and_ties_or_is_refused_in_a_sentence(seed: int):
    chance = Chance(seed)
    database = history(chance)
    answered = set()
    for _ in range(QUESTIONS):
        name, asked = chance.random.choice(reports.names()), chance.question()
        # Rows are tied to their total as they are read: an answer that does not tie is a bug.
        with suppress(BadInput):
            ask(database, name, **asked)
            answered.add(name)
    assert len(answered) > len(reports.names()) // 2
    assert not Ledger(database, "Ada", "").check().findings
    database.close()
