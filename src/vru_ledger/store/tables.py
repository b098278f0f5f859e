"""Every table of the ledger, declared once: creation, migrations and typed access come from here.

Table classes do not validate, so a row is only ever built from checked domain values. The everyday
commands do not import this file; a test proves that their SQL agrees with it. Money is whole
pence; days are kept as ISO text, and text that was not given is empty, on both databases alike.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

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


def _text(**more: Any) -> Any:
    return Field(default="", sa_type=Words, **more)


def _key(**more: Any) -> Any:
    return Field(primary_key=True, sa_type=Words, **more)


def _day() -> Any:
    return Field(default=None, sa_column=Column(Day, nullable=True))


def _whole(default: int | None = 0, **more: Any) -> Any:
    return Field(default=default, sa_type=Whole, **more)


def _numbered(**more: Any) -> Any:
    # Never given by the database: entries are numbered from the locked head, without gaps.
    return Field(primary_key=True, sa_type=Whole, sa_column_kwargs={"autoincrement": False}, **more)


class LedgerRow(SQLModel, table=True):
    """What this database is: one row."""

    __tablename__ = "ledger"
    __table_args__ = (CheckConstraint("id = 1"), STRICT)

    id: int = Field(default=1, primary_key=True)
    application: str = _text()
    version: int = _whole()
    created_at: str = _text()
    created_by: str = _text()


class HeadRow(SQLModel, table=True):
    """The newest entry: one row, locked by every writer before it reads."""

    __tablename__ = "head"
    __table_args__ = (CheckConstraint("id = 1"), STRICT)

    id: int = Field(default=1, primary_key=True)
    number: int = _whole()
    hash: str = _text()


class EntryRow(SQLModel, table=True):
    """One line of the ledger: written once, never changed, never removed.

    `fact` is the entry as hashed; the columns before it repeat parts of it for queries.
    `movements` is how many movements belong to it; those of its award go from `from_stage` to
    `to_stage`. `reverses` is the entry that it undoes.
    """

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("length(hash) = 64"),
        CheckConstraint("amount_pence >= 0"),
        Index("entries_of_fund", "fund", "number"),
        Index("entries_of_award", "award", "number"),
        Index("entries_of_recipient", "recipient", "number"),
        Index(
            "entries_reversed",
            "reverses",
            unique=True,
            sqlite_where=text("reverses IS NOT NULL"),
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        STRICT,
    )

    number: int = _numbered()
    kind: str = _text()
    fund: str = _text()
    award: str | None = Field(default=None, sa_type=Words)
    recipient: str | None = Field(default=None, sa_type=Words)
    cap: str | None = Field(default=None, sa_type=Words)
    amount_pence: int = _whole()
    movements: int = _whole()
    from_stage: str = _text()
    to_stage: str = _text()
    reverses: int | None = Field(default=None, sa_type=Whole, foreign_key="entries.number")
    dated: date | None = _day()
    recorded_at: str = _text()
    actor: str = _text()
    reason: str = _text()
    decision: str = _text()
    key: str | None = Field(default=None, sa_type=Words, unique=True)
    fact: str = _text()
    previous_hash: str = _text(unique=True)  # One entry may follow another only once.
    hash: str = _text()


class AwardRow(SQLModel, table=True):
    """What was promised to whom, on which terms; its money is its movements."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("fund", "number"),
        Index("awards_of_recipient", "recipient", "fund"),
        STRICT,
    )

    ref: str = _key()
    fund: str = _text(foreign_key="funds.code")
    number: int = _whole()
    entry: int = _whole(foreign_key="entries.number")
    recipient: str = _text(foreign_key="recipients.code")
    recipient_kind: str = _text()
    area: str = _text()
    bcu: str = _text()
    source: str = _text()
    fy: str = _text()
    purpose: str = _text()
    title: str = _text()
    term_from: date | None = _day()
    term_to: date | None = _day()


class MovementRow(SQLModel, table=True):
    """Pence into a stage, or out of it. The movements of an entry sum to zero."""

    __tablename__ = "movements"
    __table_args__ = (
        CheckConstraint("pence <> 0"),
        CheckConstraint(
            "stage IN ('authority', 'unallocated', 'proposed', 'committed', 'payable',"
            " 'disbursed', 'recoverable')"
        ),
        CheckConstraint("stage IN ('authority', 'unallocated') OR award IS NOT NULL"),
        Index("movements_of_stage", "fund", "stage", "entry"),
        KEYED,
    )

    entry: int = _numbered(foreign_key="entries.number")
    n: int = _numbered()
    fund: str = _text(foreign_key="funds.code")
    source: str = _text()
    fy: str = _text()
    award: str | None = Field(default=None, foreign_key="awards.ref", sa_type=Words)
    recipient: str | None = Field(default=None, sa_type=Words)
    area: str = _text()
    stage: str = _text()
    pence: int = _whole()


class BalanceRow(SQLModel, table=True):
    """What one key holds. The constraints are the last line of defence, against raw SQL too."""

    __tablename__ = "balances"
    __table_args__ = (
        CheckConstraint("held >= 0"),
        CheckConstraint("held >= floor"),
        CheckConstraint("held <= ceiling + grandfathered"),
        CheckConstraint("grandfathered >= 0"),
        CheckConstraint("scope = 'cap' OR (floor = 0 AND ceiling IS NULL)"),
        CheckConstraint("scope IN ('stage', 'recipient', 'award', 'cap', 'member')"),
        # Of every scope: a partial index makes an update under these guards six times as dear.
        Index("balances_fullest", "scope", "fund", "name", "held", "bucket"),
        KEYED,
    )

    scope: str = _key()
    fund: str = _key(foreign_key="funds.code")
    name: str = _key()
    bucket: str = _key()
    held: int = _whole()
    floor: int | None = _whole()
    ceiling: int | None = _whole(None)
    grandfathered: int = _whole()
    entry: int = _whole(foreign_key="entries.number")


class CapRow(SQLModel, table=True):
    """A limit as it stands: the newest entry that set it, and what that comes to.

    `bound` is the limit in the unit of its balances, `ceiling` that and its tolerance.
    """

    __tablename__ = "caps"
    __table_args__ = (
        CheckConstraint("severity IN ('stop', 'warn', 'track')"),
        Index("caps_of_fund", "fund", "code"),
        STRICT,
    )

    code: str = _key()
    fund: str = _text(foreign_key="funds.code")
    measure: str = _text()
    cap_limit: int = _whole()
    per: str = _text()
    only_kind: str = _text()
    severity: str = _text()
    tolerance: int | None = _whole(None)
    tolerance_bp: int | None = _whole(None)
    citation: str = _text()
    bound: int = _whole()
    ceiling: int = _whole()
    entry: int = _whole(foreign_key="entries.number")


class Registered(SQLModel):
    """What every row of the register has: the entry that put it there."""

    entry: int = _whole(foreign_key="entries.number")
    citation: str = _text()


class DocumentRow(SQLModel, table=True):
    """Something published that facts are cited from."""

    __tablename__ = "documents"
    __table_args__ = STRICT

    code: str = _key()
    title: str = _text()
    publisher: str = _text()
    file: str = _text()
    entry: int = _whole(foreign_key="entries.number")


class AreaRow(Registered, table=True):
    """A borough, the City, or a police command unit."""

    __tablename__ = "areas"
    __table_args__ = (UniqueConstraint("kind", "folded"), STRICT)

    code: str = _key()
    name: str = _text()
    folded: str = _text(index=True)
    kind: str = _text()
    bcu: str = _text()
    tile_row: int | None = _whole(None)
    tile_column: int | None = _whole(None)


class SourceRow(Registered, table=True):
    """Where a fund's money comes from."""

    __tablename__ = "sources"
    __table_args__ = STRICT

    code: str = _key()
    name: str = _text()
    folded: str = _text(unique=True)


class RecipientRow(Registered, table=True):
    """Who receives money."""

    __tablename__ = "recipients"
    __table_args__ = (
        UniqueConstraint("kind", "folded"),
        Index("recipients_named", "folded"),
        STRICT,
    )

    code: str = _key()
    name: str = _text()
    folded: str = _text()
    kind: str = _text()
    area: str = _text()


class FundRow(Registered, table=True):
    """A pot of money with a purpose."""

    __tablename__ = "funds"
    __table_args__ = STRICT

    code: str = _key()
    name: str = _text()
    folded: str = _text(unique=True)
    theme: str = _text()
    closed: int = _whole()
    kinds: str = _text()
    term_from: date | None = _day()
    term_to: date | None = _day()
    term_words: str = _text()
    note: str = _text()


class ListingRow(SQLModel, table=True):
    """A recipient that a fund names."""

    __tablename__ = "listings"
    __table_args__ = KEYED

    fund: str = _key(foreign_key="funds.code")
    recipient: str = _key(foreign_key="recipients.code")
    entry: int = _whole(foreign_key="entries.number")


class HeadlineRow(Registered, table=True):
    """A published figure that is not a fund, and is never added to one."""

    __tablename__ = "headlines"
    __table_args__ = STRICT

    code: str = _key()
    name: str = _text()
    amount_pence: int = _whole()
    note: str = _text()


class ProgrammeRow(Registered, table=True):
    """A programme for which no amount is published."""

    __tablename__ = "programmes"
    __table_args__ = STRICT

    code: str = _key()
    name: str = _text()
    facts: str = _text()


class OutputRow(Registered, table=True):
    """Something counted: people helped, workers trained."""

    __tablename__ = "outputs"
    __table_args__ = STRICT

    code: str = _key()
    subject: str = _text()
    output: str = _text()
    value: int = _whole()
    kind: str = _text()
    approximate: int = _whole()
    period: str = _text()
    fund: str = _text()


def _sorted(*rows: type[SQLModel]) -> tuple[Table, ...]:
    """Return the tables of these rows, each after those that it refers to."""
    mine = {str(row.__tablename__) for row in rows}
    return tuple(table for table in SQLModel.metadata.sorted_tables if table.name in mine)


TABLES = _sorted(
    LedgerRow,
    HeadRow,
    EntryRow,
    AwardRow,
    MovementRow,
    BalanceRow,
    CapRow,
    DocumentRow,
    AreaRow,
    SourceRow,
    RecipientRow,
    FundRow,
    ListingRow,
    HeadlineRow,
    ProgrammeRow,
    OutputRow,
)
"""The ledger's own tables: a notebook may declare others beside them."""
