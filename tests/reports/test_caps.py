"""The report of caps: every limit, its fullest buckets first, now and then."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.builders import POUND, cap, funded, give, ledger_of, record, registered, with_everything
from tests.reports.asking import ask, busy
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.register import Recipient
from vru_ledger.errors import BadInput
from vru_ledger.reports.caps import MOST_BUCKETS
from vru_ledger.store import ledger
from vru_ledger.store.database import Database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = busy()
    yield made
    made.close()


def read(database: Database, **query: Any) -> list[tuple[str, str, str, str]]:
    _, rows = ask(database, "caps", **query)
    return [(row.cap, row.bucket, str(row.used), row.verdict) for row in rows]


def test_every_cap_is_told_by_fund_and_code_with_its_buckets_by_name(database: Database):
    assert read(database) == [
        ("ALPHA-AE", "whole fund", "1", "ok"),
        ("ALPHA-EACH", "First Trust", "£3,500.00", "over"),
        ("ALPHA-EACH", "North Hospital", "£2,600.00", "ok"),
        ("ALPHA-EACH", "Second Trust", "£600.00", "ok"),
        ("ALPHA-ENDS", "ALPHA-0004", "2023-03-31", "ok"),
        ("ALPHA-FUND", "whole fund", "£6,700.00", "ok"),
        ("ALPHA-ONE", "ALPHA-0001", "£3,500.00", "over"),
        ("ALPHA-PLACE", "North, HO", "2", "ok"),
        ("ALPHA-PLACE", "South, CR", "1", "ok"),
        ("ALPHA-SHARE", "youth", "£3,500.00", "ok"),
        ("ALPHA-SHARE", "doors", "£2,600.00", "ok"),
        ("ALPHA-SHARE", "none given", "£600.00", "ok"),
        ("BETA-FUND", "whole fund", "£400.00", "ok"),
        ("GAMMA-AREA", "North, 2021/22", "£123.45", "ok"),
        ("GAMMA-AREA", "Island, 2022/23", "£1.00", "ok"),
        ("GAMMA-AREA", "River, 2022/23", "£0.08", "ok"),
        ("GAMMA-AREA", "South, 2021/22", "£0.07", "ok"),
        ("GAMMA-FUND", "whole fund", "£124.60", "ok"),
    ]


def test_a_row_says_what_is_left_of_the_limit(database: Database):
    _, rows = ask(database, "caps", fund="ALPHA")
    by_cap = {(row.cap, row.bucket_code): row for row in rows}
    each = by_cap["ALPHA-EACH", "SITE"]
    assert each.limit == Quantity(300_000, "pence")
    assert each.headroom == Quantity(40_000, "pence")
    assert (each.full, each.per, each.measure) == (866, "recipient", "amount")
    over = by_cap["ALPHA-EACH", "ONE"]
    assert (over.headroom, over.full) == (Quantity(0, "pence"), 1166)
    place = by_cap["ALPHA-PLACE", "E1|HO"]
    assert (place.limit, place.headroom) == (Quantity(4, "recipients"), Quantity(4, "recipients"))
    assert place.per == "area and source"
    share = by_cap["ALPHA-SHARE", "youth"]
    assert (share.measure, share.limit) == ("share of 50.00%", Quantity(500_000, "pence"))
    ends = by_cap["ALPHA-ENDS", "ALPHA-0004"]
    assert (ends.headroom, ends.full, ends.per) == (None, None, "award")
    assert by_cap["ALPHA-AE", ""].per == "whole fund, of kind a-and-e"


@pytest.mark.parametrize(
    ("used", "verdict", "headroom"),
    [
        (99, "ok", 11),
        (100, "full", 10),
        (101, "over, within tolerance", 9),
        (110, "over, within tolerance", 0),
    ],
)
def test_a_verdict_knows_the_limit_and_the_tolerance(used: int, verdict: str, headroom: int):
    database = ledger_of(
        *funded("ALPHA", 1000),
        cap("A", "amount", 100, tolerance=10),
        registered(Recipient(code="ONE", name="One", kind="charity")),
    )
    give(database, "ALPHA", "ONE", used)
    row = ask(database, "caps")[1][0]
    assert (row.cap, row.verdict, row.headroom) == ("A", verdict, Quantity(headroom, "pence"))


def test_a_cap_cut_below_its_use_is_over_with_nothing_left():
    database = ledger_of(
        *funded("ALPHA", 1000), registered(Recipient(code="ONE", name="One", kind="charity"))
    )
    give(database, "ALPHA", "ONE", 500)
    record(database, cap("ALPHA-FUND", "amount", 400, reason="cut"))
    [row] = ask(database, "caps")[1]
    assert (row.verdict, row.headroom, row.full) == ("over", Quantity(0, "pence"), 1250)


def test_a_cap_that_nothing_has_used_has_one_row():
    database = ledger_of(
        *funded("ALPHA", 1000),
        cap("EACH", "amount", 100, per=("recipient",)),
        cap("ENDS", "end", 20230331),
    )
    assert read(database) == [
        ("ALPHA-FUND", "whole fund", "£0.00", "ok"),
        ("EACH", "nothing used yet", "£0.00", "ok"),
        ("ENDS", "no award yet", "-", "ok"),
    ]
    assert read(database, everything=True) == read(database)


def many(count: int) -> Database:
    database = ledger_of(
        *funded("ALPHA", 10_000 * POUND),
        cap("EACH", "amount", 1000, per=("recipient",)),
        cap("ONE", "award", 1000),
        registered(
            *(Recipient(code=f"R{n:03}", name=f"Trust {n}", kind="charity") for n in range(count))
        ),
    )
    for n in range(count):
        give(database, "ALPHA", f"R{n:03}", 100 + n)
    return database


def test_only_the_fullest_are_shown_and_the_report_says_of_which_caps():
    database = many(MOST_BUCKETS + 1)
    answer, rows = ask(database, "caps")
    each = [row for row in rows if row.cap == "EACH"]
    assert len(each) == MOST_BUCKETS
    assert (each[0].bucket, each[-1].bucket) == (f"Trust {MOST_BUCKETS}", "Trust 1")
    assert [row.bucket for row in rows if row.cap == "ONE"] == [f"ALPHA-{MOST_BUCKETS + 1:04}"]
    assert "only the fullest are shown of EACH, ONE; --all shows every one" in answer.notes
    answer, rows = ask(database, "caps", everything=True)
    assert len(rows) == 1 + 2 * (MOST_BUCKETS + 1)
    assert not any("--all" in note for note in answer.notes)


def test_exactly_as_many_as_are_shown_leave_nothing_out():
    answer, rows = ask(many(MOST_BUCKETS), "caps")
    assert len([row for row in rows if row.cap == "EACH"]) == MOST_BUCKETS
    assert "of ONE;" in answer.notes[1]


def test_there_is_no_total_because_caps_overlap(database: Database):
    answer, _ = ask(database, "caps")
    assert answer.total is None
    assert answer.notes[0] == "no total: caps overlap, and one penny counts under several"


def test_filters_leave_the_buckets_that_they_name(database: Database):
    assert read(database, recipient="TWO") == [
        ("ALPHA-EACH", "Second Trust", "£600.00", "ok"),
        ("ALPHA-ENDS", "ALPHA-0004", "2023-03-31", "ok"),
        ("ALPHA-FUND", "whole fund", "£6,700.00", "ok"),
        ("ALPHA-ONE", "ALPHA-0001", "£3,500.00", "over"),
        *(row for row in read(database, fund="ALPHA") if row[0] in ("ALPHA-PLACE", "ALPHA-SHARE")),
        *read(database, fund="BETA"),
        *read(database, fund="GAMMA"),
    ]
    assert read(database, fund="GAMMA", area="E1", fy="2021/22")[0][1] == "North, 2021/22"
    assert read(database, fund="GAMMA", area="E1", fy="2022/23")[0][1:3] == (
        "North, 2022/23",
        "£0.00",
    )
    assert read(database, award="ALPHA-0002") == [
        ("ALPHA-AE", "whole fund", "1", "ok"),
        ("ALPHA-EACH", "North Hospital", "£2,600.00", "ok"),
        ("ALPHA-ENDS", "ALPHA-0002", "2023-03-31", "ok"),
        ("ALPHA-FUND", "whole fund", "£6,700.00", "ok"),
        ("ALPHA-ONE", "ALPHA-0002", "£2,600.00", "over"),
        ("ALPHA-PLACE", "North, HO", "2", "ok"),
        ("ALPHA-SHARE", "doors", "£2,600.00", "ok"),
    ]
    assert [row[0] for row in read(database, area="E2") if "PLACE" in row[0]] == ["ALPHA-PLACE"]


def test_a_filter_that_caps_know_nothing_of_is_refused(database: Database):
    for asked in ({"stage": "committed"}, {"since": date(2021, 1, 1)}, {"kind": "cap"}):
        with pytest.raises(BadInput, match="cannot be narrowed by"):
            ask(database, "caps", **asked)
    with pytest.raises(BadInput, match="not broken down"):
        ask(database, "caps", by=("fund",))


@pytest.mark.parametrize("everything", [False, True])
def test_counted_from_the_entries_caps_hold_what_their_balances_say(
    database: Database, everything: bool
):
    with database.read() as session:
        newest = ledger.head(session).number
    now, rows = ask(database, "caps", everything=everything)
    then, past = ask(database, "caps", everything=everything, known_at=newest)
    assert past == rows
    assert then.notes[:-1] == now.notes[:-1]
    assert then.notes[-1].endswith(f"as of what was known at entry {newest}")
    assert ask(database, "caps", as_of=date(2098, 1, 1), everything=everything)[1] == rows
    assert (
        ask(database, "caps", award="ALPHA-0002", known_at=newest)[1]
        == ask(database, "caps", award="ALPHA-0002")[1]
    )


def test_a_cap_is_told_as_it_stood_then(database: Database):
    with database.read() as session:
        cut = next(
            recorded.number
            for recorded in ledger.entries(session, _cap_entries())
            if recorded.entry.reason == "cut"
        )
    before = {row.bucket_code: row for row in ask(database, "caps", known_at=cut - 1)[1]}
    after = {row.bucket_code: row for row in ask(database, "caps", known_at=cut)[1]}
    assert (before["ONE"].limit.value, before["ONE"].verdict) == (400_000, "ok")
    assert (after["ONE"].limit.value, after["ONE"].verdict) == (300_000, "over")
    assert ask(database, "caps", known_at=0)[1] == []


def _cap_entries() -> Any:
    from vru_ledger.domain.query import Query

    return Query(kind="cap")


def test_an_entry_of_a_later_day_does_not_count_yet(database: Database):
    rows = ask(database, "caps", fund="GAMMA", as_of=date(2022, 1, 1))[1]
    assert [(row.cap, str(row.used)) for row in rows] == [
        ("GAMMA-AREA", "£1.00"),
        ("GAMMA-FUND", "£1.00"),
    ]


def test_both_databases_answer_alike(database: Database, database_place: str):
    other = busy(database_place)
    for asked in ({}, {"everything": True}, {"recipient": "ONE"}, {"as_of": date(2022, 1, 1)}):
        assert ask(other, "caps", **asked)[1] == ask(database, "caps", **asked)[1]
    other.close()


def test_an_override_counts_in_old_questions_only_while_it_is_recorded_and_in_force():
    whole = with_everything()
    with whole.read() as session:
        newest = ledger.head(session).number
    asked: dict[str, Any] = {"fund": "ALPHA", "recipient": "TWO"}

    def raised(**when: Any) -> int | None:
        rows = ask(whole, "caps", **asked, **when)[1]
        [found] = [row.override for row in rows if row.cap == "ALPHA-EACH"]
        return found.value if found else None

    assert raised() == raised(known_at=newest) == raised(as_of=date(2099, 3, 31)) == 500 * POUND
    assert raised(known_at=newest - 1) is None
    assert raised(as_of=date(2099, 4, 1)) is None
    assert len(ask(whole, "overrides")[1]) == 1
    assert ask(whole, "overrides", known_at=newest - 1)[1] == []


def test_every_award_over_a_limit_is_an_exception_not_only_the_fullest():
    made = busy()
    record(made, cap("ALPHA-CUT", "award", 1_000 * POUND), cap("ALPHA-SOON", "end", 20220331))
    _, standing = ask(made, "awards", fund="ALPHA")
    over = {row.award for row in standing if row.committed > 1_000 * POUND}
    late = {row.award for row in standing if row.term_to and row.term_to > date(2022, 3, 31)}
    assert len(over) > 1
    day: dict[str, Any] = {"today": date(2022, 3, 1)}
    for report, of in (("caps", "{0.cap}, {0.bucket}"), ("exceptions", "{0.about}")):
        more = {"exceptions": True} if report == "caps" else {}
        _, rows = ask(made, report, fund="ALPHA", **day, **more)
        told = {of.format(row) for row in rows}
        for code, awards in (("ALPHA-CUT", over), ("ALPHA-SOON", late)):
            assert {one for one in told if one.startswith(code)} == {
                f"{code}, {award}" for award in awards
            }
    _, rows = ask(made, "exceptions", recipient="TWO", **day)
    mine = {row.award for row in standing if row.recipient == "TWO"}
    assert {row.about for row in rows if row.about.startswith("ALPHA-CUT")} == {
        f"ALPHA-CUT, {award}" for award in over & mine
    }
    made.close()
