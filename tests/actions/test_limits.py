"""A limit that is set again: what is not given stays, a retry is a retry, and nothing is silent."""

from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    DAY,
    ONE,
    SITE,
    TWO,
    WHEN,
    contents,
    findings,
    funded,
    ledger_of,
    registered,
)
from vru_ledger.actions.administer import Told
from vru_ledger.actions.limits import CapChange, NewCap, set_cap
from vru_ledger.errors import BadInput, KeyConflict
from vru_ledger.store.database import Database

TOLD = Told(dated=DAY, reason="because")
KEYED = TOLD.replace(key="K")
NEW: dict[str, Any] = {"fund": "ALPHA", "measure": "amount", "per": ("recipient",)}


@pytest.fixture
def database() -> Database:
    """Make a ledger with a charity and a hospital; ALPHA is for anybody, BETA for charities."""
    return ledger_of(
        registered(ONE.replace(area=""), TWO.replace(area=""), SITE.replace(area="")),
        *funded("ALPHA", 100_000),
        *funded("BETA", 50_000, kinds="charity,school"),
    )


def set_(database: Database, limit: str, told: Told = TOLD, **more: Any) -> CapChange:
    new = NewCap(code="EACH", limit=limit, **more)
    return set_cap(database, new, told, actor=ACTOR, recorded_at=WHEN, preview=False)


def test_a_limit_that_is_changed_keeps_where_it_is_written(database: Database):
    set_(database, "500", citation="DOC, page 3", **NEW)
    assert set_(database, "600").entry.citation == "DOC, page 3"
    assert set_(database, "700", citation="PCD 12").entry.citation == "PCD 12"
    assert set_(database, "700").entry.citation == "PCD 12"
    assert findings(database) == []


@pytest.mark.parametrize(
    ("fund", "only", "there_are"),
    [
        ("ALPHA", "charitee", "there are: a-and-e, charity, school"),
        ("BETA", "a-and-e", "there are: charity, school"),
    ],
)
def test_a_kind_of_recipient_that_a_fund_never_goes_to_is_refused(
    database: Database, fund: str, only: str, there_are: str
):
    before = contents(database)
    with pytest.raises(BadInput, match=f"--only: '{only}' is no kind of recipient") as caught:
        set_(database, "500", **{**NEW, "fund": fund, "only": only})
    assert caught.value.hint == there_are
    assert contents(database) == before


def test_a_kind_that_there_is_or_that_a_fund_is_for_can_be_limited(database: Database):
    assert set_(database, "500", **NEW, only="a-and-e").entry.only == "a-and-e"
    assert set_(database, "600").entry.only == "a-and-e"


def test_a_retry_is_the_same_though_the_cap_was_changed_since(database: Database):
    first = set_(database, "500", **NEW, tolerance="5", citation="DOC")
    changed = set_(database, "600", KEYED)
    set_(database, "600", tolerance="9", citation="PCD 1", severity="warn")
    before = contents(database)
    again = set_(database, "600", KEYED)
    assert again.already
    assert again.recorded.number == changed.recorded.number == first.recorded.number + 1
    assert (again.entry.tolerance, again.entry.citation) == (500, "DOC")
    assert contents(database) == before


@pytest.mark.parametrize(
    "other",
    [{"limit": "601"}, {"tolerance": "9"}, {"citation": "PCD 1"}, {"severity": "warn"}],
)
def test_a_retry_that_gives_something_else_is_a_conflict(database: Database, other: dict[str, str]):
    set_(database, "500", **NEW, tolerance="5")
    set_(database, "600", KEYED)
    more: dict[str, Any] = {"limit": "600", "told": KEYED, **other}
    with pytest.raises(KeyConflict):
        set_(database, **more)


def test_a_retry_of_a_new_cap_is_the_same(database: Database):
    first = set_(database, "500", KEYED, **NEW)
    set_(database, "400")
    again = set_(database, "500", KEYED, **NEW)
    assert (again.already, again.recorded) == (True, first.recorded)
