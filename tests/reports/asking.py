"""Questions asked of small ledgers, and the same figures found by plain SQL over the movements."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.builders import POUND, cap, funded, give, record, registered, with_everything
from vru_ledger import reports
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Area, Fund, Recipient
from vru_ledger.domain.stages import AUTHORITY, STAGES
from vru_ledger.store.database import Database

COLUMNS = (AUTHORITY, *STAGES)
OF_AWARDS = {"recipient", "area", "bcu"}

KEYS = {
    "fund": "m.fund",
    "source": "m.source",
    "recipient": "m.recipient",
    "area": "m.area",
    "bcu": "(SELECT a.bcu FROM areas a WHERE a.code = m.area)",
    "fy": "m.fy",
    "theme": "(SELECT f.theme FROM funds f WHERE f.code = m.fund)",
    "award": "m.award",
}


def busy(place: str = "") -> Database:
    """Make a ledger with several funds, sources, years and areas, some of them not given."""
    database = with_everything(place, overridden=False)
    record(
        database,
        *funded("GAMMA", 900 * POUND, theme="Youth"),
        registered(
            Fund(code="DELTA", name="Delta Fund"),
            Area(code="E3", name="Island", kind="city"),
            Recipient(code="NOBODY", name="No Area", kind="charity"),
            Recipient(code="THREE", name="Third Trust", kind="charity", area="E3"),
        ),
        Funding(fund="GAMMA", amount_pence=Pence(333), fy="2022/23", dated=date(2022, 6, 1)),
        cap("GAMMA-AREA", "amount", 500 * POUND, fund="GAMMA", per=("area", "financial-year")),
    )
    give(database, "GAMMA", "THREE", 100, fy="2022/23", area="E3")
    give(database, "GAMMA", "ONE", 12_345, fy="2021/22", dated=date(2022, 1, 2))
    give(database, "GAMMA", "ONE", 7, fy="2021/22", area="E2", dated=date(2023, 1, 2))
    give(database, "GAMMA", "TWO", 8, fy="2022/23", area="BCU-1", dated=date(2023, 1, 3))
    return database


def without_area(database: Database) -> None:
    """Give something to somebody who is nowhere."""
    record(database, *funded("OMEGA", 10 * POUND))
    give(database, "OMEGA", "NOBODY", 999)


def ask(database: Database, report: str, **query: Any) -> tuple[Any, list[Any]]:
    """Return an answer and its rows, read while the ledger is."""
    with database.read() as session:
        answer = reports.report(report).answer(session, Query(**query))
        return answer, list(answer.rows)


def figures(
    database: Database, by: Sequence[str], where: str = "1 = 1", *parameters: Any
) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Sum the movements by SQL of our own: pence by stage, for each group that holds any."""
    keys = [f"COALESCE({KEYS[name]}, '')" for name in by]
    with database.read() as session:
        found = session.rows(
            f"SELECT {', '.join([*keys, 'm.stage', 'm.pence'])} FROM movements m"
            f" JOIN entries e ON e.number = m.entry WHERE {where}",
            parameters,
        )
    sums: dict[tuple[str, ...], list[int]] = {}
    for *key, stage, pence in found:
        group = sums.setdefault(tuple(key), [0] * len(COLUMNS))
        group[COLUMNS.index(stage)] += -pence if stage == AUTHORITY else pence
    return {key: tuple(group) for key, group in sums.items()}


def promised(groups: dict[tuple[str, ...], tuple[int, ...]]) -> dict[Any, tuple[int, ...]]:
    """Return groups as they are told by recipient or area: without authority and unallocated."""
    return {key: (0, 0, *sums[2:]) for key, sums in groups.items() if any(sums[2:])}


def told(rows: Sequence[Any], by: Sequence[str]) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Return what rows of the position say, in the shape of `figures`."""
    return {
        tuple(getattr(row, name) or "" for name in by): tuple(
            getattr(row, name) for name in COLUMNS
        )
        for row in rows
    }
