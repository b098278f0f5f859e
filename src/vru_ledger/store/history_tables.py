"""The tables of the ledger's own history: papers, periods, and what each folio turned over."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from vru_ledger.store.columns import (
    KEYED,
    STRICT,
    day_column,
    key_column,
    numbered_column,
    text_column,
    whole_column,
)


class PaperRow(SQLModel, table=True):
    """A paper that names a point: the newest entry it knew, and that entry's hash."""

    __tablename__ = "papers"
    __table_args__ = STRICT

    name: str = key_column()
    at: int = whole_column()
    head: str = text_column()
    entry: int = whole_column(foreign_key="entries.number")


class PeriodRow(SQLModel, table=True):
    """A period that was closed at some time, and whether it is now; `entry` said so last."""

    __tablename__ = "periods"
    __table_args__ = (
        CheckConstraint("closed IN (0, 1)"),
        CheckConstraint("first_day <= last_day"),
        Index(
            "periods_closed",
            "last_day",
            "first_day",
            sqlite_where=text("closed = 1"),
            postgresql_where=text("closed = 1"),
        ),
        STRICT,
    )

    name: str = key_column()
    first_day: date | None = day_column()
    last_day: date | None = day_column()
    closed: int = whole_column()
    entry: int = whole_column(foreign_key="entries.number")


class FolioRow(SQLModel, table=True):
    """Entries in a row, `first` to `last`, whose turnover is brought forward to old-date reports.

    `turnovers` is how many rows tell it. The database writes them with the folio, and neither ever
    changes.
    """

    __tablename__ = "folios"
    __table_args__ = (CheckConstraint("first <= last"), STRICT)

    number: int = numbered_column()
    first: int = whole_column()
    last: int = whole_column(foreign_key="entries.number")
    turnovers: int = whole_column()


class TurnoverRow(SQLModel, table=True):
    """What the entries of a folio that are dated in one month moved of a stage, in pence.

    `month` is '2022-03', empty for entries without a day. Authority is below zero as it grows, as
    in movements.
    """

    __tablename__ = "turnovers"
    __table_args__ = (CheckConstraint("pence <> 0"), KEYED)

    folio: int = numbered_column(foreign_key="folios.number")
    n: int = numbered_column()
    month: str = text_column()
    fund: str = text_column(foreign_key="funds.code")
    stage: str = text_column()
    source: str = text_column()
    fy: str = text_column()
    area: str = text_column()
    pence: int = whole_column()
