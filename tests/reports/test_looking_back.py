"""What is asked of an earlier time has every section, and nothing that came later."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import ACTOR, POUND, give, with_everything
from tests.reports.asking import ask
from vru_ledger import Ledger
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Decision, FundingSource
from vru_ledger.errors import NotFound
from vru_ledger.reports import awards, decisions, funds, profiles, sources
from vru_ledger.store import awards as stored
from vru_ledger.store import register
from vru_ledger.store.database import Database

MADE, PLANNED, PAID, TODAY = (
    date(2021, 5, 1),
    date(2021, 6, 1),
    date(2021, 7, 15),
    date(2021, 12, 1),
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A ledger in which one award is planned twice, and claimed and paid between."""
    made = with_everything(overridden=False)
    ada = Ledger(made, ACTOR, "")
    give(made, "ALPHA", "TWO", 400 * POUND, source="CR", dated=MADE)
    award = _newest(made)
    quarters = [Instalment(f"2021/22-Q{n}", Pence(200 * POUND)) for n in (2, 4)]
    ada.profile(award, quarters, on=PLANNED)
    ada.claim(award, 150 * POUND, on=date(2021, 7, 1))
    ada.pay(award, 150 * POUND, on=PAID)
    ada.profile(award, [Instalment("2021/22-Q4", Pence(400 * POUND))], on=date(2021, 10, 1))
    yield made
    made.close()


def _newest(database: Database) -> str:
    return str(ask(database, "awards", fund="ALPHA")[1][0].award)


def _made(database: Database) -> stored.Made:
    award = _newest(database)
    with database.read() as session:
        found = stored.made(session, award)
    assert found is not None
    return found


def _plan(database: Database, day: date, **when: Any) -> tuple[Answer, list[Any]]:
    award = _made(database)
    with database.read() as session:
        answer = profiles.answer(session, award, day, query=Query(**when))
        return answer, list(answer.rows)


def test_a_plan_is_told_as_it_was_with_what_was_paid_by_then(database: Database):
    _, rows = _plan(database, date(2021, 7, 10), as_of=date(2021, 7, 10))
    assert [(row.period[-2:], row.planned, row.paid, row.due) for row in rows] == [
        ("Q2", 200 * POUND, 0, 200 * POUND),
        ("Q4", 200 * POUND, 0, 0),
    ]
    answer, rows = _plan(database, PAID, as_of=PAID)
    assert (rows[0].paid, rows[0].due) == (150 * POUND, 50 * POUND)
    assert answer.meta["version"] == 1
    assert not any("is in force" in note for note in answer.notes)
    answer, [row] = _plan(database, TODAY)
    assert (answer.meta["version"], row.paid, row.due) == (2, 150 * POUND, 0)


def test_a_plan_of_before_there_was_one_is_not_found(database: Database):
    with pytest.raises(NotFound, match=r"nothing is planned of .* as of 2021-05-01"):
        _plan(database, MADE, as_of=MADE)
    with pytest.raises(NotFound, match="was not made yet, as of 2021-04-30"):
        _plan(database, MADE, as_of=date(2021, 4, 30))


def test_the_statement_of_an_award_tells_what_was_due_then_and_not_what_may_follow(
    database: Database,
):
    def notes(**when: Any) -> str:
        day, award = when.get("as_of") or TODAY, _made(database)
        with database.read() as session:
            answer = awards.one(session, award, day, Query(**when))
        return "\n".join(answer.notes)

    then = notes(as_of=date(2021, 7, 10))
    assert "due by 2021-07-10: £200.00" in then
    assert "owed to the recipient: £150.00\n" in then  # No command: it would be of today.
    assert f"what may follow is told of today: vru-ledger award show {_newest(database)}" in then
    assert "what may follow: amend, claim" in notes()


def test_a_fund_tells_its_money_by_source_and_year_as_it_was(database: Database):
    def lines(**when: Any) -> dict[tuple[str, str], int]:
        with database.read() as session:
            fund = register.find_fund(session, "ALPHA")
            assert fund is not None
            apart = [one for one in funds.one(session, fund, Query(**when)).apart]
        found = next(one for one in apart if one.name == "lines")
        return {(row.source, row.fy): row.unallocated for row in found.rows}

    before, after = lines(as_of=date(2021, 4, 30)), lines(as_of=MADE)
    assert after == lines()
    assert before["CR", "none given"] - after["CR", "none given"] == 400 * POUND


def test_a_source_is_told_with_the_money_it_had_by_then():
    made = with_everything(overridden=False)
    ada = Ledger(made, ACTOR, "")
    before = int(ask(made, "caps")[0].meta["entry"])
    ada.register(FundingSource(code="NEW", name="New Money"), reason="it comes")
    ada.change_authority(
        *("fund", "ALPHA", 70 * POUND),
        source="NEW",
        certainty="expected",
        on=date(2021, 9, 1),
        reason="it comes",
    )

    def told(**when: Any) -> tuple[int, int]:
        with made.read() as session:
            source = register.find_source(session, "NEW")
            assert source is not None
            answer = sources.one(session, source, Query(**when))
            [row] = answer.rows
            [lines] = answer.apart
            return row.authority, sum(line.authority for line in lines.rows)

    assert told() == told(as_of=date(2021, 9, 1)) == (70 * POUND, 70 * POUND)
    assert told(as_of=date(2021, 8, 31)) == (0, 0)
    with pytest.raises(NotFound, match="NEW was not registered yet"):
        told(known_at=before)
    made.close()


def test_a_decision_is_told_with_what_was_done_under_it_by_then():
    made = with_everything(overridden=False)
    ada = Ledger(made, ACTOR, "")
    told: dict[str, Any] = {"reason": "moved", "to_fund": "ALPHA", "decision": "DD 7"}
    [done] = ada.change_authority("vire", "BETA", 30 * POUND, on=MADE, **told)
    number = done.recorded.number
    ada.reverse(number, on=PAID, reason="a slip")
    ada.register(Decision(code="DD 7", amount_pence=Pence(5), signed_on=PLANNED), reason="signed")

    def facts(**when: Any) -> tuple[dict[str, str], list[tuple[int, int | None]]]:
        with made.read() as session:
            answer = decisions.one(session, "DD7", Query(**when))
            [entries] = answer.apart
            facts = {row.fact: row.value for row in answer.rows}
            return facts, [(row.entry, row.undone_by) for row in entries.rows]

    now, entries = facts()
    assert (now["signed"], now["authority"]) == ("2021-06-01", "£0.00")
    assert entries == [(number, number + 1)]
    then, entries = facts(as_of=PLANNED)
    assert (then["authority"], entries) == ("£30.00 of £0.05, £29.95 over", [(number, None)])
    assert facts(as_of=MADE)[0]["registered"] == "not by then"
    assert facts(known_at=number)[1] == [(number, None)]
    with pytest.raises(NotFound, match="no entry cites it as of 2021-04-30"):
        facts(as_of=date(2021, 4, 30))
    made.close()


def test_a_virement_is_undone_only_from_the_day_on_which_it_was():
    made = with_everything(overridden=False)
    ada = Ledger(made, ACTOR, "")
    told: dict[str, Any] = {"reason": "moved", "to_fund": "ALPHA"}
    [done] = ada.change_authority("vire", "BETA", 30 * POUND, on=MADE, **told)
    number = done.recorded.number
    ada.reverse(number, on=PAID, reason="a slip")

    def undone_by(**when: Any) -> int | None:
        [row] = [row for row in ask(made, "virements", **when)[1] if row.entry == number]
        return row.undone_by  # type: ignore[no-any-return]  # a Row's

    assert undone_by() == undone_by(as_of=PAID) == number + 1
    assert undone_by(as_of=MADE) is undone_by(known_at=number) is None
    made.close()
