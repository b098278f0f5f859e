"""Plans: tried and undone, written down with a hash, applied once, and only where they belong."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    ACTOR,
    DAY,
    NORTH,
    ONE,
    TWO,
    UNIT,
    WHEN,
    contents,
    findings,
    funded,
    give,
    ledger_of,
    registered,
    rows,
)
from vru_ledger.actions import apply_plan
from vru_ledger.actions.apply_plan import Applied
from vru_ledger.actions.plan import plan, steps_file
from vru_ledger.domain.entries import Allocation
from vru_ledger.errors import (
    AuthorityMissing,
    ExitCode,
    FileUnreadable,
    KeyConflict,
    PlanStale,
    PlanTampered,
    RowsRejected,
)
from vru_ledger.exchange.plan_file import Plan, read_plan
from vru_ledger.store import ledger
from vru_ledger.store.database import Database

Planned = Callable[[str], Plan]

LIFE = (
    "do,fund,recipient,award,amount,to_fund,reason,decision,fy\n"
    "allocate,ALPHA,ONE,@one,100,,,,\n"
    "claim,,,@one,40,,,,\n"
    "pay,,,@one,all,,,,\n"
    "clawback,,,@one,10,,Not spent,,\n"
    "recover,,,@one,4,,,,\n"
    "write-off,,,@one,all,,Gone,PCD 7,\n"
    "amend,,,@one,-20,,Cut,,\n"
    "suspend,,,@one,,,A question,,\n"
    "resume,,,@one,,,,,\n"
    "advance,,,@one,5,,,,\n"
    "close,,,@one,,,,,\n"
    "propose,ALPHA,TWO,@two,30,,,,\n"
    "withdraw,,,@two,,,No need,,\n"
    "vire,ALPHA,,,50,BETA,Underspend,,\n"
    "lapse,BETA,,,all,,Unspent,PCD 2,\n"
)


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    """Make a ledger in which ALPHA and BETA have £200 each, and nobody has an award."""
    made = ledger_of(
        registered(NORTH, UNIT, ONE, TWO.replace(area="")),
        *funded("ALPHA", 20_000),
        *funded("BETA", 20_000),
        place=database_place,
    )
    yield made
    made.close()


@pytest.fixture
def planned(database: Database, tmp_path: Path) -> Planned:
    """Write a file of steps and plan it."""

    def planned(text: str) -> Plan:
        path = tmp_path / "steps.csv"
        path.write_text(text, encoding="utf-8")
        before = contents(database)
        try:
            return plan(
                database,
                steps_file(str(path)),
                today=DAY,
                dated=None,
                actor=ACTOR,
                recorded_at=WHEN,
            )
        finally:
            assert contents(database) == before

    return planned


def apply(database: Database, made: Plan, **more: Any) -> Applied:
    return apply_plan.apply(database, made, **{"actor": ACTOR, "recorded_at": WHEN, **more})


def test_every_kind_of_step_is_planned_and_comes_to_what_was_planned(
    database: Database, planned: Planned
):
    made = planned(LIFE)
    done = apply(database, made, approved_by="Grace")
    assert [step.outcome for step in done.steps] == [step.outcome for step in made.steps]
    assert [step.given.do for step in done.steps] == [
        line.split(",")[0] for line in LIFE.splitlines()[1:]
    ]
    assert done.entries == list(range(made.head.entry + 1, made.head.entry + 16))
    assert findings(database) == []


def test_the_same_steps_on_the_same_ledger_give_the_same_bytes(planned: Planned):
    assert planned(LIFE).text() == planned(LIFE).text()


def test_each_step_tells_the_room_before_and_after(planned: Planned):
    made = planned(LIFE)
    rooms = [
        [(room.of, room.before_pence, room.after_pence) for room in step.outcome.headroom]
        for step in made.steps
    ]
    assert rooms[0] == [("ONE of ALPHA", 20_000, 10_000)]
    assert rooms[4] == [("ONE of ALPHA", 10_000, 10_400)]
    assert rooms[6] == [("ONE of ALPHA", 10_400, 12_400)]
    assert [of for of, *_ in rooms[13]] == ["ALPHA", "BETA"]
    for (_, _, after), (_, before, _) in zip(
        [room[0] for room in rooms[:10]], [room[0] for room in rooms[1:11]], strict=True
    ):
        assert after == before


def test_a_plan_reads_back_from_its_file(planned: Planned, tmp_path: Path):
    made = planned(LIFE)
    path = tmp_path / "plan.json"
    path.write_text(made.text(), encoding="utf-8")
    assert read_plan(str(path)) == made
    path.write_text(json.dumps(json.loads(made.text())), encoding="utf-8")
    assert read_plan(str(path)) == made


def test_a_plan_is_recorded_once_however_often_it_is_applied(database: Database, planned: Planned):
    made = planned(LIFE)
    done = apply(database, made)
    before = contents(database)
    again = apply(database, made, approved_by="Grace", rebase=True)
    assert (again.already, again.entries) == (True, done.entries)
    assert contents(database) == before


def test_the_entries_say_which_plan_and_who_approved(database: Database, planned: Planned):
    made = planned(LIFE)
    done = apply(database, made, approved_by="Grace")
    with database.read() as session:
        for number in done.entries:
            found = ledger.entry(session, number)
            assert found is not None
            assert isinstance(found.entry.key, str)
            told: Any = found.entry
            assert (told.plan, told.approved_by) == (made.hash, "Grace")


def test_a_preview_of_apply_writes_nothing(database: Database, planned: Planned):
    made, before = planned(LIFE), contents(database)
    done = apply(database, made, preview=True)
    assert contents(database) == before
    assert done == apply(database, made)


def test_a_ledger_that_has_moved_stops_a_plan_unless_it_is_rebased(
    database: Database, planned: Planned
):
    made = planned(LIFE)
    give(database, "ALPHA", "TWO", 1_000)
    before = contents(database)
    with pytest.raises(PlanStale) as caught:
        apply(database, made)
    assert caught.value.exit_code == ExitCode.CONFLICT
    assert contents(database) == before
    done = apply(database, made, rebase=True)
    differ = {(one.step, one.what): (one.planned, one.now) for one in done.differences}
    assert differ[1, "award"] == ("ALPHA-0001", "ALPHA-0002")
    assert differ[1, "headroom of ONE of ALPHA before"] == ("£200.00", "£190.00")
    assert not any(what == "amount" for _, what in differ)
    assert findings(database) == []


def test_an_amount_that_would_differ_needs_approval_anew(database: Database, planned: Planned):
    made = planned("do,fund,amount,decision,reason\nlapse,BETA,all,PCD 2,Unspent\n")
    give(database, "BETA", "TWO", 1_000)
    with pytest.raises(PlanStale, match=r"amount was £200\.00, would be £190\.00"):
        apply(database, made, rebase=True, approved_by="Grace")
    assert apply(database, made, rebase=True).steps[0].outcome.amount_pence == 19_000


def test_a_rebased_plan_whose_steps_are_refused_records_nothing(
    database: Database, planned: Planned
):
    made = planned(LIFE)
    give(database, "ALPHA", "TWO", 15_000)
    before = contents(database)
    with pytest.raises(RowsRejected) as caught:
        apply(database, made, rebase=True)
    assert contents(database) == before
    assert list({(one.row, one.code): one for one in caught.value.findings})[:2] == [
        (2, "refused"),
        (3, "plan-not-made"),
    ]
    assert caught.value.exit_code == ExitCode.REFUSED


def test_nobody_applies_what_they_approved(database: Database, planned: Planned):
    made = planned(LIFE)
    with pytest.raises(AuthorityMissing, match="must be somebody else") as caught:
        apply(database, made, approved_by=f"  {ACTOR.upper()}".strip())
    assert caught.value.exit_code == ExitCode.AUTHORITY_MISSING


def test_the_rules_find_an_entry_whose_approver_recorded_it(database: Database):
    from vru_ledger.actions.allocate import allocate
    from vru_ledger.actions.allocation_request import Request
    from vru_ledger.domain.money import Pence
    from vru_ledger.errors import EntryRefused

    request = Request(
        fund="ALPHA",
        recipient="ONE",
        amount_pence=Pence(1),
        dated=DAY,
        approved_by=ACTOR,
    )
    with pytest.raises(EntryRefused, match="approved the plan and applies it"):
        allocate(database, request, actor=ACTOR, recorded_at=WHEN)


def test_a_key_of_a_plan_used_for_something_else_is_a_conflict(
    database: Database, planned: Planned
):
    made = planned(LIFE)
    give(database, "ALPHA", "TWO", 1, key=made.key(3))
    with pytest.raises(KeyConflict):
        apply(database, made, rebase=True)


def test_every_bad_step_is_named_and_what_depends_on_it(planned: Planned):
    with pytest.raises(RowsRejected) as caught:
        planned(
            "do,fund,recipient,award,amount,on,reason,entry\n"
            "allocate,ALPHA,ONE,@a,201,,,\n"
            "claim,,,@a,1,,,\n"
            "jump,,,,,,,\n"
            "close,,,ALPHA-1,5,,,\n"
            "amend,,,ALPHA-1,5,,,\n"
            "allocate,ALPHA,ONE,brent,5,,,\n"
            "allocate,ALPHA,ONE,@b,5,,,\n"
            "allocate,ALPHA,ONE,@b,5,,,\n"
            "pay,,,@nobody,all,31/02/2021,,\n"
            "reverse,,,,,,why,x\n"
            "vire,ALPHA,,,5,,why,\n"
            "recover,,,@nobody,all,,,\n"
        )
    found = {(one.row, one.field, one.code): one for one in caught.value.findings}
    assert list(found) == [
        (2, "amount", "refused"),
        (3, "award", "plan-not-made"),
        (4, "do", "plan-unknown-step"),
        (5, "amount", "plan-not-taken"),
        (6, "amount", "batch-bad-amount"),
        (6, "reason", "batch-missing"),
        (7, "award", "plan-bad-name"),
        (9, "award", "plan-bad-name"),
        (10, "on", "batch-bad-on"),
        (11, "entry", "batch-bad-entry"),
        (12, "to_fund", "batch-missing"),
        (13, "", "not-found"),
    ]


def test_an_entry_is_undone_by_a_plan(database: Database, planned: Planned):
    number = give(database, "ALPHA", "ONE", 5_000).recorded.number
    made = planned(f"do,entry,reason\nreverse,{number},A slip\n")
    assert made.steps[0].outcome.headroom[0].after_pence == 20_000
    apply(database, made)
    assert rows(database, "SELECT kind, reverses FROM entries ORDER BY number DESC LIMIT 1") == [
        ("reverse", number)
    ]
    assert findings(database) == []


def test_a_proposal_is_not_approved_by_who_planned_it(planned: Planned):
    with pytest.raises(RowsRejected) as caught:
        planned("do,fund,recipient,award,amount\npropose,ALPHA,ONE,@a,5\napprove,,,@a,\n")
    assert caught.value.exit_code == ExitCode.AUTHORITY_MISSING
    assert caught.value.findings[0].rule == "second-person"


def test_a_step_keeps_the_day_it_was_planned_for(database: Database, planned: Planned):
    made = planned(
        "do,fund,recipient,amount,on\nallocate,ALPHA,ONE,5,\nallocate,ALPHA,ONE,5,1/5/2021\n"
    )
    assert [step.given.on for step in made.steps] == ["2021-04-01", "2021-05-01"]
    apply(database, made, recorded_at="2030-01-01T00:00:00Z")
    with database.read() as session:
        entries = [ledger.entry(session, made.head.entry + step) for step in (1, 2)]
    assert [found.entry.dated for found in entries if found] == [DAY, date(2021, 5, 1)]
    assert all(isinstance(found.entry, Allocation) for found in entries if found)


def test_a_plan_that_was_changed_is_refused(planned: Planned, tmp_path: Path):
    made, path = planned(LIFE), tmp_path / "plan.json"
    for old, new in (("10000", "10001"), ("ALPHA", "BETA"), ('"claim"', '"pay"')):
        path.write_text(made.text().replace(old, new, 1), encoding="utf-8")
        with pytest.raises(PlanTampered, match="was changed after it was made") as caught:
            read_plan(str(path))
        assert caught.value.exit_code == ExitCode.USAGE


@settings(max_examples=100)
@given(data=st.data())
def test_no_byte_of_a_plan_can_be_changed_unseen(data: st.DataObject, tmp_path_factory):
    text = _SMALL.encode()
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + bytes([data.draw(st.integers(0, 255))]) + text[at + 1 :]
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    path.write_bytes(changed)
    with suppress(FileUnreadable):
        assert read_plan(str(path)).text() == _SMALL


def _small() -> str:
    from vru_ledger.exchange.plan_file import Given, Head, Outcome, PlannedStep, Source, made

    step = PlannedStep(
        step=1,
        row=2,
        given=Given(do="claim", on="2021-04-01", amount_pence=5, award="ALPHA-0001"),
        outcome=Outcome(fund="ALPHA", amount_pence=5, headroom=[]),
    )
    return made(Head(entry=3, hash="0" * 64), Source(name="a.csv", sha256="0" * 64), [step]).text()


_SMALL = _small()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "1", "NaN", "[" * 100_000, '{"schema": "vru-ledger/plan/1", "steps": []}'],
)
def test_what_is_no_plan_is_refused(text: str, tmp_path: Path):
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileUnreadable):
        read_plan(str(path))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["allocate", "propose", "claim", "pay", "advance", "clawback", "amend", "close", "vire"]
        ),
        st.integers(0, 2),
        st.integers(1, 150),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_what_is_planned_is_what_is_recorded(steps: list[tuple[str, int, int]], tmp_path_factory):
    lines = ["do,fund,recipient,award,amount,to_fund,reason"]
    for number, (do, of, pounds) in enumerate(steps):
        if do in ("allocate", "propose"):
            lines.append(f"{do},ALPHA,{'ONE' if of else 'TWO'},@a{number},{pounds},,")
        elif do == "vire":
            lines.append(f"vire,ALPHA,,,{pounds},BETA,why")
        else:
            amount = {"amend": f"{'+-'[of % 2]}{pounds}", "close": ""}.get(do, f"{pounds}")
            reason = "why" if do in ("amend", "clawback") else ""
            lines.append(f"{do},,,@a{of},{amount},,{reason}")
    path = tmp_path_factory.mktemp("steps") / "steps.csv"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    made = ledger_of(
        registered(NORTH, UNIT, ONE, TWO.replace(area="")),
        *funded("ALPHA", 20_000),
        *funded("BETA", 20_000),
    )
    before = contents(made)
    try:
        tried = plan(
            made, steps_file(str(path)), today=DAY, dated=None, actor=ACTOR, recorded_at=WHEN
        )
    except RowsRejected:
        tried = None
    assert contents(made) == before
    if tried:
        done = apply(made, tried)
        assert [step.outcome for step in done.steps] == [step.outcome for step in tried.steps]
        assert findings(made) == []
    made.close()
