"""A program's allocations: asked as strictly as at the terminal, and one after another."""

from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    DAY,
    NORTH,
    ONE,
    POUND,
    SITE,
    SOUTH,
    TWO,
    UNIT,
    WHEN,
    asked,
    contents,
    findings,
    funded,
    give,
    ledger_of,
    record,
    registered,
)
from vru_ledger.actions.allocate import Clerk, allocate
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Listing
from vru_ledger.errors import BadInput, EntryRefused
from vru_ledger.store.database import Database
from vru_ledger.store.opening import open_database


@pytest.fixture
def database() -> Database:
    return ledger_of(registered(NORTH, ONE), *funded("ALPHA", 100 * POUND))


# Asked for by a program


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"amount_pence": Pence(0)}, "amount_pence"),
        ({"amount_pence": Pence(-1)}, "amount_pence"),
        ({"amount_pence": Pence(10**13 + 1)}, "amount_pence"),
        ({"fy": "2021"}, "fy: "),
        ({"fy": "2021/22|E1"}, "fy: "),
        ({"purpose": "a|b"}, "purpose: "),
        ({"purpose": "\x1b[31mred"}, "purpose: "),
        ({"title": "\u202eevil"}, "title: "),
        ({"decision": "a\nb"}, "decision: "),
        ({"reason": "x" * 3_000}, "reason: "),
        ({"key": "\x00"}, "key: "),
        ({"recipient": ""}, "recipient: "),
        ({"recipient": "a\x1bb", "new_recipient": True}, "recipient: "),
        ({"kind": "a b|c", "new_recipient": True}, "kind: "),
        ({"dated": date(1066, 10, 14)}, "dated: "),
        ({"term_to": date(2999, 1, 1)}, "term_to: "),
        ({"term_from": DAY}, "the term ends"),
        ({"term_from": DAY, "term_to": date(2021, 3, 31)}, "the term ends"),
    ],
    ids=repr,
)
def test_a_request_is_as_strict_as_the_terminal(
    database: Database, more: dict[str, Any], said: str
):
    before = contents(database)
    request = asked("ALPHA", "ONE", 100).replace(**more)
    with pytest.raises(BadInput, match=said):
        allocate(database, request, actor=ACTOR, recorded_at=WHEN)
    assert contents(database) == before


@pytest.mark.parametrize(
    "more", [{"amount_pence": 1.5}, {"amount_pence": True}, {"dated": datetime(2021, 4, 1, 9)}]
)
def test_a_request_with_a_value_of_another_type_is_a_mistake_of_the_program(
    database: Database, more: dict[str, Any]
):
    with pytest.raises(TypeError):
        allocate(database, asked("ALPHA", "ONE", 1).replace(**more), actor=ACTOR, recorded_at=WHEN)


def test_what_a_program_asks_is_recorded_as_it_is_read(database: Database):
    done = give(database, "ALPHA", "ONE", 1, fy="FY2021-22", title=" a  title ", key=" K ")
    assert (done.entry.fy, done.entry.title, done.entry.key) == ("2021/22", "a title", "K")


# One after another


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "ledger.db"
    each = CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=5_000, per=("recipient",))
    ledger_of(
        registered(NORTH, SOUTH, UNIT, ONE, TWO, SITE),
        *(*funded("ALPHA", 100 * POUND), *funded("BETA", 100 * POUND, closed=True), each),
        place=place,
    ).close()
    return place


def test_a_clerk_asks_again_only_for_what_is_new(place: Path):
    with closing(open_database(str(place))) as database:
        clerk = Clerk(database, ACTOR)
        for pence in (1, 2):
            clerk.allocate(asked("ALPHA", "ONE", pence), recorded_at=WHEN)
        traced: list[str] = []
        database.driver.connection.set_trace_callback(traced.append)
        clerk.allocate(asked("ALPHA", "ONE", 3), recorded_at=WHEN)
        database.driver.connection.set_trace_callback(None)
        read = [one for one in traced if one.startswith("SELECT") or one.startswith("WITH")]
        assert [one for one in read if " FROM head" not in one and "WITH asked" not in one] == []
        assert findings(database) == []


def test_a_clerk_sees_what_somebody_else_has_recorded_in_between(place: Path):
    with closing(open_database(str(place))) as one, closing(open_database(str(place))) as other:
        clerk = Clerk(one, ACTOR)
        clerk.allocate(asked("ALPHA", "ONE", 1), recorded_at=WHEN)
        give(other, "ALPHA", "ONE", 4_000)
        with pytest.raises(EntryRefused):
            clerk.allocate(asked("ALPHA", "ONE", 1_000), recorded_at=WHEN)
        assert (
            clerk.allocate(asked("ALPHA", "ONE", 999), recorded_at=WHEN).entry.award[-4:] == "0003"
        )
        cut = CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=1, per=("recipient",))
        record(other, cut, registered(Listing(fund="BETA", recipient="ONE")))
        for recipient in ("ONE", "TWO"):
            with pytest.raises(EntryRefused):
                clerk.allocate(asked("ALPHA", recipient, 2), recorded_at=WHEN)
        assert not clerk.allocate(asked("BETA", "ONE", 1), recorded_at=WHEN).warnings
        assert findings(one) == []


def test_what_was_refused_tried_or_recorded_before_leaves_nothing_with_a_clerk(place: Path):
    with closing(open_database(str(place))) as database:
        clerk = Clerk(database, ACTOR)
        request = asked("ALPHA", "ONE", 3_000, key="K")
        for _ in range(2):
            tried = clerk.allocate(request, recorded_at=WHEN, preview=True)
            assert (tried.entry.award, tried.already) == ("ALPHA-0001", False)
        done = clerk.allocate(request, recorded_at=WHEN)
        with pytest.raises(EntryRefused):
            clerk.allocate(asked("ALPHA", "ONE", 2_001), recorded_at=WHEN)
        assert clerk.allocate(request, recorded_at=WHEN).recorded == done.recorded
        new = asked("ALPHA", "Somebody New", 5_000, new_recipient=True)
        assert clerk.allocate(new, recorded_at=WHEN).entry.award == "ALPHA-0002"
        assert clerk.allocate(asked("ALPHA", "ONE", 2_000), recorded_at=WHEN).entry.award[-1] == "3"
        assert findings(database) == []
