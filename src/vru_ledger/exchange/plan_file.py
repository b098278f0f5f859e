"""Plans as files: JSON that says each step, what it would do, the head it follows, and its hash.

The same steps on the same ledger give the same plan, byte for byte: nothing in it is of the clock
or of who made it. Its hash is that of everything else in it, written canonically.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vru_ledger.domain.text import shown
from vru_ledger.errors import FileUnreadable, PlanTampered
from vru_ledger.exchange.input_file import read_text

LARGEST_BYTES = 64 * 1024 * 1024
SCHEMA: Final = "vru-ledger/plan/1"
_MOST_PENCE = 2**62
_HASH = r"[0-9a-f]{64}"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Given(_Part):
    """One step as it was asked for: names as typed, values read. What was not given is empty.

    `amount_pence` None means all that is there. `lower` is for an amendment: down instead of up.
    `calls` is the name, like '@brent', by which later steps of the plan know a new award. `entry`
    is the one that a `reverse` undoes. Days are ISO text.
    """

    do: str
    on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    amount_pence: int | None = Field(default=None, gt=0, le=_MOST_PENCE)
    lower: bool = False
    award: str = ""
    calls: str = ""
    fund: str = ""
    recipient: str = ""
    fy: str = ""
    term_from: str = ""
    term_to: str = ""
    area: str = ""
    source: str = ""
    purpose: str = ""
    title: str = ""
    to_fund: str = ""
    to_fy: str = ""
    ref: str = ""
    relates_to: str = ""
    decision: str = ""
    reason: str = ""
    entry: int = 0


class Room(_Part):
    """How much more could go before a step and after it, in pence, and what stops more after it.

    `of` is a recipient of a fund ('NET-BRENT of MYENDS'), or a fund.
    """

    of: str
    before_pence: int
    after_pence: int
    stopped_by: str


class Outcome(_Part):
    """What a step comes to: the award and the pence it moves, from where, to where."""

    fund: str
    award: str = ""
    recipient: str = ""
    amount_pence: int
    from_stage: str = ""
    to_stage: str = ""
    headroom: list[Room]
    warnings: list[str] = Field(default_factory=list)


class PlannedStep(_Part):
    """A step of a plan: its number, its row in the source, what was asked and what follows."""

    step: int
    row: int
    given: Given
    outcome: Outcome


class Source(_Part):
    """The file that a plan was made from."""

    name: str
    sha256: str = Field(pattern=f"^{_HASH}$")


class Head(_Part):
    """The newest entry that a plan follows."""

    entry: int
    hash: str


class Plan(_Part):
    """Steps tried on a ledger and rolled back, to be read, approved and applied."""

    schema_: Literal["vru-ledger/plan/1"] = Field(alias="schema")
    hash: str = Field(pattern=f"^{_HASH}$")
    head: Head
    source: Source
    steps: list[PlannedStep] = Field(min_length=1)

    def key(self, step: int) -> str:
        """Return the key of the entry that a step is recorded as."""
        return f"plan-{self.hash[:32]}-{step}"

    def as_json(self) -> dict[str, Any]:
        """Return the plan in JSON's own types; what was not given is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def text(self) -> str:
        """Return the file: keys sorted, two spaces for each level, one line feed at the end."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def made(head: Head, source: Source, steps: list[PlannedStep]) -> Plan:
    """Return a plan with its hash."""
    plan = Plan(schema=SCHEMA, hash="0" * 64, head=head, source=source, steps=steps)
    return plan.model_copy(update={"hash": hash_of(plan.as_json())})


def hash_of(told: dict[str, Any]) -> str:
    """Return the SHA-256 of a plan without its hash: keys sorted, no spaces, UTF-8."""
    rest = {name: value for name, value in told.items() if name != "hash"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_plan(path: str) -> Plan:
    """Read a plan and prove that it is as it was written.

    Raises FileUnreadable if it is no plan, PlanTampered if its hash is not that of what it says.
    """
    name = shown(path[-80:])
    text = read_text(path, LARGEST_BYTES)
    try:
        told = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise FileUnreadable(f"{name} is not a plan: it is not JSON", _MAKE) from None
    if not (isinstance(told, dict) and told.get("schema") == SCHEMA and "hash" in told):
        raise FileUnreadable(f"{name} is not a plan of this program", _MAKE)
    try:
        _must_be_as_made(told, name)
        return Plan.model_validate(told)
    except ValidationError as problem:
        where = ".".join(map(str, problem.errors()[0]["loc"]))
        said = f"{name} is not a plan: {shown(where[:80])} cannot be read"
        raise FileUnreadable(said, _MAKE) from None
    except (UnicodeEncodeError, RecursionError):
        raise FileUnreadable(f"{name} is not a plan: it is not text", _MAKE) from None


def proved(plan: Plan) -> Plan:
    """Return a plan that is as it was made. Raises PlanTampered."""
    _must_be_as_made(plan.as_json(), "the plan")
    return plan


def _must_be_as_made(told: dict[str, Any], name: str) -> None:
    says, is_ = str(told.get("hash")), hash_of(told)
    if says != is_:
        raise PlanTampered(
            f"{name} was changed after it was made: its hash says {shown(says[:12])}..., and "
            f"what it holds comes to {is_[:12]}...",
            "do not apply it; make the plan again and have it read again",
        )


_MAKE = "to make one: vru-ledger plan --help"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a key stands twice")
    return told


def _no_number(text: str) -> float:
    raise ValueError(text)
