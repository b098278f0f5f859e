"""A fund's authority on both databases: how sure it is, where it goes, who decides, overrides."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    DAY,
    NORTH,
    ONE,
    POUND,
    TWO,
    UNIT,
    WHEN,
    contents,
    findings,
    funded,
    give,
    held,
    ledger_of,
    registered,
)
from vru_ledger.actions.administer import Told
from vru_ledger.actions.authority import change
from vru_ledger.actions.authority_request import AuthorityRequest, Changed
from vru_ledger.actions.award import StepRequest, take
from vru_ledger.actions.check import check
from vru_ledger.actions.decide import NewLimit, SourceChange, set_limit, set_source
from vru_ledger.actions.limits import NewCap, set_cap
from vru_ledger.actions.override import Overridden, override
from vru_ledger.actions.reverse import Told as ReversalTold
from vru_ledger.actions.reverse import reverse
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import FundingSource
from vru_ledger.errors import (
    AlreadyThere,
    AuthorityMissing,
    BadInput,
    EntryRefused,
    KeyConflict,
    NotFound,
)
from vru_ledger.position import Key
from vru_ledger.store.database import Database

LINE: dict[str, Any] = {"source": "HO", "fy": "2021/22"}
UNALLOCATED = Key("stage", "ALPHA", "unallocated", "HO|2021/22|")


@pytest.fixture
def database(database_place: str) -> Iterator[Database]:
    """Make a ledger in which ALPHA and BETA have £1,000 each, of no source and no year."""
    database = ledger_of(
        registered(
            *(NORTH, UNIT, ONE, TWO),
            FundingSource(code="HO", name="Home Office"),
            FundingSource(code="RES", name="Reserves"),
            FundingSource(code="MORE", name="More reserves"),
        ),
        *funded("ALPHA", 1_000 * POUND),
        *funded("BETA", 1_000 * POUND),
        place=database_place,
    )
    yield database
    database.close()


def ask(database: Database, kind: str, pounds: int | None = None, **more: Any) -> list[Changed]:
    actor, preview = more.pop("actor", ACTOR), more.pop("preview", False)
    told: dict[str, Any] = {"fund": "ALPHA", "dated": DAY, "reason": "because", **more}
    pence = None if pounds is None else Pence(pounds * POUND)
    request = AuthorityRequest(kind=kind, amount_pence=pence, **told)
    return change(database, request, actor=actor, recorded_at=WHEN, preview=preview)


def expect(database: Database, pounds: int = 100, **more: Any) -> Changed:
    return ask(database, "fund", pounds, certainty="expected", **{**LINE, **more})[0]


def undo(database: Database, number: int | None = None) -> int:
    told = ReversalTold(reason="undone", dated=DAY)
    done = reverse(database, number, told, actor=ACTOR, recorded_at=WHEN)
    return done.recorded.number


def limit(database: Database, *, day: date = DAY, **pounds: int | None) -> None:
    given = {name: None if value is None else value * POUND for name, value in pounds.items()}
    new = NewLimit(
        decision_over_pence=given.get("decision"),
        decision_given="decision" in given,
        second_person_over_pence=given.get("second_person"),
        second_person_given="second_person" in given,
    )
    told = Told(dated=day, reason="scheme")
    set_limit(database, new, told, actor=ACTOR, recorded_at=WHEN, preview=False)


def raised(database: Database, pounds: int = 50, *parts: str, **more: Any) -> Overridden:
    told = {"dated": DAY, "reason": "winter", "decision": "PCD 1", **more}
    until = told.pop("until", date(2021, 12, 31))
    cap = told.pop("cap", "ALPHA-FUND")
    return override(
        *(database, cap, parts, Pence(pounds * POUND), until, Told(**told)),
        actor=ACTOR,
        recorded_at=WHEN,
    )


def test_what_is_only_expected_is_promised_to_nobody(database: Database):
    expect(database)
    before = contents(database)
    with pytest.raises(EntryRefused, match="only expected") as refused:
        give(database, "ALPHA", "ONE", 1, source="HO", fy="2021/22")
    assert refused.value.refusal.largest_passing_pence == 0
    assert contents(database) == before
    assert held(database)[UNALLOCATED] == (100 * POUND, 100 * POUND, None, 0)


def test_cover_lets_expected_money_be_promised_and_no_penny_more(database: Database):
    expect(database)
    ask(database, "cover", 60, underwriter="RES", **LINE)
    with pytest.raises(EntryRefused) as refused:
        give(database, "ALPHA", "ONE", 60 * POUND + 1, source="HO", fy="2021/22")
    assert refused.value.refusal.largest_passing_pence == 60 * POUND
    give(database, "ALPHA", "ONE", 60 * POUND, source="HO", fy="2021/22")
    assert findings(database) == []


def test_money_received_with_an_underwriter_can_be_promised_at_once(database: Database):
    expect(database, underwriter="Reserves")
    give(database, "ALPHA", "ONE", 100 * POUND, source="HO", fy="2021/22")
    assert findings(database) == []


def test_confirming_releases_each_cover_by_an_entry_of_its_own(database: Database):
    expect(database)
    ask(database, "cover", 60, underwriter="RES", **LINE)
    done = ask(database, "confirm", **LINE)
    told = [(one.entry.underwriter, one.entry.amount_pence) for one in done]
    assert told == [("", 40 * POUND), ("RES", 60 * POUND)]
    assert held(database)[UNALLOCATED].floor == 0
    assert findings(database) == []


@pytest.mark.parametrize("certainty", ["", "received"])
def test_the_same_confirmation_again_names_every_entry_that_it_was(
    database: Database, certainty: str
):
    expect(database)
    ask(database, "cover", 60, underwriter="RES", **LINE)
    ask(database, "cover", 10, underwriter="MORE", **LINE)
    asked = {"certainty": certainty, "key": "f2", **LINE}
    first = ask(database, "confirm", **asked)
    again = ask(database, "confirm", **asked)
    assert [one.recorded.number for one in again] == [one.recorded.number for one in first]
    assert [one.already for one in first + again] == [False] * 3 + [True] * 3
    expect(database)
    assert all(one.already for one in ask(database, "confirm", **asked))
    with pytest.raises(KeyConflict):
        ask(database, "confirm", 5, **asked)


def test_confirmed_money_is_received_later(database: Database):
    expect(database)
    ask(database, "confirm", 30, **LINE)
    ask(database, "confirm", certainty="received", **LINE)
    balances = held(database)
    lines = {key.name: balances[key].held for key in balances if key.scope == "line"}
    assert lines == {"expected": 0, "confirmed": 30 * POUND, "received": 70 * POUND}
    ask(database, "confirm", certainty="received", **LINE)
    assert findings(database) == []


def test_undoing_a_confirmation_that_is_leant_on_is_refused(database: Database):
    expect(database)
    done = ask(database, "confirm", **LINE)[0]
    give(database, "ALPHA", "ONE", 1, source="HO", fy="2021/22")
    with pytest.raises(EntryRefused, match="only expected"):
        undo(database, done.recorded.number)
    undo(database)
    undo(database, done.recorded.number)
    assert held(database)[UNALLOCATED].floor == 100 * POUND
    assert findings(database) == []


def test_expected_money_that_will_not_come_lapses(database: Database):
    expect(database)
    with pytest.raises(BadInput, match="nothing there to lapse"):
        ask(database, "lapse", decision="PCD 1", **LINE)
    ask(database, "lapse", expected=True, decision="PCD 1", **LINE)
    assert held(database)[UNALLOCATED] == (0, 0, None, 0)
    assert findings(database) == []


def test_expected_money_stays_expected_where_it_goes(database: Database):
    expect(database)
    ask(database, "vire", 40, to_fund="BETA", expected=True, **LINE)
    with pytest.raises(EntryRefused, match="only expected"):
        give(database, "BETA", "ONE", 1, source="HO", fy="2021/22")
    assert findings(database) == []


def test_what_is_expected_is_covered_and_confirmed_in_a_fund_with_a_share_cap(database: Database):
    new = NewCap("ALPHA-SHARE", "20%", fund="ALPHA", measure="share", per=("recipient",))
    told = Told(dated=DAY, reason="fairness")
    set_cap(database, new, told, actor=ACTOR, recorded_at=WHEN, preview=False)
    expect(database)
    ask(database, "cover", 60, underwriter="RES", **LINE)
    ask(database, "confirm", **LINE)
    for _ in range(3):
        undo(database)
    assert findings(database) == []


@pytest.mark.parametrize("kind", ["vire", "lapse", "surrender", "carry"])
def test_what_is_said_of_money_goes_where_it_goes(database: Database, kind: str):
    expect(database, underwriter="RES")
    ask(database, "fund", 30, certainty="received", **LINE)
    to: dict[str, Any] = {"vire": {"to_fund": "BETA"}, "carry": {"to_fy": "2022/23"}}.get(kind, {})
    ask(database, kind, 30, decision="PCD 1", **to, **LINE)
    ask(database, kind, 100, decision="PCD 1", key="K", **to, **LINE)
    assert ask(database, kind, 100, decision="PCD 1", key="K", **to, **LINE)[0].already
    there = {"vire": ("BETA", "HO|2021/22|"), "carry": ("ALPHA", "HO|2022/23|")}.get(kind)
    said = {
        (key.fund, key.name, key.bucket): one.held
        for key, one in held(database).items()
        if key.scope == "line" and one.held
    }
    if there:
        fund, line = there
        expected = (fund, "expected", f"{line}RES"), (fund, "received", line)
        assert said == dict(zip(expected, (100 * POUND, 30 * POUND), strict=True))
    else:
        assert said == {}
    undo(database)
    undo(database)
    assert findings(database) == []


def test_money_of_two_sorts_is_moved_by_two_entries_and_the_refusal_types_them(database: Database):
    expect(database, underwriter="RES")
    ask(database, "fund", 30, **LINE)
    with pytest.raises(BadInput, match="not all equally sure") as refused:
        ask(database, "vire", to_fund="BETA", key="K", **LINE)
    first, second = refused.value.hint.split("; then ")
    assert first.startswith("vru-ledger vire ALPHA BETA 30 ")
    assert second.startswith("vru-ledger vire ALPHA BETA 100 ")
    assert (first[-7:], second[-11:]) == ("--key K", "--key 'K 2'")
    ask(database, "vire", 30, to_fund="BETA", key="K", **LINE)
    ask(database, "vire", 100, to_fund="BETA", key="K 2", **LINE)
    assert held(database)[UNALLOCATED].held == 0
    assert findings(database) == []


def test_no_more_is_ever_said_of_a_line_than_it_has(database: Database):
    said_nothing = ask(database, "fund", 50, **LINE)[0].recorded.number
    ask(database, "fund", 30, certainty="received", **LINE)
    ask(database, "lapse", 50, decision="PCD 1", **LINE)
    ask(database, "fund", 20, certainty="confirmed", **LINE)
    with pytest.raises(EntryRefused, match=r"has £0\.00 that nobody called"):
        undo(database, said_nothing)
    assert findings(database) == []


@pytest.mark.parametrize("propose", [False, True])
def test_money_takes_the_terms_on_which_it_came_to_another_fund(database: Database, propose: bool):
    ask(database, "fund", 100, in_year_only=True, use_by=date(2022, 2, 28), **LINE)
    ask(database, "fund", 900, fy="2021/22", source="RES", certainty="received")
    done = ask(database, "vire", 60, to_fund="BETA", propose=propose, **LINE)[0]
    if propose:
        request = AuthorityRequest("approve", "", DAY, proposal=done.recorded.number)
        change(database, request, actor="Bob", recorded_at=WHEN)
    with pytest.raises(EntryRefused, match="in-year-only"):
        ask(database, "carry", 60, fund="BETA", to_fy="2022/23", decision="PCD 1", **LINE)
    ask(database, "vire", 60, fund="BETA", to_fund="ALPHA", **LINE)
    with pytest.raises(EntryRefused, match="used by 2022-02-28"):
        ask(database, "carry", 60, to_fy="2022/23", decision="PCD 1", **LINE)
    assert findings(database) == []
    undo(database)
    undo(database)
    said = [key for key, one in held(database).items() if key.scope == "line" and one.held]
    assert {key.fund for key in said} == {"ALPHA"}


def test_who_mixes_money_of_a_year_only_with_other_money_is_told(database: Database):
    ask(database, "fund", 900, fund="BETA", **LINE)
    ask(database, "fund", 100, in_year_only=True, **LINE)
    [warning] = [
        breach.sentence
        for breach in ask(database, "vire", 60, to_fund="BETA", **LINE)[0].warnings
        if breach.rule == "within-use-by"
    ]
    assert warning == (
        "£60.00 of BETA HO 2021/22 came for its year only, and nobody can tell it from the rest: "
        "none of its £960.00 is carried any more"
    )


def test_authority_is_not_undone_on_a_day_before_it_moved(database: Database):
    expect(database)
    ask(database, "vire", 10, to_fund="BETA", expected=True, dated=date(2021, 6, 1), **LINE)
    told = ReversalTold(reason="undone", dated=date(2021, 5, 31))
    with pytest.raises(
        EntryRefused, match="is of 2021-06-01, so it cannot be undone on 2021-05-31"
    ):
        reverse(database, None, told, actor=ACTOR, recorded_at=WHEN)
    raised(database, dated=date(2021, 6, 1))
    with pytest.raises(EntryRefused, match="cannot be undone on 2021-05-31"):
        reverse(database, None, told, actor=ACTOR, recorded_at=WHEN)
    late = told.replace(dated=date(2021, 6, 1))
    reverse(database, None, late, actor=ACTOR, recorded_at=WHEN)
    assert findings(database) == []


def test_everything_undone_leaves_every_balance_where_it_was(database: Database):
    expect(database, in_year_only=True, use_by=date(2022, 3, 31))
    before = {key: balance.held for key, balance in held(database).items()}
    ask(database, "cover", 60, underwriter="RES", **LINE)
    ask(database, "confirm", **LINE)
    ask(database, "vire", 40, to_fund="BETA", **LINE)
    ask(database, "lapse", 10, decision="PCD 1", **LINE)
    ask(database, "surrender", 10, decision="PCD 1", **LINE)
    ask(database, "carry", 10, fy="none", to_fy="2022/23", source="none", decision="PCD 1")
    raised(database)
    for _ in range(8):
        undo(database)
    after = {key: balance.held for key, balance in held(database).items()}
    assert {key: pence for key, pence in after.items() if pence} == {
        key: pence for key, pence in before.items() if pence
    }
    assert findings(database) == []


def test_a_virement_moves_both_funds_and_the_shares_of_both(database: Database):
    done = ask(database, "vire", 400, to_fund="BETA", key="K")[0]
    assert [breach.cap for breach in done.warnings] == ["BETA-FUND"]
    balances = held(database)
    for fund, pounds in (("ALPHA", 600), ("BETA", 1_400)):
        for stage in ("authority", "unallocated"):
            assert balances[Key("stage", fund, stage, "||")].held == pounds * POUND
    assert ask(database, "vire", 400, to_fund="BETA", key="K")[0].already
    with pytest.raises(KeyConflict):
        ask(database, "vire", 401, to_fund="BETA", key="K")
    assert findings(database) == []


def test_a_virement_of_money_that_is_promised_is_refused_with_what_would_pass(database: Database):
    give(database, "ALPHA", "ONE", 700 * POUND)
    with pytest.raises(EntryRefused) as refused:
        ask(database, "vire", 301, to_fund="BETA")
    assert refused.value.refusal.largest_passing_pence == 300 * POUND


def test_a_preview_of_a_virement_writes_nothing_and_says_the_same(database: Database):
    before = contents(database)
    shown = ask(database, "vire", 400, to_fund="BETA", preview=True)[0]
    assert contents(database) == before
    real = ask(database, "vire", 400, to_fund="BETA")[0]
    assert (shown.entry, shown.warnings, shown.free_pence) == (
        *(real.entry, real.warnings),
        real.free_pence,
    )


@pytest.mark.parametrize("kind", ["lapse", "surrender", "carry"])
def test_the_end_of_a_year_needs_a_decision(database: Database, kind: str):
    to: dict[str, Any] = {"to_fy": "2022/23"} if kind == "carry" else {}
    with pytest.raises(AuthorityMissing, match="needs a decision"):
        ask(database, kind, 1, **to)
    ask(database, kind, 1, decision="PCD 1", **to)
    assert findings(database) == []


def test_in_year_only_money_is_not_carried(database: Database):
    ask(database, "fund", 100, in_year_only=True, **LINE)
    with pytest.raises(EntryRefused, match="in-year-only"):
        ask(database, "carry", 1, to_fy="2022/23", decision="PCD 1", **LINE)


def test_the_terms_of_a_source_bind_from_when_they_were_recorded(database: Database):
    ask(database, "fund", 100, **LINE)
    ask(database, "carry", 1, to_fy="2022/23", decision="PCD 1", **LINE)
    told = Told(dated=DAY, reason="read again")
    asked = SourceChange("HO", in_year_only=True)
    set_source(database, asked, told, actor=ACTOR, recorded_at=WHEN, preview=False)
    with pytest.raises(EntryRefused, match="in-year-only"):
        ask(database, "carry", 1, to_fy="2022/23", decision="PCD 1", **LINE)
    assert findings(database) == []


def test_money_with_a_last_day_is_not_carried_past_it(database: Database):
    ask(database, "fund", 100, use_by=date(2022, 6, 30), **LINE)
    ask(database, "carry", 1, to_fy="2022/23", decision="PCD 1", **LINE)
    with pytest.raises(EntryRefused, match="before 2023/24 begins"):
        ask(database, "carry", 1, to_fy="2023/24", decision="PCD 1", **LINE)
    done = give(database, "ALPHA", "ONE", 1, source="HO", fy="2021/22", dated=date(2022, 7, 1))
    assert [breach.rule for breach in done.warnings] == ["within-use-by"]
    assert findings(database) == []


@pytest.mark.parametrize(
    ("dated", "warned"), [(date(2022, 3, 31), []), (date(2022, 4, 1), ["within-use-by"])], ids=str
)
def test_in_year_only_money_promised_after_its_year_is_warned_of(
    database: Database, dated: date, warned: list[str]
):
    ask(database, "fund", 100, in_year_only=True, **LINE)
    done = give(database, "ALPHA", "ONE", 1, source="HO", fy="2021/22", dated=dated)
    assert [breach.rule for breach in done.warnings] == warned
    assert findings(database) == []


def test_a_rise_an_approval_and_an_advance_after_the_year_are_warned_of_as_well(database: Database):
    ask(database, "fund", 100, in_year_only=True, **LINE)
    late = date(2022, 4, 1)
    award = give(database, "ALPHA", "ONE", 50 * POUND, source="HO", fy="2021/22").entry.award
    asked = give(database, "ALPHA", "ONE", POUND, source="HO", fy="2021/22", propose=True)

    def warned(kind: str, award: str, pence: int | None = None, **more: Any) -> list[str]:
        step = StepRequest(
            kind=kind,
            award=award,
            dated=late,
            amount_pence=None if pence is None else Pence(pence),
            reason="because",
            **more,
        )
        [taken] = take(database, [step], actor="Bob", recorded_at=WHEN)
        return [breach.rule for breach in taken.warnings]

    assert warned("amend", award, POUND) == ["within-use-by"]
    assert warned("approve", asked.entry.award) == ["within-use-by"]
    assert warned("advance", award, POUND) == ["within-use-by"]
    assert warned("amend", award, POUND, lower=True) == []
    assert warned("claim", award, POUND) == []
    assert findings(database) == []


def test_over_a_limit_a_decision_is_needed_and_to_the_penny_none(database: Database):
    limit(database, decision=100)
    give(database, "ALPHA", "ONE", 100 * POUND)
    with pytest.raises(AuthorityMissing) as refused:
        give(database, "ALPHA", "ONE", 100 * POUND + 1)
    assert refused.value.refusal.largest_passing_pence == 100 * POUND
    give(database, "ALPHA", "ONE", 100 * POUND + 1, decision="PCD 1")
    with pytest.raises(AuthorityMissing):
        ask(database, "vire", 101, to_fund="BETA")
    assert findings(database) == []


def test_the_newest_setting_of_the_entrys_day_counts(database: Database):
    limit(database, decision=100, day=date(2021, 4, 1))
    limit(database, decision=None, day=date(2022, 4, 1))
    with pytest.raises(AuthorityMissing):
        give(database, "ALPHA", "ONE", 101 * POUND, dated=date(2022, 3, 31))
    give(database, "ALPHA", "ONE", 101 * POUND, dated=date(2022, 4, 1))
    give(database, "ALPHA", "ONE", 101 * POUND, dated=date(2021, 3, 31))
    assert findings(database) == []


def test_over_the_second_limit_somebody_else_approves(database: Database):
    limit(database, second_person=100)
    with pytest.raises(AuthorityMissing, match="second person") as refused:
        give(database, "ALPHA", "ONE", 200 * POUND)
    assert "--propose" in refused.value.refusal.commands[0]
    with pytest.raises(AuthorityMissing, match="second person"):
        ask(database, "vire", 200, to_fund="BETA")
    proposed = ask(database, "vire", 200, to_fund="BETA", propose=True)[0].recorded.number
    with pytest.raises(AuthorityMissing, match="somebody else"):
        ask(database, "approve", proposal=proposed)
    done = ask(database, "approve", proposal=proposed, actor="Fin")[0]
    assert (done.entry.KIND, done.entry.amount_pence) == ("vire", 200 * POUND)
    with pytest.raises(EntryRefused, match="approved already"):
        ask(database, "approve", proposal=proposed, actor="Fin")
    with pytest.raises(AlreadyThere, match="was made"):
        undo(database, proposed)
    assert findings(database) == []


def test_a_proposal_that_was_undone_is_not_approved(database: Database):
    proposed = ask(database, "vire", 2, to_fund="BETA", propose=True)[0].recorded.number
    undo(database, proposed)
    with pytest.raises(EntryRefused, match="was undone"):
        ask(database, "approve", proposal=proposed, actor="Fin")
    with pytest.raises(NotFound, match="proposes nothing"):
        ask(database, "approve", proposal=1, actor="Fin")


def test_what_was_undone_or_whose_approval_was_is_proposed_anew_and_the_way_is_tried(
    database: Database,
):
    ask(database, "fund", 100, **LINE)
    asks: dict[str, Any] = {"to_fund": "BETA", "propose": True, "source": "none", "fy": "none"}
    number = ask(database, "vire", 10, **asks)[0].recorded.number
    made = ask(database, "approve", proposal=number, fund="", actor="Bo")[0].recorded.number
    with pytest.raises(EntryRefused, match=f"was approved already, by entry {made}") as refused:
        ask(database, "approve", proposal=number, fund="", actor="Bo")
    assert refused.value.hint == "vru-ledger fund show ALPHA"
    undone = undo(database, made)
    said = f"approved by entry {made}, which entry {undone} undid; propose it anew"
    with pytest.raises(EntryRefused, match=said) as refused:
        ask(database, "approve", proposal=number, fund="", actor="Bo")
    assert refused.value.hint == (
        "vru-ledger vire ALPHA BETA 10 --fy none --source none --propose --on 2021-04-01 "
        "--reason because"
    )
    anew = ask(database, "vire", 10, **asks)[0].recorded.number
    ask(database, "approve", proposal=anew, fund="", actor="Bo")
    assert findings(database) == []


def test_an_override_raises_one_bucket_from_its_day_to_its_last(database: Database):
    ask(database, "fund", 500)
    raised(database, 50)
    for day in (date(2021, 3, 31), date(2022, 1, 1)):
        with pytest.raises(EntryRefused) as refused:
            give(database, "ALPHA", "ONE", 1_050 * POUND, dated=day)
        assert refused.value.refusal.largest_passing_pence == 1_000 * POUND
    with pytest.raises(EntryRefused) as refused:
        give(database, "ALPHA", "ONE", 1_050 * POUND + 1)
    assert refused.value.refusal.largest_passing_pence == 1_050 * POUND
    give(database, "ALPHA", "ONE", 1_050 * POUND)
    assert findings(database) == []


def test_check_finds_an_override_that_ended_and_is_leant_on(database: Database):
    ask(database, "fund", 500)
    raised(database, 50)
    give(database, "ALPHA", "ONE", 1_001 * POUND)
    assert findings(database, today=date(2021, 12, 31)) == []
    [found] = check(database, today=date(2022, 1, 1)).findings
    assert (found.code, "£1.00 over" in found.message) == ("override-expired", True)
    raised(database, 1, dated=date(2022, 1, 1), until=date(2022, 12, 31))
    assert findings(database, today=date(2022, 1, 1)) == []


def test_an_override_undone_leaves_what_leant_on_it_and_lets_nothing_more_pass(database: Database):
    ask(database, "fund", 500)
    done = raised(database, 50)
    give(database, "ALPHA", "ONE", 1_001 * POUND)
    undo(database, done.recorded.number)
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1)
    assert held(database)[Key("cap", "ALPHA", "ALPHA-FUND", "")].grandfathered == POUND
    assert findings(database) == []


def test_an_override_needs_a_decision_a_cap_that_stops_money_and_its_bucket(database: Database):
    with pytest.raises(AuthorityMissing, match="needs a decision"):
        raised(database, decision="")
    with pytest.raises(BadInput, match="counts over its whole fund"):
        raised(database, 50, "ONE")
    with pytest.raises(NotFound):
        raised(database, cap="NOSUCH")
    with pytest.raises(BadInput, match="before the override begins"):
        raised(database, until=date(2021, 3, 31))
    first = raised(database, key="K")
    assert raised(database, key="K").recorded.number == first.recorded.number
