"""What helps a row of a file is a cell of it: a command beside the file would record it twice."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from tests.builders import (
    ACTOR,
    NORTH,
    ONE,
    TWO,
    UNIT,
    cap,
    contents,
    funded,
    ledger_of,
    registered,
    rows,
)
from vru_ledger import Ledger
from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.profiles import Instalment
from vru_ledger.domain.register import Fund, FundingSource
from vru_ledger.errors import RowsRejected
from vru_ledger.exchange.column_map import ColumnMap
from vru_ledger.rules import RULES

COLUMNS = (
    *("do", "fund", "recipient", "award", "amount", "on", "to_fund", "fy", "to_fy"),
    *("source", "relates_to", "decision", "reason", "entry"),
)

STOPPED = {
    "open-period": "claim,,,ALPHA-0001,10,2021-01-05",
    "legal-step": "claim,,,ALPHA-0002,10,2021-09-01",
    "in-order": "pay,,,ALPHA-0001,10,2021-07-10",
    "second-person": "allocate,ALPHA,TWO,,60,2022-04-01,,,,,,PCD 1",
    "planned": "claim,,,ALPHA-0003,11,2021-09-01",
    "decision-needed": "allocate,ALPHA,TWO,,20,2022-04-01",
    "listed-recipient": "allocate,CLOSED,ONE,,10,2021-09-01",
    "capped-fund": "allocate,FREE,ONE,,10,2021-09-01",
    "measurable": "allocate,YEARS,ONE,,10,2021-09-01",
    "within-caps": "allocate,ALPHA,TWO,,501,2021-09-01",
    "within-authority": "claim,,,ALPHA-0001,1000,2021-09-01",
    "undone-after": "reverse,,,,,2021-07-10,,,,,,,Wrong,{vire}",
    "within-use-by": "carry,ENDING,,,10,2021-09-01,,2021/22,2022/23,,,PCD 1,Late",
}
"""A step that each rule stops, as the first cells of a row."""

OTHERWISE = {
    "a period closed when money moves": "vire,ALPHA,,,10,2021-01-05,FREE,,,,,,Needed",
    "a period closed when money is promised": "allocate,ALPHA,ONE,,10,2021-01-05",
    "a period closed when an entry is undone": "reverse,,,,,2021-01-05,,,,,,,Wrong,{pay}",
    "an entry undone before it was made": "reverse,,,,,2021-07-10,,,,,,,Wrong,{pay}",
    "one's own proposal": "approve,,,ALPHA-0004,,2021-09-01",
    "what asked for money to move": "pay,,,{asked},10,2021-09-01",
    "money moved by one person": "vire,ALPHA,,,60,2022-04-01,FREE,,,,,PCD 1,Needed",
    "an award that one person lets grow": "amend,,,ALPHA-0001,+60,2022-04-01,,,,,,PCD 1,More",
    "several sources": "allocate,MIXED,ONE,,10,2021-09-01",
    "several sources of what moves": "vire,MIXED,,,10,2021-09-01,FREE,,,,,,Needed",
    "money of two sorts": "vire,SORTS,,,10,2021-09-01,FREE,,,,,,Needed",
    "no year": "allocate,ENDING,ONE,,10,2021-09-01",
    "somebody new": "allocate,ALPHA,Nobody Known,,10,2021-09-01",
    "a period that was closed": "reverse,,,,,2021-09-01,,,,,,,Wrong,{period}",
    "a cap that was set": "reverse,,,,,2021-09-01,,,,,,,Wrong,{cap}",
    "an award that is not there": "claim,,,ALPHA-0099,10,2021-09-01",
    "more than what was claimed": "pay,,,ALPHA-0001,100,2021-09-01",
}
"""Other ways to be stopped, of which each has something else that could be typed."""

PUT = {
    "open-period": "on: put 2021-04-01; relates_to: put 2020/21",
    "in-order": "on: put 2021-07-20",
    "measurable": "fy: put 2021/22",
    "a period closed when money moves": "on: put 2021-04-01; relates_to: put 2020/21",
    "a period closed when money is promised": "on: put 2021-04-01; relates_to: put 2020/21",
    "a period closed when an entry is undone": "on: put 2021-07-21; relates_to: put 2020/21",
    "an entry undone before it was made": "on: put 2021-07-21",
    "undone-after": "on: put 2021-07-20",
}
"""What is said of a row that another cell lets pass, whichever file it stands in."""

_RULE_OF = {"period-closed": "open-period"}
"""The rule of a finding that is told by another kind of failure than a refusal."""

WARNS = {"within-dates", "within-decision", "ahead-of-money"}
"""Rules that stop nothing."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Make a ledger in which every rule can be broken by a step."""
    home, reserve = (FundingSource(code=code, name=code.title()) for code in ("HO", "RES"))
    made = ledger_of(
        registered(NORTH, UNIT, ONE, TWO.replace(area=""), home, reserve),
        *funded("ALPHA", 200_000),
        cap("ALPHA-EACH", "amount", 50_000, per=("recipient",)),
        registered(Fund(code="FREE", name="Free Fund")),
        Funding(fund="FREE", amount_pence=Pence(10_000)),
        *funded("CLOSED", 10_000, closed=True),
        *funded("YEARS", 10_000),
        CapSet(
            cap="YEARS-YEAR", fund="YEARS", measure="amount", per=("financial-year",), limit=9_000
        ),
        registered(Fund(code="ENDING", name="Ending Fund")),
        Funding(
            fund="ENDING", source="HO", fy="2021/22", amount_pence=Pence(5_000), in_year_only=True
        ),
        CapSet(cap="ENDING-FUND", fund="ENDING", measure="amount", limit=5_000),
        *funded("SORTS", 500),
        Funding(fund="SORTS", amount_pence=Pence(500), certainty="confirmed"),
        *funded("MIXED", 10_000),
        Funding(fund="MIXED", source="HO", amount_pence=Pence(5_000)),
        Funding(fund="MIXED", source="RES", amount_pence=Pence(5_000)),
    )
    with Ledger(made, ACTOR, "") as opened:
        april, july = date(2021, 4, 1), date(2021, 7, 20)
        for one in range(4):
            opened.allocate("ALPHA", "ONE", 10_000, on=april, propose=one == 3)
        opened.claim("ALPHA-0001", 5_000, on=july)
        opened.pay("ALPHA-0001", 1_000, on=date(2021, 7, 21))
        opened.suspend("ALPHA-0002", reason="A question", on=july)
        plan = (Instalment("2021/22-Q1", Pence(1_000)), Instalment("2021/22-Q2", Pence(9_000), "M"))
        opened.profile("ALPHA-0003", plan, on=april)
        opened.set_authority(
            reason="Who may decide",
            decision_over_pence=1_000,
            second_person_over_pence=5_000,
            on=date(2022, 4, 1),
        )
        opened.change_authority(
            "vire", "ALPHA", 1_000, to_fund="FREE", propose=True, reason="Needed", on=april
        )
        opened.change_authority("vire", "ALPHA", 100, to_fund="FREE", reason="Needed", on=july)
        opened.close_period("2020/21", reason="Year end", on=july)
        yield opened


def written(row: str, ledger: Ledger, put: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a row's cells by column, its entries by what they did, and what is put instead."""
    numbers = {
        name: found[0][0]
        for name, kind in (
            *(("pay", "pay"), ("asked", "propose-authority"), ("vire", "vire")),
            *(("period", "close-period"), ("cap", "cap")),
        )
        if (found := rows(ledger.database, f"SELECT number FROM entries WHERE kind = '{kind}'"))
    }
    cells = dict.fromkeys(COLUMNS, "")
    cells |= dict(zip(COLUMNS, row.format(**numbers).split(","), strict=False))
    return {**cells, **(put or {})}


def ways(
    row: Mapping[str, str], ledger: Ledger, path: Path
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield every way by which a file with this row can be tried, none of which writes."""
    do = row["do"]
    by_kind = {
        "allocate": lambda: ledger.allocate_file(path, preview=True),
        "claim": lambda: ledger.claim_file(path, preview=True),
        "pay": lambda: ledger.pay_file(path, preview=True),
    }
    if do in by_kind:
        of_award = do != "allocate"
        known = ("award", "amount", "on", "relates_to", "decision") if of_award else COLUMNS[1:13]
        kept = [name for name in known if of_award or name not in ("award", "to_fund", "to_fy")]
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([kept, [row[name] for name in kept]])
        yield f"{do} --from", by_kind[do]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, [row[name] for name in COLUMNS]])
    yield "plan", lambda: ledger.plan(path)


def findings(tried: Callable[[], object]) -> list[Finding]:
    """Return what is said of a file that is rejected."""
    with pytest.raises(RowsRejected) as caught:
        tried()
    return list(caught.value.findings)


@pytest.mark.parametrize("name", [*STOPPED, *OTHERWISE])
def test_nothing_that_a_row_is_told_to_type_records_anything(
    ledger: Ledger, tmp_path: Path, name: str
):
    row = written({**STOPPED, **OTHERWISE}[name], ledger)
    before = contents(ledger.database)
    for way, tried in ways(row, ledger, tmp_path / "rows.csv"):
        found = findings(tried)
        said = {one.rule or _RULE_OF.get(one.code, "") for one in found}
        assert name in said or name in OTHERWISE, way
        for one in found:
            for typed in re.findall(r"vru-ledger [^;]*", one.remedy):
                assert re.match(r"\S+ (headroom|show|\w+ (list|show))\b|.* --help$", typed), way
            if not one.remedy.startswith("leave it out"):
                assert not re.search(r"--(on|source|fy|key|reason)\b", one.remedy), way
    assert contents(ledger.database) == before


def test_the_survey_has_a_row_for_every_rule_that_stops_something():
    named = {rule.__name__.replace("_", "-") for rule in RULES} - WARNS
    assert set(STOPPED) == named - {"delegated"} | {"decision-needed"}


@pytest.mark.parametrize("name", PUT)
def test_the_cell_that_a_row_is_told_to_change_lets_it_pass(
    ledger: Ledger, tmp_path: Path, name: str
):
    told = {**STOPPED, **OTHERWISE}[name]
    path = tmp_path / "rows.csv"
    for _, tried in ways(written(told, ledger), ledger, path):
        [found] = findings(tried)
        assert found.remedy == PUT[name]
    put = dict(re.findall(r"(\w+): put ([^;]*)", PUT[name]))
    for _, tried in ways(written(told, ledger, put), ledger, path):
        tried()


def test_money_of_two_sorts_is_moved_by_two_rows(ledger: Ledger, tmp_path: Path):
    path = tmp_path / "rows.csv"
    row = written(OTHERWISE["money of two sorts"], ledger)
    [(_, tried)] = ways(row, ledger, path)
    [found] = findings(tried)
    assert found.place() == "rows.csv row 2, amount"
    assert found.remedy == "amount: put 5 here, and in rows of their own 5"
    text = path.read_text().replace(",10,", ",5,")
    path.write_text(text + text.splitlines()[1] + "\n")
    tried()


def test_a_row_that_needs_a_second_person_is_proposed(ledger: Ledger, tmp_path: Path):
    row = written(STOPPED["second-person"], ledger)
    by_file, by_plan = (
        findings(tried)[0].remedy for _, tried in ways(row, ledger, tmp_path / "rows.csv")
    )
    assert by_file == "leave it out, and propose it by itself with --propose"
    assert by_plan == "do: put propose"
    [(_, again)] = ways({**row, "do": "propose"}, ledger, tmp_path / "rows.csv")
    again()


def test_their_table_is_told_of_by_its_own_headings(ledger: Ledger, tmp_path: Path):
    path = tmp_path / "theirs.csv"
    path.write_text("Grant,Paid,Day\nALPHA-0001,10,2021-07-10\n")
    tried = findings(
        lambda: ledger.import_file(
            "payments",
            path,
            ColumnMap(columns={"award": "Grant", "amount": "Paid", "on": "Day"}),
        )
    )
    assert [one.remedy for one in tried] == ["Day: put 2021-07-20"]


def test_a_row_that_was_recorded_on_another_day_is_not_told_to_take_another_key(
    ledger: Ledger, tmp_path: Path
):
    path = tmp_path / "payments.csv"
    path.write_text("award,amount\nALPHA-0001,15\n")
    ledger.pay_file(path, on=date(2021, 8, 30))
    [found] = findings(lambda: ledger.pay_file(path, on=date(2021, 8, 31)))
    assert found.code == "key-conflict"
    assert re.fullmatch(r"this row was recorded before; see it: vru-ledger show \d+", found.remedy)


def test_rows_that_were_mended_as_told_are_recorded_once(ledger: Ledger, tmp_path: Path):
    path = tmp_path / "payments.csv"
    path.write_text("award,amount,on\nALPHA-0001,15,2021-07-10\nALPHA-0001,10,2021-08-30\n")
    [found] = findings(lambda: ledger.pay_file(path))
    assert found.remedy == "on: put 2021-07-20"
    path.write_text(path.read_text().replace("2021-07-10", "2021-07-20"))
    assert ledger.pay_file(path).recorded == 2
    assert ledger.award("ALPHA-0001").life.held["disbursed"] == 1_000 + 2_500
