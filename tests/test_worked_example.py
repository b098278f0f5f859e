"""The MyEnds worked example, every row of it, through the command: the figures after each step."""

import json
from pathlib import Path

import pytest

from tests.command import Outcome
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("forked")

STAGES = ("unallocated", "proposed", "committed", "payable", "disbursed", "recoverable")
SEVEN = ("Brent", "Croydon", "Hackney", "Haringey", "Lambeth", "Newham", "Southwark")
CONSORTIUMS = (*SEVEN, "Tower Hamlets")


class Example:
    """The example's ledger: Ada proposes and Bob approves."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def done(self, *words: str, who: str = "Ada Analyst") -> str:
        """Run a command that succeeds, and return what it said."""
        outcome = self.run("--as", who, *words)
        assert outcome.exit_code == 0, outcome
        return outcome.stdout

    def refused(self, *words: str) -> Outcome:
        """Run a command that a cap refuses, and see that not one figure changed."""
        before = self.figures()
        outcome = self.run("--as", "Ada Analyst", *words)
        assert outcome.exit_code == 3, outcome
        assert self.figures() == before
        return outcome

    def figures(self) -> tuple[str, ...]:
        """Return what each stage of MyEnds holds, in pounds, and see that they add up."""
        told = json.loads(
            self.done("report", "position", "--fund", "MYENDS", "-f", "json"),
        )
        [row] = told["rows"]
        assert row["authority_pence"] == sum(row[f"{stage}_pence"] for stage in STAGES)
        assert row["authority_pence"] == 600_000_000
        return tuple(row[stage] for stage in STAGES)

    def used(self, cap: str) -> list[int | str]:
        """Return what each bucket of a cap holds, in its unit."""
        told = json.loads(self.done("report", "caps", "--fund", "MYENDS", "-f", "json"))
        return [
            row.get("used_pence", row["used"])
            for row in told["rows"]
            if row["cap"] == cap and row.get("used_pence", row["used"])
        ]


def test_every_row_of_the_worked_example_comes_out_to_the_penny(ledger: Path, run: Run):
    example = Example(run)
    # 1: £6m of authority.
    assert example.figures() == ("6000000.00", "0.00", "0.00", "0.00", "0.00", "0.00")
    # 2: seven consortiums, £750,000 each, proposed.
    for name in SEVEN:
        example.done("allocate", "MYENDS", name, "750000", "--propose", "--on", "2021-04-01")
    assert example.figures() == ("750000.00", "5250000.00", "0.00", "0.00", "0.00", "0.00")
    # 3: the seven approved, by somebody else.
    seven = [f"MYENDS-{number:04}" for number in range(1, 8)]
    example.done("approve", *seven, "--on", "2021-04-01", who="Bob")
    assert example.figures() == ("750000.00", "0.00", "5250000.00", "0.00", "0.00", "0.00")
    # 4: too much for the eighth; the fund and the consortium both bind.
    said = example.refused("allocate", "MYENDS", "Tower Hamlets", "775000").stderr
    assert [line.split()[0] for line in said.splitlines() if line.endswith("binds")] == [
        "MYENDS-EACH",
        "MYENDS-FUND",
    ]
    assert "largest amount that would pass: £750,000.00" in said
    # 5: £750,000 is right, and approved.
    example.done("allocate", "MYENDS", "Tower Hamlets", "750000", "--propose", "--on", "2021-04-01")
    example.done("approve", "MYENDS-0008", who="Bob")
    assert example.figures() == ("0.00", "0.00", "6000000.00", "0.00", "0.00", "0.00")
    # 6: a ninth consortium, any amount.
    ninth = ("allocate", "MYENDS", "Camden", "0.01", "--new-recipient")
    said = example.refused(*ninth).stderr
    assert "MYENDS-COUNT" in said
    assert "no amount would pass" in said
    # 7: Hackney claims an eighth of it and is paid.
    example.done("claim", "MYENDS-0003", "93750")
    assert example.figures() == ("0.00", "0.00", "5906250.00", "93750.00", "0.00", "0.00")
    example.done("pay", "MYENDS-0003", "93750")
    assert example.figures() == ("0.00", "0.00", "5906250.00", "0.00", "93750.00", "0.00")
    # 8: Croydon is cut by £20,000.
    example.done("amend", "MYENDS-0002", "-20000", "--reason", "Starts a quarter late")
    assert example.figures() == ("20000.00", "0.00", "5886250.00", "0.00", "93750.00", "0.00")
    # 9: Newham cannot have them: it holds all that a consortium may.
    said = example.refused("allocate", "MYENDS", "Newham", "20000").stderr
    assert [line.split()[0] for line in said.splitlines() if line.endswith("binds")] == [
        "MYENDS-EACH"
    ]
    example.refused("amend", "MYENDS-0006", "+20000", "--reason", "More of it")
    # 10: £5,000 demanded back from Hackney.
    example.done("clawback", "MYENDS-0003", "5000", "--reason", "Not spent")
    assert example.figures() == ("20000.00", "0.00", "5886250.00", "0.00", "88750.00", "5000.00")
    # 11: and received.
    example.done("recover", "MYENDS-0003", "5000")
    assert example.figures() == ("25000.00", "0.00", "5886250.00", "0.00", "88750.00", "0.00")
    # The fund's cap has counted what the consortiums hold between them.
    assert example.used("MYENDS-FUND") == [597_500_000]
    assert sorted(example.used("MYENDS-EACH")) == [73_000_000, 74_500_000, *[75_000_000] * 6]
    assert example.used("MYENDS-COUNT") == ["8"]
    assert example.run("check").exit_code == 0


def test_the_worked_example_can_be_undone_entry_by_entry(ledger: Path, run: Run):
    example = Example(run)
    before = example.figures()
    for name in CONSORTIUMS:
        example.done("allocate", "MYENDS", name, "750000", "--propose", "--on", "2021-04-01")
    example.done("approve", "MYENDS-0003", who="Bob")
    example.done("claim", "MYENDS-0003", "93750")
    example.done("pay", "MYENDS-0003", "93750")
    for _ in range(11):
        example.done("undo", "--reason", "Rehearsal")
    assert example.figures() == before
    assert example.run("undo", "--reason", "Rehearsal").exit_code == 5
    assert example.run("check").exit_code == 0
