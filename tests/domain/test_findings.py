"""What a check found says where it is, for people and for programs."""

from typing import Any

import pytest

from vru_ledger.domain.findings import Finding


def found(**more: Any) -> Finding:
    return Finding(code="some-code", message="something is wrong", **more)


@pytest.mark.parametrize(
    ("finding", "place"),
    [
        (found(file="seed.yaml", line=12, column=3), "seed.yaml:12:3"),
        (found(file="batch.csv", row=4, field="amount"), "batch.csv row 4, amount"),
        (found(file="batch.csv", row=4), "batch.csv row 4"),
        (found(entry=17), "entry 17"),
        (found(file="seed.yaml"), "seed.yaml"),
        (found(), ""),
    ],
)
def test_a_finding_names_its_place(finding: Finding, place: str):
    assert finding.place() == place


def test_programs_are_told_what_is_set_and_nothing_else():
    assert found().as_json() == {
        "code": "some-code",
        "message": "something is wrong",
        "severity": "error",
    }
    full = found(remedy="mend it", file="a", line=1, column=2, value="x", severity="warning")
    assert full.as_json() == {
        "code": "some-code",
        "message": "something is wrong",
        "remedy": "mend it",
        "file": "a",
        "line": 1,
        "column": 2,
        "value": "x",
        "severity": "warning",
    }


def test_a_finding_is_an_error_unless_it_is_said_to_be_less():
    assert found().severity == "error"
    assert found(severity="warning").severity == "warning"


def test_the_same_finding_twice_is_one():
    assert len({found(entry=1), found(entry=1), found(entry=2)}) == 2
