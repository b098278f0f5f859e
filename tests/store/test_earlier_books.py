"""The books of an earlier time are what the entries of that time come to, whatever the folios."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from tests.builders import findings, give, rows
from tests.lively import DAYS, folios_of, lively
from vru_ledger.caps import bounds, counted
from vru_ledger.domain.entries import AwardEntry, CapSet
from vru_ledger.domain.query import NOW, Moment, Query
from vru_ledger.domain.stages import AUTHORITY
from vru_ledger.position import Key
from vru_ledger.store import ledger
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Database, Session

NUMBERS = (None, 1, 7, 20, 24, 25, 30, 35)
MOMENTS = [Moment(day, number) for day, number in product((None, *DAYS), NUMBERS)][1:]


@pytest.fixture(scope="module", params=[3, 5, 8_192])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with folios_of(request.param):
        made = lively()
    yield made
    made.close()


def counts(moment: Moment, dated: str | None, number: int) -> bool:
    return (moment.known_at is None or number <= moment.known_at) and (
        moment.as_of is None or dated is None or date.fromisoformat(dated) <= moment.as_of
    )


def summed(database: Database, moment: Moment) -> dict[Key, int]:
    """Add up, one by one, the movements of the entries that a moment counts."""
    held: Counter[Key] = Counter()
    for number, dated, fund, stage, source, fy, area, pence in rows(
        database,
        "SELECT e.number, e.dated, m.fund, m.stage, m.source, m.fy, m.area, m.pence"
        " FROM entries e JOIN movements m ON m.entry = e.number",
    ):
        if counts(moment, dated, number):
            key = Key("stage", fund, stage, f"{source}|{fy}|{area}")
            held[key] += -pence if stage == AUTHORITY else pence
    return {key: pence for key, pence in held.items() if pence}


def told(session: Session, moment: Moment) -> dict[Key, int]:
    found = books_at(session, moment).stage_balances()
    assert len(found) == len(dict(found))
    return {key: pence for key, pence in found if pence}


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_stages_are_what_the_movements_of_that_time_come_to(database: Database, moment: Moment):
    expected = summed(database, moment)
    with database.read() as session:
        assert told(session, moment) == expected
        of_one = books_at(session, moment).stage_balances("ALPHA")
    assert {key: held for key, held in of_one if held} == {
        key: held for key, held in expected.items() if key.fund == "ALPHA"
    }


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_caps_hold_what_replaying_the_entries_of_that_time_counts(
    database: Database, moment: Moment
):
    with database.read() as session:
        books = books_at(session, moment)
        times = Query(as_of=moment.as_of, known_at=moment.known_at)
        settings = {
            one.entry.cap: one.entry
            for one in ledger.entries(session, times)
            if isinstance(one.entry, CapSet)
        }
        assert {cap.cap: cap for cap, _ in books.caps()} == settings
        for cap, comes_to in books.caps():
            assert comes_to == bounds(cap, books.authority(cap.fund)), cap.cap
            past = [
                one.entry
                for one in ledger.entries(session, times.replace(fund=cap.fund))
                if isinstance(one.entry, AwardEntry) and one.entry.held()
            ]
            held = {
                key.bucket: balance.held
                for key, balance in counted(cap, comes_to, past).items()
                if key.scope == "cap"
            }
            used = dict(books.buckets(cap))
            assert {of: n for of, n in used.items() if n} == {
                of: n for of, n in held.items() if n
            }, cap.cap
            assert {of: books.held(cap, of) for of in held} == held, cap.cap
            fullest = list(books.fullest(cap, 2))
            assert fullest == sorted(used.items(), key=lambda one: one[::-1], reverse=True)[:2]


def test_the_newest_moment_is_now(database: Database):
    with database.read() as session:
        newest = Moment(date(2099, 12, 31), ledger.head(session).number)
        then, now = books_at(session, newest), books_at(session, NOW)
        assert {key: held for key, held in then.stage_balances() if held} == {
            key: held for key, held in now.stage_balances() if held
        }
        assert [(cap.cap, cap.limit, of) for cap, of in then.caps()] == [
            (cap.cap, cap.limit, of) for cap, of in now.caps()
        ]
        for cap, _ in now.caps():
            assert {of: n for of, n in then.buckets(cap) if n} == {
                of: n for of, n in now.buckets(cap) if n
            }, cap.cap
        for fund in ("", "ALPHA", "BETA"):
            assert list(then.recipients(fund)) == list(now.recipients(fund)), fund
        assert then.recipient_held("ALPHA", "ONE") == now.recipient_held("ALPHA", "ONE")


def test_folios_are_written_as_entries_come_and_check_finds_nothing(database: Database):
    [(entries,)] = rows(database, "SELECT number FROM head")
    folios = rows(database, "SELECT number, first, last FROM folios ORDER BY number")
    if folios:
        assert [folio[0] for folio in folios] == list(range(1, len(folios) + 1))
        size = folios[0][2]
        assert [folio[1:] for folio in folios] == [
            (1 + size * n, size * (n + 1)) for n in range(entries // size)
        ]
    assert findings(database) == []


def test_a_batch_writes_every_folio_that_it_fills():
    with folios_of(4):
        database = lively()
    [(before,)] = rows(database, "SELECT COUNT(*) FROM folios")
    with folios_of(2):
        give(database, "ALPHA", "TWO", 1, source="CR")
        give(database, "ALPHA", "TWO", 1, source="CR")
    [(after, last)] = rows(database, "SELECT COUNT(*), MAX(last) FROM folios")
    [(head,)] = rows(database, "SELECT number FROM head")
    assert after > before
    assert head - last < 2
    assert findings(database) == []
    database.close()


def test_both_databases_keep_the_same_folios_and_turnovers(postgres_url: str):
    with folios_of(5):
        here, there = lively(), lively(postgres_url)
    for sql in (
        "SELECT number, first, last, turnovers FROM folios ORDER BY number",
        "SELECT folio, month, fund, stage, source, fy, area, pence FROM turnovers"
        " ORDER BY 1, 2, 3, 4, 5, 6, 7",
    ):
        assert rows(there, sql) == rows(here, sql)
        assert rows(here, sql)
    for moment in MOMENTS[::7]:
        with here.read() as ours, there.read() as theirs:
            assert told(theirs, moment) == told(ours, moment)
            for cap, _ in books_at(ours, moment).caps():
                found = dict(books_at(theirs, moment).buckets(cap))
                assert found == dict(books_at(ours, moment).buckets(cap)), cap.cap
    assert findings(there) == []
    here.close()
    there.close()
