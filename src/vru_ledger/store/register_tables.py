"""The tables of the register: who and what the ledger is about, each row put there by an entry."""

from datetime import date

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from vru_ledger.store.columns import (
    KEYED,
    STRICT,
    day_column,
    key_column,
    text_column,
    whole_column,
)


class Registered(SQLModel):
    """What every row of the register has: the entry that put it there."""

    entry: int = whole_column(foreign_key="entries.number")
    citation: str = text_column()


class DocumentRow(SQLModel, table=True):
    """Something published that facts are cited from."""

    __tablename__ = "documents"
    __table_args__ = STRICT

    code: str = key_column()
    title: str = text_column()
    publisher: str = text_column()
    file: str = text_column()
    entry: int = whole_column(foreign_key="entries.number")


class AreaRow(Registered, table=True):
    """A borough, the City, or a police command unit."""

    __tablename__ = "areas"
    __table_args__ = (UniqueConstraint("kind", "folded"), STRICT)

    code: str = key_column()
    name: str = text_column()
    folded: str = text_column(index=True)
    kind: str = text_column()
    bcu: str = text_column()
    tile_row: int | None = whole_column(None)
    tile_column: int | None = whole_column(None)


class SourceRow(Registered, table=True):
    """Where a fund's money comes from."""

    __tablename__ = "sources"
    __table_args__ = STRICT

    code: str = key_column()
    name: str = text_column()
    folded: str = text_column(unique=True)
    in_year_only: int = whole_column()
    use_by: date | None = day_column()


class RecipientRow(Registered, table=True):
    """Who receives money."""

    __tablename__ = "recipients"
    __table_args__ = (
        UniqueConstraint("kind", "folded"),
        Index("recipients_named", "folded"),
        STRICT,
    )

    code: str = key_column()
    name: str = text_column()
    folded: str = text_column()
    kind: str = text_column()
    area: str = text_column()


class FundRow(Registered, table=True):
    """A pot of money with a purpose."""

    __tablename__ = "funds"
    __table_args__ = STRICT

    code: str = key_column()
    name: str = text_column()
    folded: str = text_column(unique=True)
    theme: str = text_column()
    closed: int = whole_column()
    kinds: str = text_column()
    term_from: date | None = day_column()
    term_to: date | None = day_column()
    term_words: str = text_column()
    note: str = text_column()


class ListingRow(SQLModel, table=True):
    """A recipient that a fund names."""

    __tablename__ = "listings"
    __table_args__ = KEYED

    fund: str = key_column(foreign_key="funds.code")
    recipient: str = key_column(foreign_key="recipients.code")
    entry: int = whole_column(foreign_key="entries.number")


class HeadlineRow(Registered, table=True):
    """A published figure that is not a fund, and is never added to one."""

    __tablename__ = "headlines"
    __table_args__ = STRICT

    code: str = key_column()
    name: str = text_column()
    amount_pence: int = whole_column()
    note: str = text_column()


class ProgrammeRow(Registered, table=True):
    """A programme for which no amount is published."""

    __tablename__ = "programmes"
    __table_args__ = STRICT

    code: str = key_column()
    name: str = text_column()
    facts: str = text_column()


class OutputRow(Registered, table=True):
    """Something counted: people helped, workers trained."""

    __tablename__ = "outputs"
    __table_args__ = STRICT

    code: str = key_column()
    subject: str = text_column()
    output: str = text_column()
    value: int = whole_column()
    kind: str = text_column()
    approximate: int = whole_column()
    period: str = text_column()
    fund: str = text_column()
