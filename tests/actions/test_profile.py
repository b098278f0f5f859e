"""Plans, milestones and restatements as actions, on both databases; and check replays them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ACTOR, DAY, POUND, WHEN, asked, contents, findings, rows, with_everything
from vru_ledger.actions.allocate import allocate
from vru_ledger.actions.award import StepRequest, take
from vru_ledger.actions.profile import Planned, Told, forecast, meet
from vru_ledger.actions.restate import Restated, Restatement, restate
from vru_ledger.actions.reverse import Told as Undoing
from vru_ledger.actions.reverse import reverse
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment
from vru_ledger.errors import BadInput, EntryRefused, FileUnreadable, KeyConflict, RowsRejected
from vru_ledger.exchange.profile_file import read_profile
from vru_ledger.store import awards
from vru_ledger.store.database import Database

TOLD = Told(dated=DAY)
PAYMENTS = (
    Instalment("2021/22-Q1", Pence(100 * POUND)),
    Instalment("2021/22-Q2", Pence(150 * POUND), "survey"),
    Instalment("2021/22-Q4", Pence(250 * POUND), "report"),
)


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    database = with_everything(database_place, overridden=False)
    yield database
    database.close()


def profile(
    database: Database,
    award: str = "ALPHA-0003",
    payments: tuple[Instalment, ...] = PAYMENTS,
    told: Told = TOLD,
    *,
    preview: bool = False,
) -> Planned:
    return forecast(database, award, payments, told, actor=ACTOR, recorded_at=WHEN, preview=preview)


def met(database: Database, name: str, told: Told = TOLD, *, preview: bool = False) -> Planned:
    return meet(database, "ALPHA-0003", name, told, actor=ACTOR, recorded_at=WHEN, preview=preview)


def step(database: Database, kind: str, pounds: int, **more: Any) -> None:
    request = StepRequest(
        kind=kind,
        award="ALPHA-0003",
        dated=DAY,
        amount_pence=Pence(pounds * POUND),
        reason="because",
        **more,
    )
    take(database, [request], actor=ACTOR, recorded_at=WHEN)


def again(
    database: Database,
    change: int,
    *,
    preview: bool = False,
    **more: Any,
) -> Restated:
    request = Restatement("ALPHA-0003", change * POUND, "wrong", DAY, **more)
    return restate(database, request, actor=ACTOR, recorded_at=WHEN, preview=preview)


def test_a_plan_is_recorded_moves_nothing_and_is_replayed(database: Database):
    before = rows(database, "SELECT * FROM balances ORDER BY scope, fund, name, bucket")
    done = profile(database)
    assert (done.entry.KIND, done.recorded.number) == ("profile", 21)
    assert done.life.profile == done.entry
    assert rows(database, "SELECT * FROM balances ORDER BY scope, fund, name, bucket") == before
    assert findings(database) == []


def test_a_preview_of_a_plan_or_a_milestone_is_what_is_written(database: Database):
    for call in (
        lambda preview: profile(database, preview=preview),
        lambda preview: met(database, "survey", preview=preview),
    ):
        before = contents(database)
        seen = call(True)
        assert contents(database) == before
        assert call(False) == seen


def test_old_versions_stay_and_undoing_the_newest_brings_the_one_before_back(database: Database):
    profile(database)
    whole = (Instalment("2021/22-P12", Pence(500 * POUND)),)
    second = profile(database, payments=whole)
    with database.read() as session:
        made = awards.made(session, "ALPHA-0003")
        assert made is not None
        assert [(n, p.version) for n, p in awards.profiles(session, made.award)] == [
            (21, 1),
            (22, 2),
        ]
        assert awards.life(session, made).profile == second.entry
    told = Undoing(reason="a slip", dated=DAY)
    reverse(database, 22, told, actor=ACTOR, recorded_at=WHEN)
    with database.read() as session:
        assert awards.life(session, made).profile.instalments == PAYMENTS  # type: ignore[union-attr]
    third = profile(database, payments=whole)
    assert third.entry.version == 3  # type: ignore[union-attr]
    assert findings(database) == []


def test_milestones_open_the_gate_one_after_the_other(database: Database):
    profile(database)
    with pytest.raises(EntryRefused, match="waits for the milestone 'survey'") as refused:
        step(database, "claim", 101)
    assert refused.value.refusal.largest_passing_pence == 100 * POUND
    step(database, "claim", 100)
    step(database, "pay", 100)
    met(database, "survey")
    step(database, "claim", 150)
    with pytest.raises(EntryRefused, match="waits for the milestone 'report'"):
        step(database, "advance", 1)
    met(database, "report")
    step(database, "advance", 250)
    assert findings(database) == []


def test_a_key_records_a_plan_and_a_milestone_once(database: Database):
    told = TOLD.replace(key="P")
    first = profile(database, told=told)
    assert profile(database, told=told).recorded == first.recorded
    assert profile(database, told=told).already
    with pytest.raises(KeyConflict, match="instalments was 3 payments"):
        profile(database, payments=(Instalment("2021/22-Q1", Pence(500 * POUND)),), told=told)
    told = TOLD.replace(key="M")
    assert not met(database, "survey", told).already
    assert met(database, "survey", told).already
    with pytest.raises(KeyConflict):
        met(database, "report", told)


def test_an_allocation_and_its_plan_are_written_together_or_not_at_all(database: Database):
    before = contents(database)
    request = asked("ALPHA", "TWO", 10 * POUND, source="CR", profile=PAYMENTS)
    with pytest.raises(EntryRefused, match="too much"):
        allocate(database, request, actor=ACTOR, recorded_at=WHEN)
    assert contents(database) == before
    request = asked(
        *("ALPHA", "TWO", 101),
        source="CR",
        profile="7",
        term_from=date(2021, 3, 31),
        key="K9",
        term_to=date(2023, 3, 31),
    )
    done = allocate(database, request, actor=ACTOR, recorded_at=WHEN)
    assert done.profile is not None
    entry: Any = done.profile.entry
    assert [one.amount_pence for one in entry.instalments] == [15, 15, 15, 14, 14, 14, 14]
    assert entry.instalments[0].period == "2020/21-Q4"
    assert allocate(database, request, actor=ACTOR, recorded_at=WHEN).profile == done.profile
    with pytest.raises(KeyConflict, match="with a plan"):
        allocate(database, request.replace(profile=""), actor=ACTOR, recorded_at=WHEN)
    assert findings(database) == []


def test_a_plan_that_was_tampered_with_is_found(tmp_path: Path):
    import sqlite3

    place = str(tmp_path / "ledger.db")
    database = with_everything(place, overridden=False)
    profile(database)
    file = sqlite3.connect(place, isolation_level=None)
    file.execute("DROP TRIGGER entries_stay")
    file.execute("UPDATE entries SET fact = replace(fact, '15000', '25000') WHERE number = 21")
    found = findings(database)
    assert any("fact-changed entry 21" in one for one in found)
    assert any("rule-broken entry 21" in one and "too much" in one for one in found), found
    file.close()
    database.close()


def test_an_award_is_restated_by_two_linked_entries(database: Database):
    before = contents(database)
    seen = again(database, -100, preview=True)
    assert contents(database) == before
    done = again(database, -100)
    assert (done.undone.recorded, done.made.recorded) == (seen.undone.recorded, seen.made.recorded)
    undo: Any = done.undone.recorded.entry
    assert (undo.reverses, undo.award) == (17, "ALPHA-0003")
    assert done.made.entry.restates == "ALPHA-0003"
    assert done.made.entry.amount_pence == 400 * POUND
    assert findings(database) == []


def test_a_restatement_is_refused_once_the_award_went_on(database: Database):
    step(database, "claim", 1)
    before = contents(database)
    with pytest.raises(EntryRefused, match="went on since it was made, by entry 21") as refused:
        again(database, -100)
    assert refused.value.hint == "vru-ledger amend ALPHA-0003 -100 --on 2021-04-01 --reason wrong"
    assert contents(database) == before


def test_a_restatement_past_a_cap_leaves_the_old_award_and_says_what_would_pass(
    database: Database,
):
    before = contents(database)
    with pytest.raises(EntryRefused) as refused:
        again(database, 9_000)
    assert contents(database) == before
    if refused.value.refusal.largest_passing_pence:
        assert refused.value.hint.startswith("vru-ledger amend ALPHA-0003 +")
        assert " --restate " in refused.value.hint
    for problem, change in (("nothing would be left", -500), ("nothing would be left", -501)):
        with pytest.raises(BadInput, match=problem):
            again(database, change)


def test_a_restatement_with_a_key_is_made_once(database: Database):
    first = again(database, -100, key="R")
    second = again(database, -100, key="R")
    assert second.already
    assert second.made.recorded == first.made.recorded
    assert findings(database) == []


def test_a_profile_is_read_strictly_and_every_wrong_cell_is_named(tmp_path: Path):
    file = tmp_path / "profile.csv"
    file.write_text("Milestone,PERIOD,amount\nsurvey,2021-12,£1.50\n,2021/22-Q1,1k\n")
    assert read_profile(str(file)) == (
        Instalment("2021/22-Q1", Pence(100_000)),
        Instalment("2021/22-P09", Pence(150), "survey"),
    )
    file.write_text("period,amount\n2021/22-Q9,0\n2021/22-Q1,\n")
    with pytest.raises(RowsRejected) as rejected:
        read_profile(str(file))
    assert [(one.row, one.field) for one in rejected.value.findings] == [
        (2, "period"),
        (2, "amount"),
        (3, "amount"),
    ]
    file.write_text("period,amount\n")
    with pytest.raises(FileUnreadable, match="plans no payment"):
        read_profile(str(file))
    file.write_text("period,pounds\n1,2\n")
    with pytest.raises(FileUnreadable, match="missing column 'amount'"):
        read_profile(str(file))
