"""The ledger from Python: the same actions and refusals, and values as strict as elsewhere."""

import subprocess
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.builders import POUND
from vru_ledger import Ledger, open_ledger
from vru_ledger.cli.words import WORDS
from vru_ledger.domain.register import Decision, FundingSource
from vru_ledger.errors import (
    AlreadyThere,
    AuthorityMissing,
    BadInput,
    EntryRefused,
    KeyConflict,
    LedgerError,
    LedgerUnusable,
    NotFound,
    PeriodClosed,
    PlanStale,
    PlanTampered,
    RowsRejected,
)
from vru_ledger.exchange.column_map import ColumnMap

DAY = date(2021, 4, 1)


@pytest.fixture
def opened(ledger: Path):
    with open_ledger(ledger, actor="Ada Analyst") as opened:
        yield opened


def test_an_allocation_is_recorded_in_the_actors_name(opened: Ledger):
    done = opened.allocate("MYENDS", "Newham", 750_000 * POUND, on=date(2021, 4, 1), key="K")
    assert (done.entry.award, done.already) == ("MYENDS-0001", False)
    recorded = opened.entry(done.recorded.number)
    assert recorded is not None
    assert (recorded.actor, recorded.entry) == ("Ada Analyst", done.entry)
    assert opened.head() == (recorded.number, recorded.hash)
    assert opened.allocate(
        "MYENDS", "Newham", 750_000 * POUND, key="K", on=date(2021, 4, 1)
    ).already


def test_what_was_recorded_is_what_is_returned(opened: Ledger):
    done = opened.allocate("DIVERT", "BCU-NORTH-WEST", 100, fy="2021/22", title="A title")
    assert done.entry == done.recorded.entry
    assert opened.entry(done.recorded.number) == done.recorded


def test_refusals_are_raised_whole(opened: Ledger):
    with pytest.raises(EntryRefused) as caught:
        opened.allocate("MYENDS", "Newham", 750_000 * POUND + 1)
    assert caught.value.refusal.largest_passing_pence == 750_000 * POUND
    with pytest.raises(NotFound):
        opened.allocate("NOSUCH", "Newham", 1)
    opened.allocate("MYENDS", "Newham", 1, key="K")
    with pytest.raises(KeyConflict):
        opened.allocate("MYENDS", "Newham", 2, key="K")


def test_a_preview_writes_nothing(opened: Ledger):
    before = opened.head()
    opened.allocate("MYENDS", "Newham", 1, preview=True)
    assert opened.head() == before


@pytest.mark.parametrize("amount", [1.0, "1", None, True, 10.5])
def test_an_amount_is_whole_pence(opened: Ledger, amount: Any):
    with pytest.raises(TypeError, match="whole pence"):
        opened.allocate("MYENDS", "Newham", amount)


@pytest.mark.parametrize("amount", [0, -1, -(10**13), 10**13 + 1, 2**63, 2**64, 10**99])
def test_an_amount_is_above_zero_and_not_beyond_all_measure(opened: Ledger, amount: int):
    before = opened.head()
    with pytest.raises((LedgerError, ValueError)):
        opened.allocate("MYENDS", "Newham", amount)
    with pytest.raises((LedgerError, ValueError)):
        opened.allocate("STRONGER-FUTURES", "X", amount, new_recipient=True)
    assert opened.head() == before
    assert opened.check().findings == []


@pytest.mark.parametrize(
    "words",
    [
        {"fy": "2022"},
        {"fy": "nonsense"},
        {"fy": "2021/22|E1"},
        {"fy": "2021/23"},
        {"purpose": "a|b"},
        {"title": "\x1b[31mred"},
        {"reason": "a\nb"},
        {"decision": "\u202eevil"},
        {"key": "\x00"},
        {"title": "x" * 3_000},
        {"recipient": "a\x1bb", "fund": "STRONGER-FUTURES", "new_recipient": True},
        {"recipient": "", "fund": "STRONGER-FUTURES", "new_recipient": True},
        {"kind": "a b|c", "recipient": "New", "fund": "CBT", "new_recipient": True},
        {"title": "\udcff"},
        {"recipient": "\udcff"},
        {"fund": "\udcff"},
    ],
    ids=repr,
)
def test_values_are_as_strict_as_on_the_terminal(opened: Ledger, words: dict[str, Any]):
    before = opened.head()
    told = {"fund": "MYENDS", "recipient": "Newham", **words}
    with pytest.raises((LedgerError, ValueError)):
        opened.allocate(told.pop("fund"), told.pop("recipient"), 1, **told)
    assert opened.head() == before
    assert opened.check().findings == []


@pytest.mark.parametrize("actor", ["", "a\x1bb", "x" * 500])
def test_an_actor_has_a_name_that_can_be_shown(ledger: Path, actor: str):
    with pytest.raises((LedgerError, ValueError)):
        open_ledger(ledger, actor=actor).allocate("MYENDS", "Newham", 1)


def test_headroom_is_what_passes(opened: Ledger):
    assert opened.headroom("MYENDS") == 6_000_000 * POUND
    assert opened.headroom("MYENDS", "Newham") == 750_000 * POUND
    opened.allocate("MYENDS", "Newham", 1)
    left = opened.headroom("MYENDS", "Newham")
    with pytest.raises(EntryRefused):
        opened.allocate("MYENDS", "Newham", left + 1)
    opened.allocate("MYENDS", "Newham", left)
    assert opened.headroom("MYENDS", "Newham") == 0
    with pytest.raises(NotFound, match=r"'Brent, but which\\u001B'"):
        opened.headroom("CBT", "Brent, but which\x1b")


def test_the_position_adds_up(opened: Ledger):
    opened.allocate("MYENDS", "Newham", 12_345)
    by_fund = opened.position()
    assert sum(row.authority for row in by_fund) == 2_854_000_000
    assert sum(row.committed for row in by_fund) == 12_345
    assert opened.position(by="fund") == by_fund
    [myends] = opened.position(fund="MYENDS")
    assert myends.authority == myends.unallocated + myends.committed


def test_files_are_claimed_and_paid(opened: Ledger, tmp_path: Path):
    award = opened.allocate("MYENDS", "Newham", 50_000, on=date(2021, 4, 1)).entry.award
    table = tmp_path / "rows.csv"
    table.write_text(f"award,amount\n{award},100\n{award},100\n", encoding="utf-8")
    assert opened.claim_file(table, preview=True).total_pence == 20_000
    assert opened.claim_file(table, on=date(2021, 7, 1)).recorded == 2
    assert opened.pay_file(str(table)).recorded == 2
    assert opened.pay_file(table).already == 2
    table.write_text(f"award,amount\n{award},250\n{award},51\n", encoding="utf-8")
    with pytest.raises(RowsRejected) as caught:
        opened.pay_file(table, advance=True)
    assert [(one.row, one.rule) for one in caught.value.findings] == [(3, "within-authority")]


def test_a_plan_is_applied_given_itself_or_as_a_file(opened: Ledger, tmp_path: Path):
    steps = tmp_path / "steps.csv"
    steps.write_text(
        "do,fund,recipient,award,amount\nallocate,MYENDS,Newham,@n,5k\nclaim,,,@n,1k\n",
        encoding="utf-8",
    )
    plan = opened.plan(steps, on=date(2021, 4, 1))
    assert plan.steps[1].outcome.headroom[0].after_pence == 74_500_000
    written = tmp_path / "plan.json"
    written.write_text(plan.text(), encoding="utf-8")
    assert len(opened.apply(written, preview=True).entries) == 2
    done = opened.apply(plan, approved_by="Grace")
    assert opened.apply(written).entries == done.entries
    with pytest.raises(PlanTampered):
        opened.apply(plan.model_copy(update={"steps": plan.steps[:1]}))
    with pytest.raises(PlanStale):
        opened.apply(_after(opened, steps))


def _after(opened: Ledger, steps: Path) -> Any:
    """Return a plan that the ledger has moved past."""
    plan = opened.plan(steps)
    opened.allocate("MYENDS", "Newham", 1)
    return plan


def test_a_check_says_what_the_command_says(opened: Ledger, run):
    done = opened.check()
    assert (done.sound, done.findings, done.hash) == (True, [], opened.head().hash)
    assert done.hash in run("check").stdout
    assert not opened.check(head="0" * 64).sound


@pytest.mark.parametrize("number", [0, -1, 10**9, 2**70])
def test_an_entry_that_is_not_there_is_none(opened: Ledger, number: int):
    assert opened.entry(number) is None


def test_a_ledger_that_is_not_there_says_so(tmp_path: Path):
    with pytest.raises(LedgerUnusable, match="there is no ledger at"):
        open_ledger(tmp_path / "none.db")


def test_after_a_refusal_the_ledger_can_be_used_on(opened: Ledger):
    for _ in range(3):
        with pytest.raises(EntryRefused):
            opened.allocate("MYENDS", "Newham", 10**12)
        opened.allocate("MYENDS", "Newham", 1)
    assert opened.check().findings == []


def test_the_engine_for_notebooks_can_only_read(opened: Ledger):
    import sqlalchemy
    from sqlmodel import Session, select

    from vru_ledger.store.tables import EntryRow

    engine = opened.engine()
    with Session(engine) as session:
        assert len(session.exec(select(EntryRow)).all()) == opened.head().number
    with Session(engine) as session, pytest.raises(sqlalchemy.exc.SQLAlchemyError):
        session.connection().execute(sqlalchemy.text("UPDATE funds SET closed = 0"))
    engine.dispose()


def test_importing_the_package_is_cheap():
    code = "import sys, vru_ledger; sys.exit(any(m in sys.modules for m in ('sqlmodel', 'typer')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_call_looks_back_and_papers_periods_and_differences_are_calls_too(ledger: Path):
    with open_ledger(ledger, actor="Fay Finance") as opened:
        first = opened.allocate("MYENDS", "Newham", 100, on=date(2022, 2, 1)).recorded.number
        opened.tag_paper("BOARD", on=date(2022, 2, 2))
        opened.allocate("MYENDS", "Newham", 50, on=date(2022, 3, 1))
        [now] = opened.position(fund="MYENDS")
        for when in (first, str(first), "paper:board"):
            [then] = opened.position(fund="MYENDS", known_at=when)
            assert (then.committed, now.committed) == (100, 150)
        [then] = opened.position(fund="MYENDS", as_of=date(2022, 2, 28))
        assert then.committed == 100
        whole = opened.headroom("MYENDS", "Newham")
        assert opened.headroom("MYENDS", "Newham", as_of=date(2022, 2, 28)) == whole + 50
        assert opened.headroom("MYENDS", known_at="paper:BOARD") == opened.headroom("MYENDS") + 50
        moved = {row.figure: row.change for row in opened.diff("paper:BOARD").figures}
        assert moved == {"unallocated": -50, "committed": 50}
        assert opened.diff(date(2022, 2, 28), date(2022, 3, 1)).entries == 1
        assert [row.paper for row in opened.report("papers")] == ["BOARD"]

        opened.close_period("2021/22-Q4", reason="sent", on=date(2022, 4, 20))
        with pytest.raises(PeriodClosed):
            opened.allocate("MYENDS", "Brent", 1, on=date(2022, 3, 31))
        opened.allocate("MYENDS", "Brent", 1, on=date(2022, 4, 1), relates_to="2022-03")
        opened.reopen_period("2021/22-Q4", reason="audit", on=date(2022, 5, 1))
        assert [row.state for row in opened.report("periods")] == ["reopened"]
        with pytest.raises(BadInput):
            opened.close_period("2022", reason="which")
        with pytest.raises(BadInput):
            opened.close_period("2020/21", reason=" ")
        assert opened.check().sound


def test_nobody_reopens_a_period_without_a_name(ledger: Path):
    with open_ledger(ledger) as opened:
        opened.close_period("2021/22", reason="sent", on=date(2022, 4, 20))
        with pytest.raises(AuthorityMissing):
            opened.reopen_period("2021/22", reason="audit", on=date(2022, 5, 1))


def test_authority_moves_from_python_as_it_does_from_the_command_line(opened: Ledger):
    opened.register(FundingSource(code="ho", name="Home Office"), reason="grant")
    [received] = opened.change_authority(
        "fund", "MYENDS", 100 * POUND, source="HO", fy="2021-22", certainty="expected"
    )
    assert (received.entry.fy, received.free_pence) == ("2021/22", 0)
    [confirmed] = opened.change_authority("confirm", "MYENDS", source="HO")
    assert confirmed.free_pence == 100 * POUND
    opened.set_authority(reason="scheme", second_person_over_pence=10 * POUND)
    with pytest.raises(AuthorityMissing):
        opened.change_authority("vire", "MYENDS", source="HO", to_fund="DIVERT", reason="more")
    [asked] = opened.change_authority(
        "vire", "MYENDS", source="HO", to_fund="DIVERT", reason="more", propose=True
    )
    with open_ledger(opened.place, actor="Fin") as other:
        done = other.approve_entry(asked.recorded.number)
    assert (done.entry.KIND, done.entry.amount_pence) == ("vire", 100 * POUND)
    assert opened.check().sound
    with pytest.raises(BadInput, match="is none of"):
        opened.change_authority("give", "MYENDS", 1)
    with pytest.raises(TypeError):
        opened.change_authority("fund", "MYENDS", 1.5)  # type: ignore[arg-type]


def test_a_decision_and_an_override_from_python(opened: Ledger):
    put = opened.register(Decision(code="pcd2000", amount_pence=50 * POUND), reason="signed")
    assert getattr(put.record, "code", "") == "PCD 2000"
    with pytest.raises(AlreadyThere):
        opened.register(Decision(code="PCD 2000"), reason="again")
    told: dict[str, Any] = {"reason": "winter", "decision": "PCD-2000", "bucket": ("NET-NEWHAM",)}
    until = date.today().replace(month=12, day=31)
    done = opened.override_cap("MYENDS-EACH", 50 * POUND, until, **told)
    assert (done.entry.decision, done.entry.bucket) == ("PCD 2000", "NET-NEWHAM")
    opened.allocate("MYENDS", "Newham", 750_050 * POUND)
    with pytest.raises(BadInput, match="needs a reason"):
        opened.override_cap("MYENDS-EACH", 1, until, **{**told, "reason": " "})


def test_files_are_allocated_and_imported(opened: Ledger, tmp_path: Path):
    table, theirs = tmp_path / "round.csv", tmp_path / "run.csv"
    table.write_text("fund,recipient,amount\nMYENDS,Newham,5k\nMYENDS,Hackney,7k\n")
    assert opened.allocate_file(table, on=DAY, preview=True).recorded == 2
    assert opened.allocate_file(str(table), on=DAY).total_pence == 12_000 * POUND
    assert opened.allocate_file(table, on=DAY).already == 2
    # Read as somebody else's, with our headings, it is the same file.
    assert opened.import_file("allocations", table, ColumnMap(), on=DAY).batch.already == 2
    theirs.write_text("Grant,Sum\nMYENDS-0001,1k\nMYENDS-0009,2k\n")
    columns = ColumnMap(columns={"award": "Grant", "amount": "Sum"}, constants={"advance": "yes"})
    with pytest.raises(RowsRejected) as caught:
        opened.import_file("payments", theirs, columns, on=DAY)
    [finding] = caught.value.findings
    assert (finding.row, finding.field, finding.value) == (3, "Grant", "MYENDS-0009")
    theirs.write_text("Grant,Sum\nMYENDS-0001,1k\n")
    done = opened.import_file("payments", theirs, columns, on=DAY)
    assert (done.batch.recorded, done.first[0].cells["award"]) == (1, "MYENDS-0001")
    assert opened.award("MYENDS-0001").life.held["disbursed"] == 1_000 * POUND


def test_a_source_is_corrected_and_a_cap_is_set(opened: Ledger):
    opened.register(FundingSource(code="HO", name="Home Office"), reason="A grant")
    opened.set_source("ho", in_year_only=True, reason="Read again")
    with pytest.raises(NotFound):
        opened.set_source("NOSUCH", reason="Read again")
    assert opened.set_cap("MYENDS-EACH", "800k", reason="A decision", preview=True)
    assert opened.set_cap("myends-each", "800k", reason="A decision", decision="PCD 1")
    assert opened.headroom("MYENDS", recipient="Newham") == 800_000 * POUND
    with pytest.raises(BadInput):
        opened.set_cap("MYENDS-EACH", "much", reason="A decision")
    assert opened.check().findings == []


CALLS = {
    **{
        word: word.replace("-", "_")
        for word in (
            *("allocate", "approve", "reject", "withdraw", "amend", "claim", "pay", "clawback"),
            *("recover", "write-off", "suspend", "resume", "reverse", "undo", "apply"),
        )
    },
    "close": "close_award",
    **dict.fromkeys(("vire", "carry", "lapse", "surrender"), "change_authority"),
    **dict.fromkeys(("fund receive", "fund confirm", "fund cover"), "change_authority"),
    "award forecast": "profile",
    "award milestone": "milestone",
    "cap set": "set_cap",
    "cap override": "override_cap",
    **dict.fromkeys(("source add", "decision add"), "register"),
    "source set": "set_source",
    "authority set": "set_authority",
    "import": "import_file",
    "paper tag": "tag_paper",
    "period close": "close_period",
    "period reopen": "reopen_period",
}
"""The call for each command that records something."""

TYPED_ONLY = {"fund add", "fund admit", "recipient add", "migrate"}
"""Commands without a call: who is there, and the file itself, is set up by hand."""


def recording(name: str, command: Any) -> set[str]:
    """Return the commands that record something: those that can be tried with --dry-run."""
    if hasattr(command, "commands"):
        return {
            one
            for word, sub in command.commands.items()
            for one in recording(f"{name} {word}", sub)
        }
    return {name} if any(option.name == "dry_run" for option in command.params) else set()


def test_whatever_is_recorded_from_the_command_line_is_recorded_from_python():
    there: set[str] = set()
    for word in (word for words in WORDS.values() for word in words):
        module = import_module(f"vru_ledger.cli.{word.replace('-', '_')}")
        there |= recording(word, typer.main.get_command(module.app))
    assert there == {*CALLS} | TYPED_ONLY
    assert [call for call in CALLS.values() if not callable(getattr(Ledger, call, None))] == []
