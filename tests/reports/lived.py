"""A ledger in which everything has happened, and its movements as plain tuples to add up anew."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tests.builders import POUND, cap, record
from tests.reports.asking import busy
from vru_ledger import Ledger
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment
from vru_ledger.store.database import Database

TODAY = date(2022, 8, 15)


def lived(place: str | Path = "") -> Database:
    """Make a ledger with proposals, claims, payments, plans, virements, losses and reversals."""
    database = busy(str(place) if place else "")
    record(database, cap("ALPHA-EACH", "amount", 6_000 * POUND, per=("recipient",)))
    ada, bob = (Ledger(database, name, "") for name in ("Ada", "Bob"))
    _pay(ada)
    _propose(ada, bob)
    ada.change_authority(
        "vire",
        "BETA",
        150 * POUND,
        to_fund="GAMMA",
        on=date(2022, 7, 1),
        reason="Quarter 2 reallocation",
        decision="PCD 1614",
    )
    vired = ada.change_authority(
        "vire", "BETA", 20 * POUND, to_fund="GAMMA", on=date(2022, 7, 2), reason="By mistake"
    )
    ada.reverse(vired[0].recorded.number, on=date(2022, 7, 3), reason="It was a mistake")
    ada.change_authority(
        "surrender",
        "GAMMA",
        5 * POUND,
        fy="none",
        on=date(2022, 7, 4),
        reason="Not needed",
        decision="PCD 1700",
    )
    ada.change_authority(
        "fund",
        "GAMMA",
        70 * POUND,
        fy="2022/23",
        on=date(2022, 7, 5),
        certainty="expected",
        source="HO",
    )
    return database


def _pay(ada: Ledger) -> None:
    """Claims on ALPHA-0001 by a plan that is behind, and money demanded back of ALPHA-0002."""
    award = "ALPHA-0001"
    thousand = Pence(1_000 * POUND)
    ada.profile(
        award,
        [Instalment(f"2021/22-Q{n}", thousand) for n in (1, 2, 4)]
        + [Instalment("2022/23-P05", Pence(500 * POUND))],
        on=date(2021, 4, 2),
    )
    ada.claim(award, 1_000 * POUND, on=date(2021, 6, 30), ref="C1")
    ada.pay(award, 900 * POUND, on=date(2021, 7, 10), ref="P1")
    ada.claim(award, 400 * POUND, on=date(2022, 8, 1), ref="C2")
    ada.reject_claim(award, 150 * POUND, on=date(2022, 8, 2), reason="No receipts")
    other = "ALPHA-0002"
    ada.pay(other, 600 * POUND, advance=True, on=date(2022, 1, 5))
    ada.clawback(other, 250 * POUND, on=date(2022, 5, 1), reason="Not spent")
    ada.recover(other, 100 * POUND, on=date(2022, 6, 1))
    ada.write_off(other, 30 * POUND, on=date(2022, 6, 2), reason="It is gone", decision="DD 9")
    wrong = ada.claim(other, 77 * POUND, on=date(2022, 6, 3))
    ada.reverse(wrong.recorded.number, on=date(2022, 6, 4), reason="Typed twice")


def _propose(ada: Ledger, bob: Ledger) -> None:
    for number, pence in enumerate((300, 200, 100)):
        made = ada.allocate(
            "ALPHA",
            "TWO",
            pence * POUND,
            source="CR",
            on=date(2022, 4, 1),
            propose=True,
            title=f"Proposal {number}",
        )
        if number < 2:
            bob.approve(made.entry.award, on=date(2022, 4, 2))


class Move(NamedTuple):
    """A movement and its entry, as the tables hold them; authority is above zero as it grows."""

    number: int
    kind: str
    dated: str
    reverses: int | None
    fund: str
    source: str
    fy: str
    area: str
    bcu: str
    recipient: str
    award: str
    stage: str
    pence: int


def moves(database: Database) -> list[Move]:
    """Return every movement there is."""
    with database.read() as session:
        bcu_of: dict[str, str] = dict(session.rows("SELECT code, bcu FROM areas"))
        found = session.rows(
            "SELECT e.number, e.kind, e.dated, e.reverses, m.fund, m.source, m.fy, m.area,"
            " m.recipient, m.award, m.stage, m.pence FROM movements m, entries e"
            " WHERE e.number = m.entry ORDER BY e.number, m.n"
        )
    return [
        Move(
            number,
            kind,
            dated or "",
            reverses,
            *(fund, source, fy, area, bcu_of.get(area, "")),
            recipient or "",
            award or "",
            stage,
            -pence if stage == "authority" else pence,
        )
        for number, kind, dated, reverses, fund, source, fy, area, *rest in found
        for recipient, award, stage, pence in [rest]
    ]


def kind_of(all_moves: list[Move]) -> Callable[[Move], str]:
    """Return what tells the kind of a movement's entry; what undoes one is of the kind undone."""
    kinds = {one.number: one.kind for one in all_moves}
    return lambda one: kinds[one.reverses] if one.reverses else one.kind


def total(some: list[Move], where: Callable[[Move], Any]) -> int:
    """Add up the movements for which something is true, in pence."""
    return sum(one.pence for one in some if where(one))
