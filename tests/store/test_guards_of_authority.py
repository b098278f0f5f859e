"""Raw SQL promises no money that is only expected, passes no cap, and approves nothing alone."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import ACTOR, DAY, ONE, POUND, WHEN, contents, funded, ledger_of, registered
from vru_ledger.actions.administer import Told
from vru_ledger.actions.authority import change
from vru_ledger.actions.authority_request import AuthorityRequest
from vru_ledger.actions.override import override
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import FundingSource
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, Session

LINE = "fund = 'ALPHA' AND bucket = 'HO|2021/22|'"
EXPECTED = f"scope = 'line' AND name = 'expected' AND {LINE}"
UNALLOCATED = f"scope = 'stage' AND name = 'unallocated' AND {LINE}"
BUCKET = "scope = 'cap' AND name = 'ALPHA-FUND' AND bucket = ''"


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    """Make a ledger with £100 expected, an override of £50, and a virement proposed by ACTOR."""
    database = ledger_of(
        registered(ONE, FundingSource(code="HO", name="Home Office")),
        *funded("ALPHA", 1_000 * POUND),
        *funded("BETA", 1_000 * POUND),
        place=database_place,
    )
    given: dict[str, Any] = {"fund": "ALPHA", "dated": DAY, "reason": "because"}
    expected = {"source": "HO", "fy": "2021/22", "certainty": "expected"}
    proposed = {"to_fund": "BETA", "source": "none", "propose": True}
    for kind, pounds, more in (("fund", 100, expected), ("vire", 10, proposed)):
        request = AuthorityRequest(kind=kind, amount_pence=Pence(pounds * POUND), **given, **more)
        change(database, request, actor=ACTOR, recorded_at=WHEN)
    told = Told(dated=DAY, reason="winter", decision="PCD 1")
    override(
        *(database, "ALPHA-FUND", (), Pence(50 * POUND), date(2021, 12, 31), told),
        actor=ACTOR,
        recorded_at=WHEN,
    )
    yield database
    database.close()


ATTACKS = {
    "lower what must stay unallocated": f"UPDATE balances SET floor = 0 WHERE {UNALLOCATED}",
    "lower it in the name of the newest entry": (
        f"UPDATE balances SET floor = 0, entry = {{head}} WHERE {UNALLOCATED}"
    ),
    "spend what is only expected": (
        f"UPDATE balances SET held = held - 1, entry = {{head}} WHERE {UNALLOCATED}"
    ),
    "say that less is expected": (
        f"UPDATE balances SET held = 0, entry = {{head}} WHERE {EXPECTED}"
    ),
    "underwrite by hand": (
        "INSERT INTO balances VALUES"
        " ('line', 'ALPHA', 'expected', 'HO|2021/22|HO', 1, 0, NULL, 0, {head})"
    ),
    "raise a bucket without an override": (
        f"UPDATE balances SET ceiling = ceiling + 1, entry = {{head}} WHERE {BUCKET}"
    ),
    "raise a bucket in the name of the override": (
        f"UPDATE balances SET ceiling = ceiling + 1, entry = {{head}} + 1 WHERE {BUCKET}"
    ),
    "set a cap in the name of an override": (
        "UPDATE caps SET ceiling = 999999999, entry = {head} WHERE code = 'ALPHA-FUND'"
    ),
    "override a bucket that no entry names": (
        "INSERT INTO overrides VALUES ({head} - 1, 'ALPHA-FUND', 'ALPHA', '', 1, NULL, NULL)"
    ),
    "override twice by one entry": (
        "INSERT INTO overrides VALUES ({head}, 'ALPHA-FUND', 'ALPHA', '', 5000, NULL, NULL)"
    ),
    "change an override": "UPDATE overrides SET amount_pence = 999999999",
    "let an override last": "UPDATE overrides SET until = '2099-12-31'",
    "remove an override": "DELETE FROM overrides",
    "lift a limit of authority": (
        "INSERT INTO authority_limits VALUES ('2021-04-01', NULL, NULL, {head}, '')"
    ),
    "register a decision by hand": (
        "INSERT INTO decisions VALUES ('PCD 9', '', NULL, NULL, '', {head}, '')"
    ),
}


def head(session: Session) -> int:
    return ledger.head(session).number


def attacked(database: Database, sql: str) -> str:
    """Run one statement, and return how it was refused."""

    def work(session: Session) -> None:
        session.run(sql.replace("{head}", str(head(session))))

    with pytest.raises(database.driver.errors) as refused:
        database.write(work)
    return str(refused.value)


@pytest.mark.parametrize("name", ATTACKS)
def test_raw_sql_cannot(database: Database, name: str):
    before = contents(database)
    said = attacked(database, ATTACKS[name])
    assert not any(fault in said for fault in ("no such", "syntax", "does not exist", "columns"))
    assert contents(database) == before


def approval(number: int, previous: str, asked: int, actor: str, pence: int) -> str:
    named = (
        "number, kind, fund, to_fund, amount_pence, movements, from_stage, to_stage, proposal,"
        ' recorded_at, actor, reason, decision, "key", fact, previous_hash, hash'
    )
    return (
        f"INSERT INTO entries ({named}) VALUES ({number}, 'vire', 'ALPHA', 'BETA', {pence}, 4, '',"
        f" '', {asked}, '', '{actor}', '', '', NULL, '', '{previous}', '{'1' * 64}')"
    )


@pytest.mark.parametrize(
    ("actor", "pence"), [(ACTOR, 10 * POUND), ("Mallory", 11 * POUND)], ids=["alone", "other"]
)
def test_nobody_makes_alone_what_they_proposed_nor_anything_else(
    database: Database, actor: str, pence: int
):
    with database.read() as session:
        number, hash_ = ledger.head(session)
        [asked] = session.row("SELECT number FROM entries WHERE kind = 'propose-authority'") or ()
    said = attacked(database, approval(number + 1, hash_, asked, actor, pence))
    assert "by somebody else" in said
