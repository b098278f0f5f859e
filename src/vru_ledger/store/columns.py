"""The columns that the tables are made of: whole numbers, text, days, alike on both databases."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

Whole: Any = BigInteger().with_variant(Integer, "sqlite")
Words: Any = Text().with_variant(Text(collation="C"), "postgresql")  # Ordered alike on both.
STRICT: dict[str, Any] = {"sqlite_strict": True}
KEYED: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}


class Day(TypeDecorator[date]):
    """A date, kept as '2022-03-31', so that both databases hold and order the same text."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Write a date as ISO text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Read ISO text as a date."""
        return None if value is None else date.fromisoformat(value)


def text_column(**more: Any) -> Any:
    """Return text, empty unless given."""
    return Field(default="", sa_type=Words, **more)


def key_column(**more: Any) -> Any:
    """Return text that is part of the key."""
    return Field(primary_key=True, sa_type=Words, **more)


def day_column() -> Any:
    """Return a day, None unless given."""
    return Field(default=None, sa_column=Column(Day, nullable=True))


def whole_column(default: int | None = 0, **more: Any) -> Any:
    """Return a whole number, 0 unless given."""
    return Field(default=default, sa_type=Whole, **more)


def numbered_column(**more: Any) -> Any:
    """Return the number of an entry, or of a row within one."""
    # Never given by the database: entries are numbered from the locked head, without gaps.
    return Field(primary_key=True, sa_type=Whole, sa_column_kwargs={"autoincrement": False}, **more)
