"""The tables of who may decide what: decisions, limits of authority, and overrides of caps."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import SQLModel

from vru_ledger.store.columns import (
    STRICT,
    day_column,
    key_column,
    numbered_column,
    text_column,
    whole_column,
)


class DecisionRow(SQLModel, table=True):
    """A decision that money is received, promised or moved under."""

    __tablename__ = "decisions"
    __table_args__ = STRICT

    code: str = key_column()
    title: str = text_column()
    amount_pence: int | None = whole_column(None)
    signed_on: date | None = day_column()
    signed_by: str = text_column()
    entry: int = whole_column(foreign_key="entries.number")
    citation: str = text_column()


class AuthorityLimitRow(SQLModel, table=True):
    """From a day on: over which amounts an entry needs a decision, and a second person."""

    __tablename__ = "authority_limits"
    __table_args__ = STRICT

    code: str = key_column()
    decision_over_pence: int | None = whole_column(None)
    second_person_over_pence: int | None = whole_column(None)
    entry: int = whole_column(foreign_key="entries.number")
    citation: str = text_column()


class OverrideRow(SQLModel, table=True):
    """By how much one entry raises one bucket of a cap, and until when; below zero if it undoes."""

    __tablename__ = "overrides"
    __table_args__ = (Index("overrides_of_cap", "cap", "bucket"), STRICT)

    entry: int = numbered_column(foreign_key="entries.number")
    cap: str = text_column(foreign_key="caps.code")
    fund: str = text_column(foreign_key="funds.code")
    bucket: str = text_column()
    amount_pence: int = whole_column()
    dated: date | None = day_column()
    until: date | None = day_column()
