"""Funds, recipients and limits: added, changed, and what each does to money already promised."""

from datetime import date
from typing import Any

import pytest

from tests.builders import (
    ACTOR,
    DAY,
    NORTH,
    ONE,
    SITE,
    SOUTH,
    TWO,
    UNIT,
    WHEN,
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
from vru_ledger.actions.administer import NewFund, Told, add_fund, add_recipient, admit
from vru_ledger.actions.limits import CapChange, NewCap, set_cap
from vru_ledger.domain.entries import CapSet, Funding, Recorded
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund, FundingSource, Recipient
from vru_ledger.errors import (
    AlreadyThere,
    BadInput,
    EntryRefused,
    ExitCode,
    KeyConflict,
    LedgerError,
    NotFound,
)
from vru_ledger.position import Balance, Key
from vru_ledger.store.database import Database

TOLD = Told(dated=DAY, reason="because")


@pytest.fixture
def database() -> Database:
    """Make a ledger in which ALPHA has £1,000 and BETA £500."""
    return ledger_of(
        registered(
            NORTH, SOUTH, UNIT, FundingSource(code="HO", name="Home Office"), ONE, TWO, SITE
        ),
        *funded("ALPHA", 100_000),
        *funded("BETA", 50_000),
    )


def set_(
    database: Database,
    code: str,
    limit: str,
    *,
    told: Told = TOLD,
    preview: bool = False,
    **more: Any,
) -> CapChange:
    new = NewCap(code=code, limit=limit, **more)
    return set_cap(database, new, told, actor=ACTOR, recorded_at=WHEN, preview=preview)


def new_cap(database: Database, code: str, limit: str, measure: str, **more: Any) -> Recorded:
    return set_(database, code, limit, fund="ALPHA", measure=measure, **more).recorded


def of_cap(database: Database, code: str, bucket: str = "") -> Balance:
    return held(database)[Key("cap", "ALPHA", code, bucket)]


def fund(database: Database, code: str, name: str, pence: int, **more: Any) -> list[Recorded]:
    told = more.pop("told", TOLD)
    preview = more.pop("preview", False)
    new = NewFund(code=code, name=name, amount_pence=Pence(pence), **more)
    return add_fund(database, new, told, actor=ACTOR, recorded_at=WHEN, preview=preview)


def recipient(
    database: Database, name: str, kind: str = "charity", fund: str = "", **more: Any
) -> tuple[Recorded, bool]:
    told = more.pop("told", TOLD)
    telling = {name: more.pop(name, False) for name in ("preview", "distinct")}
    new = Recipient(code=more.pop("code", ""), name=name, kind=kind, **more)
    return add_recipient(database, new, fund, told, actor=ACTOR, recorded_at=WHEN, **telling)


# Funds


def test_a_new_fund_has_its_authority_and_a_cap_that_stops_its_total(database: Database):
    done = fund(database, "GAMMA", "Gamma", 700, source="home office", fy="2021/22")
    assert [one.entry.KIND for one in done] == ["register", "fund", "cap"]
    assert give(database, "Gamma", "ONE", 700, fy="2021/22").entry.source == "HO"
    with pytest.raises(EntryRefused):
        give(database, "GAMMA", "ONE", 1, fy="2021/22")
    assert findings(database) == []


def test_a_closed_fund_lists_whom_it_names(database: Database):
    fund(database, "GAMMA", "Gamma", 700, closed=True, recipients=("First Trust", "two"))
    give(database, "GAMMA", "ONE", 1)
    give(database, "GAMMA", "TWO", 1)
    with pytest.raises(LedgerError) as caught:
        give(database, "GAMMA", "SITE", 1)
    assert caught.value.exit_code == ExitCode.REFUSED


@pytest.mark.parametrize(
    ("code", "name"),
    [("ALPHA", "Another"), ("OTHER", "alpha  FUND"), ("OTHER", "Alpha"), ("BETA", "Alpha Fund")],
)
def test_a_fund_of_that_code_or_name_is_there_already(database: Database, code: str, name: str):
    before = contents(database)
    with pytest.raises(AlreadyThere) as caught:
        fund(database, code, name, 1)
    assert caught.value.exit_code == ExitCode.CONFLICT
    assert contents(database) == before


def test_a_fund_whose_recipient_or_source_is_not_there_is_not_added(database: Database):
    before = contents(database)
    for more in ({"recipients": ("Nobody",)}, {"source": "Nobody"}):
        with pytest.raises(NotFound):
            fund(database, "GAMMA", "Gamma", 1, **more)
    assert contents(database) == before


def test_a_fund_previewed_is_not_added(database: Database):
    before = contents(database)
    assert len(fund(database, "GAMMA", "Gamma", 1, preview=True)) == 3
    assert contents(database) == before


def test_a_fund_with_the_same_key_is_added_once(database: Database):
    told = Told(dated=DAY, reason="because", key="K")
    fund(database, "GAMMA", "Gamma", 700, told=told)
    before = contents(database)
    assert len(fund(database, "GAMMA", "Gamma", 700, told=told)) == 1
    assert contents(database) == before


@pytest.mark.parametrize(
    "other", [{"name": "Other"}, {"pence": 701}, {"fy": "2021/22"}, {"source": "HO"}]
)
def test_a_fund_with_the_same_key_and_other_content_is_a_conflict(
    database: Database, other: dict[str, Any]
):
    told = Told(dated=DAY, reason="because", key="K")
    fund(database, "GAMMA", "Gamma", 700, told=told)
    words = {"name": "Gamma", "pence": 700, **other}
    with pytest.raises(KeyConflict):
        fund(database, "GAMMA", words.pop("name"), words.pop("pence"), told=told, **words)


@pytest.mark.parametrize("code", ["G" * 40, "G" * 36, "G" * 35 + "-1"])
def test_a_long_code_of_a_fund_gets_a_cap_too(database: Database, code: str):
    fund(database, code, "Gamma", 700)
    assert give(database, code, "ONE", 700).entry.award == f"{code}-0001"


def test_two_funds_whose_long_codes_begin_alike_have_caps_of_their_own(database: Database):
    for last in "AB":
        fund(database, "G" * 36 + last, f"Gamma {last}", 700)
    assert give(database, "G" * 36 + "B", "ONE", 700)


# Recipients


def test_a_new_recipient_has_a_code_made_from_its_name(database: Database):
    done, already = recipient(database, "St Giles' Trust", area="north")
    assert not already
    assert done.entry.reason == "because"
    assert rows(database, "SELECT code, kind, area FROM recipients WHERE code LIKE 'ST%'") == [
        ("ST-GILES-TRUST", "charity", "E1")
    ]


def test_a_recipient_can_be_listed_in_a_fund(database: Database):
    fund(database, "GAMMA", "Gamma", 700, closed=True)
    recipient(database, "St Giles", fund="gamma")
    assert give(database, "GAMMA", "St Giles", 700)


@pytest.mark.parametrize("name", ["First Trust", "first  TRUST"])
def test_a_recipient_of_that_name_and_kind_is_there_already(database: Database, name: str):
    with pytest.raises(AlreadyThere, match="ONE is called 'First Trust' and of kind charity"):
        recipient(database, name)


def test_a_recipient_of_that_name_and_another_kind_is_somebody_else_if_somebody_says_so(
    database: Database,
):
    with pytest.raises(AlreadyThere, match=r"did you mean First Trust \(ONE, charity\)\?"):
        recipient(database, "First Trust", kind="school")
    assert recipient(database, "First Trust", kind="school", distinct=True)
    assert findings(database) == []


@pytest.mark.parametrize("name", ["First-Trust", "First Trust.", "F\u0456rst Trust"])
def test_a_recipient_whose_name_reads_like_one_of_its_kind_is_not_added(
    database: Database, name: str
):
    before = contents(database)
    for distinct in (False, True):
        with pytest.raises(AlreadyThere, match=r"did you mean First Trust \(ONE, charity\)\?"):
            recipient(database, name, distinct=distinct)
    assert contents(database) == before


@pytest.mark.parametrize("name", ["Alpha-Fund", "ALPHA FUND.", "AlphaFund"])
def test_a_fund_whose_name_reads_like_another_is_not_added(database: Database, name: str):
    with pytest.raises(AlreadyThere, match=r"did you mean Alpha Fund \(ALPHA\)\?"):
        fund(database, "GAMMA", name, 1)


def test_a_recipient_of_that_code_is_there_already(database: Database):
    with pytest.raises(AlreadyThere, match="has the code ONE already"):
        recipient(database, "Somebody", code="ONE")


def test_a_recipient_may_be_named_like_the_code_of_another_once(database: Database):
    assert recipient(database, "One", distinct=True)
    with pytest.raises(AlreadyThere):
        recipient(database, "One")


def test_a_recipient_with_the_same_key_is_added_once(database: Database):
    told = Told(dated=DAY, reason="because", key="K")
    first, _ = recipient(database, "St Giles", told=told)
    again, already = recipient(database, "St Giles", told=told)
    assert already
    assert again == first


def admit_(database: Database, fund: str, who: str, **more: Any) -> tuple[Recorded, bool]:
    told = more.pop("told", TOLD)
    preview = more.pop("preview", False)
    done, _, _, already = admit(
        database, fund, who, told, actor=ACTOR, recorded_at=WHEN, preview=preview
    )
    return done, already


def test_a_fund_comes_to_list_a_recipient_that_is_there(database: Database):
    fund(database, "GAMMA", "Gamma", 700, closed=True)
    with pytest.raises(EntryRefused):
        give(database, "GAMMA", "ONE", 1)
    assert admit_(database, "gamma", "first trust")[0].entry.reason == "because"
    assert give(database, "GAMMA", "ONE", 1)
    with pytest.raises(AlreadyThere, match=r"Gamma lists First Trust \(ONE\) already"):
        admit_(database, "GAMMA", "ONE")
    assert findings(database) == []


def test_a_fund_lists_nobody_of_a_kind_that_it_is_not_for(database: Database):
    fund(database, "GAMMA", "Gamma", 700, closed=True, kinds=("charity",))
    with pytest.raises(BadInput, match="goes to recipients of kind charity, not a-and-e"):
        admit_(database, "GAMMA", "SITE")
    with pytest.raises(NotFound, match="did you mean First Trust"):
        admit_(database, "GAMMA", "First Trus")


def test_of_two_of_one_name_a_fund_lists_the_one_whose_kind_it_is_for(database: Database):
    fund(database, "GAMMA", "Gamma", 700, closed=True, kinds=("school",))
    recipient(database, "First Trust", kind="school", code="S1", distinct=True)
    admit_(database, "GAMMA", "First Trust")
    assert rows(database, "SELECT recipient FROM listings WHERE fund = 'GAMMA'") == [("S1",)]


def test_a_recipient_is_admitted_once_under_a_key_and_not_at_all_in_a_preview(database: Database):
    told = TOLD.replace(key="K")
    before = contents(database)
    admit_(database, "ALPHA", "ONE", preview=True)
    assert contents(database) == before
    first = admit_(database, "ALPHA", "ONE", told=told)
    assert admit_(database, "ALPHA", "ONE", told=told) == (first[0], True)
    with pytest.raises(KeyConflict):
        admit_(database, "ALPHA", "TWO", told=told)


def test_who_is_added_to_a_fund_and_is_there_is_to_be_admitted(database: Database):
    with pytest.raises(AlreadyThere) as caught:
        recipient(database, "First Trust", fund="ALPHA")
    assert caught.value.hint == (
        "to let ALPHA list it: vru-ledger fund admit ALPHA ONE --reason because"
    )


def test_a_recipient_previewed_is_not_added(database: Database):
    before = contents(database)
    recipient(database, "St Giles", preview=True)
    assert contents(database) == before


# Limits: new ones


def test_a_new_cap_counts_what_was_promised_before_it(database: Database):
    give(database, "ALPHA", "ONE", 30_000)
    give(database, "ALPHA", "ONE", 10_000)
    give(database, "ALPHA", "TWO", 5_000)
    give(database, "BETA", "ONE", 5_000)
    new_cap(database, "EACH", "500", "amount", per=("recipient",))
    assert of_cap(database, "EACH", "ONE") == Balance(40_000, None, 50_000, 0)
    assert of_cap(database, "EACH", "TWO") == Balance(5_000, None, 50_000, 0)
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 10_001)
    assert caught.value.refusal.largest_passing_pence == 10_000
    give(database, "ALPHA", "ONE", 10_000)
    assert findings(database) == []


def test_a_new_cap_below_its_use_is_recorded_and_stops_anything_new(database: Database):
    give(database, "ALPHA", "ONE", 40_000)
    new_cap(database, "EACH", "100", "amount", per=("recipient",))
    assert of_cap(database, "EACH", "ONE") == Balance(40_000, None, 10_000, 30_000)
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 1)
    assert caught.value.refusal.largest_passing_pence == 0
    give(database, "ALPHA", "TWO", 10_000)
    assert findings(database) == []


def test_a_new_count_counts_each_recipient_once(database: Database):
    for who, pence in (("ONE", 1), ("ONE", 2), ("TWO", 3), ("SITE", 4)):
        give(database, "ALPHA", who, pence)
    new_cap(database, "COUNT", "3", "recipients")
    new_cap(database, "SITES", "1", "recipients", only="a-and-e")
    assert of_cap(database, "COUNT").held == 3
    assert of_cap(database, "SITES").held == 1
    give(database, "ALPHA", "SITE", 1)
    record(database, registered(Recipient(code="NEW", name="New", kind="charity")))
    with pytest.raises(EntryRefused, match="COUNT: 1 recipient over its limit of 3"):
        give(database, "ALPHA", "NEW", 1)
    assert findings(database) == []


@pytest.mark.parametrize(
    ("measure", "limit", "holds"),
    [
        ("award", "100", {"ALPHA-0001": (10_000, 0), "ALPHA-0002": (20_000, 10_000)}),
        ("end", "2022-03-31", {"ALPHA-0001": (20220331, 0), "ALPHA-0002": (20230331, 10_000)}),
        ("share", "20%", {"": (30_000, 10_000)}),
        ("amount", "300", {"": (30_000, 0)}),
        ("recipients", "1", {"": (2, 1)}),
    ],
)
def test_a_new_cap_of_every_kind_counts_the_past(
    database: Database, measure: str, limit: str, holds: dict[str, tuple[int, int]]
):
    give(database, "ALPHA", "ONE", 10_000, term_to=date(2022, 3, 31))
    give(database, "ALPHA", "TWO", 20_000, term_to=date(2023, 3, 31))
    new_cap(database, "NEW", limit, measure)
    assert {
        key.bucket: (balance.held, balance.grandfathered)
        for key, balance in held(database).items()
        if (key.scope, key.name) == ("cap", "NEW")
    } == holds
    assert findings(database) == []


def test_a_new_cap_that_only_warns_has_no_ceiling(database: Database):
    give(database, "ALPHA", "ONE", 40_000)
    new_cap(database, "W", "100", "amount", severity="warn")
    assert of_cap(database, "W") == Balance(40_000, None, None, 0)
    assert give(database, "ALPHA", "ONE", 1).warnings[0].cap == "W"


# Limits: changed ones


def test_a_raised_cap_lets_more_through(database: Database):
    new_cap(database, "EACH", "100", "amount", per=("recipient",))
    give(database, "ALPHA", "ONE", 10_000)
    set_(database, "EACH", "200")
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 10_001)
    give(database, "ALPHA", "ONE", 10_000)
    assert findings(database) == []


def test_a_cap_cut_below_its_use_stops_everything_new_until_it_is_raised(database: Database):
    new_cap(database, "EACH", "300", "amount", per=("recipient",))
    give(database, "ALPHA", "ONE", 30_000)
    set_(database, "EACH", "100")
    assert of_cap(database, "EACH", "ONE") == Balance(30_000, None, 10_000, 20_000)
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1)
    give(database, "ALPHA", "TWO", 10_000)
    set_(database, "EACH", "200")
    assert of_cap(database, "EACH", "ONE").grandfathered == 10_000
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1)
    set_(database, "EACH", "300.01")
    assert of_cap(database, "EACH", "ONE").grandfathered == 0
    give(database, "ALPHA", "ONE", 1)
    assert findings(database) == []


def test_a_cap_that_comes_to_stop_grandfathers_what_is_over(database: Database):
    new_cap(database, "EACH", "100", "amount", severity="warn")
    give(database, "ALPHA", "ONE", 30_000)
    set_(database, "EACH", "100", severity="stop")
    assert of_cap(database, "EACH") == Balance(30_000, None, 10_000, 20_000)
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1)
    set_(database, "EACH", "100", severity="track")
    assert of_cap(database, "EACH") == Balance(30_000, None, None, 0)
    assert give(database, "ALPHA", "ONE", 1).warnings == []
    set_(database, "EACH", "100", severity="stop")
    assert of_cap(database, "EACH").grandfathered == 20_001
    assert findings(database) == []


def test_what_is_not_told_of_a_cap_stays_as_it_was(database: Database):
    new_cap(
        database,
        *("EACH", "100", "amount"),
        per=("recipient",),
        only="charity",
        severity="warn",
        tolerance="10",
    )
    entry = set_(database, "EACH", "200").entry
    assert (entry.per, entry.only, entry.severity, entry.tolerance) == (
        *(("recipient",), "charity", "warn", 1_000),
    )
    assert (entry.limit, entry.fund, entry.measure) == (20_000, "ALPHA", "amount")


@pytest.mark.parametrize(
    "more",
    [{"measure": "recipients", "limit": "8"}, {"per": ("area",)}, {"only": "charity"}],
    ids=["measure", "per", "only"],
)
def test_a_cap_goes_on_measuring_what_it_measured(database: Database, more: dict[str, Any]):
    new_cap(database, "EACH", "100", "amount", per=("recipient",))
    before = contents(database)
    told = {"limit": "100", **more}
    with pytest.raises(BadInput, match="EACH measures amount per recipient and goes on doing so"):
        set_(database, "EACH", told.pop("limit"), **told)
    assert contents(database) == before


def test_who_cuts_a_cap_is_told_what_is_over_it(database: Database):
    new_cap(database, "EACH", "300", "amount", per=("recipient",))
    give(database, "ALPHA", "ONE", 30_000)
    give(database, "ALPHA", "TWO", 20_000)
    give(database, "ALPHA", "SITE", 10_000)
    cut = set_(database, "EACH", "100")
    assert cut.was is not None
    assert cut.was.limit == 30_000
    assert list(cut.over) == [("ONE", 20_000), ("TWO", 10_000)]


def test_a_cap_of_another_fund_keeps_its_code(database: Database):
    new_cap(database, "EACH", "100", "amount")
    with pytest.raises(AlreadyThere, match="EACH is a cap of another fund"):
        set_(database, "EACH", "100", fund="BETA", measure="amount")


def test_the_cap_on_a_funds_total_cannot_be_made_to_stop_nothing_by_another(database: Database):
    set_(database, "ALPHA-FUND", "1000", severity="warn")
    with pytest.raises(EntryRefused, match="no cap that stops its total"):
        give(database, "ALPHA", "ONE", 1)


# Tolerances


@pytest.mark.parametrize(
    ("measure", "limit", "tolerance", "most"),
    [
        ("amount", "100", "10", 11_000),
        ("amount", "100", "2.5%", 10_250),
        ("share", "10%", "10", 11_000),
        ("share", "10%", "1%", 10_100),
        ("award", "100", "0.01", 10_001),
    ],
)
def test_a_tolerance_is_an_amount_or_a_share_of_the_limit(
    database: Database, measure: str, limit: str, tolerance: str, most: int
):
    new_cap(database, "T", limit, measure, tolerance=tolerance)
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", most + 1)
    assert caught.value.refusal.largest_passing_pence == most
    assert len(give(database, "ALPHA", "ONE", most).warnings) == 1
    assert findings(database) == []


def test_of_two_tolerances_the_lower_applies(database: Database):
    record(
        database,
        CapSet(
            cap="T",
            fund="ALPHA",
            measure="amount",
            limit=10_000,
            tolerance=500,
            tolerance_bp=100,
        ),
    )
    assert rows(database, "SELECT bound, ceiling FROM caps WHERE code = 'T'") == [(10_000, 10_100)]


def test_a_tolerance_can_be_taken_away(database: Database):
    new_cap(database, "T", "100", "amount", tolerance="10")
    set_(database, "T", "100", tolerance="0")
    assert rows(database, "SELECT ceiling FROM caps WHERE code = 'T'") == [(10_000,)]


# Shares follow the authority


def test_a_share_follows_the_authority(database: Database):
    new_cap(database, "SHARE", "10%", "share", per=("recipient",))
    set_(database, "ALPHA-FUND", "5000")
    give(database, "ALPHA", "ONE", 10_000)
    with pytest.raises(EntryRefused):
        give(database, "ALPHA", "ONE", 1)
    record(database, Funding(fund="ALPHA", amount_pence=Pence(50_005)))
    with pytest.raises(EntryRefused) as caught:
        give(database, "ALPHA", "ONE", 5_001)
    assert caught.value.refusal.largest_passing_pence == 5_000
    give(database, "ALPHA", "ONE", 5_000)
    assert findings(database) == []


def test_authority_that_grows_lets_what_was_over_a_share_be_within_it(database: Database):
    give(database, "ALPHA", "ONE", 30_000)
    new_cap(database, "SHARE", "10%", "share")
    assert of_cap(database, "SHARE") == Balance(30_000, None, 10_000, 20_000)
    record(database, Funding(fund="ALPHA", amount_pence=Pence(300_000)))
    assert of_cap(database, "SHARE") == Balance(30_000, None, 40_000, 0)
    assert findings(database) == []


def test_authority_of_another_fund_moves_no_share(database: Database):
    new_cap(database, "SHARE", "10%", "share")
    record(database, Funding(fund="BETA", amount_pence=Pence(300_000)))
    assert rows(database, "SELECT bound FROM caps WHERE code = 'SHARE'") == [(10_000,)]


# What cannot be read


@pytest.mark.parametrize(
    ("limit", "more"),
    [
        ("x", {"measure": "amount"}),
        ("0", {"measure": "amount"}),
        ("-1", {"measure": "amount"}),
        ("8.5", {"measure": "recipients"}),
        ("0", {"measure": "recipients"}),
        ("101%", {"measure": "share"}),
        ("0%", {"measure": "share"}),
        ("10", {"measure": "share"}),
        ("2022", {"measure": "end"}),
        ("2022-02-30", {"measure": "end"}),
        ("1", {"measure": "__init__"}),
        ("1", {"measure": "nonsense"}),
        ("1", {"measure": "../amount"}),
        ("1", {"measure": "amount", "per": ("nonsense",)}),
        ("1", {"measure": "amount", "severity": "nonsense"}),
        ("1", {"measure": "amount", "tolerance": "x"}),
        ("1", {"measure": "amount", "tolerance": "101%"}),
        ("2022-03-31", {"measure": "end", "tolerance": "1"}),
        ("2", {"measure": "recipients", "tolerance": "1.5"}),
        ("1", {}),
    ],
)
def test_a_limit_that_cannot_be_read_is_refused(
    database: Database, limit: str, more: dict[str, Any]
):
    before = contents(database)
    with pytest.raises(BadInput):
        set_(database, "NEW", limit, fund="ALPHA", **more)
    assert contents(database) == before


def test_a_new_cap_needs_a_fund_and_a_measure(database: Database):
    with pytest.raises(BadInput, match="NEW is a new cap"):
        set_(database, "NEW", "1")
    with pytest.raises(NotFound):
        set_(database, "NEW", "1", fund="Nobody", measure="amount")


def test_a_cap_with_the_same_key_is_set_once(database: Database):
    told = Told(dated=DAY, reason="because", key="K")
    first = set_(database, "ALPHA-FUND", "900", told=told)
    set_(database, "ALPHA-FUND", "800")
    again = set_(database, "ALPHA-FUND", "900", told=told)
    assert again.already
    assert again.recorded == first.recorded
    assert rows(database, "SELECT cap_limit FROM caps WHERE code = 'ALPHA-FUND'") == [(80_000,)]
    with pytest.raises(KeyConflict):
        set_(database, "ALPHA-FUND", "901", told=told)


def test_a_cap_previewed_is_not_set(database: Database):
    give(database, "ALPHA", "ONE", 10_000)
    before = contents(database)
    set_(database, "ALPHA-FUND", "1", preview=True)
    new_cap(database, "NEW", "1", "amount", preview=True)
    assert contents(database) == before


def test_every_change_is_an_entry_with_its_reason(database: Database):
    before = len(rows(database, "SELECT 1 FROM entries"))
    told = Told(dated=DAY, reason="as decided", decision="PCD 7")
    fund(database, "GAMMA", "Gamma", 1, told=told)
    recipient(database, "St Giles", told=told)
    set_(database, "ALPHA-FUND", "900", told=told)
    added = rows(
        database,
        "SELECT reason, decision, dated, actor FROM entries WHERE number > ? ORDER BY number",
        before,
    )
    assert added == [("as decided", "PCD 7", "2021-04-01", ACTOR)] * 5


def test_a_fund_can_be_registered_anew_without_losing_its_caps(database: Database):
    """The register may be corrected; money and limits stay."""
    give(database, "ALPHA", "ONE", 40_000)
    record(database, registered(Fund(code="ALPHA", name="Alpha, renamed", closed=True)))
    with pytest.raises(LedgerError):
        give(database, "ALPHA", "ONE", 1)
    assert findings(database) == []
