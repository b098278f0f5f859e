"""A refusal teaches: every cap that was met, which bind, and exactly the most that would pass."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.books import ALPHA, Books, capped, stopping
from tests.builders import allocation, cap
from tests.strategies import FEWER, allocations, histories, sets_of_caps
from vru_ledger.domain.entries import Allocation, CapSet
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import parse_period
from vru_ledger.domain.quantity import Quantity
from vru_ledger.position import Balance
from vru_ledger.rules import RULES, judge, stops
from vru_ledger.rules.case import Breach
from vru_ledger.rules.refusal import CapMet, Refusal, caps_met, largest_passing, needs

TOTAL = cap("TOTAL", "amount", 600_000)
EACH = cap("EACH", "amount", 75_000, per=("recipient",))


def of(pence: int, **more: object) -> Allocation:
    return allocation(amount_pence=Pence(pence), **more)


def largest(books: Books, new: Allocation) -> int:
    return largest_passing(books.case(new), sum(books.available(new)))


def passes(books: Books, new: Allocation, pence: int) -> bool:
    return not stops(judge(books.case(new.replace(amount_pence=Pence(pence)))))


# The most that would pass


@given(sets_of_caps(), histories(), allocations(), st.booleans(), st.booleans(), st.data())
def test_the_largest_that_passes_passes_and_a_penny_more_does_not(
    limits, past, new, closed, listed, data
):
    fund = ALPHA.replace(closed=closed, kinds=data.draw(st.sampled_from(["", "", "a-and-e"])))
    money = {("HO", ""): 90, ("HO", "2021/22"): 80, ("CR", "2022/23"): 90, ("CR", ""): 20}
    books = Books(limits.values(), money, fund=fund, listed=listed)
    for one in past:
        books.put(one)
    if data.draw(st.booleans()):
        books.set_ceiling("ALPHA-FUND", data.draw(st.integers(1, 200)))
    asked = new.replace(award="ALPHA-9999", amount_pence=Pence(data.draw(st.integers(1, 400))))
    most = largest(books, asked)
    assert most == 0 or passes(books, asked, most)
    assert not passes(books, asked, most + 1)


@given(sets_of_caps(), histories(), allocations(), st.integers(1, 400), st.integers(1, 400))
@FEWER
def test_the_largest_that_passes_does_not_depend_on_what_was_asked_for(limits, past, new, one, two):
    books = Books(limits.values(), {("HO", "2021/22"): 200, ("CR", ""): 150})
    for before in past:
        books.put(before)
    new = new.replace(award="ALPHA-9999")
    found = {largest(books, new.replace(amount_pence=Pence(pence))) for pence in (one, two)}
    assert len(found) == 1


@given(sets_of_caps(), histories(), allocations())
@FEWER
def test_what_was_refused_passes_when_cut_to_the_largest(limits, past, new):
    books = Books(limits.values(), {("HO", "2021/22"): 200, ("CR", ""): 150})
    for before in past:
        books.put(before)
    new = new.replace(award="ALPHA-9999")
    assume(stopping(judge(books.case(new))))
    most = largest(books, new)
    assert most < new.amount_pence
    if most:
        assert stopping(books.put(new.replace(amount_pence=Pence(most)))) == []


@pytest.mark.parametrize(
    ("limits", "money", "most"),
    [
        ([TOTAL], 10**9, 600_000),
        ([TOTAL, EACH], 10**9, 75_000),
        ([TOTAL, EACH], 1_234, 1_234),
        ([TOTAL, EACH, cap("AWARD", "award", 50_000)], 10**9, 50_000),
        ([TOTAL, EACH.replace(tolerance=500)], 10**9, 75_500),
        ([TOTAL, cap("SHARE", "share", 1250, per=("recipient",))], 100_001, 12_500),
        ([TOTAL, EACH.replace(severity="warn")], 10**9, 600_000),
        ([TOTAL, cap("COUNT", "recipients", 1)], 10**9, 600_000),
    ],
)
def test_the_least_room_decides(limits: list[CapSet], money: int, most: int):
    assert largest(Books(limits, {("HO", "2021/22"): money}), of(10**9)) == most


def test_what_was_given_before_leaves_less():
    books = Books([TOTAL, EACH])
    books.put(of(70_000))
    assert largest(books, of(10_000, award="ALPHA-0002")) == 5_000
    assert largest(books, of(80_000, award="ALPHA-0002", recipient="TWO")) == 75_000


@pytest.mark.parametrize(
    ("books", "new"),
    [
        (Books([EACH]), of(1)),
        (Books([TOTAL], {}), of(1)),
        (Books([TOTAL], fund=ALPHA.replace(closed=True)), of(1)),
        (Books([TOTAL], fund=ALPHA.replace(kinds="a-and-e")), of(1)),
        (Books([TOTAL, cap("END", "end", 20230331)]), of(1, term_to=date(2023, 4, 1))),
        (Books([TOTAL, cap("END", "end", 20230331)]), of(1, term_to=None)),
        (Books([TOTAL, cap("P", "amount", 9, per=("purpose",))]), of(1, purpose="")),
        (Books([TOTAL, cap("COUNT", "recipients", 0)]), of(1)),
    ],
    ids=["no cap", "no money", "closed", "wrong kind", "late", "no term", "no purpose", "count"],
)
def test_where_anything_but_the_amount_stands_in_the_way_no_amount_passes(books: Books, new):
    assert largest(books, new) == 0
    assert not passes(books, new, 1)


def test_a_cap_that_was_cut_below_its_use_leaves_nothing():
    books = Books([TOTAL, EACH])
    books.put(of(70_000))
    books.set_ceiling("EACH", 60_000)
    assert books.balance(capped("EACH", "ONE")) == Balance(70_000, None, 60_000, 10_000)
    assert largest(books, of(1, award="ALPHA-0002")) == 0


def test_of_anything_but_an_allocation_nothing_is_the_largest():
    assert largest_passing(Books([TOTAL]).case(TOTAL), 100) == 0


# What is shown of the caps


def met(books: Books, new: Allocation) -> list[CapMet]:
    case = books.case(new)
    return caps_met(case, judge(case))


def test_every_cap_that_was_met_is_shown_with_its_verdict():
    limits = [
        EACH,
        cap("COUNT", "recipients", 8),
        cap("END", "end", 20230331),
        TOTAL.replace(severity="track"),
        cap("WARN", "award", 100, severity="warn"),
        cap("OTHERS", "amount", 1, only="a-and-e"),
    ]
    books = Books(limits)
    books.put(of(600))
    books.held[capped("EACH", "ONE")] = Balance(600, None, 75_000)
    books.held[capped("COUNT")] = Balance(3, None, 8)
    pence = "pence"
    assert met(books, of(75_001, award="ALPHA-0002")) == [
        CapMet(
            "EACH",
            Quantity(75_000, pence),
            Quantity(600, pence),
            Quantity(74_400, pence),
            Quantity(75_601, pence),
            "£6.01 over, binds",
        ),
        CapMet(
            "COUNT",
            Quantity(8, "recipients"),
            Quantity(3, "recipients"),
            Quantity(5, "recipients"),
            Quantity(4, "recipients"),
            "ok",
        ),
        CapMet(
            "END",
            Quantity(20230331, "day"),
            Quantity(0, "day"),
            None,
            Quantity(20230331, "day"),
            "ok",
        ),
        CapMet(
            "TOTAL",
            Quantity(600_000, pence),
            Quantity(0, pence),
            Quantity(600_000, pence),
            Quantity(75_001, pence),
            "tracked",
        ),
        CapMet(
            "WARN",
            Quantity(100, pence),
            Quantity(0, pence),
            Quantity(100, pence),
            Quantity(75_001, pence),
            "£749.01 over, warns",
        ),
    ]


@pytest.mark.parametrize(
    ("limit", "new", "verdict"),
    [
        (EACH, of(75_000), "ok"),
        (EACH, of(75_001), "£0.01 over, binds"),
        (EACH.replace(tolerance=1), of(75_001), "£0.01 over, warns (tolerance £0.01)"),
        (EACH.replace(tolerance=1), of(75_002), "£0.01 over, binds (tolerance £0.01)"),
        (EACH.replace(tolerance=1), of(75_000), "ok (tolerance £0.01)"),
        (cap("N", "recipients", 0), of(1), "1 over, binds"),
        (cap("E", "end", 20230331), of(1, term_to=date(2023, 4, 1)), "too late, binds"),
        (
            cap("E", "end", 20230331, severity="warn"),
            of(1, term_to=date(2024, 1, 1)),
            "too late, warns",
        ),
        (cap("E", "end", 20230331), of(1, term_to=None), "needs --term"),
        (
            cap("P", "amount", 9, per=("purpose", "bcu")),
            of(1, purpose="", bcu=""),
            "needs --purpose --area",
        ),
    ],
)
def test_a_verdict_says_what_the_cap_makes_of_it(limit: CapSet, new: Allocation, verdict: str):
    [*_, shown] = met(Books([TOTAL, limit]), new)
    assert shown.verdict == verdict


def test_headroom_is_with_the_tolerance_and_never_below_nothing():
    books = Books([EACH.replace(tolerance=500)])
    [shown] = met(books, of(1))
    assert shown.headroom == Quantity(75_500, "pence")
    books.held[capped("EACH", "ONE")] = Balance(80_000, None, 75_500)
    [shown] = met(books, of(1))
    assert shown.headroom == Quantity(0, "pence")


@given(sets_of_caps(), histories(), allocations())
@FEWER
def test_a_cap_binds_in_the_table_exactly_when_a_rule_says_so(limits, past, new):
    books = Books(limits.values())
    for one in past:
        books.fold(one)
    case = books.case(new.replace(award="ALPHA-9999"))
    breaches = judge(case)
    shown = caps_met(case, breaches)
    assert [one.cap for one in shown] == [
        code for code, limit in limits.items() if limit.only in ("", new.recipient_kind)
    ]
    stopped = {b.cap for b in breaches if b.severity == "stop" and b.cap}
    tracked = {code for code, limit in limits.items() if limit.severity == "track"}
    assert {one.cap for one in shown if ", binds" in one.verdict} <= stopped
    asking = {b.cap for b in breaches if b.rule == "measurable"}
    assert {one.cap for one in shown if "needs" in one.verdict} - tracked == asking
    assert stopped - asking <= {one.cap for one in shown if ", binds" in one.verdict}
    assert caps_met(books.case(TOTAL), []) == []


# What it would need, and what programs are told


def needed(limits: list[CapSet], new: Allocation, money: int = 10**12) -> list[str]:
    books = Books(limits, {("HO", "2021/22"): money})
    case = books.case(new)
    return needs(case, judge(case))


def test_what_each_binding_cap_would_have_to_give_is_said():
    assert needed([TOTAL, EACH], of(600_001)) == ["£0.01 more in TOTAL", "£5,250.01 more in EACH"]
    assert needed([TOTAL], of(500), 499) == ["£0.01 more authority in ALPHA for 2021/22"]
    assert needed([TOTAL], of(5, fy=""), 0) == ["£0.05 more authority in ALPHA"]
    assert needed([TOTAL, cap("N", "recipients", 0)], of(1)) == ["room for 1 more in N"]
    assert needed([TOTAL, EACH.replace(tolerance=100)], of(75_101)) == ["£0.01 more in EACH"]
    assert needed([TOTAL, cap("A", "award", 5)], of(7)) == ["£0.02 more in A"]
    assert needed([TOTAL, cap("S", "share", 5_000)], of(51), 100) == ["£0.01 more in S"]


def test_a_warning_and_a_last_day_need_no_more_money():
    ends = cap("E", "end", 20230331)
    assert needed([TOTAL, EACH.replace(severity="warn")], of(75_001)) == []
    assert needed([TOTAL, ends], of(1, term_to=date(2023, 4, 1))) == []
    assert needed([TOTAL], of(600_000)) == []


def test_programs_are_told_money_in_pence_and_as_a_decimal():
    books = Books([EACH, cap("COUNT", "recipients", 8), cap("END", "end", 20230331)])
    case = books.case(of(75_001))
    breaches = [*judge(case), Breach("within-dates", "warn", "late", "END")]
    refusal = Refusal(
        asked="£750.01 of Alpha Fund to ONE",
        caps=caps_met(case, breaches),
        breaches=breaches,
        largest_passing_pence=Pence(75_000),
        commands=["vru-ledger allocate ALPHA ONE 750"],
    )
    told = refusal.as_json()
    assert [reason["rule"] for reason in told["reasons"]] == ["capped-fund", "within-caps"]
    assert told["reasons"][1] == {
        "rule": "within-caps",
        "cap": "EACH",
        "message": "EACH: £0.01 over its limit of £750.00 for ONE",
    }
    assert told["reasons"][0]["cap"] is None
    assert told["caps"] == [
        {
            "cap": "EACH",
            "unit": "pence",
            "limit_pence": 75_000,
            "limit": "750.00",
            "used_pence": 0,
            "used": "0.00",
            "headroom_pence": 75_000,
            "headroom": "750.00",
            "after_pence": 75_001,
            "after": "750.01",
            "verdict": "£0.01 over, binds",
        },
        {
            "cap": "COUNT",
            "unit": "recipients",
            "limit": "8",
            "used": "0",
            "headroom": "8",
            "after": "1",
            "verdict": "ok",
        },
        {
            "cap": "END",
            "unit": "day",
            "limit": "2023-03-31",
            "used": None,
            "headroom": None,
            "after": "2023-03-31",
            "verdict": "ok",
        },
    ]
    assert told["largest_passing_pence"] == 75_000
    assert told["commands"] == ["vru-ledger allocate ALPHA ONE 750"]
    assert refusal.hint() == "vru-ledger allocate ALPHA ONE 750"
    assert refusal.replace(commands=()).hint() == ""


# All the rules together


def test_the_rules_speak_in_the_order_they_are_listed():
    limits = [cap("P", "amount", 5, per=("purpose",)), cap("END", "end", 20230331)]
    books = Books(limits, {}, fund=ALPHA.replace(closed=True))
    closed = (parse_period("2023/24"),)
    case = books.case(of(9, purpose="", dated=date(2024, 1, 1))).replace(closed=closed)
    breaches = judge(case)
    of_steps = ("legal-step", "in-order", "undone-after", "second-person", "planned", "delegated")
    listed = [rule.__name__.replace("_", "-") for rule in RULES]
    warn = ("within-use-by", "within-decision", "ahead-of-money")
    listed = [rule for rule in listed if rule not in (*of_steps, *warn)]
    assert [breach.rule for breach in breaches] == listed


def test_a_warning_alone_refuses_nothing():
    warning = Breach("within-dates", "warn", "late")
    assert not stops([])
    assert not stops([warning])
    assert stops([warning, Breach("within-caps", "stop", "over")])
