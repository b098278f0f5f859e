"""Values: equal by type and contents, never changed, and made only of the fields they have."""

import copy
import pickle
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import entries
from vru_ledger.domain.value import Value


class Place(Value):
    """A value with a field that is needed and two that are not."""

    KIND: ClassVar[str] = "place"
    name: str
    row: int = 1
    column: int = 2


class Spot(Value):
    """A value of the same shape, and another type."""

    name: str
    row: int = 1
    column: int = 2


class Name(Value):
    """A value of one field."""

    name: str


class Nothing(Value):
    """A value without a field."""


def test_fields_are_given_in_order_or_by_name_and_those_left_out_have_their_default():
    place = Place("a", column=5)
    assert (place.name, place.row, place.column) == ("a", 1, 5)
    assert place == Place(column=5, name="a")
    assert place == Place("a", 1, 5)


def test_a_value_of_one_field_or_of_none_is_made_as_any_other():
    assert Name(name="ab") == Name("ab")
    assert tuple(Name(name="ab")) == ("ab",)
    assert tuple(Nothing()) == ()


def test_what_belongs_to_the_class_is_no_field():
    assert list(Place.FIELDS) == ["name", "row", "column"]
    assert dict(Place.DEFAULTS) == {"row": 1, "column": 2}
    assert Place.KIND == Place("a").KIND == "place"


@pytest.mark.parametrize(
    ("placed", "named", "said"),
    [
        ((), {}, "Place needs name"),
        ((), {"row": 3}, "Place needs name"),
        ((), {"row": 3, "column": 4, "roww": 5}, "Place needs name"),
        (("a",), {"roww": 3}, "Place has no roww"),
        (("a",), {"x": 1, "b": 2}, "Place has no b, x"),
        (("a",), {"KIND": "other"}, "Place has no KIND"),
        (("a", 1, 2, 3), {}, "Place has 3 fields and was given 4"),
        (("a",), {"name": "b"}, "Place is given name twice"),
        (("a", 1), {"row": 1, "name": "b"}, "Place is given name, row twice"),
    ],
)
def test_a_field_that_is_missing_unknown_or_told_twice_is_an_error(placed, named, said):
    with pytest.raises(TypeError, match=f"^{said}$"):
        Place(*placed, **named)


def test_values_are_equal_when_type_and_contents_are():
    assert Place("a") == Place("a")
    assert hash(Place("a")) == hash(Place("a"))
    assert Place("a") != Place("b")
    assert Place("a") != Spot("a")
    assert Place("a") != ("a", 1, 2)
    assert Nothing() == Nothing()
    assert Nothing() != ()
    assert len({Place("a"), Place("a"), Spot("a")}) == 2


def test_a_value_never_changes():
    place = Place("a")
    with pytest.raises(AttributeError):
        place.name = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        place.other = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        del place.name
    assert place == Place("a")


def test_a_replaced_value_is_another_and_the_first_stays():
    place = Place("a", row=7)
    assert place.replace(name="b") == Place("b", row=7)
    assert place.replace() == place
    assert place == Place("a", row=7)
    with pytest.raises(TypeError, match="Place has no width"):
        place.replace(width=1)


def test_a_value_shows_its_fields():
    assert repr(Place("a")) == "Place(name='a', row=1, column=2)"


@given(st.text(), st.integers(), st.integers())
def test_a_value_survives_copying_and_pickling(name, row, column):
    place = Place(name, row, column)
    for again in (pickle.loads(pickle.dumps(place)), copy.copy(place), copy.deepcopy(place)):  # noqa: S301
        assert type(again) is Place
        assert again == place


@given(entries())
def test_every_kind_of_entry_survives_copying_and_pickling(entry):
    for again in (pickle.loads(pickle.dumps(entry)), copy.deepcopy(entry)):  # noqa: S301
        assert type(again) is type(entry)
        assert again == entry
        assert hash(again) == hash(entry)
