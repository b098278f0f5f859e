"""Every table of the ledger, declared once: creation, migrations and typed access come from here.

Table classes do not validate, so a row is only ever built from checked domain values. The everyday
commands do not import this file; a test proves that their SQL agrees with it. Money is whole
pence; days are kept as ISO text, and text that was not given is empty, on both databases alike.
"""

from datetime import date

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from vru_ledger.store.columns import (
    KEYED,
    STRICT,
    Whole,
    Words,
    day_column,
    key_column,
    numbered_column,
    text_column,
    whole_column,
)
from vru_ledger.store.history_tables import FolioRow, PaperRow, PeriodRow, TurnoverRow
from vru_ledger.store.ledger import OF_HISTORY
from vru_ledger.store.register_tables import (
    AreaRow,
    DocumentRow,
    FundRow,
    HeadlineRow,
    ListingRow,
    OutputRow,
    ProgrammeRow,
    RecipientRow,
    SourceRow,
)
from vru_ledger.store.tables_of_authority import AuthorityLimitRow, DecisionRow, OverrideRow


class LedgerRow(SQLModel, table=True):
    """What this database is: one row."""

    __tablename__ = "ledger"
    __table_args__ = (CheckConstraint("id = 1"), STRICT)

    id: int = Field(default=1, primary_key=True)
    application: str = text_column()
    version: int = whole_column()
    created_at: str = text_column()
    created_by: str = text_column()


class HeadRow(SQLModel, table=True):
    """The newest entry: one row, locked by every writer before it reads."""

    __tablename__ = "head"
    __table_args__ = (CheckConstraint("id = 1"), STRICT)

    id: int = Field(default=1, primary_key=True)
    number: int = whole_column()
    hash: str = text_column()


class EntryRow(SQLModel, table=True):
    """One line of the ledger: written once, never changed, never removed.

    `fact` is the entry as hashed; the columns before it repeat parts of it for queries.
    `movements` is how many movements belong to it; those of its award go from `from_stage` to
    `to_stage`, and authority of a line from one certainty to another. `reverses` is the entry that
    it undoes, `proposal` the one that asked for it, `to_fund` the fund that its authority enters.
    """

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("length(hash) = 64"),
        CheckConstraint("amount_pence >= 0"),
        Index("entries_of_fund", "fund", "number"),
        Index("entries_of_award", "award", "number"),
        Index("entries_of_recipient", "recipient", "number"),
        # The few that say what limits, periods and papers were at an earlier time.
        Index(
            "entries_of_history",
            "kind",
            "number",
            sqlite_where=text(OF_HISTORY),
            postgresql_where=text(OF_HISTORY),
        ),
        Index(
            "entries_reversed",
            "reverses",
            unique=True,
            sqlite_where=text("reverses IS NOT NULL"),
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        # Of all but the kind that most entries are, so that an allocation pays nothing for it.
        Index(
            "entries_of_kind",
            "kind",
            "number",
            sqlite_where=text("kind <> 'allocate'"),
            postgresql_where=text("kind <> 'allocate'"),
        ),
        Index(
            "entries_into_fund",
            "to_fund",
            "number",
            sqlite_where=text("to_fund IS NOT NULL"),
            postgresql_where=text("to_fund IS NOT NULL"),
        ),
        Index(
            "entries_approving",
            "proposal",
            unique=True,
            sqlite_where=text("proposal IS NOT NULL"),
            postgresql_where=text("proposal IS NOT NULL"),
        ),
        Index(
            "entries_under_decision",
            "decision",
            "number",
            sqlite_where=text("decision <> ''"),
            postgresql_where=text("decision <> ''"),
        ),
        STRICT,
    )

    number: int = numbered_column()
    kind: str = text_column()
    fund: str = text_column()
    to_fund: str | None = Field(default=None, sa_type=Words)
    award: str | None = Field(default=None, sa_type=Words)
    recipient: str | None = Field(default=None, sa_type=Words)
    cap: str | None = Field(default=None, sa_type=Words)
    amount_pence: int = whole_column()
    movements: int = whole_column()
    from_stage: str = text_column()
    to_stage: str = text_column()
    reverses: int | None = Field(default=None, sa_type=Whole, foreign_key="entries.number")
    proposal: int | None = Field(default=None, sa_type=Whole, foreign_key="entries.number")
    dated: date | None = day_column()
    recorded_at: str = text_column()
    actor: str = text_column()
    reason: str = text_column()
    decision: str = text_column()
    key: str | None = Field(default=None, sa_type=Words, unique=True)
    fact: str = text_column()
    previous_hash: str = text_column(unique=True)  # One entry may follow another only once.
    hash: str = text_column()


class AwardRow(SQLModel, table=True):
    """What was promised to whom, on which terms; its money is its movements."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("fund", "number"),
        Index("awards_of_recipient", "recipient", "fund"),
        STRICT,
    )

    ref: str = key_column()
    fund: str = text_column(foreign_key="funds.code")
    number: int = whole_column()
    entry: int = whole_column(foreign_key="entries.number")
    recipient: str = text_column(foreign_key="recipients.code")
    recipient_kind: str = text_column()
    area: str = text_column()
    bcu: str = text_column()
    source: str = text_column()
    fy: str = text_column()
    purpose: str = text_column()
    title: str = text_column()
    term_from: date | None = day_column()
    term_to: date | None = day_column()


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

    entry: int = numbered_column(foreign_key="entries.number")
    n: int = numbered_column()
    fund: str = text_column(foreign_key="funds.code")
    source: str = text_column()
    fy: str = text_column()
    award: str | None = Field(default=None, foreign_key="awards.ref", sa_type=Words)
    recipient: str | None = Field(default=None, sa_type=Words)
    area: str = text_column()
    stage: str = text_column()
    pence: int = whole_column()


class BalanceRow(SQLModel, table=True):
    """What one key holds. The constraints are the last line of defence, against raw SQL too."""

    __tablename__ = "balances"
    __table_args__ = (
        CheckConstraint("held >= 0"),
        CheckConstraint("held >= floor"),
        CheckConstraint("held <= ceiling + grandfathered"),
        CheckConstraint("grandfathered >= 0"),
        CheckConstraint(
            "scope = 'cap' OR (ceiling IS NULL AND floor >= 0"
            " AND (floor = 0 OR (scope = 'stage' AND name = 'unallocated')))"
        ),
        CheckConstraint("scope IN ('stage', 'recipient', 'award', 'cap', 'member', 'line')"),
        # Of every scope: a partial index makes an update under these guards six times as dear.
        Index("balances_fullest", "scope", "fund", "name", "held", "bucket"),
        KEYED,
    )

    scope: str = key_column()
    fund: str = key_column(foreign_key="funds.code")
    name: str = key_column()
    bucket: str = key_column()
    held: int = whole_column()
    floor: int | None = whole_column(None)
    ceiling: int | None = whole_column(None)
    grandfathered: int = whole_column()
    entry: int = whole_column(foreign_key="entries.number")


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

    code: str = key_column()
    fund: str = text_column(foreign_key="funds.code")
    measure: str = text_column()
    cap_limit: int = whole_column()
    per: str = text_column()
    only_kind: str = text_column()
    severity: str = text_column()
    tolerance: int | None = whole_column(None)
    tolerance_bp: int | None = whole_column(None)
    citation: str = text_column()
    bound: int = whole_column()
    ceiling: int = whole_column()
    entry: int = whole_column(foreign_key="entries.number")


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
    PaperRow,
    PeriodRow,
    FolioRow,
    TurnoverRow,
    DecisionRow,
    AuthorityLimitRow,
    OverrideRow,
)
"""The ledger's own tables: a notebook may declare others beside them."""
