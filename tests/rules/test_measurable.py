"""Leaving a property out is no way round a limit that counts per it."""

import pytest

from tests.books import Books
from tests.builders import EVERY_PROPERTY, allocation, cap
from vru_ledger.caps import names
from vru_ledger.domain.entries import Allocation, CapSet
from vru_ledger.rules.case import Breach
from vru_ledger.rules.measurable import measurable

TOTAL = cap("TOTAL", "amount", 10**9)
LIMIT = {"amount": 10**9, "award": 10**9, "recipients": 9, "share": 10_000, "end": 20990331}
FIELD = {"kind": "recipient_kind", "financial-year": "fy"}


def said(limit: CapSet, new: Allocation) -> list[Breach]:
    return list(measurable(Books([TOTAL, limit]).case(new)))


@pytest.mark.parametrize("measure", names())
@pytest.mark.parametrize("name", EVERY_PROPERTY)
def test_a_property_that_a_cap_counts_per_is_asked_for(measure: str, name: str):
    limit = cap("C", measure, LIMIT[measure], per=(name,))
    without = allocation(**{FIELD.get(name, name): ""})
    [breach] = said(limit, without)
    assert (breach.rule, breach.severity, breach.cap) == ("measurable", "stop", "C")
    assert breach.sentence.startswith(f"C counts per {name}: say which with --")
    assert said(limit, allocation()) == []


@pytest.mark.parametrize(
    ("missing", "name", "option"),
    [
        ({"area": ""}, "area", "--area"),
        ({"bcu": ""}, "bcu", "--area"),
        ({"fy": ""}, "financial-year", "--fy"),
        ({"source": ""}, "source", "--source"),
        ({"purpose": ""}, "purpose", "--purpose"),
        ({"recipient_kind": ""}, "kind", "--kind"),
    ],
)
def test_what_to_type_is_said(missing: dict[str, str], name: str, option: str):
    [breach] = said(cap("C", "amount", 9, per=(name,)), allocation(**missing))
    assert breach.sentence == f"C counts per {name}: say which with {option}"


def test_a_term_is_asked_for_where_a_last_day_limits_it():
    limit = cap("C", "end", 20230331)
    assert said(limit, allocation(term_to=None)) == [
        Breach("measurable", "stop", "C counts per term: say which with --term", "C")
    ]
    assert said(limit, allocation()) == []


def test_everything_that_is_missing_is_asked_for_at_once():
    limit = cap("C", "amount", 9, per=("area", "purpose", "source"))
    asked = said(limit, allocation(area="", purpose=""))
    assert [breach.sentence.split(":")[0] for breach in asked] == [
        "C counts per area",
        "C counts per purpose",
    ]


def test_a_cap_that_warns_asks_without_stopping_and_one_that_only_tracks_does_not_ask():
    limit = cap("C", "amount", 9, per=("purpose",))
    without = allocation(purpose="")
    assert [breach.severity for breach in said(limit.replace(severity="warn"), without)] == ["warn"]
    assert said(limit.replace(severity="track"), without) == []


def test_a_cap_on_another_kind_of_recipient_asks_for_nothing():
    limit = cap("C", "amount", 9, per=("purpose",), only="a-and-e")
    assert said(limit, allocation(purpose="")) == []
    assert len(said(limit, allocation(purpose="", recipient_kind="a-and-e"))) == 1


def test_only_an_allocation_has_properties():
    books = Books([TOTAL, cap("C", "amount", 9, per=("purpose",))])
    assert list(measurable(books.case(TOTAL))) == []
