"""The reports that finance runs: every figure is found again by adding up movements by hand."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import POUND, give, record, registered, with_everything
from tests.reports.asking import ask
from tests.reports.lived import TODAY, Move, kind_of, lived, moves, total
from vru_ledger import Ledger, reports
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.profiles import Instalment
from vru_ledger.domain.query import Moment, Query
from vru_ledger.domain.register import Decision
from vru_ledger.domain.stages import HELD, STAGES
from vru_ledger.errors import BadInput
from vru_ledger.store.database import Database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = lived()
    yield made
    made.close()


@pytest.fixture(scope="module")
def everything(database: Database) -> list[Move]:
    return moves(database)


MOMENTS = [
    Moment(),
    Moment(as_of=date(2022, 6, 1)),
    Moment(as_of=date(2021, 12, 31)),
    Moment(known_at=50),
    Moment(as_of=date(2022, 4, 15), known_at=45),
]


def by_then(some: list[Move], moment: Moment) -> list[Move]:
    day = moment.as_of.isoformat() if moment.as_of else "9"
    most = moment.known_at or 10**9
    return [one for one in some if one.number <= most and (not one.dated or one.dated <= day)]


def at(moment: Moment, **more: Any) -> dict[str, Any]:
    return {"as_of": moment.as_of, "known_at": moment.known_at, "today": TODAY, **more}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("by", [("fund",), ("fy", "fund"), ("source", "fy", "fund")])
def test_the_budget_and_the_actual_of_monitoring_are_what_was_moved(
    database: Database, everything: list[Move], by: tuple[str, ...], moment: Moment
):
    then = by_then(everything, moment)
    kind = kind_of(everything)
    _, rows = ask(database, "monitoring", **at(moment, by=by))
    assert rows
    for row in rows:
        mine = [o for o in then if all(getattr(o, n) == (getattr(row, n) or "") for n in by)]
        budget = [one for one in mine if one.stage == "authority"]
        assert row.revised == total(budget, lambda one: True)
        assert row.virements == total(budget, lambda one: kind(one) in ("vire", "carry"))
        assert row.ended == total(budget, lambda one: kind(one) in ("lapse", "surrender"))
        assert row.original == total(
            budget, lambda one: kind(one) not in ("vire", "carry", "lapse", "surrender")
        )
        assert row.actual == total(mine, lambda one: one.stage in ("payable", "disbursed"))
        assert row.committed == total(mine, lambda one: one.stage == "committed")
        assert row.variance == row.forecast - row.revised
    assert sum(row.revised for row in rows) == total(then, lambda one: one.stage == "authority")


def test_the_forecast_is_the_actual_what_is_planned_to_come_and_what_nobody_planned(
    database: Database,
):
    _, rows = ask(database, "monitoring", fund="ALPHA", today=TODAY)
    [alpha] = rows
    # Of ALPHA-0001 £3,500: planned £3,000 in quarters that have ended, £500 in August, which has
    # not. Claimed £1,250: £900 of it paid, and £350 payable.
    assert alpha.profile == 300_000
    assert alpha.actual == 125_000 + 38_000
    planned_to_come = 50_000
    committed_elsewhere = alpha.committed - (350_000 - 125_000)
    assert alpha.forecast == alpha.actual + planned_to_come + committed_elsewhere
    assert alpha.comment.startswith("underspend: ")
    assert "£1,750.00 committed and in no period to come" in alpha.comment
    _, [later] = ask(database, "monitoring", fund="ALPHA", today=date(2022, 9, 1))
    assert (later.profile, later.forecast) == (350_000, alpha.forecast - planned_to_come)


@pytest.mark.parametrize(
    ("variance", "rag"),
    [(0, "green"), (-50, "green"), (-51, "amber"), (-100, "amber"), (-101, "red"), (1, "red")],
)
def test_rag_is_a_word_that_goes_by_the_share_of_the_budget(variance: int, rag: str):
    from vru_ledger.reports import monitoring

    row = monitoring.Row(
        revised=Pence(1000), forecast=Pence(1000 + variance), variance=Pence(variance)
    )
    assert monitoring._completed(row).rag == rag


def test_monitoring_belongs_to_no_recipient(database: Database):
    with pytest.raises(BadInput, match="belong to no recipient"):
        ask(database, "monitoring", by=("recipient",))


@pytest.mark.parametrize("moment", MOMENTS)
def test_commitments_are_what_is_undrawn_of_every_award(
    database: Database, everything: list[Move], moment: Moment
):
    then = by_then(everything, moment)
    answer, rows = ask(database, "commitments", **at(moment))
    undrawn = {
        award: tuple(
            sum(one.pence for one in then if (one.award, one.stage) == (award, stage))
            for stage in ("committed", "payable")
        )
        for award in {one.award for one in then if one.award}
    }
    assert {row.award: (row.committed, row.payable) for row in rows} == {
        award: held for award, held in undrawn.items() if any(held)
    }
    assert all(row.undrawn == row.committed + row.payable for row in rows)
    assert answer.total.undrawn == sum(row.undrawn for row in rows)
    assert [row.award for row in rows] == sorted(row.award for row in rows)


@pytest.mark.parametrize(
    "narrowed",
    [
        {"fund": "ALPHA"},
        {"recipient": "TWO"},
        {"bcu": "BCU-1"},
        {"fy": "2021/22"},
        {"award": "ALPHA-0001"},
        {"source": "HO", "area": "E1"},
    ],
)
@pytest.mark.parametrize("moment", MOMENTS[:2])
def test_commitments_and_claims_can_be_narrowed_and_still_tie(
    database: Database, everything: list[Move], narrowed: dict[str, str], moment: Moment
):
    mine = [
        one
        for one in by_then(everything, moment)
        if all(getattr(one, name) == value for name, value in narrowed.items())
    ]
    answer, rows = ask(database, "commitments", **at(moment, **narrowed))
    assert answer.total.undrawn == total(mine, lambda one: one.stage in ("committed", "payable"))
    answer, rows = ask(database, "claims", **at(moment, **narrowed))
    assert sum(row.waiting for row in rows) == total(mine, lambda one: one.stage == "payable")


def test_commitments_are_read_one_after_another_and_their_total_is_known_before(
    database: Database,
):
    with database.read() as session:
        answer = reports.report("commitments").answer(session, Query(today=TODAY))
        assert iter(answer.rows) is answer.rows
        assert answer.total.undrawn > 0
        assert sum(row.undrawn for row in answer.rows) == answer.total.undrawn


def test_a_commitment_tells_its_age_and_whether_its_term_is_past(database: Database):
    _, rows = ask(database, "commitments", today=TODAY)
    by_award = {row.award: row for row in rows}
    assert by_award["ALPHA-0001"].age_days == (TODAY - date(2021, 4, 1)).days
    assert by_award["BETA-0001"].term == "ended"
    assert by_award["BETA-0001"].days_left == (date(2022, 3, 31) - TODAY).days
    answer, found = ask(database, "commitments", today=TODAY, exceptions=True)
    assert {row.award for row in found} == {row.award for row in rows if row.term == "ended"}
    assert answer.total.undrawn == sum(row.undrawn for row in found)
    assert any("left out" in note for note in answer.notes)


def test_a_claim_waits_from_its_own_day_and_the_oldest_is_paid_first(database: Database):
    _, rows = ask(database, "claims", today=TODAY)
    # £1,000 claimed and £900 paid of it; £400 claimed, of which £150 was not approved after all.
    # What was taken back leaves the oldest first, as what is paid does: £350 of the second waits.
    assert [(row.award, row.ref, row.waiting, row.age_days) for row in rows] == [
        ("ALPHA-0001", "C2", 35_000, 14)
    ]
    _, then = ask(database, "claims", as_of=date(2022, 7, 31))
    assert [(row.ref, row.waiting, row.band) for row in then] == [("C1", 10_000, "over 90 days")]


def quarter_of(day: str) -> str:
    if not day:
        return "no day"
    year, month = int(day[:4]), int(day[5:7])
    first = year if month >= 4 else year - 1
    return f"{first}/{(first + 1) % 100:02}-Q{(month - 4) % 12 // 3 + 1}"


@pytest.mark.parametrize("moment", MOMENTS)
def test_payments_are_what_was_paid_less_what_came_back_by_quarter(
    database: Database, everything: list[Move], moment: Moment
):
    paid: dict[tuple[str, str], int] = {}
    for one in by_then(everything, moment):
        if one.stage in ("disbursed", "recoverable"):
            key = one.fund, quarter_of(one.dated)
            paid[key] = paid.get(key, 0) + one.pence
    answer, rows = ask(database, "payments", **at(moment))
    assert {(row.fund, row.period): row.paid for row in rows if row.paid} == {
        key: pence for key, pence in paid.items() if pence
    }
    if moment == Moment():
        assert {row.period: row.planned for row in rows if row.planned} == {
            "2021/22-Q1": 100_000,
            "2021/22-Q2": 100_000,
            "2021/22-Q4": 100_000,
            "2022/23-Q2": 50_000,
        }
    assert all(row.difference == row.paid - row.planned for row in rows)
    assert answer.total.paid == sum(row.paid for row in rows)


@pytest.mark.parametrize("size", ["year", "quarter", "month"])
@pytest.mark.parametrize("report", ["payments", "monitoring"])
def test_periods_as_columns_add_up_to_what_was_planned_and_moved(
    database: Database, everything: list[Move], report: str, size: str
):
    stages = ("disbursed", "recoverable") if report == "payments" else ("payable", "disbursed")
    answer, rows = ask(database, report, periods=size, today=TODAY)
    happened = [row for row in rows if row.measure in ("paid", "actual")]
    assert sum(row.total for row in happened) == total(everything, lambda o: o.stage in stages)
    planned = [row for row in rows if row.measure in ("planned", "profile")]
    assert sum(row.total for row in planned) == 350_000
    periods = answer.shown[answer.shown.index("measure") + 1 : -1]
    assert all(row.total == sum(getattr(row, name) for name in periods) for row in rows)
    if size == "quarter":
        assert list(periods) == [f"2021/22-Q{n}" for n in (1, 2, 3, 4)] + [
            f"2022/23-Q{n}" for n in (1, 2)
        ]


@pytest.mark.parametrize("stage", ["", "committed", "unallocated", "authority"])
@pytest.mark.parametrize("by", [("fund",), ("area",), ("fy", "bcu"), ("theme", "source")])
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_position_by_period_is_the_position_at_the_end_of_each(
    database: Database, by: tuple[str, ...], stage: str, moment: Moment
):
    answer, rows = ask(database, "position", **at(moment, by=by, stage=stage, periods="quarter"))
    names = {"theme": "theme", "fund": "fund", "area": "area", "bcu": "bcu", "source": "source"}
    for period in answer.shown:
        if "-Q" not in period:
            continue
        first, quarter = int(period[:4]), int(period[-1])
        end = (date(first, 6, 30), date(first, 9, 30), date(first, 12, 31), date(first + 1, 3, 31))
        day = min(end[quarter - 1], moment.as_of or date.max)
        _, held = ask(database, "position", by=by, stage=stage, as_of=day, known_at=moment.known_at)
        for row in rows:
            keys = [names.get(name, name) for name in by]
            same = [o for o in held if all(getattr(o, k) == getattr(row, k) for k in keys)]
            told = sum(getattr(one, stage or "allocated") for one in same)
            assert getattr(row, period) == told


@pytest.mark.parametrize("by", [("fund",), ("fy",), ("area",), ("bcu", "fund"), ("theme",)])
def test_movements_roll_forward_from_opening_to_closing(
    database: Database, everything: list[Move], by: tuple[str, ...]
):
    since, until = date(2022, 4, 1), date(2022, 7, 3)
    _, rows = ask(database, "movements", by=by, since=since, until=until, today=TODAY)
    stages = HELD if {"area", "bcu"} & set(by) else STAGES
    assert {row.stage for row in rows} >= set(stages) - {"payable"}
    if "theme" in by:
        return
    for row in rows:
        mine = [
            one
            for one in everything
            if one.stage == row.stage
            and all(getattr(one, name) == (getattr(row, name) or "") for name in by)
        ]
        assert row.opening == total(mine, lambda one: one.dated < since.isoformat())
        assert row.closing == total(mine, lambda one: one.dated <= until.isoformat())
        entries: dict[int, int] = {}
        for one in mine:
            if since.isoformat() <= one.dated <= until.isoformat():
                entries[one.number] = entries.get(one.number, 0) + one.pence
        assert row.moved_in == sum(pence for pence in entries.values() if pence > 0)
        assert row.moved_out == sum(pence for pence in entries.values() if pence < 0)


def test_movements_need_a_first_day_before_the_last(database: Database):
    with pytest.raises(BadInput, match="comes after the last"):
        ask(database, "movements", since=date(2022, 5, 1), until=date(2022, 4, 1))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fund", ["", "GAMMA", "BETA"])
def test_the_log_of_virements_comes_to_the_authority(
    database: Database, everything: list[Move], fund: str, moment: Moment
):
    then = by_then(everything, moment)
    answer, rows = ask(database, "virements", **at(moment, fund=fund))
    assert answer.total.change == total(
        then, lambda one: one.stage == "authority" and fund in ("", one.fund)
    )
    assert [row.entry for row in rows] == sorted(row.entry for row in rows)


def test_a_virement_that_was_undone_says_by_which_entry(database: Database):
    _, rows = ask(database, "virements", fund="GAMMA")
    kinds = [row.kind for row in rows]
    assert kinds[-5:] == ["vire", "vire", "reverse-authority", "surrender", "fund"]
    assert [row.change for row in rows[-5:]] == [15_000, 2_000, -2_000, -500, 7_000]
    assert rows[-4].undone_by == rows[-3].entry
    _, [one] = ask(database, "virements", kind="surrender")
    assert (one.money, one.amount) == ("GAMMA", 500)


def test_changes_of_a_year_and_what_its_awards_took_over_come_to_its_authority(
    database: Database,
):
    overs = []
    for fy in ("2021/22", "2022/23"):
        answer, rows = ask(database, "virements", fy=fy)
        _, [held] = ask(database, "position", fy=fy, by=("fy",))
        over = held.authority - sum(row.change for row in rows)
        told = [note for note in answer.notes if "took over from money of no year" in note]
        assert [note.split()[0] for note in told] == ([format_pounds(over)] if over else [])
        overs.append(over)
    assert any(overs)


def test_an_ending_that_was_undone_goes_to_no_other_line():
    made = lived()
    ada = Ledger(made, "Ada", "")
    _, [ended] = ask(made, "virements", kind="surrender")
    ada.reverse(ended.entry, on=date(2022, 7, 5), reason="Needed after all")
    _, rows = ask(made, "virements", kind="reverse-authority")
    assert [(row.money, row.goes_to) for row in rows] == [("GAMMA", "BETA"), ("GAMMA", "")]
    made.close()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_statement_tells_what_is_held_for_a_recipient_award_by_award(
    database: Database, everything: list[Move], moment: Moment
):
    for recipient in ("ONE", "TWO", "SITE"):
        mine = [o for o in by_then(everything, moment) if o.recipient == recipient]
        answer, rows = ask(database, "recipient", **at(moment, recipient=recipient))
        for row in (*rows, answer.total):
            of = [o for o in mine if row.award in ("total", o.award)]
            told = (
                *(row.not_approved, row.undrawn, row.owed),
                *(row.paid - row.owed_back, row.owed_back),
            )
            assert told == tuple(sum(o.pence for o in of if o.stage == stage) for stage in HELD)
            assert row.awarded == row.undrawn + row.owed + row.paid == sum(told[1:])
        if rows:
            [lines] = answer.apart
            amounts = {line.entry: line.amount for line in lines.rows}
            assert set(amounts) >= {one.number for one in mine}


def test_what_is_only_proposed_is_not_awarded(database: Database):
    answer, rows = ask(database, "recipient", recipient="TWO", today=TODAY)
    [proposal] = [row for row in rows if row.state == "proposed"]
    assert (proposal.awarded, proposal.not_approved) == (0, 100 * POUND)
    assert answer.total.awarded == sum(row.awarded for row in rows if row is not proposal)


def test_a_statement_is_of_somebody(database: Database):
    answer, rows = ask(database, "recipient")
    assert rows == []
    assert "say whose statement it is: --recipient NAME" in answer.notes


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("report", "by"), [("areas", "area"), ("bcus", "bcu")])
@pytest.mark.parametrize(
    "narrowed", [{}, {"fund": "ALPHA"}, {"recipient": "TWO"}, {"bcu": "BCU-1"}]
)
def test_every_place_is_told_with_what_is_held_for_it(
    database: Database,
    everything: list[Move],
    report: str,
    by: str,
    narrowed: dict[str, str],
    moment: Moment,
):
    mine = [
        one
        for one in by_then(everything, moment)
        if one.stage in HELD and all(getattr(one, n) == v for n, v in narrowed.items())
    ]
    answer, rows = ask(database, report, **at(moment, **narrowed))
    held = {getattr(one, by): 0 for one in mine}
    for one in mine:
        held[getattr(one, by)] += one.pence
    assert {row.code: row.allocated for row in rows if row.allocated} == {
        code: pence for code, pence in held.items() if pence
    }
    assert answer.total.allocated == total(mine, lambda one: True)
    if not narrowed:
        wanted = {"E1", "E2", "E3"} if by == "area" else {"BCU-1"}
        assert {row.code for row in rows} >= wanted


def test_exceptions_are_what_somebody_has_to_look_at(database: Database):
    answer, rows = ask(database, "exceptions", today=TODAY)
    told = [(row.what, row.fund, row.about, row.amount) for row in rows]
    assert ("behind plan", "ALPHA", "ALPHA-0001", 210_000) in told
    assert ("owed back", "ALPHA", "ALPHA-0002", 12_000) in told
    assert ("proposal", "ALPHA", "ALPHA-0007", 10_000) in told
    assert ("not covered", "GAMMA", "HO 2022/23", 7_000) in told
    assert ("term ended", "BETA", "1 award", 40_000) in told
    assert ("cap", "ALPHA", "ALPHA-ONE, ALPHA-0001", 100_000) in told
    assert "claim" not in {what for what, *_ in told}
    assert f"{len(rows)} to look at: " in " ".join(answer.notes)
    _, later = ask(database, "exceptions", today=date(2022, 9, 15))
    assert ("claim", "ALPHA-0001, First Trust", 35_000) in [
        (row.what, row.about, row.amount) for row in later
    ]
    assert not ask(database, "exceptions", fund="DELTA", today=TODAY)[1]


def test_a_virement_that_nobody_decides_is_an_exception_until_somebody_does():
    made = lived()
    ada, bob = Ledger(made, "Ada", ""), Ledger(made, "Bob", "")
    told: dict[str, Any] = {"on": date(2022, 8, 1), "reason": "Reallocation", "decision": "PCD 9"}
    [asked] = ada.change_authority(
        "vire", "BETA", 10 * POUND, to_fund="GAMMA", propose=True, **told
    )
    number = asked.recorded.number

    def found(day: date, **more: Any) -> list[tuple[str, int, int]]:
        _, rows = ask(made, "exceptions", today=day, **more)
        return [
            (row.about, row.amount, row.age_days) for row in rows if row.next == f"show {number}"
        ]

    late = [(f"vire to GAMMA, entry {number}", 10 * POUND, 15)]
    day = date(2022, 8, 16)
    assert found(date(2022, 8, 15)) == []
    assert found(day) == found(day, fund="BETA") == found(day, fund="GAMMA") == late
    assert found(day, fund="ALPHA") == found(day, recipient="ONE") == []
    bob.approve_entry(number, on=date(2022, 8, 20))
    assert found(day) == []
    assert found(day, as_of=day) == found(day, known_at=number) == late
    made.close()


def test_a_virement_that_was_proposed_and_undone_waits_for_nobody():
    made = lived()
    ada = Ledger(made, "Ada", "")
    told: dict[str, Any] = {"on": date(2022, 8, 1), "reason": "Reallocation"}
    [asked] = ada.change_authority("vire", "BETA", 10, to_fund="GAMMA", propose=True, **told)
    number = asked.recorded.number
    ada.reverse(number, on=date(2022, 8, 20), reason="Not needed")
    for when, many in (({"today": date(2022, 9, 1)}, 0), ({"as_of": date(2022, 8, 19)}, 1)):
        _, rows = ask(made, "exceptions", **when)
        assert sum(row.next == f"show {number}" for row in rows) == many
    made.close()


@pytest.mark.parametrize("moment", MOMENTS)
def test_sources_tell_their_money_as_it_was(
    database: Database, everything: list[Move], moment: Moment
):
    then = by_then(everything, moment)
    _, rows = ask(database, "sources", **at(moment))
    for row in rows:
        mine = [one for one in then if one.source == row.source]
        assert row.authority == total(mine, lambda one: one.stage == "authority")
        assert row.unallocated == total(mine, lambda one: one.stage == "unallocated")
    expected = {row.source: row.expected for row in rows}
    assert expected == {"CR": 0, "HO": 7_000 if moment == Moment() else 0}
    _, [one] = ask(database, "sources", **at(moment, source="HO", fund="ALPHA", fy="2021/22"))
    assert one.authority == total(
        then,
        lambda o: (o.stage, o.source, o.fund, o.fy) == ("authority", "HO", "ALPHA", "2021/22"),
    )


def test_an_audit_tells_reversals_losses_what_was_late_and_who_approves_whom(database: Database):
    _, rows = ask(database, "audit")
    told = {what: [row for row in rows if row.what == what] for what in {r.what for r in rows}}
    assert [row.amount for row in told["reversal"]] == [7_700, 2_000]
    assert all(row.with_whom == "Ada" for row in told["reversal"])
    assert [(row.amount, row.reason) for row in told["loss"]] == [(3_000, "It is gone")]
    [pair] = told["same pair"]
    assert (pair.actor, pair.with_whom, pair.about) == ("Ada", "Bob", "2 approvals")
    assert pair.amount == 50_000
    with database.read() as session:
        days = session.rows(
            "SELECT number, substr(recorded_at, 1, 10), dated FROM entries"
            " WHERE dated IS NOT NULL ORDER BY number"
        )
    late = [
        number
        for number, recorded, dated in days
        if (date.fromisoformat(recorded) - date.fromisoformat(dated)).days > 31
    ]
    assert [row.entry for row in told["late"]] == late


def test_an_audit_names_what_was_put_on_record():
    made = lived()
    late = Decision(code="PCD 77")
    record(made, registered(late).replace(dated=date(2021, 1, 1)))
    _, rows = ask(made, "audit")
    assert [row.about for row in rows if row.about.startswith("register")] == ["register, PCD 77"]
    made.close()


@pytest.mark.parametrize("report", ["monitoring", "payments", "claims", "caps"])
def test_exceptions_of_a_report_are_some_of_its_rows_and_the_rest_is_told(
    database: Database, report: str
):
    _, every = ask(database, report, today=TODAY, everything=True)
    answer, some = ask(database, report, today=TODAY, exceptions=True)
    assert len(some) < len(every) or report == "monitoring"
    assert all(row in every for row in some)
    assert any(note.startswith("exceptions: ") for note in answer.notes)


@pytest.mark.parametrize("report", ["journal", "areas", "movements"])
def test_a_report_without_exceptions_says_so(database: Database, report: str):
    with pytest.raises(BadInput, match="does not know which of its rows are exceptions"):
        ask(database, report, exceptions=True)


def test_without_a_clock_ages_are_counted_to_the_day_of_the_newest_entry(database: Database):
    answer, _ = ask(database, "commitments")
    with database.read() as session:
        row = session.row("SELECT recorded_at FROM entries ORDER BY number DESC LIMIT 1")
    assert row is not None
    assert answer.meta["counted_to"] == row[0][:10]


def test_nothing_is_forecast_of_what_an_award_no_longer_holds():
    database = lived()
    ada = Ledger(database, "Ada", "")
    before = ask(database, "monitoring", fund="ALPHA", today=TODAY)[1][0]
    assert before.forecast - before.actual - (before.committed - 225_000) == 50_000
    # Closed: what was planned and not delivered is not planned any more, and not forecast.
    ada.pay("ALPHA-0001", 35_000, on=date(2022, 8, 3))
    ada.close_award("ALPHA-0001", on=date(2022, 8, 3))
    [after] = ask(database, "monitoring", fund="ALPHA", today=TODAY)[1]
    assert after.actual == before.actual
    assert after.forecast == after.actual + after.committed
    assert after.profile == 125_000
    _, rows = ask(database, "payments", today=TODAY)
    assert sum(row.planned for row in rows) == 125_000
    assert "behind plan" not in {row.what for row in ask(database, "exceptions", today=TODAY)[1]}


def test_no_more_is_forecast_than_is_committed():
    database = lived()
    ada = Ledger(database, "Ada", "")
    ada.amend("ALPHA-0001", -222_000, on=date(2022, 8, 3), reason="Cut")
    [row] = ask(database, "monitoring", fund="ALPHA", today=TODAY)[1]
    # £500 are planned in August, and £30 are committed: no plan pays what is not there.
    of_others = row.committed - 3_000
    assert row.forecast == row.actual + 3_000 + of_others


def test_no_more_is_planned_to_be_paid_than_an_award_still_comes_to():
    database = lived()
    ada = Ledger(database, "Ada", "")
    # Planned are £3,500; £1,250 were claimed of it, and £30 are left to be.
    ada.amend("ALPHA-0001", -222_000, on=date(2022, 8, 3), reason="Cut")
    for when, pence in (({"today": TODAY}, 128_000), ({"as_of": date(2022, 8, 2)}, 350_000)):
        answer, rows = ask(database, "payments", **when)
        assert sum(row.planned for row in rows) == answer.total.planned == pence
        _, years = ask(database, "burndown", fund="ALPHA", **when)
        assert sum(row.planned for row in years) == pence


def test_a_plan_of_what_is_only_proposed_is_no_plan_yet():
    database = lived()
    ada = Ledger(database, "Ada", "")
    ada.profile("ALPHA-0007", [Instalment("2022/23-Q1", Pence(10_000))], on=date(2022, 4, 3))
    _, rows = ask(database, "payments", today=TODAY)
    assert sum(row.planned for row in rows) == 350_000


def test_decisions_tell_what_was_promised_and_moved_under_each():
    books = lived()
    with books.read() as session:
        cited: dict[int, str] = dict(
            session.rows("SELECT number, decision FROM entries WHERE decision <> ''")
        )
    record(books, registered(*(Decision(code=ref) for ref in sorted({*cited.values()}))))
    every = moves(books)
    for day in (date(2021, 12, 31), date(2022, 7, 1), None):
        then = by_then(every, Moment(as_of=day))
        undone = {one.reverses for one in then}
        mine = [o for o in then if o.number in cited and o.number not in undone and not o.reverses]
        _, rows = ask(books, "decisions", as_of=day)
        assert {row.decision for row in rows} == {*cited.values()}
        for row in rows:
            of = [one for one in mine if cited[one.number] == row.decision]
            moved = {(one.number, abs(one.pence)) for one in of if one.stage == "authority"}
            assert row.authority == sum(pence for _, pence in moved)
            assert row.promised == total(of, lambda one: one.stage == "committed")
    assert sum(row.authority for row in rows) > 15_500
    assert sum(row.promised for row in rows) > 0
    books.close()


def test_a_decision_under_which_more_was_promised_than_it_decides_is_an_exception():
    def over(**more: Any) -> list[tuple[str, int | None, str]]:
        _, rows = ask(books, "exceptions", today=TODAY, **more)
        return [(row.about, row.amount, row.detail) for row in rows if row.about == "PCD 9"]

    books = with_everything()
    record(books, registered(Decision(code="PCD 9", amount_pence=Pence(100 * POUND))))
    give(books, "ALPHA", "TWO", 100 * POUND, source="HO", decision="PCD 9")
    assert over() == []
    given = give(books, "ALPHA", "TWO", 1, source="HO", decision="PCD 9")
    assert over() == [("PCD 9", 1, "promised £100.01 of £100.00")]
    assert over(known_at=given.recorded.number - 1) == []
    books.close()


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"today": TODAY}, ("2022-04-01", "2022-08-15")),
        ({"today": TODAY, "since": date(2021, 4, 1)}, ("2021-04-01", "2022-08-15")),
        ({"today": TODAY, "until": date(2022, 6, 30)}, ("2022-04-01", "2022-06-30")),
        ({"as_of": date(2022, 5, 1), "known_at": 50}, ("2022-04-01", "2022-05-01")),
    ],
)
def test_movements_say_which_days_they_cover_and_that_they_stop_there(
    database: Database, asked: dict[str, Any], days: tuple[str, str]
):
    answer, _ = ask(database, "movements", **asked)
    first, last = days
    assert f"{first} to {last}: what is dated later is in none of it" in answer.notes
    assert f", as of {last}" in answer.notes[-1]
    assert "as of the newest entry" not in " ".join(answer.notes)
