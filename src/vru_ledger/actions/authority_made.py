"""Entries about authority, completed from what somebody asks for and the line that it means."""

from __future__ import annotations

from typing import Any

from vru_ledger.actions import resolve
from vru_ledger.actions.authority_request import (
    NONE,
    AuthorityRequest,
    as_typed,
    has_something,
    is_meant,
    no_proposal,
    said_of,
    several,
)
from vru_ledger.domain.authority import MOVES, AuthorityProposal, Confirmation, Cover
from vru_ledger.domain.entries import AuthorityEntry, Funding
from vru_ledger.domain.money import Pence, format_decimal, format_pounds
from vru_ledger.domain.register import Fund
from vru_ledger.errors import BadInput, NotFound
from vru_ledger.store import authority, ledger
from vru_ledger.store.database import Session


def funding(session: Session, request: AuthorityRequest, fund: Fund) -> Funding:
    """Return the entry by which authority comes. Raises NotFound, BadInput."""
    source = resolve.source(session, request.source).code if request.source else ""
    underwriter = _underwriter(session, request, source)
    if underwriter and request.certainty != "expected":
        raise BadInput(
            "--underwriter is for money that is only expected", "add --certainty expected"
        )
    return Funding(
        fund=fund.code,
        amount_pence=request.amount_pence or Pence(0),
        source=source,
        fy=request.fy,
        certainty=request.certainty,
        underwriter=underwriter,
        use_by=request.use_by,
        in_year_only=request.in_year_only,
        relates_to=request.relates_to,
        **_said(request),
    )


def _underwriter(session: Session, request: AuthorityRequest, source: str) -> str:
    """Return the code of who stands in for what is expected of a source."""
    if not request.underwriter:
        return ""
    found = resolve.source(session, request.underwriter).code
    if found == source:
        raise BadInput(f"{found} cannot underwrite its own money", "name another source")
    return found


def line_meant(session: Session, request: AuthorityRequest, fund: Fund) -> authority.Line:
    """Return the line of a fund that is meant. Raises NotFound, BadInput if it can be several.

    What was not said is found where only one line has something to change.
    """
    of_fund = authority.lines(session, fund.code)
    source = request.source
    if source and source.casefold() != NONE:
        source = resolve.source(session, source).code
    meant = [line for line in of_fund if is_meant(line, source, request.fy)]
    if not meant:
        of = " ".join(part for part in (source, request.fy) if part)
        raise NotFound(
            f"{fund.name} has no money{f' of {of}' if of else ''}",
            f"to see what it has: vru-ledger fund show {fund.code}",
        )
    able = [line for line in meant if has_something(line, request)] if len(meant) > 1 else meant
    if len(able) == 1:
        return able[0]
    if not able:
        raise BadInput(
            f"{fund.name} has nothing there to {request.kind}",
            f"vru-ledger fund show {fund.code}",
        )
    raise several(fund.name, able)


def confirmations(
    session: Session, request: AuthorityRequest, fund: Fund, line: authority.Line
) -> list[Funding | AuthorityEntry]:
    """Return what turns expected money surer, one entry for each underwriter of it."""
    covered = sum(line.covers.values())
    parts = {"": line.said.get("expected", 0) - covered, **line.covers}
    parts = {name: pence for name, pence in parts.items() if pence}
    was = "expected"
    if not parts and request.certainty == "received":
        was, parts = "confirmed", {"": line.said.get("confirmed", 0)}
    if request.underwriter:
        name = request.underwriter
        code = "" if name.casefold() == NONE else resolve.source(session, name).code
        parts = {code: parts.get(code, 0)}
    if request.amount_pence is not None and len(parts) > 1:
        named = " or ".join(f"--underwriter {name or NONE}" for name in parts)
        raise BadInput(f"{fund.name} has several covers there", f"say which: {named}")
    return [
        Confirmation(
            fund=fund.code,
            source=line.source,
            fy=line.fy,
            amount_pence=Pence(request.amount_pence or pence),
            certainty=was,
            now=request.certainty or "confirmed",
            underwriter=name,
            ref=request.ref,
            relates_to=request.relates_to,
            **{**_said(request), "key": key_of(request.key, number)},
        )
        for number, (name, pence) in enumerate(sorted(parts.items() or [("", 0)]))
    ]


def cover(session: Session, request: AuthorityRequest, fund: Fund, line: authority.Line) -> Cover:
    """Return the entry by which another source stands in for what is only expected."""
    return Cover(
        fund=fund.code,
        source=line.source,
        fy=line.fy,
        amount_pence=Pence(line.floor) if request.amount_pence is None else request.amount_pence,
        certainty="expected",
        underwriter=_underwriter(session, request, line.source),
        ref=request.ref,
        relates_to=request.relates_to,
        **_said(request),
    )


def move(
    session: Session, request: AuthorityRequest, fund: Fund, line: authority.Line, was: Any
) -> AuthorityEntry:
    """Return the entry that moves unallocated money of a line, or asks for it.

    `was` is the entry that has the request's key already, if there is one.
    """
    there = {"to_fund": "", "to_source": "", "to_fy": ""}
    if request.kind == "vire":
        to = resolve.fund(session, request.to_fund)
        if to.code == fund.code:
            raise BadInput(
                f"{fund.name} is the same fund twice",
                "between years of one fund: vru-ledger carry --help",
            )
        there = {"to_fund": to.code, "to_source": line.source, "to_fy": line.fy}
    elif request.kind == "carry":
        if request.to_fy == line.fy:
            raise BadInput("both years are the same", "say another with --to-fy")
        there = {"to_fund": fund.code, "to_source": line.source, "to_fy": request.to_fy}
    pence = request.amount_pence
    if pence is None:
        pence = Pence(line.floor if request.expected else line.unallocated - line.floor)
    kind: Any = AuthorityProposal if request.propose else MOVES[request.kind]
    told = _terms_of(request.kind, line) | {"certainty": "expected"}
    if not request.expected:
        if was is not None and was.KIND == kind.KIND:
            # What it was then; the line holds no more of it now.
            told = {name: getattr(was, name) for name in (*told, "certainty", "underwriter")}
        else:
            sort = _sort(request, fund, line, pence)
            told |= zip(("certainty", "underwriter"), sort, strict=True)
    entry: AuthorityEntry = kind(
        fund=fund.code,
        source=line.source,
        fy=line.fy,
        **there,
        amount_pence=pence,
        **told,
        ref=request.ref,
        relates_to=request.relates_to,
        **({"what": request.kind} if request.propose else {}),
        **_said(request),
        **_of_plan(request),
    )
    return entry


def _sort(
    request: AuthorityRequest, fund: Fund, line: authority.Line, pence: int
) -> tuple[str, str]:
    """Return how sure the money is that moves, and who underwrites it.

    An entry moves money of one sort: what is said of a line goes with the money it is said of.
    Raises BadInput if there is not enough of any, and enough of all.
    """
    sorts = line.sorts()
    for sort, there in sorts.items():
        if there >= pence:
            return sort
    if not pence or pence > line.unallocated - line.floor:
        return "", ""  # Nothing, or more than there is of all together: others say so.
    parts, left = [], pence
    for there in sorts.values():
        parts.append(min(there, left))
        left -= parts[-1]
    rows = [format_decimal(part).removesuffix(".00") for part in parts if part]
    told = ", ".join(f"{format_pounds(there)} {said_of(*sort)}" for sort, there in sorts.items())
    raise BadInput(
        f"{format_pounds(pence)} of {fund.name} is not all equally sure: {told}; each sort is "
        "moved by an entry of its own",
        "; then ".join(
            as_typed(request.replace(amount_pence=Pence(part), key=key_of(request.key, number)))
            for number, part in enumerate(part for part in parts if part)
        ),
        column="amount",
        cells={"amount": f"{rows[0]} here, and in rows of their own {', '.join(rows[1:])}"},
    )


def approved(session: Session, request: AuthorityRequest) -> AuthorityEntry:
    """Return the entry that a proposal asked for, with the approver's own words beside."""
    found = authority.proposal(session, request.proposal)
    asked = found.recorded.entry if found else None
    if not isinstance(asked, AuthorityProposal):
        raise no_proposal(ledger.entry(session, request.proposal), request.proposal)
    told = {name: getattr(asked, name) for name in AuthorityEntry.FIELDS}
    said = {**_said(request), "ref": request.ref, "relates_to": request.relates_to}
    given = {name: value for name, value in said.items() if value}
    lines = authority.lines(session, asked.fund)
    given |= _terms_of(
        asked.what,
        next(line for line in lines if line.is_of(asked.source, asked.fy)),
    )
    return MOVES[asked.what](**{**told, "key": "", **given, "proposal": request.proposal})


def _said(request: AuthorityRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ("dated", "reason", "decision", "key")}


def _of_plan(request: AuthorityRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ("plan", "approved_by")}


def _terms_of(kind: str, line: authority.Line) -> dict[str, Any]:
    """Return the terms that money takes along to another line: those on which it came."""
    if kind not in ("vire", "carry"):
        return {}
    return {"in_year_only": line.came_on.in_year_only, "use_by": line.came_on.use_by}


def key_of(key: str, number: int) -> str:
    """Return the key of one of several entries: the first has it as it was given."""
    return f"{key} {number + 1}" if key and number else key
