"""The shape of a seed file: every group of keys, and what may stand behind each key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from vru_ledger.caps import PROPERTIES, SEVERITIES, kind_of, names
from vru_ledger.domain.money import parse_pounds
from vru_ledger.exchange.seed_texts import (
    Amount,
    Code,
    Counted,
    Counts,
    Day,
    Flag,
    Items,
    Kind,
    Name,
    Sentence,
    Whole,
    Year,
    one_of,
    reader,
    refusal,
    what_is,
    whole,
)

AREA_KINDS = ("borough", "city", "bcu")
OUTPUT_KINDS = ("actual", "actual, ongoing", "actual, to date", "ceiling", "target")


class Row(BaseModel):
    """One group of keys in the file; a key that it does not have is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    NOUN: ClassVar[str]
    """What a person calls it: 'a fund'."""

    @model_validator(mode="before")
    @classmethod
    def _must_be_keys(cls, value: Any) -> Any:
        if value is None:
            needed = cls.model_fields.items()
            return {field.alias or name: None for name, field in needed if field.is_required()}
        if isinstance(value, dict):
            return value
        raise refusal(
            "seed-wrong-type",
            f"this must be {cls.NOUN}, a group of keys, and is {what_is(value)}",
            f"the keys are {', '.join(keys_of(cls))}",
        )


def keys_of(row: type[Row]) -> list[str]:
    """Return the keys that a group may have, as they are written."""
    return [field.alias or name for name, field in row.model_fields.items()]


class Source(Row):
    """Where something is written: a document's code, its section, and what else bears on it."""

    NOUN = "a source"
    document: Code
    section: Sentence = ""
    also: Items[Code] = Field(default_factory=list)

    def citation(self) -> str:
        """Write it as records keep it: 'VRU-PAGE, MyEnds; PCD-1149'."""
        first = f"{self.document}, {self.section}" if self.section else self.document
        return "; ".join([first, *self.also])


class Coded(Row):
    """A group that has a code, which is how the rest of the file names it."""

    code: Code


class Named(Coded):
    """A group that has a code and a name."""

    name: Name


class DocumentRow(Coded):
    """Something published that facts are cited from."""

    NOUN = "a document"
    title: Sentence
    publisher: Name = ""
    file: Name = ""


class Tile(Row):
    """Where an area stands on the map of tiles, from 1: rows southward, columns eastward."""

    NOUN = "a tile"
    row: Counted
    column: Counted


class AreaRow(Named):
    """A borough, the City, or a police command unit."""

    NOUN = "an area"
    kind: Annotated[str, one_of("a kind of area", AREA_KINDS, "seed-bad-kind", "")]
    bcu: Code = ""
    tile: Tile | None = None
    source: Source


class FundingSourceRow(Named):
    """Where money comes from."""

    NOUN = "a funding source"
    source: Source


class RecipientRow(Named):
    """Who receives money."""

    NOUN = "a recipient"
    kind: Kind
    area: Code = ""
    source: Source


class Line(Row):
    """A part of a fund's amount of which the source or the year is known."""

    NOUN = "a line of a fund"
    amount: Amount
    funding_source: Code = ""
    year: Year = ""
    source: Source | None = None


class Term(Row):
    """The last day of an award's term, in the source's words and as a date."""

    NOUN = "a term"
    starts: Day = Field(default=None, alias="from")
    to: Day
    words: Sentence = ""
    chosen: Flag = False
    ground: Sentence = ""
    source: Source | None = None


class FundExpects(Row):
    """What must be true of a fund for its figures to make sense."""

    NOUN = "what a fund expects"
    recipients: Counted = 0
    kinds: Counts = Field(default_factory=dict)
    equal_share: Amount = 0


class CapRow(Coded):
    """A limit: what it measures, per what, of which recipients, and how much."""

    NOUN = "a cap"
    measure: Annotated[str, one_of("something a cap measures", names(), "seed-unknown-measure", "")]
    limit: int
    per: Items[
        Annotated[
            str,
            one_of("a property of an award", tuple(PROPERTIES), "seed-unknown-property", ""),
        ]
    ] = Field(default_factory=list)
    only: Kind = ""
    severity: Annotated[str, one_of("a severity", SEVERITIES, "seed-unknown-severity", "stop")] = (
        "stop"
    )
    tolerance: int | None = None
    tolerance_share: int | None = None
    source: Source

    @field_validator("limit", mode="before")
    @classmethod
    def _read_limit(cls, value: Any, info: ValidationInfo) -> Any:
        measure = info.data.get("measure")
        return reader(kind_of(measure).read, "seed-bad-limit", 0)(value) if measure else 0

    @field_validator("tolerance", mode="before")
    @classmethod
    def _read_tolerance(cls, value: Any, info: ValidationInfo) -> Any:
        measure = info.data.get("measure")
        if value is None or not measure:
            return None
        unit = kind_of(measure).UNIT
        if unit == "day":
            _refuse_tolerance()
        return reader(parse_pounds if unit == "pence" else whole, "seed-bad-tolerance", None)(value)

    @field_validator("tolerance_share", mode="before")
    @classmethod
    def _read_tolerance_share(cls, value: Any, info: ValidationInfo) -> Any:
        measure = info.data.get("measure")
        if value is not None and measure and kind_of(measure).UNIT == "day":
            _refuse_tolerance()
        return reader(kind_of("share").read, "seed-bad-tolerance", None)(value)


def _refuse_tolerance() -> None:
    raise refusal(
        "seed-bad-tolerance",
        "a last day has no tolerance",
        "take the key out; for a later day, change the limit",
    )


class FundRow(Named):
    """A pot of money with a purpose, its amount, who may receive it, and its limits."""

    NOUN = "a fund"
    theme: Name = ""
    amount: Amount = 0
    funding_source: Code = ""
    lines: Items[Line] = Field(default_factory=list)
    closed: Flag = False
    kinds: Items[Kind] = Field(default_factory=list)
    recipients: Items[Code] = Field(default_factory=list)
    term: Term | None = None
    expects: FundExpects | None = None
    note: Sentence = ""
    source: Source
    caps: Items[CapRow] = Field(default_factory=list)


class HeadlineRow(Named):
    """A published figure that is not a fund."""

    NOUN = "a headline"
    amount: Amount
    note: Sentence = ""
    source: Source


class ProgrammeRow(Named):
    """A programme for which no amount is published."""

    NOUN = "a programme"
    facts: Sentence = ""
    source: Source


class OutputRow(Coded):
    """Something counted, and the fund whose money it can be divided by, if there is one."""

    NOUN = "an output"
    subject: Code
    output: Sentence
    value: Whole
    kind: Annotated[str, one_of("a kind of output", OUTPUT_KINDS, "seed-bad-kind", "")]
    approximate: Flag = False
    period: Name = ""
    fund: Code = ""
    source: Source


class SeedExpects(Row):
    """What must be true of the whole file."""

    NOUN = "what the seed expects"
    funds: Counted = 0
    total: Amount = 0
    areas: Counts = Field(default_factory=dict)
    recipients: Counts = Field(default_factory=dict)
    tiles: Counted = 0


class SeedFile(Row):
    """A whole seed file, as it is written."""

    NOUN = "a seed"
    gathered: Day
    expects: SeedExpects | None = None
    kinds: Items[Kind] = Field(default_factory=list)
    documents: Items[DocumentRow] = Field(default_factory=list)
    areas: Items[AreaRow] = Field(default_factory=list)
    funding_sources: Items[FundingSourceRow] = Field(default_factory=list)
    recipients: Items[RecipientRow] = Field(default_factory=list)
    funds: Items[FundRow] = Field(default_factory=list)
    headlines: Items[HeadlineRow] = Field(default_factory=list)
    programmes: Items[ProgrammeRow] = Field(default_factory=list)
    outputs: Items[OutputRow] = Field(default_factory=list)

    def sections(self) -> dict[str, Sequence[Coded]]:
        """Return the lists of the file whose items have codes, by key."""
        return {
            "documents": self.documents,
            "areas": self.areas,
            "funding_sources": self.funding_sources,
            "recipients": self.recipients,
            "funds": self.funds,
            "headlines": self.headlines,
            "programmes": self.programmes,
            "outputs": self.outputs,
        }
