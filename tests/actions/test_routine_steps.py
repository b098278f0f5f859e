"""The routine path of `check` knows the plain life of an award, and misses nothing of it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import active_count
from typing import Any

import pytest

from tests.actions.test_check import found_in, rewrite
from tests.builders import (
    ACTOR,
    NORTH,
    ONE,
    POUND,
    TWO,
    UNIT,
    WHEN,
    cap,
    carefully,
    findings,
    funded,
    give,
    ledger_of,
    registered,
    rows,
)
from tests.lively import folios_of, lively, step
from vru_ledger.actions.award import StepRequest, take
from vru_ledger.actions.check import check
from vru_ledger.actions.checking.replay import Replay
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import FundingSource
from vru_ledger.store import soundness, wholeness
from vru_ledger.store.database import Database
from vru_ledger.store.opening import open_database
from vru_ledger.store.sqlite import SQLite

PLAIN = {
    *("allocate", "propose", "approve", "reject", "withdraw", "claim", "reject-claim", "pay"),
    *("advance", "clawback", "recover", "write-off", "close"),
}
PARTS = ("entries", "movements", "awards", "balances")
OTHERS: tuple[Any, ...] = (0, 1, -1, 2**62, -(2**62), "", "close", "proposed", "ALPHA-0002", None)


def lived(place: str | Path = "") -> Database:
    """Make a ledger of awards that were asked for, approved, claimed, paid and closed, no more.

    Part of their money had no year, and caps of every measure count them.
    """
    caps: tuple[Any, ...] = (
        cap("ALPHA-FUND", "amount", 9_000 * POUND),
        cap("ALPHA-EACH", "amount", 5_000 * POUND, per=("recipient",)),
        cap("ALPHA-AREA", "amount", 9_000 * POUND, per=("area", "recipient")),
        cap("ALPHA-HEADS", "recipients", 2),
        cap("ALPHA-AWARD", "award", 4_000 * POUND),
        cap("ALPHA-END", "end", 20301231, severity="warn"),
    )
    lines = (("HO", "", 600), ("HO", "2021/22", 400))
    database = ledger_of(
        registered(NORTH, UNIT, ONE, TWO, FundingSource(code="HO", name="Home Office")),
        *funded("ALPHA", 1 * POUND),
        *(
            Funding(fund="ALPHA", amount_pence=Pence(of * POUND), source=source, fy=fy)
            for source, fy, of in lines
        ),
        *caps,
        place=place,
    )
    told: dict[str, Any] = {"source": "HO", "fy": "2021/22", "area": "North"}
    for who, pounds, propose in (
        *(("ONE", 500, False), ("TWO", 100, True), ("ONE", 50, True), ("TWO", 60, True)),
    ):
        give(database, "ALPHA", who, pounds * POUND, propose=propose, **told)
    for kind, award, pounds, ref in (
        *(("claim", 1, 300, "CLAIM 7"), ("approve", 2, 0, ""), ("reject", 3, 0, "")),
        *(("withdraw", 4, 0, ""), ("pay", 1, 300, "BACS 1"), ("claim", 2, 100, 'a "quoted" one')),
        *(("reject-claim", 2, 40, ""), ("advance", 2, 10, ""), ("pay", 2, 60, "")),
        *(("clawback", 1, 30, "letter"), ("recover", 1, 20, ""), ("write-off", 1, 10, "")),
        *(("close", 1, 0, ""), ("close", 2, 0, "")),
    ):
        more: dict[str, Any] = {"amount_pence": pounds * POUND} if pounds else {}
        more |= {"decision": "DD 9"} if kind == "write-off" else {}
        step(database, kind, f"ALPHA-{award:04}", date(2021, 9, 1), ref=ref, **more)
    return database


@pytest.fixture(scope="module")
def plain() -> Iterator[Database]:
    with folios_of(8):
        database = lived()
    yield database
    database.close()


@pytest.fixture(scope="module")
def in_a_file(in_memory: None) -> Iterator[Database]:
    """Make the same on SQLite, where a copy can be tampered with byte by byte."""
    with folios_of(8):
        database = lived()
    yield database
    database.close()


def test_the_plain_life_of_an_award_needs_no_care(plain: Database, monkeypatch: pytest.MonkeyPatch):
    looked_at: list[int] = []
    careful = Replay.entry

    def entry(self: Replay, row: Any) -> Iterator[Any]:
        looked_at.append(row[0])
        return careful(self, row)

    monkeypatch.setattr(Replay, "entry", entry)
    assert findings(plain) == []
    kinds = dict(rows(plain, "SELECT number, kind FROM entries"))
    assert {*kinds.values()} >= PLAIN
    assert {kinds[number] for number in looked_at} == {"register", "fund", "cap"}


def test_money_without_a_year_is_lent(plain: Database):
    """So that the ledger above is one in which this is tried."""
    found = rows(
        plain,
        "SELECT DISTINCT e.kind FROM entries e JOIN movements m ON m.entry = e.number"
        " WHERE m.stage = 'authority' AND m.fy = '' AND e.kind <> 'fund'",
    )
    assert {kind for (kind,) in found} >= {"allocate", "propose"}


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("table", PARTS)
@pytest.mark.parametrize("make", [lived, lively])
def test_whatever_cell_is_changed_both_ways_find_the_same(make: Callable[[], Database], table: str):
    with folios_of(8):
        sound = make()
    there = sound.driver.connection.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in there.description]
    tried = 0
    for index, row in enumerate(there.fetchall()):
        where = " AND ".join(f'"{name}" IS ?' for name in names)
        for at, name in enumerate(names):
            if (index + at) % (3 if make is lived else 11):
                continue
            other = OTHERS[(index * 7 + at) % len(OTHERS)]
            sql = f'UPDATE {table} SET "{name}" = ? WHERE {where}'

            def change(
                connection: sqlite3.Connection, sql: str = sql, put: Any = other, row: Any = row
            ) -> None:
                connection.execute(sql, (put, *row))

            try:
                found_in(sound, change)
            except sqlite3.IntegrityError:
                continue  # The table itself takes no such thing.
            tried += 1
    sound.close()
    assert tried


@pytest.mark.parametrize(
    ("name", "put"),
    [
        *(("amount_pence", 1), ("amount_pence", 10**9), ("actor", "Ada Analyst"), ("ref", "")),
        *(("dated", "2021-01-01"), ("dated", "2021-9-1"), ("recipient", "ONE"), ("fy", "2022/23")),
        *(("kind", "pay"), ("kind", "close"), ("unassigned_pence", 5), ("award", "ALPHA-0001")),
        *(("award", "ALPHA-0003"), ("relates_to", "2020/21"), ("approved_by", "Bob")),
        *(("plan", "x"), ("area", ""), ("recipient_kind", "borough"), ("ref", 7), ("ref", "\0")),
    ],
)
def test_whatever_a_step_is_made_to_say_both_ways_find_the_same(
    in_a_file: Database, name: str, put: object
):
    for number in range(14, 31):

        def forge(at: int, told: dict[str, Any], number: int = number) -> None:
            if at == number:
                told[name] = put

        def tamper(connection: sqlite3.Connection, forge: Any = forge) -> None:
            rewrite(connection, forge)

        found_in(in_a_file, tamper)


def test_a_paper_is_told_only_as_the_program_writes_it(in_a_file: Database):
    """The same text with a space, a field twice or a thing beside is another text."""
    for old, new in (
        ('"ref":"CLAIM 7"', '"ref": "CLAIM 7"'),
        ('"ref":"CLAIM 7"', '"ref":"CLAIM 7","ref":"CLAIM 7"'),
        ('"ref":"CLAIM 7"', '"ref":"CLAIM 7","regards":"x"'),
        ('"ref":"CLAIM 7"', '"ref":"CLAIM \\u0037"'),
    ):
        assert json.loads(f"{{{new}}}")

        def respell(connection: sqlite3.Connection, old: str = old, new: str = new) -> None:
            connection.execute("UPDATE entries SET fact = replace(fact, ?, ?)", (old, new))

        assert found_in(in_a_file, respell)


def test_a_file_is_looked_through_on_a_second_connection(tmp_path: Path):
    place = tmp_path / "ledger.db"
    lived(place).close()
    database = open_database(str(place))
    before = active_count()
    with database.read() as session, wholeness.beside(database, session) as file:
        assert not file.is_known
        assert file.is_whole()
    assert active_count() == before
    database.close()


def test_a_second_connection_is_refused_where_another_file_lies_there_now(tmp_path: Path):
    place = tmp_path / "ledger.db"
    lived(place).close()
    database = open_database(str(place))
    driver = database.driver
    assert isinstance(driver, SQLite)
    with database.read() as session:
        second = driver.again()
        assert second is not None
        second.close()
        place.rename(tmp_path / "elsewhere.db")
        (tmp_path / "ledger.db").write_bytes((tmp_path / "elsewhere.db").read_bytes())
        assert driver.again() is None
        with wholeness.beside(database, session) as file:
            assert file.is_known
    database.close()


def test_a_file_with_a_wrong_index_is_found_the_same_way(tmp_path: Path):
    """What lies in an index is looked at while the entries are read through it."""
    place = tmp_path / "ledger.db"
    lived(place).close()
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        [[root]] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_awards_1'"
        ).fetchall()
    whole = bytearray(place.read_bytes())
    size = int.from_bytes(whole[16:18], "big")
    at = whole.index(b"ALPHA-0002", (root - 1) * size, root * size)
    whole[at : at + 10] = b"ALPHA-0009"
    place.write_bytes(whole)
    database = open_database(str(place))
    found = findings(database)
    with carefully():
        assert findings(database) == found
    assert [one for one in found if "awards" in one]
    database.close()


def test_leaving_a_check_early_stops_the_other_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    place = tmp_path / "ledger.db"
    lived(place).close()
    database = open_database(str(place))

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(soundness, "how_many", interrupted)
    before = active_count()
    with pytest.raises(KeyboardInterrupt):
        check(database)
    assert active_count() == before
    database.close()


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("approve", {}, "somebody else"),
        ("write-off", {"amount_pence": 5 * POUND}, "write-off needs a decision"),
    ],
)
def test_who_approved_their_own_in_another_spelling_or_gave_up_without_a_decision_is_found(
    kind: str, more: dict[str, Any], said: str
):
    """As an older program let them: both ways of checking find the same."""
    with folios_of(8):
        database = lived()
        told: dict[str, Any] = {"source": "HO", "fy": "2021/22", "area": "North"}
        give(database, "ALPHA", "TWO", 20 * POUND, propose=True, **told)
        give(database, "ALPHA", "TWO", 20 * POUND, **told)
        for one in ("advance", "clawback"):
            step(database, one, "ALPHA-0006", date(2021, 10, 1), amount_pence=9 * POUND)
        award = "ALPHA-0005" if kind == "approve" else "ALPHA-0006"
        request = StepRequest(
            kind=kind,
            award=award,
            dated=date(2021, 10, 2),
            **{**more, **({"reason": "Gone"} if more else {})},
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("vru_ledger.rules.second_person.is_same", str.__eq__)
            patch.setattr("vru_ledger.rules.delegated._BY_DECISION", ())
            take(database, [request], actor=ACTOR.upper(), recorded_at=WHEN)
    found = findings(database)
    assert len(found) == 1
    assert "rule-broken" in found[0]
    assert said in found[0]
    with carefully():
        assert findings(database) == found
    database.close()
