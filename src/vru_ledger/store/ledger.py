"""Entries, caps and balances, read: by key, by number, or streamed in the order of the chain."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from vru_ledger.caps import Bounds
from vru_ledger.domain.chain import GENESIS, read_fact
from vru_ledger.domain.entries import Allocation, AwardEntry, CapSet, Recorded
from vru_ledger.domain.query import NOW, Moment, Query
from vru_ledger.domain.stages import HELD
from vru_ledger.errors import LedgerUnusable
from vru_ledger.position import Balance, Key
from vru_ledger.store.database import Row, Session

_KEYS_AT_ONCE = 200
OF_HISTORY = "kind IN ('cap', 'close-period', 'paper', 'reopen-period')"
"""The kinds of entry that an index finds by kind: a database uses it where it is told so."""

_ENTRY = "number, actor, recorded_at, fact, hash"
RARE = f"e.kind <> '{Allocation.KIND}'"
"""Entries that a ledger has few of, which is what an index finds them by."""


class Head(NamedTuple):
    """The newest entry: what the next one follows. Number 0 is an empty ledger."""

    number: int
    hash: str


def head(session: Session) -> Head:
    """Return the newest entry's number and hash."""
    row = session.row("SELECT number, hash FROM head WHERE id = 1")
    return Head(*row) if row else Head(0, "")


class Made(NamedTuple):
    """By whom and when a ledger was made."""

    by: str
    at: str


def made(session: Session) -> Made:
    """Return by whom and when this ledger was made."""
    row = session.row("SELECT created_by, created_at FROM ledger")
    return Made(*row) if row else Made("", "")


def caps_of(session: Session, fund: str) -> tuple[dict[str, CapSet], dict[str, Bounds]]:
    """Return a fund's caps and what they come to, by code."""
    caps: dict[str, CapSet] = {}
    bounds: dict[str, Bounds] = {}
    for cap, bound in all_caps(session, fund):
        caps[cap.cap], bounds[cap.cap] = cap, bound
    return caps, bounds


def all_caps(session: Session, fund: str = "") -> list[tuple[CapSet, Bounds]]:
    """Return every cap, or one fund's, by fund and code."""
    rows = session.rows(
        "SELECT code, fund, measure, cap_limit, per, only_kind, severity, tolerance,"
        " tolerance_bp, citation, bound, ceiling FROM caps"
        + (" WHERE fund = ? ORDER BY fund, code" if fund else " ORDER BY fund, code"),
        (fund,) if fund else (),
    )
    return [(_cap(row), Bounds(*row[10:])) for row in rows]


def newest_day_of(session: Session, cap: str) -> str:
    """Return the newest day as of which a cap was set, '' if it has none."""
    [(day,)] = session.rows(
        f"SELECT MAX(dated) FROM entries WHERE {OF_HISTORY} AND kind = 'cap' AND cap = ?", (cap,)
    )
    return str(day or "")


def _cap(row: Row) -> CapSet:
    code, fund, measure, limit, per, only, severity, tolerance, tolerance_bp, citation = row[:10]
    return CapSet(
        cap=code,
        fund=fund,
        measure=measure,
        limit=limit,
        per=tuple(per.split(",")) if per else (),
        only=only,
        severity=severity,
        tolerance=tolerance,
        tolerance_bp=tolerance_bp,
        citation=citation,
    )


def balances(session: Session, keys: Sequence[Key]) -> dict[Key, Balance]:
    """Return the balances of these keys, without those that nothing has touched."""
    found: dict[Key, Balance] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        places = ", ".join(["(?, ?, ?, ?)"] * len(some))
        # A join, because SQLite would look through the whole table for rows IN a list.
        rows = session.rows(
            f"WITH asked (s, f, n, b) AS (VALUES {places})"
            " SELECT scope, fund, name, bucket, held, floor, ceiling, grandfathered"
            " FROM asked JOIN balances ON scope = s AND fund = f AND name = n AND bucket = b",
            [part for key in some for part in key],
        )
        for row in rows:
            found[Key(*row[:4])] = Balance(*row[4:])
    return found


def authority(session: Session, fund: str) -> int:
    """Return a fund's whole authority, in pence."""
    row = session.row(
        "SELECT COALESCE(SUM(held), 0) FROM balances"
        " WHERE scope = 'stage' AND fund = ? AND name = 'authority'",
        (fund,),
    )
    return int(row[0]) if row else 0


def lines(session: Session, fund: str) -> list[tuple[str, str, int]]:
    """Return a fund's lines of authority: source, year and unallocated pence."""
    rows = session.rows(
        "SELECT bucket, held FROM balances"
        " WHERE scope = 'stage' AND fund = ? AND name = 'unallocated' ORDER BY bucket",
        (fund,),
    )
    return [(*bucket.split("|")[:2], held) for bucket, held in rows]


def free(session: Session, fund: str) -> int:
    """Return a fund's unallocated pence, without those that are only expected and not covered."""
    row = session.row(
        "SELECT COALESCE(SUM(held - floor), 0) FROM balances"
        " WHERE scope = 'stage' AND fund = ? AND name = 'unallocated'",
        (fund,),
    )
    return int(row[0]) if row else 0


def newest_award(session: Session, fund: str) -> int:
    """Return the number of the fund's newest award, 0 if it has none."""
    row = session.row("SELECT COALESCE(MAX(number), 0) FROM awards WHERE fund = ?", (fund,))
    return int(row[0]) if row else 0


def award_exists(session: Session, ref: str) -> bool:
    """Say whether an award has this reference."""
    return session.row("SELECT 1 FROM awards WHERE ref = ?", (ref,)) is not None


def standing(session: Session, moment: Moment = NOW) -> dict[str, Any]:
    """Return the newest entry's number and hash, as every answer for programs tells them.

    At an earlier moment, those of the entry then known, and the moment itself.
    """
    number, hash_ = head(session)
    if moment.is_now():
        return {"ledger_head": hash_, "entry": number}
    if moment.known_at is not None and moment.known_at < number:
        number, hash_ = moment.known_at, hash_of(session, moment.known_at)
    told = {"as_of": moment.as_of.isoformat() if moment.as_of else None}
    return {"ledger_head": hash_, "entry": number, **told, "known_at": moment.known_at}


def hash_of(session: Session, number: int) -> str:
    """Return an entry's hash; before the first it is that of an empty chain."""
    row = session.row("SELECT hash FROM entries WHERE number = ?", (number,))
    return str(row[0]) if row else GENESIS


def recorded_at(session: Session, number: int) -> str:
    """Return when an entry was recorded, '2026-11-22T12:00:00Z'; empty if there is none."""
    row = session.row("SELECT recorded_at FROM entries WHERE number = ?", (number,))
    return str(row[0]) if row else ""


def entries_by_key(session: Session, keys: Collection[str]) -> dict[str, Recorded]:
    """Return the entries that were recorded with these keys, by key."""
    asked = list(keys)
    found: dict[str, Recorded] = {}
    for start in range(0, len(asked), _KEYS_AT_ONCE):
        some = asked[start : start + _KEYS_AT_ONCE]
        rows = session.rows(
            f'SELECT "key", {_ENTRY} FROM entries WHERE "key" IN ({", ".join("?" * len(some))})',
            some,
        )
        for key, *rest in rows:
            found[key] = _recorded(tuple(rest))
    return found


def is_key_used(session: Session, begins: str) -> bool:
    """Say whether any entry was recorded with a key that begins so: with some text and a hyphen."""
    end = f"{begins[:-1]}."  # A point comes next after a hyphen.
    return (
        session.row('SELECT 1 FROM entries WHERE "key" >= ? AND "key" < ? LIMIT 1', (begins, end))
        is not None
    )


def alike(session: Session, new: AwardEntry, of: str, before: int) -> int | None:
    """Return the newest entry up to `before` that is of the same kind, fund, amount and day.

    `of` is what else is the same: 'award' or 'recipient'. One that was undone is none.
    """
    row = session.row(
        f"SELECT number FROM entries WHERE {of} = ? AND number <= ? AND kind = ? AND fund = ?"
        " AND amount_pence = ? AND dated = ? AND NOT EXISTS"
        " (SELECT 1 FROM entries later WHERE later.reverses = entries.number)"
        " ORDER BY number DESC LIMIT 1",
        (
            *(getattr(new, of), before, new.KIND, new.fund, new.amount_pence),
            new.dated.isoformat() if new.dated else None,
        ),
    )
    return row[0] if row else None


def entry(session: Session, number: int) -> Recorded | None:
    """Return one entry."""
    row = session.row(f"SELECT {_ENTRY} FROM entries WHERE number = ?", (number,))
    return _recorded(row) if row else None


def _recorded(row: Row) -> Recorded:
    number, actor, recorded_at, fact, hash_ = row
    try:
        entry = read_fact(fact)
    except ValueError:
        raise LedgerUnusable(
            f"entry {number} is not as it was written", "to see what is wrong: vru-ledger check"
        ) from None
    return Recorded(
        number=number,
        entry=entry,
        actor=actor,
        recorded_at=recorded_at,
        hash=hash_,
    )


class Conditions:
    """The WHERE of a query over entries, and its parameters."""

    def __init__(self, query: Query, fund: str = "fund") -> None:
        self.texts: list[str] = []
        self.parameters: list[Any] = []
        for column, value in (
            (f"e.{fund}", query.fund),
            ("e.recipient", query.recipient),
            ("e.award", query.award),
            ("e.kind", query.kind),
        ):
            if value:
                self.add(f"{column} = ?", value)
        if query.kind not in ("", Allocation.KIND):
            # What the index on all but the most frequent kind asks for, in its own words.
            self.add(RARE)
        if query.since:
            self.add("e.dated >= ?", query.since.isoformat())
        for last in (query.until, query.as_of):
            if last:
                self.add("(e.dated IS NULL OR e.dated <= ?)", last.isoformat())
        if query.known_at is not None:
            self.add("e.number <= ?", query.known_at)

    def add(self, text: str, *parameters: Any) -> None:
        """Require one thing more."""
        self.texts.append(text)
        self.parameters += parameters

    def where(self) -> str:
        """Return the conditions as SQL, empty if there are none."""
        return f" WHERE {' AND '.join(self.texts)}" if self.texts else ""


def answering(
    session: Session, number: int, moment: Moment = NOW, *, by: str = "reverses"
) -> int | None:
    """Return the entry that undid entry `number` by a moment, None if none had.

    With `by` 'proposal' the one that made what it asked for.
    """
    wanted = Conditions(Query(as_of=moment.as_of, known_at=moment.known_at))
    wanted.add(f"e.{by} = ?", number)
    row = session.row(f"SELECT e.number FROM entries e{wanted.where()}", wanted.parameters)
    return int(row[0]) if row else None


def entries(
    session: Session, query: Query, *, newest_first: bool = False, most: int | None = None
) -> Iterator[Recorded]:
    """Yield the entries that a query asks for, oldest first unless told."""
    sides = [_entries_where(query, "fund")]
    if query.fund and not (query.award or query.recipient):
        # Authority that enters the fund. Two reads by index, merged by number: an OR is a scan.
        sides.append(_entries_where(query, "to_fund"))
        sides[1].add("e.fund <> e.to_fund")
    columns = "SELECT e.number, e.actor, e.recorded_at, e.fact, e.hash FROM entries e"
    sql = " UNION ALL ".join(f"{columns}{wanted.where()}" for wanted in sides)
    sql += f" ORDER BY {'e.' if len(sides) == 1 else ''}number{' DESC' if newest_first else ''}"
    parameters = [value for wanted in sides for value in wanted.parameters]
    if most is not None:
        sql += " LIMIT ?"
        parameters.append(most)
    for row in session.stream(sql, parameters):
        yield _recorded(row)


def _entries_where(query: Query, fund: str) -> Conditions:
    """Return the conditions on entries that a query asks for, by the column that holds its fund."""
    wanted = Conditions(query, fund)
    movement = [
        ("area", query.area),
        ("source", query.source),
        ("fy", query.fy),
        ("stage", query.stage),
    ]
    for column, value in movement:
        if value:
            wanted.add(
                f"EXISTS (SELECT 1 FROM movements m WHERE m.entry = e.number AND m.{column} = ?)",
                value,
            )
    if query.bcu:
        wanted.add(
            "EXISTS (SELECT 1 FROM movements m JOIN areas a ON a.code = m.area"
            " WHERE m.entry = e.number AND a.bcu = ?)",
            query.bcu,
        )
    return wanted


def entries_where(session: Session, where: str, parameters: Sequence[Any]) -> Iterator[Recorded]:
    """Yield the entries `e` for which a condition in SQL holds, oldest first."""
    sql = "SELECT e.number, e.actor, e.recorded_at, e.fact, e.hash FROM entries e"
    for row in session.stream(f"{sql} WHERE {where} ORDER BY e.number", parameters):
        yield _recorded(row)


def movements(session: Session, number: int) -> list[Row]:
    """Return an entry's movements: stage, pence, fund, source, year, award, recipient, area."""
    return session.rows(
        "SELECT stage, pence, fund, source, fy, award, recipient, area FROM movements"
        " WHERE entry = ? ORDER BY n",
        (number,),
    )


def moved(
    session: Session, fund: str, stages: Sequence[str], moment: Moment = NOW
) -> Iterator[tuple[int, int]]:
    """Yield what each entry moved of these stages of a fund: its number and pence, oldest first."""
    tables, times = "movements m", Conditions(Query(as_of=moment.as_of))
    if times.texts:
        tables = "movements m JOIN entries e ON e.number = m.entry"
    if moment.known_at is not None:
        times.add("m.entry <= ?", moment.known_at)
    yield from session.rows(
        f"SELECT m.entry, CAST(SUM(m.pence) AS BIGINT) FROM {tables}"
        f" WHERE m.fund = ? AND m.stage IN ({', '.join('?' * len(stages))})"
        f"{''.join(f' AND {text}' for text in times.texts)}"
        " GROUP BY m.entry HAVING SUM(m.pence) <> 0 ORDER BY m.entry",
        (fund, *stages, *times.parameters),
    )


def stage_balances(session: Session, fund: str = "") -> list[tuple[Key, int]]:
    """Return what every stage holds by fund, source, year and area: one row for each."""
    rows = session.rows(
        "SELECT scope, fund, name, bucket, held FROM balances WHERE scope = 'stage'"
        + (" AND fund = ?" if fund else ""),
        (fund,) if fund else (),
    )
    return [(Key(*row[:4]), row[4]) for row in rows]


def recipient_balances(session: Session, fund: str, recipient: str) -> list[tuple[Key, int]]:
    """Return what every stage of a fund holds for one recipient."""
    keys = [Key("recipient", fund, stage, recipient) for stage in HELD]
    return [(key, balance.held) for key, balance in balances(session, keys).items()]


def holdings_before(session: Session, fund: str, number: int) -> Iterator[AwardEntry]:
    """Yield the entries before entry `number` by which holdings of a fund changed, oldest first."""
    for past in entries(session, Query(fund=fund, known_at=number - 1)):
        if isinstance(past.entry, AwardEntry) and past.entry.held():
            yield past.entry
