"""What stands beside the money: terms of lines of authority, overrides of caps, proposals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from vru_ledger.domain.authority import AuthorityProposal
from vru_ledger.domain.entries import AuthorityEntry, Entry, Recorded
from vru_ledger.domain.query import NOW, Moment, Query
from vru_ledger.domain.register import FundingSource
from vru_ledger.domain.stages import CERTAINTIES, NO_TERMS, LineTerms, terms_of
from vru_ledger.domain.value import Value
from vru_ledger.position import Key
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Session

if TYPE_CHECKING:
    from vru_ledger.domain.overrides import Raised


class Line(Value):
    """One line of authority, in pence: what it holds, and what of it is only expected.

    `said` is pence by certainty, `covers` pence by underwriter of what is expected. `terms` are
    those of its source as well, `came_on` only those on which money of the line came, of which
    `in_year_pence` came for its year only.
    """

    source: str
    fy: str
    authority: int
    unallocated: int
    floor: int
    said: dict[str, int]
    covers: dict[str, int]
    terms: LineTerms
    came_on: LineTerms = NO_TERMS
    in_year_pence: int = 0

    def is_of(self, source: str, fy: str) -> bool:
        """Say whether it is the fund's line of a source and a year."""
        return (self.source, self.fy) == (source, fy)

    def unsaid(self) -> int:
        """Return the pence of authority of which nobody said how sure they are."""
        return self.authority - sum(self.said.values())

    def sorts(self) -> dict[tuple[str, str], int]:
        """Return pence by how sure they are and by underwriter, without what nobody may be given.

        First what nobody said anything of, then what is surest; none of it may be unallocated.
        """
        found = {("", ""): self.unsaid()}
        found |= {(name, ""): self.said.get(name, 0) for name in ("received", "confirmed")}
        found |= {("expected", name): pence for name, pence in sorted(self.covers.items())}
        return {sort: pence for sort, pence in found.items() if pence > 0}


def lines(session: Session, fund: str) -> list[Line]:
    """Return a fund's lines of authority, by source and year."""
    held: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for name, bucket, pence, floor in session.rows(
        "SELECT name, bucket, held, floor FROM balances WHERE scope = 'stage' AND fund = ?"
        " AND name IN ('authority', 'unallocated') ORDER BY bucket",
        (fund,),
    ):
        source, fy, _ = bucket.split("|")
        held.setdefault((source, fy), {})[name] = pence, floor
    return made_of(session, held, list(_said(session, fund)))


def made_of(
    session: Session,
    held: dict[tuple[str, str], dict[str, tuple[int, int]]],
    told: list[tuple[str, str, str, str, int]],
    known_at: int | None = None,
) -> list[Line]:
    """Return lines of authority, by source and year, from what they hold and what is said of them.

    `held` is pence and floor of authority and of what is unallocated; `told` is source, year, what
    is said, its detail, and of how many pence.
    """
    said: dict[tuple[str, str], dict[str, int]] = {}
    covers: dict[tuple[str, str], dict[str, int]] = {}
    for source, fy, name, detail, pence in told:
        if name in CERTAINTIES:
            of_line = said.setdefault((source, fy), {})
            of_line[name] = of_line.get(name, 0) + pence
        if name == "expected" and detail:
            covers.setdefault((source, fy), {})[detail] = pence
    terms = _terms(session, told, known_at)
    return [
        Line(
            *line,
            balances.get("authority", (0, 0))[0],
            *balances.get("unallocated", (0, 0)),
            said.get(line, {}),
            covers.get(line, {}),
            terms.get(line) or terms.get((line[0], ""), NO_TERMS),
            terms_of(NO_TERMS, [one[2:4] for one in told if one[:2] == line]),
            sum(one[4] for one in told if one[:2] == line and one[2] == "in-year-only"),
        )
        for line, balances in sorted(held.items())
    ]


def line_terms(session: Session, fund: str) -> dict[tuple[str, str], LineTerms]:
    """Return the terms of a fund's lines that have any; under no year those of each source."""
    return _terms(session, list(_said(session, fund)))


def _terms(
    session: Session, said: list[tuple[str, str, str, str, int]], known_at: int | None = None
) -> dict[tuple[str, str], LineTerms]:
    found = {
        (one.code, ""): LineTerms(one.in_year_only, one.use_by)
        for one in register.everything(session, FundingSource, known_at)
        if one.in_year_only or one.use_by
    }
    told: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for source, fy, name, detail, _ in said:
        told.setdefault((source, fy), []).append((name, detail))
    for (source, fy), names in told.items():
        found[source, fy] = terms_of(found.get((source, ""), NO_TERMS), names)
    return found


def _said(session: Session, fund: str) -> Iterator[tuple[str, str, str, str, int]]:
    """Yield what is said of a fund's lines: source, year, what, its detail, and pence."""
    for name, bucket, pence in session.rows(
        "SELECT name, bucket, held FROM balances"
        " WHERE scope = 'line' AND fund = ? AND held > 0 ORDER BY name, bucket",
        (fund,),
    ):
        source, fy, detail = bucket.split("|")
        yield source, fy, name, detail, pence


def newest_day(session: Session, fund: str) -> str:
    """Return the newest day on which authority came to a fund or left it, '' if none has a day."""
    [(day,)] = session.rows(
        # By the index of all kinds but one, whose condition is the first; not by one on the fund,
        # which would be walked for every entry.
        "SELECT MAX(dated) FROM entries WHERE kind <> 'allocate'"
        " AND kind IN ('fund', 'vire', 'carry', 'reverse-authority')"
        " AND (fund || '' = ? OR to_fund || '' = ?)",
        (fund, fund),
    )
    return "" if day is None else str(day)


def unallocated_by_day(session: Session, key: Key) -> dict[str, int]:
    """Return by how many pence a line's unallocated money changed on each day that entries have."""
    source, fy, area = key.bucket.split("|")
    rows = session.rows(
        "SELECT e.dated, CAST(SUM(m.pence) AS BIGINT) FROM entries e CROSS JOIN movements m"
        " WHERE (e.fund = ? OR e.to_fund = ?) AND m.entry = e.number AND m.fund = ?"
        " AND m.stage = 'unallocated' AND m.source = ? AND m.fy = ? AND m.area = ?"
        " AND e.dated IS NOT NULL GROUP BY e.dated",
        (key.fund, key.fund, key.fund, source, fy, area),
    )
    return {str(day): pence for day, pence in rows}


def overrides(session: Session, cap: str = "", bucket: str | None = None) -> list[Raised]:
    """Return what entries did to ceilings: every one, a cap's, or those of one bucket of it."""
    from vru_ledger.domain.overrides import Raised  # Most allocations ask for none.

    asked = [cap] if cap else []
    where = " AND o.cap = ?" if cap else ""
    if bucket is not None:
        asked.append(bucket)
        where += " AND o.bucket = ?"
    rows = session.rows(
        "SELECT o.entry, o.cap, o.fund, o.bucket, o.amount_pence, o.dated, o.until, e.dated,"
        " COALESCE(e.reverses, 0) FROM overrides o CROSS JOIN entries e"
        " WHERE e.number = o.entry"
        f"{where} ORDER BY o.entry",
        asked,
    )

    return [
        Raised(*row[:5], *(date.fromisoformat(day) if day else None for day in row[5:8]), *row[8:])
        for row in rows
    ]


class Proposal(Value):
    """An entry that asked for another; the entry that made it, and those that undid either."""

    recorded: Recorded
    made_by: int | None
    undone_by: int | None
    made_undone_by: int | None


def proposal(session: Session, number: int, before: int | None = None) -> Proposal | None:
    """Return what entry `number` asked for, as it stood before entry `before` if given."""
    found = ledger.entry(session, number)
    if found is None or (before is not None and number >= before):
        return None
    most = 2**62 if before is None else before
    made = session.row(
        "SELECT number FROM entries WHERE proposal = ? AND number < ?", (number, most)
    )
    made_by = made[0] if made else None

    def undone(entry: int) -> int | None:
        row = session.row(
            "SELECT number FROM entries WHERE reverses = ? AND number < ?", (entry, most)
        )
        return row[0] if row else None

    return Proposal(found, made_by, undone(number), undone(made_by) if made_by else None)


def waiting(session: Session, moment: Moment) -> list[Recorded]:
    """Return the proposals of authority that nobody had decided by a moment, oldest first."""
    asked = Query(kind=AuthorityProposal.KIND, as_of=moment.as_of, known_at=moment.known_at)
    return [
        recorded
        for recorded in ledger.entries(session, asked)
        # Approved, or undone: each by an index of its own.
        if not any(
            ledger.answering(session, recorded.number, moment, by=by)
            for by in ("proposal", "reverses")
        )
    ]


def unsaid(session: Session, entry: Entry) -> int | None:
    """Return the pence of the line that an entry leaves of which nobody said how sure they are.

    None for an entry that takes none of them.
    """
    if not isinstance(entry, AuthorityEntry) or not entry.takes_unsaid():
        return None
    of_line = (one for one in lines(session, entry.fund) if one.is_of(entry.source, entry.fy))
    return sum(line.unsaid() for line in of_line)


def undone_on(session: Session, entry: Entry) -> date | None:
    """Return the day of the entry that another undoes; None if it undoes none, or has no day."""
    undone = getattr(entry, "reverses", None)
    found = ledger.entry(session, undone) if undone else None
    return getattr(found.entry, "dated", None) if found else None


def under_decision(
    session: Session, ref: str, moment: Moment = NOW
) -> list[tuple[Recorded, int | None]]:
    """Return the entries made under a decision by a moment, oldest first.

    Each with the one that had undone it by then.
    """
    wanted = ledger.Conditions(Query(as_of=moment.as_of, known_at=moment.known_at))
    wanted.add("e.decision = ? AND e.decision <> ''", ref)
    rows = session.rows(
        f"SELECT e.number FROM entries e{wanted.where()} ORDER BY e.number", wanted.parameters
    )
    made = [ledger.entry(session, number) for (number,) in rows]
    return [
        (recorded, ledger.answering(session, recorded.number, moment))
        for recorded in made
        if recorded
    ]
