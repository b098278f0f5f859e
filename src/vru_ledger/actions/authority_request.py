"""A change of authority as somebody asks for it, which line it means, and how it is typed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date

from vru_ledger.domain.entries import AuthorityEntry, Funding, Recorded
from vru_ledger.domain.money import Pence, format_decimal
from vru_ledger.domain.text import shown
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput, NotFound
from vru_ledger.rules.case import Breach
from vru_ledger.store import authority

NONE = "none"
"""What somebody types for a line without a source, or without a year."""

TYPED = {"fund": "fund receive", "confirm": "fund confirm", "cover": "fund cover"}
"""Changes that are typed otherwise than they are called."""


class AuthorityRequest(Value):
    """A change of authority as somebody asked for it: names, not codes; values already read.

    `kind` is fund, confirm, cover, vire, carry, lapse, surrender, or approve; `amount_pence` None
    means all that is there. `expected` moves money that is only expected, `propose` asks for what
    somebody else makes, and `proposal` is what is approved.
    """

    kind: str
    fund: str
    dated: date
    dated_by_clock: bool = False
    amount_pence: Pence | None = None
    to_fund: str = ""
    source: str = ""
    fy: str = ""
    to_fy: str = ""
    certainty: str = ""
    underwriter: str = ""
    use_by: date | None = None
    in_year_only: bool = False
    expected: bool = False
    propose: bool = False
    proposal: int = 0
    ref: str = ""
    relates_to: str = ""
    reason: str = ""
    decision: str = ""
    key: str = ""
    plan: str = ""
    approved_by: str = ""


class Changed(Value):
    """What became of a request: what was recorded, and the pence of the line free to promise."""

    recorded: Recorded
    entry: Funding | AuthorityEntry
    fund_name: str
    to_name: str
    free_pence: Pence
    warnings: Sequence[Breach] = ()
    already: bool = False


def is_meant(line: authority.Line, source: str, fy: str) -> bool:
    """Say whether a line is of this source and year, where they are said."""
    of_source = not source or line.source == ("" if source.casefold() == NONE else source)
    return of_source and (not fy or line.fy == ("" if fy == NONE else fy))


def has_something(line: authority.Line, request: AuthorityRequest) -> bool:
    """Say whether a line has what the request would change."""
    if request.kind == "confirm":
        surer = line.said.get("confirmed", 0) if request.certainty == "received" else 0
        return bool(line.said.get("expected", 0) or surer)
    if request.kind == "cover" or request.expected:
        return bool(line.floor)
    return line.unallocated > line.floor


def no_proposal(found: Recorded | None, number: int) -> NotFound:
    """Return what to say of an entry that asks for no change of authority."""
    if found and (award := getattr(found.entry, "award", "")):
        return NotFound(
            f"entry {number} is about {award}, and an award is approved by its own name",
            f"what waits of it: vru-ledger award show {award}",
        )
    return NotFound(
        f"entry {number} proposes nothing" if found else f"there is no entry {number}",
        "to find what waits: vru-ledger log --kind propose-authority; "
        "of awards: vru-ledger award list",
    )


def said_of(certainty: str, underwriter: str) -> str:
    """Return how sure money is said to be: 'expected, underwritten by RES'."""
    covered = f", underwritten by {underwriter}" if underwriter else ""
    return f"{certainty}{covered}" if certainty else "of which nothing is said"


def options_of(line: authority.Line) -> str:
    """Return what to type for a line: '--source HO --fy 2023/24'."""
    return f"--source {line.source or NONE} --fy {line.fy or NONE}"


def several(fund: str, able: Sequence[authority.Line]) -> BadInput:
    """Return that a fund has several lines that could be meant."""
    return BadInput(
        f"{fund} has money of several sources or years",
        f"say which with {' or '.join(map(options_of, able))}",
        column="source",
        cells={
            "source": " or ".join(f"{one.source or NONE} (fy {one.fy or NONE})" for one in able)
        },
    )


def as_typed(request: AuthorityRequest) -> str:
    """Return the command that asks for this, ready to be typed."""
    about = str(request.proposal) if request.kind == "approve" else request.fund
    words = ["vru-ledger", *TYPED.get(request.kind, request.kind).split(), about]
    if request.to_fund:
        words.append(request.to_fund)
    if request.amount_pence is None and request.kind in ("vire", "carry"):
        words.append("all")
    elif request.amount_pence is not None:
        words.append(format_decimal(request.amount_pence).removesuffix(".00"))
    if request.kind == "carry":
        words += ["--fy", request.fy, "--to-fy", request.to_fy]
    elif request.fy:
        words += ["--fy", request.fy]
    if request.kind == "confirm":
        words += ["--received"] if request.certainty == "received" else []
        request = request.replace(certainty="")
    for option in ("source", "certainty", "underwriter"):
        if value := getattr(request, option):
            words += [f"--{option}", value]
    words += ["--use-by", request.use_by.isoformat()] if request.use_by else []
    words += ["--in-year-only"] if request.in_year_only else []
    words += ["--expected"] if request.expected else []
    words += ["--propose"] if request.propose else []
    if not request.dated_by_clock:
        words += ["--on", request.dated.isoformat()]
    for option in ("ref", "relates_to", "decision", "reason", "key"):
        if value := getattr(request, option):
            words += [f"--{option.replace('_', '-')}", value]
    return shlex.join([shown(word) for word in words])
