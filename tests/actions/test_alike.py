"""A payment under a reference that its award has already is warned of, in whatever way it comes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.builders import ACTOR, NORTH, ONE, TWO, UNIT, funded, give, ledger_of, registered
from vru_ledger import Ledger
from vru_ledger.rules.case import Breach

MAY = date(2021, 5, 2)


@pytest.fixture
def ledger(database_place: str) -> Iterator[Ledger]:
    """Make a ledger in which ONE was paid £10 as BACS-1 in entry 6, and is owed £50 and £40."""
    made = ledger_of(
        registered(NORTH, UNIT, ONE, TWO.replace(area="")),
        *funded("ALPHA", 20_000),
        place=database_place,
    )
    for who in ("ONE", "TWO"):
        give(made, "ALPHA", who, 9_000)
    with Ledger(made, ACTOR, "") as opened:
        opened.claim("ALPHA-0001", 6_000, on=MAY)
        opened.claim("ALPHA-0002", 5_000, on=MAY)
        opened.pay("ALPHA-0001", 1_000, ref="BACS-1", on=MAY, key="first")
        yield opened


def paid(ledger: Ledger) -> int:
    """Return the number of the first payment."""
    [number] = [
        one.number
        for one in ledger.award("ALPHA-0001").life.standing
        if one.kind in ("pay", "advance")
    ][:1]
    return number


def warned(ledger: Ledger, kind: str = "pay", day: date = MAY) -> Breach:
    """Return the warning that names the first payment."""
    number = paid(ledger)
    return Breach(
        "alike",
        "warn",
        f"entry {number} has the reference BACS-1 too: {kind} of £10.00, ALPHA-0001, {day}; "
        f"if they are the same, one is too many: vru-ledger show {number}",
    )


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("advance", [True, False])
def test_a_payment_with_the_reference_of_another_names_it_and_is_recorded(
    ledger: Ledger, preview: bool, advance: bool
):
    done = ledger.pay(
        "ALPHA-0001", 500, ref="BACS-1", on=date(2021, 6, 1), advance=advance, preview=preview
    )
    assert list(done.warnings) == [warned(ledger)]
    held = ledger.award("ALPHA-0001").life.held["disbursed"]
    assert held == (1_000 if preview else 1_500)


def test_a_retry_under_its_key_is_no_second_payment(ledger: Ledger):
    done = ledger.pay("ALPHA-0001", 1_000, ref="BACS-1", on=MAY, key="first")
    assert (done.already, list(done.warnings)) == (True, [])


@pytest.mark.parametrize(
    ("award", "ref"),
    [
        ("ALPHA-0002", "BACS-1"),
        ("ALPHA-0001", "BACS-10"),
        ("ALPHA-0001", "bacs-1"),
        ("ALPHA-0001", ""),
    ],
)
def test_another_award_or_another_reference_is_another_payment(
    ledger: Ledger, award: str, ref: str
):
    assert not ledger.pay(award, 1_000, ref=ref, on=MAY).warnings


def test_a_payment_that_was_undone_is_paid_again_without_a_warning(ledger: Ledger):
    ledger.reverse(paid(ledger), reason="To another account", on=MAY)
    assert not ledger.pay("ALPHA-0001", 1_000, ref="BACS-1", on=MAY).warnings


def test_a_claim_and_its_payment_may_have_one_reference(ledger: Ledger):
    assert not ledger.claim("ALPHA-0001", 100, ref="BACS-1", on=MAY).warnings
    ledger.clawback("ALPHA-0001", 500, ref="BACS-1", reason="Not spent", on=MAY)
    assert not ledger.recover("ALPHA-0001", 100, ref="BACS-1", on=MAY).warnings
    [found] = ledger.recover("ALPHA-0001", 100, ref="BACS-1", on=MAY).warnings
    assert "recover of £1.00" in found.sentence


@pytest.mark.parametrize("ref", ['a "quoted" \\ one', "Überweisung", "50%_"])
def test_a_reference_is_found_whatever_is_in_it(ledger: Ledger, ref: str):
    ledger.pay("ALPHA-0001", 100, ref=ref, on=MAY)
    assert len(ledger.pay("ALPHA-0001", 100, ref=ref, on=MAY).warnings) == 1


def test_a_reference_in_another_field_is_none(ledger: Ledger):
    ledger.pay("ALPHA-0001", 100, ref="P", reason='see "ref":"Q"', on=MAY)
    assert not ledger.pay("ALPHA-0001", 100, ref="Q", on=MAY).warnings


def test_files_and_plans_warn_of_what_was_there_before_them(ledger: Ledger, tmp_path: Path):
    path = tmp_path / "rows.csv"
    path.write_text(
        "award,amount,on,ref\nALPHA-0001,3,2021-06-01,BACS-1\n"
        "ALPHA-0001,4,2021-06-01,BACS-2\nALPHA-0001,5,2021-06-01,BACS-2\n"
    )
    said = warned(ledger).sentence
    assert [one.message for one in ledger.pay_file(path, preview=True).warnings] == [said]
    text = path.read_text().splitlines()
    path.write_text("\n".join(["do," + text[0], *("pay," + row for row in text[1:])]))
    assert [step.outcome.warnings for step in ledger.plan(path).steps] == [[said], [], []]
