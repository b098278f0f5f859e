"""Values: immutable, compared by what they hold, and cheap to declare.

A frozen, slotted dataclass writes and compiles six methods for each class when it is imported, and
everyday commands import two dozen of them: that alone was a third of their time. A `Value` is
declared in the same way, checked by mypy in the same way, and compiles nothing.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]  # what namedtuple uses
from collections.abc import Callable
from operator import itemgetter
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class ValueType(type):
    """Makes a class of values from its annotations: a tuple whose places have names."""

    FIELDS: dict[str, Any]
    DEFAULTS: dict[str, Any]
    IN_ORDER: Callable[[dict[str, Any]], tuple[Any, ...]]

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> ValueType:
        """Take the defaults out of the class, and put a getter for each place in."""
        fields = {
            field: annotation
            for field, annotation in namespace.get("__annotations__", {}).items()
            if "ClassVar" not in str(annotation)
        }
        defaults = {field: namespace[field] for field in fields if field in namespace}
        for base in bases:
            # What a base declares comes first, so that its getters find it in the same place.
            fields = {**getattr(base, "FIELDS", {}), **fields}
            defaults = {**getattr(base, "DEFAULTS", {}), **defaults}
        namespace["DEFAULTS"] = defaults
        namespace["FIELDS"] = fields
        namespace["IN_ORDER"] = _in_order([*fields])
        namespace["__slots__"] = ()
        for place, field in enumerate(fields):
            namespace[field] = _tuplegetter(place, None)
        return super().__new__(mcs, name, bases, namespace)


def _in_order(fields: list[str]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    # Of a single name, or of none, itemgetter makes no tuple.
    if len(fields) > 1:
        return itemgetter(*fields)
    return lambda told: tuple([told[field] for field in fields])


class Value(tuple[Any, ...], metaclass=ValueType):
    """Base of the values. Fields are given in order or by name, those with a default if need be."""

    FIELDS: ClassVar[dict[str, Any]]
    """The fields in order, with their annotations."""

    DEFAULTS: ClassVar[dict[str, Any]]
    """What fields hold that were left out."""

    IN_ORDER: ClassVar[Callable[[dict[str, Any]], tuple[Any, ...]]]
    """Takes what fields hold, by name, into their order. Raises KeyError for one missing."""

    def __new__(cls, *placed: Any, **named: Any) -> Self:
        """Make a value. Raises TypeError for a field that is missing or unknown."""
        if not placed:
            # Nearly every value is made by name alone, and right: nothing is looked at twice.
            given = cls.DEFAULTS | named
            if len(given) == len(cls.FIELDS):
                try:
                    return tuple.__new__(cls, cls.IN_ORDER(given))
                except KeyError:
                    pass  # One is missing and another unknown: said below.
        elif not named and len(placed) == len(cls.FIELDS):
            return tuple.__new__(cls, placed)
        told = {**cls.DEFAULTS, **dict(zip(cls.FIELDS, placed, strict=False)), **named}
        try:
            made = super().__new__(cls, [told[field] for field in cls.FIELDS])
        except KeyError as missing:
            raise TypeError(f"{cls.__name__} needs {missing.args[0]}") from None
        if len(placed) > len(told):
            raise TypeError(f"{cls.__name__} has {len(told)} fields and was given {len(placed)}")
        if len(told) != len(cls.FIELDS):
            unknown = ", ".join(sorted(told.keys() - cls.FIELDS.keys()))
            raise TypeError(f"{cls.__name__} has no {unknown}")
        if placed and named and (twice := named.keys() & [*cls.FIELDS][: len(placed)]):
            raise TypeError(f"{cls.__name__} is given {', '.join(sorted(twice))} twice")
        return made

    def replace(self, **changes: Any) -> Self:
        """Return the same value with other contents in some fields."""
        return type(self)(**(dict(zip(self.FIELDS, self, strict=True)) | changes))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __repr__(self) -> str:
        told = ", ".join(f"{field}={held!r}" for field, held in zip(self.FIELDS, self, strict=True))
        return f"{type(self).__name__}({told})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), dict(zip(self.FIELDS, self, strict=True)))


def _again(made: type[Value], told: dict[str, Any]) -> Value:
    return made(**told)
