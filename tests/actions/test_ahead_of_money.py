"""Who promises money of a day before it came is told so, and it stands among the exceptions."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import POUND, findings, ledger_of, record, registered
from tests.reports.asking import ask
from vru_ledger import Ledger
from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Fund, Recipient
from vru_ledger.store.database import Database

APRIL, MAY, JUNE, JULY = (date(2021, number, 1) for number in (4, 5, 6, 7))


def with_money(*came: tuple[date, int]) -> Database:
    """Make a ledger of one open fund, to which pounds came on days, and no cap that binds."""
    return ledger_of(
        registered(
            Recipient(code="ONE", name="First Trust", kind="charity"),
            Fund(code="ALPHA", name="Alpha Fund", theme="Youth", kinds="charity"),
        ),
        *(Funding(fund="ALPHA", amount_pence=Pence(sum_ * POUND), dated=day) for day, sum_ in came),
        CapSet(cap="TOTAL", fund="ALPHA", measure="amount", limit=10**9, dated=APRIL),
    )


@pytest.fixture
def books() -> Iterator[Database]:
    made = with_money((APRIL, 1_000), (JUNE, 500))
    yield made
    made.close()


def ahead(warnings: object) -> list[str]:
    return [one.sentence for one in warnings if one.rule == "ahead-of-money"]  # type: ignore[attr-defined]


def listed(database: Database) -> list[str]:
    _, rows = ask(database, "exceptions")
    return [row.detail for row in rows if row.what == "ahead of money"]


def test_to_the_penny_that_was_there_nothing_is_said_and_one_more_is(books: Database):
    ada = Ledger(books, "Ada", "")
    assert ahead(ada.allocate("ALPHA", "ONE", 1_000 * POUND, on=MAY).warnings) == []
    assert listed(books) == []
    [said] = ahead(ada.allocate("ALPHA", "ONE", 1, on=MAY).warnings)
    assert said.startswith(
        "before 2021-06-01 Alpha Fund had £0.00 unallocated there: £0.01 is promised ahead"
    )
    assert listed(books) == ["promised by 2021-05-31, and the money came later"]
    assert findings(books) == []


def test_from_the_day_on_which_the_money_came_nothing_is_said(books: Database):
    ada = Ledger(books, "Ada", "")
    assert ahead(ada.allocate("ALPHA", "ONE", 1_500 * POUND, on=JUNE).warnings) == []
    assert listed(books) == []


def test_what_others_promised_of_a_day_between_counts(books: Database):
    ada = Ledger(books, "Ada", "")
    first = ada.allocate("ALPHA", "ONE", 900 * POUND, on=MAY)
    [said] = ahead(ada.allocate("ALPHA", "ONE", 200 * POUND, on=APRIL).warnings)
    assert "had £100.00 unallocated there: £100.00 is promised ahead" in said
    ada.close_award(first.entry.award, on=MAY, reason="Not wanted")
    assert listed(books) == []


def test_a_virement_out_of_a_fund_is_told_the_same(books: Database):
    record(books, registered(Fund(code="BETA", name="Beta Fund", theme="Youth", kinds="charity")))
    ada = Ledger(books, "Ada", "")
    for pounds, told in ((1_000, 0), (1, 1)):
        [moved] = ada.change_authority(
            "vire", "ALPHA", pounds * POUND, to_fund="BETA", on=MAY, reason="Moved"
        )
        assert len(ahead(moved.warnings)) == told


DAYS = st.sampled_from([APRIL, date(2021, 4, 30), MAY, date(2021, 5, 31), JUNE, JULY])


@given(
    st.lists(st.tuples(DAYS, st.integers(1, 300)), min_size=1, max_size=4),
    st.lists(st.tuples(DAYS, st.integers(1, 300)), min_size=1, max_size=6),
)
def test_it_is_said_exactly_when_a_day_then_shows_less_than_nothing(
    came: list[tuple[date, int]], asked: list[tuple[date, int]]
):
    """Against the sums of plain days, one clerk after another."""
    books = with_money(*came)
    try:
        ada = Ledger(books, "Ada", "")
        promised: list[tuple[date, int]] = []
        for day, pounds in asked:
            if sum(pence for _, pence in came) - sum(p for _, p in promised) < pounds:
                continue
            then = [*promised, (day, pounds)]
            short = any(
                sum(p for when, p in came if when <= at) < sum(p for when, p in then if when <= at)
                for at in sorted({when for when, _ in [*came, *then]})
                if at >= day
            )
            said = ahead(ada.allocate("ALPHA", "ONE", pounds * POUND, on=day).warnings)
            assert bool(said) == short, (came, then, said)
            promised = then
    finally:
        books.close()


@pytest.mark.usefixtures("in_memory")
def test_whether_money_came_later_is_asked_of_the_few_entries_that_are_no_awards():
    """At a million awards the fund's own index holds too many: headroom took twice its time."""
    books = with_money((APRIL, 1_000))
    connection = books.driver.connection
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    Ledger(books, "Ada", "").allocate("ALPHA", "ONE", 1, on=MAY)
    connection.set_trace_callback(None)
    [statement] = {one for one in asked if "MAX(dated)" in one}
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    books.close()
    assert plan == ["SEARCH entries USING INDEX entries_of_kind (kind=?)"]
