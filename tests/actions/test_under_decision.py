"""Who goes over a decision is told so, whatever records it; the rest of the transaction counts."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import POUND, give, record, registered, with_everything
from tests.reports.asking import ask
from vru_ledger import Ledger
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Moment
from vru_ledger.domain.register import AuthorityLimit, Decision
from vru_ledger.domain.under_decision import Done
from vru_ledger.store.database import Database
from vru_ledger.store.under_decision import done

ON = date(2021, 5, 1)
PCD: dict[str, Any] = {"decision": "PCD 9"}


@pytest.fixture
def books() -> Iterator[Database]:
    made = with_everything()
    record(made, registered(Decision(code="PCD 9", amount_pence=Pence(100 * POUND))))
    yield made
    made.close()


def over(warnings: object) -> list[str]:
    return [one.sentence for one in warnings if one.rule == "within-decision"]  # type: ignore[attr-defined]


def test_the_penny_over_is_told_and_the_pound_under_is_not(books: Database):
    assert over(give(books, "ALPHA", "TWO", 100 * POUND, source="HO", **PCD).warnings) == []
    [said] = over(give(books, "ALPHA", "TWO", 1, source="HO", **PCD).warnings)
    assert "£100.01 promised under it, £0.01 over the £100.00" in said
    assert over(give(books, "ALPHA", "TWO", 1, source="HO", decision="PCD 10").warnings) == []


def test_a_clerk_who_records_one_after_another_counts_them_all(books: Database):
    ada = Ledger(books, "Ada", "")
    told = [
        over(ada.allocate("ALPHA", "TWO", 40 * POUND, source="HO", on=ON, **PCD).warnings)
        for _ in range(3)
    ]
    assert [len(one) for one in told] == [0, 0, 1]


def test_what_was_undone_or_given_back_makes_room_again(books: Database):
    ada = Ledger(books, "Ada", "")
    first = ada.allocate("ALPHA", "TWO", 90 * POUND, source="HO", on=ON, **PCD)
    ada.reverse(first.recorded.number, on=ON, reason="Typed twice")
    second = ada.allocate("ALPHA", "TWO", 90 * POUND, source="HO", on=ON, **PCD)
    assert over(second.warnings) == []
    ada.amend(second.entry.award, -50 * POUND, on=ON, reason="Less", **PCD)
    assert over(ada.allocate("ALPHA", "TWO", 60 * POUND, source="HO", on=ON, **PCD).warnings) == []
    assert len(over(ada.amend(second.entry.award, 1, on=ON, reason="More", **PCD).warnings)) == 1


def test_an_approval_and_authority_are_told_too(books: Database):
    ada, bob = Ledger(books, "Ada", ""), Ledger(books, "Bob", "")
    asked = ada.allocate("ALPHA", "TWO", 101 * POUND, source="HO", on=ON, propose=True, **PCD)
    assert over(asked.warnings) == []
    assert len(over(bob.approve(asked.entry.award, on=ON, **PCD).warnings)) == 1
    [fund] = ada.change_authority("fund", "BETA", 101 * POUND, on=ON, **PCD)
    assert len(over(fund.warnings)) == 1


def test_a_preview_counts_for_nothing(books: Database):
    for _ in range(2):
        tried = give(books, "ALPHA", "TWO", 60 * POUND, source="HO", preview=True, **PCD)
        assert over(tried.warnings) == []


def test_what_was_done_is_of_the_moment_that_is_asked_about(books: Database):
    ada = Ledger(books, "Ada", "")
    first = ada.allocate("ALPHA", "TWO", 90 * POUND, source="HO", on=ON, **PCD).recorded.number
    ada.reverse(first, on=date(2021, 6, 1), reason="Typed twice")
    with books.read() as session:
        assert "PCD 9" not in done(session)
        assert done(session, moment=Moment(known_at=first))["PCD 9"] == Done(90 * POUND, 0)
        assert done(session, "PCD 9", Moment(as_of=ON)) == {"PCD 9": Done(90 * POUND, 0)}


def test_the_decisions_are_told_as_they_were_known_and_signed(books: Database):
    signed = Decision(code="PCD 12", amount_pence=Pence(5), signed_on=date(2022, 1, 1))
    [before] = record(books, registered(signed))
    record(books, registered(signed.replace(amount_pence=Pence(7))))
    assert {row.decision: row.amount for row in ask(books, "decisions")[1]}["PCD 12"] == 7
    _, then = ask(books, "decisions", known_at=before.number)
    assert {row.decision: row.amount for row in then}["PCD 12"] == 5
    _, then = ask(books, "decisions", as_of=date(2021, 12, 31))
    assert "PCD 12" not in {row.decision for row in then}
    _, then = ask(books, "decisions", known_at=before.number - 1)
    assert "PCD 12" not in {row.decision for row in then}


def test_the_limits_are_told_as_they_were_set_and_of_days_gone_by(books: Database):
    def told(**query: Any) -> dict[str, int | None]:
        rows = ask(books, "authority", **query)[1]
        return {row.from_day.isoformat(): row.decision_over for row in rows}

    limit = AuthorityLimit(code="2022-04-01", decision_over_pence=5)
    [before] = record(books, registered(limit))
    record(books, registered(limit.replace(decision_over_pence=7)))
    assert told()["2022-04-01"] == 7
    assert told(known_at=before.number)["2022-04-01"] == 5
    assert "2022-04-01" not in told(as_of=date(2022, 3, 31))
    assert "2022-04-01" in told(as_of=date(2022, 4, 1))
    assert "2022-04-01" not in told(known_at=before.number - 1)
