"""One allocation: what is taken from where, whom a name means, what is said, what a key does."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    DAY,
    NORTH,
    ONE,
    POUND,
    SITE,
    SOUTH,
    TWO,
    UNIT,
    contents,
    findings,
    funded,
    give,
    held,
    ledger_of,
    record,
    registered,
    rows,
)
from vru_ledger.domain.entries import CapSet, Entry, Funding, Registration
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund, FundingSource, Listing, Recipient
from vru_ledger.errors import (
    AlreadyThere,
    BadInput,
    EntryRefused,
    ExitCode,
    KeyConflict,
    LedgerError,
    NotFound,
)
from vru_ledger.position import Key
from vru_ledger.store.database import Database

HO = FundingSource(code="HO", name="Home Office")
CR = FundingSource(code="CR", name="City Reserve")
HOME = FundingSource(code="HOME", name="Home Fund")


def ledger(*entries: Entry) -> Database:
    """Make a ledger with places, people and sources, and these entries."""
    return ledger_of(registered(NORTH, SOUTH, UNIT, HO, CR, ONE, TWO, SITE), *entries)


def stage(database: Database, name: str, bucket: str, fund: str = "ALPHA") -> int:
    """Return what a stage of a fund holds by source, year and area."""
    balance = held(database).get(Key("stage", fund, name, bucket))
    return balance.held if balance else 0


def by_year(pence: int, fy: str, source: str = "") -> Funding:
    return Funding(fund="ALPHA", amount_pence=Pence(pence), fy=fy, source=source)


def only_by_year(*fundings: Funding) -> Database:
    """Make a ledger whose fund ALPHA has this authority, and a cap that leaves room for all."""
    return ledger(
        registered(Fund(code="ALPHA", name="Alpha Fund")),
        *fundings,
        CapSet(cap="ALPHA-FUND", fund="ALPHA", measure="amount", limit=10**9),
    )


# What is taken from where


def test_an_allocation_moves_its_pence_from_unallocated_to_committed():
    database = ledger(*funded("ALPHA", 1_000))
    done = give(database, "ALPHA", "ONE", 300)
    assert (done.entry.award, done.recorded.number, done.warnings) == ("ALPHA-0001", 5, [])
    assert stage(database, "unallocated", "||") == 700
    assert stage(database, "committed", "||E1") == 300
    assert stage(database, "authority", "||") == 1_000


def test_the_area_is_the_recipients_unless_told_and_its_command_unit_is_kept():
    database = ledger(*funded("ALPHA", 1_000))
    assert (give(database, "ALPHA", "ONE", 1).entry.area) == "E1"
    told = give(database, "ALPHA", "ONE", 1, area="south").entry
    assert (told.area, told.bcu) == ("E2", "BCU-1")


def test_the_term_is_the_funds_unless_told():
    term = {"term_from": date(2021, 4, 1), "term_to": date(2023, 3, 31)}
    database = ledger(*funded("ALPHA", 1_000, **term))
    usual = give(database, "ALPHA", "ONE", 1).entry
    told = give(database, "ALPHA", "ONE", 1, term_to=date(2022, 3, 31)).entry
    assert (usual.term_from, usual.term_to) == (date(2021, 4, 1), date(2023, 3, 31))
    assert (told.term_from, told.term_to) == (None, date(2022, 3, 31))


def test_the_only_source_of_a_fund_is_drawn_on_without_being_named():
    database = only_by_year(by_year(500, "", "HO"))
    assert give(database, "ALPHA", "ONE", 1).entry.source == "HO"


def test_a_fund_with_several_sources_says_which_there_are():
    database = only_by_year(by_year(500, "", "HO"), by_year(500, "", "CR"))
    with pytest.raises(BadInput, match="money from several sources") as caught:
        give(database, "ALPHA", "ONE", 1)
    assert caught.value.hint == "say which with --source: CR or HO"
    assert give(database, "ALPHA", "ONE", 1, source="home office").entry.source == "HO"


def test_a_source_that_gives_the_fund_nothing_has_nothing_to_give():
    database = only_by_year(by_year(500, "", "HO"))
    with pytest.raises(EntryRefused, match=r"£0\.00 unallocated from CR"):
        give(database, "ALPHA", "ONE", 1, source="CR")


def test_a_fund_that_holds_its_authority_by_year_asks_for_the_year():
    database = only_by_year(by_year(500, "2021/22"), by_year(500, "2022/23"))
    with pytest.raises(BadInput, match="by financial year") as caught:
        give(database, "ALPHA", "ONE", 1)
    assert caught.value.hint == "say which with --fy 2021/22 or --fy 2022/23"
    assert give(database, "ALPHA", "ONE", 1, fy="2022/23").entry.fy == "2022/23"


def test_a_year_takes_over_what_it_needs_of_the_authority_that_has_none():
    database = only_by_year(by_year(300, "2021/22"), by_year(1_000, ""))
    done = give(database, "ALPHA", "ONE", 500, fy="2021/22").entry
    assert done.unassigned_pence == 200
    assert stage(database, "unallocated", "|2021/22|") == 0
    assert stage(database, "unallocated", "||") == 800
    assert stage(database, "authority", "|2021/22|") == 500
    assert stage(database, "authority", "||") == 800
    assert stage(database, "committed", "|2021/22|E1") == 500


def test_a_year_uses_its_own_authority_first():
    database = only_by_year(by_year(300, "2021/22"), by_year(1_000, ""))
    assert give(database, "ALPHA", "ONE", 300, fy="2021/22").entry.unassigned_pence == 0
    assert give(database, "ALPHA", "ONE", 1, fy="2021/22").entry.unassigned_pence == 1


def test_one_year_never_takes_from_another():
    database = only_by_year(by_year(300, "2021/22"), by_year(1_000, "2022/23"))
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 301, fy="2021/22")
    assert caught.value.refusal.largest_passing_pence == 300
    assert "£3.00 unallocated for 2021/22" in str(caught.value)


def test_the_authority_of_a_year_and_of_none_are_exactly_what_passes_together():
    database = only_by_year(by_year(300, "2021/22"), by_year(200, ""))
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 501, fy="2021/22")
    assert caught.value.refusal.largest_passing_pence == 500
    give(database, "ALPHA", "ONE", 500, fy="2021/22")
    assert findings(database) == []


def test_an_allocation_without_a_year_leaves_the_years_alone():
    database = only_by_year(by_year(300, "2021/22"), by_year(200, ""))
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 201)
    assert caught.value.refusal.largest_passing_pence == 200


def test_a_fund_without_authority_can_give_nothing():
    database = ledger(
        registered(Fund(code="ALPHA", name="Alpha Fund")),
        CapSet(cap="ALPHA-FUND", fund="ALPHA", measure="amount", limit=10**9),
    )
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 1)
    assert caught.value.refusal.largest_passing_pence == 0


def test_a_fund_without_a_cap_on_its_total_can_give_nothing():
    database = ledger(
        registered(Fund(code="ALPHA", name="Alpha Fund")),
        by_year(1_000, ""),
        CapSet(cap="A1", fund="ALPHA", measure="amount", limit=500, per=("recipient",)),
        CapSet(cap="A2", fund="ALPHA", measure="amount", limit=500, severity="warn"),
        CapSet(cap="A3", fund="ALPHA", measure="amount", limit=500, only="charity"),
        CapSet(cap="A4", fund="ALPHA", measure="recipients", limit=500),
    )
    with pytest.raises(EntryRefused, match="no cap that stops its total") as caught:
        give(database, "ALPHA", "ONE", 1)
    assert caught.value.refusal.largest_passing_pence == 0


def test_a_share_of_the_whole_is_a_cap_on_the_total():
    database = ledger(
        registered(Fund(code="ALPHA", name="Alpha Fund")),
        by_year(1_000, ""),
        CapSet(cap="A", fund="ALPHA", measure="share", limit=5_000),
    )
    give(database, "ALPHA", "ONE", 500)
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1)


# Whom a name means


@pytest.mark.parametrize("name", ["ALPHA", "alpha", "Alpha Fund", "  aLPHA   fUND "])
def test_a_fund_is_found_by_code_or_name_in_any_case(name: str):
    assert give(ledger(*funded("ALPHA", 1_000)), name, "ONE", 1).entry.fund == "ALPHA"


@pytest.mark.parametrize("name", ["ONE", "one", "First Trust", "first  TRUST", "\uff26irst Trust"])
def test_a_recipient_is_found_by_code_or_name_in_any_case(name: str):
    assert give(ledger(*funded("ALPHA", 1_000)), "ALPHA", name, 1).entry.recipient == "ONE"


@pytest.mark.parametrize(
    ("fund", "recipient", "said"),
    [
        ("ALPA", "ONE", "no fund is called 'ALPA'; did you mean Alpha Fund (ALPHA)?"),
        ("ALPHA", "Frist Trust", "no recipient is called 'Frist Trust'; did you mean First Trust"),
        ("ALPHA", "Zzzzzz", "no recipient is called 'Zzzzzz'"),
        ("", "ONE", "no fund is called ''"),
    ],
)
def test_a_near_miss_is_refused_with_what_it_is_near_to(fund: str, recipient: str, said: str):
    database = ledger(*funded("ALPHA", 1_000))
    before = contents(database)
    with pytest.raises(NotFound) as caught:
        give(database, fund, recipient, 1)
    assert str(caught.value).startswith(said)
    assert caught.value.exit_code == ExitCode.NOT_FOUND
    assert contents(database) == before


@pytest.mark.parametrize("option", ["area", "source"])
def test_an_area_or_source_that_is_not_there_is_refused(option: str):
    words: dict[str, Any] = {option: "Atlantis"}
    with pytest.raises(NotFound):
        give(ledger(*funded("ALPHA", 1_000)), "ALPHA", "ONE", 1, **words)


TWINS = (
    Recipient(code="LB-NORTH", name="North", kind="borough"),
    Recipient(code="NET-NORTH", name="North", kind="consortium"),
)


def test_a_name_that_two_recipients_have_names_both_codes():
    database = ledger(registered(*TWINS), *funded("ALPHA", 1_000))
    with pytest.raises(BadInput, match=r"LB-NORTH \(North, borough\) or NET-NORTH"):
        give(database, "ALPHA", "North", 1)
    assert give(database, "ALPHA", "net-north", 1).entry.recipient == "NET-NORTH"


def test_of_two_of_one_name_the_one_that_the_fund_lists_is_meant():
    database = ledger(
        registered(*TWINS),
        *funded("ALPHA", 1_000),
        registered(Listing(fund="ALPHA", recipient="NET-NORTH")),
    )
    assert give(database, "ALPHA", "North", 1).entry.recipient == "NET-NORTH"


def test_of_two_of_one_name_the_one_of_the_funds_kind_is_meant():
    database = ledger(registered(*TWINS), *funded("ALPHA", 1_000, kinds="borough"))
    assert give(database, "ALPHA", "North", 1).entry.recipient == "LB-NORTH"


def test_a_code_wins_over_a_name():
    named = Recipient(code="OTHER", name="One", kind="charity")
    database = ledger(registered(named), *funded("ALPHA", 1_000))
    assert give(database, "ALPHA", "one", 1).entry.recipient == "ONE"


def test_a_recipient_may_be_called_like_an_award_that_is_to_come():
    twin = Recipient(code="ALPHA-0002", name="A twin", kind="charity")
    database = ledger(
        registered(twin),
        *funded("ALPHA", 1_000),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=600, per=("recipient",)),
    )
    give(database, "ALPHA", "ALPHA-0002", 500)
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ALPHA-0002", 500)
    give(database, "ALPHA", "ALPHA-0002", 100)
    assert findings(database) == []


def test_a_purpose_typed_in_another_way_has_no_limit_of_its_own():
    database = ledger(
        *funded("ALPHA", 10_000),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=600, per=("purpose",)),
    )
    give(database, "ALPHA", "ONE", 500, purpose="Youth Work")
    for again in ("youth work", "YOUTH  work", "Youth\xa0Work"):
        with pytest.raises(EntryRefused, match=r"£4\.00 over its limit of £6\.00 for youth"):
            give(database, "ALPHA", "TWO", 500, purpose=again)
    assert give(database, "ALPHA", "TWO", 100, purpose="youth WORK").entry.purpose == "youth work"
    assert rows(database, "SELECT DISTINCT purpose FROM awards") == [("youth work",)]
    assert findings(database) == []


def test_a_new_cap_per_purpose_counts_the_past_in_one_form():
    database = ledger(*funded("ALPHA", 10_000))
    for purpose in ("Youth", "YOUTH"):
        give(database, "ALPHA", "ONE", 500, purpose=purpose)
    record(
        database, CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=600, per=("purpose",))
    )
    assert held(database)[Key("cap", "ALPHA", "EACH", "youth")].held == 1_000
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1, purpose="youth")


def test_a_purpose_may_be_called_like_an_award_that_is_to_come():
    database = ledger(
        *funded("ALPHA", 1_000),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=600, per=("purpose",)),
    )
    for _ in range(2):
        give(database, "ALPHA", "ONE", 300, purpose="ALPHA-0002")
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1, purpose="ALPHA-0002")


@pytest.mark.parametrize(
    "kind",
    ["purpose", "multi-purpose", "kind", "recipient", "area", "source-bcu", "financial-year"],
)
def test_a_kind_of_recipient_may_be_called_like_a_property(kind: str):
    odd = Recipient(code="ODD", name="An odd one", kind=kind)
    every = ("recipient", "kind", "area", "bcu", "financial-year", "source", "purpose")
    database = ledger(
        registered(odd),
        registered(Fund(code="ALPHA", name="Alpha Fund")),
        by_year(1_000, "2021/22", "HO"),
        CapSet(cap="ALL", fund="ALPHA", measure="amount", limit=900),
        *(
            CapSet(cap=f"BY-{name}".upper(), fund="ALPHA", measure="amount", limit=500, per=(name,))
            for name in every
        ),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=300, per=every),
    )
    more: dict[str, Any] = {"area": "North", "fy": "2021/22", "purpose": "kind area"}
    give(database, "ALPHA", "ODD", 300, **more)
    with pytest.raises(EntryRefused, match="EACH"):
        give(database, "ALPHA", "ODD", 1, **more)
    assert findings(database) == []


# New recipients


def test_a_closed_fund_gives_nothing_to_somebody_it_does_not_list():
    database = ledger(*funded("ALPHA", 1_000, closed=True))
    before = contents(database)
    with pytest.raises(LedgerError) as caught:
        give(database, "ALPHA", "ONE", 1)
    assert caught.value.exit_code == ExitCode.REFUSED
    with pytest.raises(LedgerError) as caught:
        give(database, "ALPHA", "A stranger", 1, new_recipient=True)
    assert caught.value.exit_code == ExitCode.REFUSED
    assert contents(database) == before


def test_a_closed_fund_gives_to_those_it_lists():
    database = ledger(
        *funded("ALPHA", 1_000, closed=True), registered(Listing(fund="ALPHA", recipient="ONE"))
    )
    assert give(database, "ALPHA", "ONE", 1).recorded.number > 0


def test_an_open_fund_adds_a_new_recipient_on_the_spot_as_an_entry_of_its_own():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    with pytest.raises(NotFound) as caught:
        give(database, "ALPHA", "St Giles' Trust", 1)
    assert "--new-recipient" in caught.value.hint
    done = give(database, "ALPHA", "St Giles' Trust", 1, new_recipient=True, area="North")
    assert done.recipient_name == "St Giles' Trust"
    assert rows(
        database, "SELECT code, name, kind, area FROM recipients WHERE code LIKE 'ST%'"
    ) == [("ST-GILES-TRUST", "St Giles' Trust", "charity", "E1")]
    with database.read() as session:
        from vru_ledger.store import ledger as stored

        before = stored.entry(session, done.recorded.number - 1)
    assert before is not None
    assert isinstance(before.entry, Registration)
    assert findings(database) == []


def test_a_new_recipient_that_is_there_already_is_the_same_one():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    for name in ("St Giles", "ST  giles", "st-giles"):  # The last is its code.
        give(database, "ALPHA", name, 1, new_recipient=True)
    assert len(rows(database, "SELECT 1 FROM recipients WHERE code LIKE 'ST-GILES%'")) == 1


def test_names_that_make_the_same_code_get_codes_of_their_own():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    long = "The Trust for the Young People of Newham"
    codes = [
        give(database, "ALPHA", name, 1, new_recipient=True).entry.recipient
        for name in (f"{long} North", f"{long} South", "日本", "中国")
    ]
    assert codes == [
        *("THE-TRUST-FOR-THE-YOUNG-PEOPLE-OF-NEWHAM", "THE-TRUST-FOR-THE-YOUNG-PEOPLE-OF-NE-2"),
        *("RECIPIENT", "RECIPIENT-2"),
    ]


def test_a_new_recipient_may_be_named_like_the_code_of_another_if_somebody_says_so():
    database = ledger(
        registered(Recipient(code="OMEGA", name="Alpha House", kind="a-and-e")),
        *funded("ALPHA", 1_000, kinds="charity"),
    )
    with pytest.raises(AlreadyThere, match=r"did you mean Alpha House \(OMEGA, a-and-e\)\?"):
        give(database, "ALPHA", "Omega", 1, new_recipient=True)
    done = [
        give(database, "ALPHA", "Omega", 1, new_recipient=True, distinct=True, reason="two")
        for _ in range(2)
    ]
    assert [one.entry.recipient for one in done] == ["OMEGA-2", "OMEGA-2"]


@pytest.mark.parametrize(
    "name",
    [
        *("St. Giles", "Saint-Giles & Sons", "S\u0442 Giles", "StGiles", "St Gilès"),
        *("Saint  Giles AND sons", "st gile's"),
    ],
)
def test_nearly_the_same_name_makes_nobody_new_with_limits_of_their_own(name: str):
    database = ledger(
        *funded("ALPHA", 1_000, kinds="charity"),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=10, per=("recipient",)),
    )
    for known in ("St Giles", "Saint Giles and Sons"):
        give(database, "ALPHA", known, 10, new_recipient=True)
    before = contents(database)
    distinct: dict[str, Any] = {"distinct": True, "reason": "they are two"}
    for more in ({}, distinct):
        with pytest.raises(LedgerError) as caught:
            give(database, "ALPHA", name, 1, new_recipient=True, **more)
        if caught.value.exit_code != ExitCode.REFUSED:
            assert "did you mean S" in str(caught.value)
    assert contents(database) == before


def test_a_name_that_another_kind_has_is_new_only_if_somebody_says_so_and_why():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    told: dict[str, Any] = {"new_recipient": True, "kind": "charity"}
    with pytest.raises(AlreadyThere, match=r"did you mean North Hospital \(SITE, a-and-e\)\?"):
        give(database, "ALPHA", "North hospital", 1, **told)
    with pytest.raises(BadInput, match="needs a reason"):
        give(database, "ALPHA", "North hospital", 1, **told, distinct=True)
    for _ in range(2):
        done = give(
            database, "ALPHA", "North Hospital", 1, **told, distinct=True, reason="its charity"
        )
    assert done.entry.recipient == "NORTH-HOSPITAL"
    assert findings(database) == []


def test_a_word_of_two_alphabets_is_no_new_name_unless_somebody_says_so():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    with pytest.raises(BadInput, match="letters of two alphabets"):
        give(database, "ALPHA", "H\u0430ckney Club", 1, new_recipient=True)
    assert give(database, "ALPHA", "Клуб Hackney", 1, new_recipient=True)
    told: dict[str, Any] = {"new_recipient": True, "distinct": True, "reason": "their logo"}
    assert give(database, "ALPHA", "\u0394elta", 1, **told)


def test_a_suggested_command_says_again_who_is_distinct():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    told: dict[str, Any] = {"new_recipient": True, "kind": "charity", "distinct": True}
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "North Hospital", 1_001, **told, reason="theirs")
    assert caught.value.refusal.commands[0].endswith("--new-recipient --kind charity --distinct")


def test_a_closed_fund_calls_a_newcomer_by_name():
    database = ledger(*funded("ALPHA", 1_000, closed=True))
    with pytest.raises(EntryRefused, match="and Second Trust Ltd is not one of them"):
        give(database, "ALPHA", "Second Trust Ltd", 1, new_recipient=True)


def test_a_fund_for_several_kinds_asks_which_kind_a_new_recipient_is():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity,a-and-e"))
    with pytest.raises(BadInput, match="several kinds") as caught:
        give(database, "ALPHA", "St Giles", 1, new_recipient=True)
    assert caught.value.hint == "say which it is: --kind charity or --kind a-and-e"
    assert give(database, "ALPHA", "St Giles", 1, new_recipient=True, kind="a-and-e")


def test_a_kind_that_the_fund_is_not_for_is_refused():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    with pytest.raises(EntryRefused, match="goes to recipients of kind charity"):
        give(database, "ALPHA", "SITE", 1)
    before = contents(database)
    with pytest.raises(EntryRefused, match="goes to recipients of kind charity"):
        give(database, "ALPHA", "St Giles", 1, new_recipient=True, kind="school")
    assert contents(database) == before


def test_a_new_recipient_whose_allocation_is_refused_is_not_added():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    before = contents(database)
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "St Giles", 1_001, new_recipient=True)
    assert contents(database) == before
    assert "--new-recipient" in caught.value.refusal.commands[0]


# Keys


def test_the_same_key_with_the_same_content_records_once():
    database = ledger(*funded("ALPHA", 1_000))
    first = give(database, "ALPHA", "ONE", 10, key="K", reason="r", title="t")
    before = contents(database)
    again = give(database, "ALPHA Fund", "first trust", 10, key="K", reason="r", title="t")
    assert (first.already, again.already) == (False, True)
    assert again.recorded == first.recorded
    assert contents(database) == before


@pytest.mark.parametrize(
    "other",
    [
        {"pence": 11},
        {"recipient": "TWO"},
        {"reason": "another"},
        {"title": "another"},
        {"decision": "PCD 9"},
        {"fy": "2021/22"},
        {"area": "South"},
        {"purpose": "another"},
        {"term_to": date(2022, 1, 1)},
        {"dated": date(2021, 4, 2)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_the_same_key_with_other_content_is_a_conflict(other):
    database = ledger(*funded("ALPHA", 1_000))
    give(database, "ALPHA", "ONE", 10, key="K")
    before = contents(database)
    told: dict[str, Any] = {"recipient": "ONE", "pence": 10, **other}
    with pytest.raises(KeyConflict, match="in entry 5") as caught:
        give(database, "ALPHA", told.pop("recipient"), told.pop("pence"), key="K", **told)
    assert caught.value.exit_code == ExitCode.CONFLICT
    assert contents(database) == before


def test_a_key_of_a_refused_allocation_is_still_free():
    database = ledger(*funded("ALPHA", 1_000))
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1_001, key="K")
    assert not give(database, "ALPHA", "ONE", 1_000, key="K").already


def test_a_retry_is_answered_even_when_the_cap_is_full_by_now():
    database = ledger(*funded("ALPHA", 1_000))
    give(database, "ALPHA", "ONE", 1_000, key="K")
    assert give(database, "ALPHA", "ONE", 1_000, key="K").already


def test_a_retry_after_midnight_is_still_a_retry():
    database = ledger(*funded("ALPHA", 1_000))
    give(database, "ALPHA", "ONE", 10, key="K", dated_by_clock=True)
    later: dict[str, Any] = {"dated": date(2021, 4, 2), "dated_by_clock": True}
    assert give(database, "ALPHA", "ONE", 10, key="K", **later).already


def test_a_retry_with_a_new_recipient_adds_nobody_twice():
    database = ledger(*funded("ALPHA", 1_000, kinds="charity"))
    for already in (False, True):
        done = give(database, "ALPHA", "St Giles", 10, key="K", new_recipient=True)
        assert done.already is already
    assert len(rows(database, "SELECT 1 FROM entries")) == 6


def test_a_key_used_for_a_cap_cannot_be_used_for_an_allocation():
    database = ledger(*funded("ALPHA", 1_000))
    record(database, CapSet(cap="A", fund="ALPHA", measure="recipients", limit=9, key="K"))
    with pytest.raises(KeyConflict):
        give(database, "ALPHA", "ONE", 10, key="K")


def test_without_a_key_the_same_allocation_twice_is_two_awards():
    database = ledger(*funded("ALPHA", 1_000))
    awards = [give(database, "ALPHA", "ONE", 10).entry.award for _ in range(2)]
    assert awards == ["ALPHA-0001", "ALPHA-0002"]


# Warnings and refusals


def test_a_cap_that_warns_is_recorded_with_its_warning():
    database = ledger(
        *funded("ALPHA", 1_000),
        CapSet(cap="W", fund="ALPHA", measure="amount", limit=100, severity="warn"),
    )
    assert give(database, "ALPHA", "ONE", 100).warnings == []
    [warning] = give(database, "ALPHA", "ONE", 1).warnings
    assert (warning.cap, warning.over) == ("W", 1)
    assert warning.sentence == "W: £0.01 over its limit of £1.00"


def test_within_the_tolerance_is_recorded_with_a_warning_and_past_it_is_refused():
    database = ledger(
        *funded("ALPHA", 1_000),
        CapSet(cap="T", fund="ALPHA", measure="amount", limit=100, tolerance=10),
    )
    [warning] = give(database, "ALPHA", "ONE", 110).warnings
    assert warning.sentence == "T: £0.10 over its limit of £1.00, within its tolerance"
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1)


def test_a_cap_that_tracks_says_nothing():
    database = ledger(
        *funded("ALPHA", 1_000),
        CapSet(cap="T", fund="ALPHA", measure="amount", limit=100, severity="track"),
    )
    assert give(database, "ALPHA", "ONE", 500).warnings == []


def test_an_allocation_dated_after_the_last_day_is_recorded_with_a_warning():
    database = ledger(
        *funded("ALPHA", 1_000, term_to=date(2023, 3, 31)),
        CapSet(cap="ENDS", fund="ALPHA", measure="end", limit=20230331),
    )
    assert give(database, "ALPHA", "ONE", 1, dated=date(2023, 3, 31)).warnings == []
    [warning] = give(database, "ALPHA", "ONE", 1, dated=date(2023, 4, 1)).warnings
    assert warning.rule == "within-dates"


def test_a_refusal_lists_every_cap_it_met_and_not_those_it_did_not():
    database = ledger(
        *funded("ALPHA", 1_000),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=600, per=("recipient",)),
        CapSet(cap="SITES", fund="ALPHA", measure="recipients", limit=1, only="a-and-e"),
        CapSet(cap="COUNT", fund="ALPHA", measure="recipients", limit=1),
        CapSet(cap="TRACK", fund="ALPHA", measure="amount", limit=1, severity="track"),
    )
    give(database, "ALPHA", "ONE", 500)
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 501)
    met = {one.cap: one.verdict for one in caught.value.refusal.caps}
    assert met == {
        "ALPHA-FUND": "£0.01 over, binds",
        "COUNT": "ok",
        "EACH": "£4.01 over, binds",
        "TRACK": "tracked",
    }
    assert caught.value.refusal.largest_passing_pence == 100
    assert caught.value.refusal.commands == ["vru-ledger allocate ALPHA ONE 1 --on 2021-04-01"]


def test_a_cap_that_would_be_passed_by_leaving_a_property_out_asks_for_it():
    database = ledger(
        *funded("ALPHA", 1_000),
        CapSet(cap="P", fund="ALPHA", measure="amount", limit=600, per=("purpose",)),
    )
    with pytest.raises(EntryRefused, match="P counts per purpose: say which with --purpose"):
        give(database, "ALPHA", "ONE", 1)


@given(
    limits=st.lists(st.integers(1, 1_000), min_size=2, max_size=2),
    first=st.integers(1, 1_000),
    then=st.integers(1, 1_200),
    more=st.fixed_dictionaries(
        {},
        optional={
            "fy": st.sampled_from(["2021/22", "2022/23"]),
            "area": st.sampled_from(["North", "South", "Atlantis"]),
            "purpose": st.sampled_from(["a", "b"]),
            "key": st.sampled_from(["K", "L"]),
            "source": st.sampled_from(["HO", "CR"]),
        },
    ),
    recipient=st.sampled_from(["ONE", "TWO", "SITE", "nobody"]),
)
@settings(max_examples=60)
def test_a_preview_writes_nothing_and_says_what_the_write_says(
    limits: list[int], first: int, then: int, more: dict[str, Any], recipient: str
):
    database = ledger(
        registered(Fund(code="ALPHA", name="Alpha Fund")),
        by_year(1_000, "", "HO"),
        by_year(300, "2021/22", "HO"),
        CapSet(cap="ALL", fund="ALPHA", measure="amount", limit=900, tolerance=50),
        CapSet(cap="EACH", fund="ALPHA", measure="amount", limit=limits[0], per=("recipient",)),
        CapSet(cap="W", fund="ALPHA", measure="amount", limit=limits[1], severity="warn"),
        CapSet(cap="COUNT", fund="ALPHA", measure="recipients", limit=2),
    )
    told: list[object] = []
    for pence, words in ((first, {"key": "K"}), (then, more)):
        for preview in (True, False):
            before = contents(database)
            try:
                done = give(database, "ALPHA", recipient, pence, preview=preview, **words)
                said: object = (done.recorded, done.entry, done.warnings, done.already)
            except EntryRefused as error:
                said = (str(error), error.details())
            except LedgerError as error:
                said = (type(error), str(error), error.hint)
            told.append(said)
            if preview:
                assert contents(database) == before
        assert told[-2] == told[-1]
    assert findings(database) == []
    database.close()


@given(
    own=st.integers(0, 500),
    unassigned=st.integers(0, 500),
    asked_for=st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=8),
)
@settings(max_examples=60)
def test_every_penny_of_every_source_and_year_is_in_exactly_one_stage(
    own: int, unassigned: int, asked_for: list[tuple[bool, int]]
):
    fundings = [by_year(pence, fy) for pence, fy in ((own, "2021/22"), (unassigned, "")) if pence]
    database = only_by_year(*fundings)
    given_away = 0
    for in_year, pence in asked_for:
        try:
            give(database, "ALPHA", "ONE", pence, fy="2021/22" if in_year else "")
            given_away += pence
        except LedgerError:
            pass
        sums: dict[tuple[str, str], int] = {}
        for key, balance in held(database).items():
            if key.scope == "stage":
                sign = -1 if key.name == "authority" else 1
                line = (key.bucket.split("|")[0], key.bucket.split("|")[1])
                sums[line] = sums.get(line, 0) + sign * balance.held
                assert balance.held >= 0
        assert set(sums.values()) <= {0}
    whole = rows(database, "SELECT authority_pence, committed_pence FROM fund_position")
    assert whole == ([(own + unassigned, given_away)] if own + unassigned else [])
    database.close()


def test_a_day_that_is_not_told_is_the_ordinary_one():
    assert give(ledger(*funded("ALPHA", 1_000)), "ALPHA", "ONE", 1).entry.dated == DAY


def test_a_hundred_pounds_is_ten_thousand_pence():
    assert 100 * POUND == 10_000
