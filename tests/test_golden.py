"""The golden numbers, through the command: MyEnds to the penny, sites by kind, and keys."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import Outcome
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("ledger", "forked")

CONSORTIUMS = (
    *("Brent", "Croydon", "Hackney", "Haringey", "Lambeth", "Newham", "Southwark"),
    "Tower Hamlets",
)
EACH = 75_000_000
WHOLE = 600_000_000
ON = ("--on", "2021-04-01")


@pytest.fixture
def allocate(run: Run):
    def allocate(fund: str, recipient: str, amount: str, *more: str) -> Outcome:
        return run("allocate", fund, recipient, amount, *ON, *more)

    return allocate


def myends(run: Run) -> dict[str, int]:
    """Return MyEnds' stages in pence, as the position report tells them."""
    told = json.loads(run("report", "position", "--fund", "MYENDS", "-f", "json").stdout)
    [row] = told["rows"]
    return {
        name.removesuffix("_pence"): value
        for name, value in row.items()
        if name.endswith("_pence") and value
    }


def refusal(done: Outcome) -> dict[str, Any]:
    """Return what a refusal says to programs."""
    assert done.exit_code == 3, done
    assert done.stdout == ""
    told: dict[str, Any] = json.loads(done.stderr)["error"]
    return told


def test_one_penny_below_the_cap_and_the_last_penny_pass_and_the_next_is_refused(
    allocate, run: Run
):
    below = allocate("MYENDS", "Newham", "749,999.99")
    assert (below.exit_code, below.stdout) == (
        0,
        "entry 31: £749,999.99 of MyEnds to Newham (MYENDS-0001)\n",
    )
    full = allocate("MYENDS", "Newham", "0.01")
    assert (full.exit_code, full.stdout) == (
        0,
        "entry 32: £0.01 of MyEnds to Newham (MYENDS-0002)\n",
    )
    over = refusal(allocate("MYENDS", "Newham", "0.01", "-f", "json"))
    assert over["largest_passing_pence"] == 0
    [each] = [cap for cap in over["caps"] if cap["cap"] == "MYENDS-EACH"]
    assert (each["limit_pence"], each["used_pence"], each["headroom_pence"]) == (EACH, EACH, 0)
    assert each["after_pence"] == EACH + 1
    assert myends(run)["committed"] == EACH


@pytest.mark.parametrize(
    ("amount", "exit_code"), [("749999.99", 0), ("£750,000.00", 0), ("750000.01", 3)]
)
def test_the_cap_itself_passes_and_a_penny_more_does_not(allocate, amount: str, exit_code: int):
    assert allocate("MYENDS", "Hackney", amount).exit_code == exit_code


def test_the_worked_example_of_myends(allocate, run: Run):
    # 1: the fund as it was received.
    assert myends(run) == {"authority": WHOLE, "unallocated": WHOLE}
    # 2 and 3: seven of the eight, in full.
    for name in CONSORTIUMS[:7]:
        assert allocate("MYENDS", name, "750k").exit_code == 0
    assert myends(run) == {
        "authority": WHOLE,
        "unallocated": EACH,
        "committed": 7 * EACH,
        "allocated": 7 * EACH,
    }
    # 4: too much for the eighth: the fund and the consortium bind together.
    over = refusal(allocate("MYENDS", "Tower Hamlets", "775000", "-f", "json"))
    assert over["largest_passing_pence"] == EACH
    verdicts = {cap["cap"]: cap["verdict"] for cap in over["caps"]}
    assert verdicts == {
        "MYENDS-COUNT": "ok",
        "MYENDS-EACH": "£25,000.00 over, binds",
        "MYENDS-ENDS": "ok",
        "MYENDS-FUND": "£25,000.00 over, binds",
    }
    [count] = [cap for cap in over["caps"] if cap["cap"] == "MYENDS-COUNT"]
    assert (count["limit"], count["used"], count["after"]) == ("8", "7", "8")
    assert myends(run)["unallocated"] == EACH
    # What it suggests is what passes.
    assert over["hint"] == over["commands"][0]
    # 5: the same for what passes.
    assert allocate("MYENDS", "Tower Hamlets", "750000").exit_code == 0
    assert myends(run) == {"authority": WHOLE, "committed": WHOLE, "allocated": WHOLE}
    # 6: a ninth, for any amount. The fund is closed, so it is not even one that may be added.
    ninth = allocate("MYENDS", "Islington network", "0.01", "--new-recipient")
    assert ninth.exit_code == 3, ninth
    assert allocate("MYENDS", "LB-ISLINGTON", "0.01").exit_code == 3
    # 9: Newham has all that one consortium may have.
    more = refusal(allocate("MYENDS", "Newham", "20k", "-f", "json"))
    assert more["largest_passing_pence"] == 0
    checked = run("check")
    assert checked.exit_code == 0, checked


def test_the_command_that_a_refusal_suggests_passes_as_it_stands(allocate, run: Run):
    import shlex

    for name in CONSORTIUMS[:7]:
        allocate("MYENDS", name, "750k")
    over = refusal(
        allocate("MYENDS", "Tower Hamlets", "775000", "--title", "It's a £ title", "-f", "json")
    )
    program, *words = shlex.split(over["commands"][0])
    assert program == "vru-ledger"
    assert run(*words).exit_code == 0
    assert myends(run)["committed"] == WHOLE


def test_there_is_no_ninth_consortium_even_if_the_fund_lists_one(allocate, run: Run):
    added = run(
        *("recipient", "add", "Islington network", "--kind", "consortium"),
        *("--fund", "MYENDS", "--reason", "a ninth"),
    )
    assert added.exit_code == 0, added
    for name in CONSORTIUMS:
        assert allocate("MYENDS", name, "1k").exit_code == 0
    ninth = refusal(allocate("MYENDS", "Islington network", "0.01", "-f", "json"))
    assert ninth["largest_passing_pence"] == 0
    [count] = [cap for cap in ninth["caps"] if cap["cap"] == "MYENDS-COUNT"]
    assert (count["limit"], count["used"], count["headroom"], count["after"]) == (
        "8",
        "8",
        "0",
        "9",
    )
    assert count["verdict"] == "1 over, binds"
    # Those who are in may have more.
    assert allocate("MYENDS", "Newham", "1k").exit_code == 0


@pytest.mark.parametrize("number", range(2))
def test_eight_departments_and_four_trauma_centres_are_two_counts(allocate, run: Run, number: int):
    kinds = [("a-and-e", 8), ("major-trauma-centre", 4)]
    # In either order, one count takes nothing from the other.
    for kind, most in kinds[:: 1 - 2 * number]:
        for site in range(1, most + 1):
            done = allocate(
                *("AE-YOUTH", f"{kind} site {site}", "1k", "--new-recipient", "--kind", kind)
            )
            assert done.exit_code == 0, done
        over = allocate("AE-YOUTH", f"{kind} too many", "1k", "--new-recipient", "--kind", kind)
        assert over.exit_code == 3, over
    assert allocate("AE-YOUTH", "a-and-e site 1", "1k").exit_code == 0
    told = json.loads(run("report", "caps", "--fund", "AE-YOUTH", "-f", "json").stdout)
    used = {row["cap"]: (row["used"], row["limit"]) for row in told["rows"]}
    assert used["AE-YOUTH-AE"] == ("8", "8")
    assert used["AE-YOUTH-MTC"] == ("4", "4")
    assert run("check").exit_code == 0


def test_four_million_for_twelve_sites_is_used_to_the_penny(allocate, run: Run):
    """£4,000,000 equally over 8 departments and 4 centres: 4 of 33,333,334p, 8 of 33,333,333p."""
    sites = [("a-and-e", n, 33_333_333) for n in range(8)]
    sites += [("major-trauma-centre", n, 33_333_334) for n in range(4)]
    assert sum(pence for *_, pence in sites) == 400_000_000
    for kind, n, pence in sites:
        pounds = f"{pence // 100}.{pence % 100:02}"
        done = allocate("AE-YOUTH", f"{kind} {n}", pounds, "--new-recipient", "--kind", kind)
        assert done.exit_code == 0, done
    assert allocate("AE-YOUTH", "a-and-e 0", "0.01").exit_code == 3


@pytest.mark.parametrize(
    ("fund", "prefix", "many", "pounds"),
    [("DIVERT", "BCU-", 12, "75,000"), ("DIVERSION", "LB-", 32, "137,500")],
)
def test_equal_shares_use_a_fund_to_the_penny(
    run: Run, tmp_path: Path, fund: str, prefix: str, many: int, pounds: str
):
    """£900,000 over 12 command units and £4,400,000 over 32 boroughs leave nothing over."""
    told = json.loads(run("recipient", "list", "--fund", fund, "-f", "json").stdout)["rows"]
    codes = [row["recipient"] for row in told if row["recipient"].startswith(prefix)]
    assert len(codes) == many
    lines = [f'{fund},{code},"{pounds}"' for code in codes]
    (tmp_path / "equal.csv").write_text("\n".join(["fund,recipient,amount", *lines]))
    done = run("allocate", "--from", "equal.csv", *ON)
    assert done.exit_code == 0, done
    told = json.loads(run("report", "position", "--fund", fund, "-f", "json").stdout)
    assert told["rows"][0]["unallocated_pence"] == 0
    assert run("allocate", fund, codes[0], "0.01", *ON).exit_code == 3


def test_the_same_key_twice_records_once_and_a_penny_more_is_a_conflict(allocate, run: Run):
    first = allocate("MYENDS", "Newham", "750k", "--key", "K17")
    again = allocate("MYENDS", "Newham", "£750,000.00", "--key", "K17")
    other = allocate("MYENDS", "Newham", "750,000.01", "--key", "K17")
    assert [one.exit_code for one in (first, again, other)] == [0, 0, 6]
    assert again.stdout.startswith("already recorded as entry 31: £750,000.00 of MyEnds to Newham")
    assert "entry 31" in other.stderr
    assert "£750,000.01" in other.stderr
    told = json.loads(run("log", "-f", "json").stdout)
    assert told["rows"][0]["number"] == 31


def test_an_award_may_end_on_the_last_day_and_no_later(allocate):
    assert allocate("MYENDS", "Newham", "1k", "--term", "..2023-03-31").exit_code == 0
    late = allocate("MYENDS", "Newham", "1k", "--term", "..2023-04-01", "-f", "json")
    told = refusal(late)
    assert told["largest_passing_pence"] == 0
    [ends] = [cap for cap in told["caps"] if cap["cap"] == "MYENDS-ENDS"]
    assert (ends["limit"], ends["after"]) == ("2023-03-31", "2023-04-01")
    assert ends["verdict"] == "too late, binds"


def test_an_allocation_typed_after_the_last_day_is_recorded_with_a_warning(run: Run):
    done = run("allocate", "MYENDS", "Newham", "1k", "--on", "2023-04-01")
    assert done.exit_code == 0
    assert "MYENDS-ENDS" in done.stderr
    assert run("allocate", "MYENDS", "Newham", "1k", "--on", "2023-03-31").stderr == ""


def test_the_seven_million_headline_is_in_no_total(run: Run):
    told = json.loads(run("report", "position", "-f", "json").stdout)
    assert told["totals"]["authority_pence"] == 2_854_000_000
    assert sum(row["authority_pence"] for row in told["rows"]) == 2_854_000_000
    assert "£7,000,000.00" in run("status").stdout


def test_a_cut_consortium_frees_nothing_for_another(allocate, run: Run):
    """Headroom is the least room of any cap: what Croydon does not take, Newham may not have."""
    for name in CONSORTIUMS:
        amount = "730k" if name == "Croydon" else "750k"
        assert allocate("MYENDS", name, amount).exit_code == 0
    told = json.loads(run("headroom", "MYENDS", "-f", "json").stdout)
    room = {row["name"]: row["headroom_pence"] for row in told["rows"]}
    assert room.pop("Croydon") == 2_000_000
    assert set(room.values()) == {0}
    assert myends(run)["unallocated"] == 2_000_000
    assert allocate("MYENDS", "Newham", "0.01").exit_code == 3
    assert allocate("MYENDS", "Croydon", "20k").exit_code == 0
