"""The register: who and what the ledger is about. Descriptions, which may be corrected; no money.

A record's `citation` says where it is written: a document's code and its section. Text that nobody
published is empty, a number or a day that nobody published is None; neither is ever made up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from vru_ledger.domain.value import Value


class Document(Value):
    """Something published that facts are cited from."""

    TABLE: ClassVar[str] = "documents"
    code: str
    title: str
    publisher: str = ""
    file: str = ""


class Area(Value):
    """A borough, the City, or a police command unit (BCU), which covers boroughs.

    `bcu` is the command unit's code: a borough's own, a command unit's itself, empty for the City.
    Tiles are counted from 1, rows from the north, columns from the west.
    """

    TABLE: ClassVar[str] = "areas"
    code: str
    name: str
    kind: str
    bcu: str = ""
    tile_row: int | None = None
    tile_column: int | None = None
    citation: str = ""


class FundingSource(Value):
    """Where a fund's money comes from.

    `in_year_only` means that its money ends with its financial year; `use_by` is the last day on
    which it may be used.
    """

    TABLE: ClassVar[str] = "sources"
    code: str
    name: str
    citation: str = ""
    in_year_only: bool = False
    use_by: date | None = None


UNTOLD_KIND = "organisation"
"""What a recipient is of whom nothing more is told."""


class Recipient(Value):
    """Who receives money: a community network, a borough, a command unit, a hospital site."""

    TABLE: ClassVar[str] = "recipients"
    code: str
    name: str
    kind: str
    area: str = ""
    citation: str = ""


class Fund(Value):
    """A pot of money with a purpose. Its amount is entries, and its limits are caps.

    `closed` means that only the listed recipients may receive it. `kinds` are the kinds of
    recipient that it may be given to, empty for any. `term_to` is the last day of an award's term.
    """

    TABLE: ClassVar[str] = "funds"
    code: str
    name: str
    theme: str = ""
    closed: bool = False
    kinds: str = ""
    term_from: date | None = None
    term_to: date | None = None
    term_words: str = ""
    citation: str = ""
    note: str = ""


class Listing(Value):
    """A recipient that a fund names."""

    TABLE: ClassVar[str] = "listings"
    fund: str
    recipient: str


class Headline(Value):
    """A published figure that is not a fund, and is never added to one."""

    TABLE: ClassVar[str] = "headlines"
    code: str
    name: str
    amount_pence: int
    note: str = ""
    citation: str = ""


class Programme(Value):
    """A programme for which no amount is published."""

    TABLE: ClassVar[str] = "programmes"
    code: str
    name: str
    facts: str = ""
    citation: str = ""


class Output(Value):
    """Something counted: people helped, workers trained.

    `fund` is set only where the fund's money and this output are of the same thing, so that the
    one may be divided by the other.
    """

    TABLE: ClassVar[str] = "outputs"
    code: str
    subject: str
    output: str
    value: int
    kind: str
    approximate: bool = False
    period: str = ""
    fund: str = ""
    citation: str = ""


class Decision(Value):
    """A decision that money is received, promised or moved under; `code` is its reference.

    `amount_pence` is None where it names no amount.
    """

    TABLE: ClassVar[str] = "decisions"
    code: str
    title: str = ""
    amount_pence: int | None = None
    signed_on: date | None = None
    signed_by: str = ""
    citation: str = ""


class AuthorityLimit(Value):
    """From a day on (`code`, as 2024-04-01): what an entry over an amount needs.

    Over `decision_over_pence` the reference of a decision, over `second_person_over_pence` somebody
    else's approval. None is no limit.
    """

    TABLE: ClassVar[str] = "authority_limits"
    code: str
    decision_over_pence: int | None = None
    second_person_over_pence: int | None = None
    citation: str = ""


def newest_limit(limits: Iterable[AuthorityLimit], day: date | None) -> AuthorityLimit | None:
    """Return the newest setting dated on or before a day, None where there is none."""
    if day is None:
        return None
    then = [limit for limit in limits if limit.code <= day.isoformat()]
    return max(then, key=lambda limit: limit.code, default=None)


Record = (
    Document
    | Area
    | FundingSource
    | Recipient
    | Fund
    | Listing
    | Headline
    | Programme
    | Output
    | Decision
    | AuthorityLimit
)
RECORDS: tuple[type[Record], ...] = (
    Document,
    Area,
    FundingSource,
    Recipient,
    Fund,
    Listing,
    Headline,
    Programme,
    Output,
    Decision,
    AuthorityLimit,
)
