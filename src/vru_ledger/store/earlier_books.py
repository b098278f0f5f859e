"""The books at an earlier moment: from what whole folios turned over, and the entries after them.

Balances only say now. So what a stage held is added up from the turnovers of the folios that were
full by then, month by month, and from the movements of the few entries that no whole folio or month
tells. What single recipients and awards held is added up from their own entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vru_ledger.caps import Bounds, bounds, counted
from vru_ledger.domain.authority import AUTHORITY_ENTRIES
from vru_ledger.domain.entries import AuthorityEntry, AwardEntry, CapSet, Funding
from vru_ledger.domain.overrides import Raised, summed, told_by
from vru_ledger.domain.query import Moment, Query
from vru_ledger.domain.stages import AUTHORITY, HELD
from vru_ledger.position import Balance, Key, floor_of, line_changes
from vru_ledger.store import authority, ledger
from vru_ledger.store.authority import Line
from vru_ledger.store.database import Row, Session
from vru_ledger.store.present_books import Books
from vru_ledger.store.turnovers import turned_over

_GROWS = (
    "CASE e.from_stage WHEN 'unallocated' THEN e.amount_pence ELSE 0 END"
    " - CASE e.to_stage WHEN 'unallocated' THEN e.amount_pence ELSE 0 END"
)
_PROPERTY = {
    "recipient": "e.recipient",
    "kind": "a.recipient_kind",
    "area": "a.area",
    "bcu": "a.bcu",
    "financial-year": "a.fy",
    "source": "a.source",
    "purpose": "a.purpose",
}
_OF_STAGES = {"source": 0, "financial-year": 1, "area": 2}
"""Properties that a stage's balance knows, and where its bucket says them."""


class EarlierBooks(Books):
    """The books as of a day, or as they were known at an entry, or both."""

    def __init__(self, session: Session, moment: Moment) -> None:
        super().__init__(session, moment)
        newest = ledger.head(session).number
        self._newest = newest if moment.known_at is None else min(newest, moment.known_at)
        self._lines: dict[str, list[tuple[Key, int]]] = {}
        self._settings: list[CapSet] | None = None
        self._said: dict[Key, int] | None = None

    def stage_balances(self, fund: str = "") -> list[tuple[Key, int]]:
        """Return what every stage held by fund, source, year and area, of all funds or one."""
        if fund and "" in self._lines:
            return [line for line in self._lines[""] if line[0].fund == fund]
        if fund not in self._lines:
            self._lines[fund] = [
                (
                    Key("stage", of, stage, f"{source}|{fy}|{area}"),
                    -pence if stage == AUTHORITY else pence,
                )
                for of, stage, source, fy, area, pence in turned_over(
                    self.session, self.moment, fund
                )
            ]
        return self._lines[fund]

    def authority(self, fund: str) -> int:
        """Return a fund's whole authority, in pence."""
        return sum(pence for key, pence in self.stage_balances(fund) if key.name == AUTHORITY)

    def lines(self, fund: str) -> list[tuple[str, str, int]]:
        """Return a fund's lines of authority: source, year and unallocated pence."""
        found = []
        for key, pence in sorted(self.stage_balances(fund)):
            if key.name == "unallocated":
                source, fy, _ = key.bucket.split("|")
                found.append((source, fy, pence))
        return found

    def expected(self, fund: str) -> dict[Key, int]:
        """Return what of a fund's unallocated money was only expected and not covered, by line."""
        return {
            bounded: pence
            for key, pence in self._told().items()
            if pence and key.fund == fund and (bounded := floor_of(key))
        }

    def of_authority(self, fund: str) -> list[Line]:
        """Return a fund's lines of authority as they were, with what was said of each."""
        floors = self.expected(fund)
        held: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
        for key, pence in self.stage_balances(fund):
            if key.name in (AUTHORITY, "unallocated"):
                source, fy, _ = key.bucket.split("|")
                held.setdefault((source, fy), {})[key.name] = pence, floors.get(key, 0)
        said = []
        for key, pence in sorted(self._told().items()):
            if pence > 0 and key.fund == fund:
                source, fy, detail = key.bucket.split("|")
                said.append((source, fy, key.name, detail, pence))
        return authority.made_of(self.session, held, said, self.moment.known_at)

    def _told(self) -> dict[Key, int]:
        """Return what was said of every line, in pence, by the balances that hold it now."""
        if self._said is None:
            self._said = {}
            for kind in (Funding.KIND, *AUTHORITY_ENTRIES):
                for recorded in ledger.entries(self.session, self._query(kind=kind)):
                    if isinstance(recorded.entry, Funding | AuthorityEntry):
                        for key, pence in line_changes(recorded.entry.lines()).items():
                            self._said[key] = self._said.get(key, 0) + pence
        return self._said

    def free(self, fund: str) -> int:
        """Return a fund's unallocated pence, without those then only expected and not covered."""
        held = sum(pence for _, _, pence in self.lines(fund))
        return held - sum(self.expected(fund).values())

    def overrides(self, cap: str = "", bucket: str | None = None) -> list[Raised]:
        """Return what entries had done to ceilings by then, whether or not it has ended."""
        found = authority.overrides(self.session, cap, bucket)
        known = [one for one in found if one.entry <= self._newest]
        return told_by(known, self.moment.as_of)

    def caps(self, fund: str = "") -> list[tuple[CapSet, Bounds]]:
        """Return every cap that was set by then, or one fund's, by fund and code."""
        if self._settings is None:
            set_by_then: dict[str, CapSet] = {}
            for recorded in ledger.entries(self.session, self._query(kind=CapSet.KIND)):
                if isinstance(recorded.entry, CapSet):
                    set_by_then[recorded.entry.cap] = recorded.entry
            self._settings = sorted(set_by_then.values(), key=lambda cap: (cap.fund, cap.cap))
        return [
            (cap, bounds(cap, self.authority(cap.fund) if cap.measure == "share" else 0))
            for cap in self._settings
            if fund in ("", cap.fund)
        ]

    def fullest(self, cap: CapSet, most: int) -> list[tuple[str, int]]:
        """Return a cap's fullest buckets and what they held, of equals the last by code."""
        return self._used(cap, None, "ORDER BY 2 DESC, 1 DESC", most)

    def buckets(self, cap: CapSet) -> Iterator[tuple[str, int]]:
        """Yield all of a cap's buckets, the fullest first."""
        return iter(self._used(cap, None, "ORDER BY 2 DESC, 1"))

    def held(self, cap: CapSet, bucket: str) -> int:
        """Return what one bucket held, 0 if nothing had touched it."""
        return dict(self._used(cap, bucket)).get(bucket, 0)

    def balances(self, keys: Sequence[Key], caps: Mapping[str, CapSet]) -> dict[Key, Balance]:
        """Return what these keys held, as far as one more award asks: of lines and of caps."""
        found = {}
        lines: dict[Key, int] = {}
        floors: dict[Key, int] = {}
        for fund in {key.fund for key in keys if key.scope == "stage"}:
            lines.update(self.stage_balances(fund))
            floors.update(self.expected(fund))
        # As they are stored now: of every override, for a rule to ask which are in force.
        raised = summed(self.overrides())
        for key in keys:
            if key.scope == "stage":
                found[key] = Balance(lines.get(key, 0), floors.get(key, 0))
            elif key.scope == "member":
                found[key] = Balance(self._member(caps[key.name], key.bucket))
            elif key.scope == "cap":
                cap = caps[key.name]
                comes_to = dict((one.cap, of) for one, of in self.caps(key.fund))[key.name]
                more = raised.get((cap.cap, key.bucket), 0)
                ceiling = comes_to.ceiling + more if cap.severity == "stop" else None
                found[key] = Balance(self.held(cap, key.bucket), None, ceiling)
        return found

    def recipient_held(self, fund: str, recipient: str) -> int:
        """Return what was held for one recipient of a fund, in pence."""
        wanted = ledger.Conditions(self._query(fund=fund, recipient=recipient))
        row = self.session.row(
            f"SELECT COALESCE(SUM({_GROWS}), 0) FROM entries e{wanted.where()}", wanted.parameters
        )
        return int(row[0]) if row else 0

    def recipients(self, fund: str) -> Iterator[Row]:
        """Yield each recipient: code, name, kind, area, pence promised, and where it is written."""
        wanted = ledger.Conditions(self._query(fund=fund))
        wanted.add("e.recipient IS NOT NULL")
        values = list(wanted.parameters)
        narrow = ""
        if fund:
            listed = "SELECT recipient FROM listings WHERE fund = ?"
            narrow = f" WHERE g.code IS NOT NULL OR r.code IN ({listed}"
            values.append(fund)
            if self.moment.known_at is not None:
                narrow += " AND entry <= ?"
                values.append(self.moment.known_at)
            narrow += ")"
        elif self.moment.known_at is not None:
            narrow = " WHERE r.entry <= ?"
            values.append(self.moment.known_at)
        return self.session.stream(
            "SELECT r.code, r.name, r.kind, r.area, CAST(COALESCE(g.pence, 0) AS BIGINT),"
            " r.citation FROM recipients r LEFT JOIN"
            f" (SELECT e.recipient AS code, SUM({_GROWS}) AS pence"
            f" FROM entries e{wanted.where()} GROUP BY e.recipient) g ON g.code = r.code{narrow}"
            " ORDER BY r.code",
            values,
        )

    def _query(self, **more: Any) -> Query:
        return Query(as_of=self.moment.as_of, known_at=self.moment.known_at, **more)

    def _used(
        self, cap: CapSet, bucket: str | None, order: str = "", most: int | None = None
    ) -> list[tuple[str, int]]:
        """Return a cap's buckets and what each held, in the unit of its kind; or one of them."""
        if cap.measure in ("amount", "share") and not cap.only and set(cap.per) <= {*_OF_STAGES}:
            return _in_order(self._of_stages(cap, bucket), order, most)
        if cap.measure not in ("amount", "share", "award", "recipients", "end"):
            comes_to = Bounds(0, 0)
            past = counted(cap, comes_to, self._holdings(cap.fund))
            held = {key.bucket: one.held for key, one in past.items() if key.scope == "cap"}
            return _in_order(held, order, most)
        sql, values = self._last_days(cap) if cap.measure == "end" else self._sums(cap, bucket)
        limit = "" if most is None else f" LIMIT {int(most)}"
        wanted = "" if bucket is None else " WHERE g.bucket = ?"
        return [
            (of, int(held))
            for of, held in self.session.rows(
                f"SELECT g.bucket, g.held FROM ({sql}) g{wanted} {order}{limit}",
                [*values, *([] if bucket is None else [bucket])],
            )
        ]

    def _of_stages(self, cap: CapSet, bucket: str | None) -> dict[str, int]:
        places = [_OF_STAGES[name] for name in cap.per]
        held: dict[str, int] = {}
        for key, pence in self.stage_balances(cap.fund):
            if key.name in HELD:
                parts = key.bucket.split("|")
                of = "|".join(parts[place] for place in places)
                if bucket in (None, of):
                    held[of] = held.get(of, 0) + pence
        return held

    def _sums(self, cap: CapSet, bucket: str | None) -> tuple[str, list[Any]]:
        """Return the SQL of what a cap's buckets held: pence, or recipients that held any."""
        wanted = ledger.Conditions(self._query(fund=cap.fund))
        wanted.add("(e.from_stage = 'unallocated' OR e.to_stage = 'unallocated')")
        wanted.add("e.award IS NOT NULL")
        tables = "entries e"
        if cap.only or any(name != "recipient" for name in cap.per):
            tables += " JOIN awards a ON a.ref = e.award"
        if cap.only:
            wanted.add("a.recipient_kind = ?", cap.only)
        if cap.measure == "award":
            of = "e.award"
            if bucket is not None:
                wanted.add("e.award = ?", bucket)
        else:
            of = " || '|' || ".join(_PROPERTY[name] for name in cap.per) or "''"
            if bucket is not None and cap.per:
                for name, part in zip(cap.per, bucket.split("|"), strict=True):
                    wanted.add(f"{_PROPERTY[name]} = ?", part)
        if cap.measure == "recipients":
            each = (
                f"SELECT {of} AS bucket, e.recipient, SUM({_GROWS}) AS held FROM {tables}"
                f"{wanted.where()} GROUP BY 1, 2"
            )
            counts = "CAST(SUM(CASE WHEN c.held > 0 THEN 1 ELSE 0 END) AS BIGINT)"
            sql = f"SELECT c.bucket, {counts} AS held FROM ({each}) c GROUP BY c.bucket"
        else:
            sql = (
                f"SELECT {of} AS bucket, CAST(SUM({_GROWS}) AS BIGINT) AS held FROM {tables}"
                f"{wanted.where()} GROUP BY 1"
            )
        return sql, wanted.parameters

    def _last_days(self, cap: CapSet) -> tuple[str, list[Any]]:
        """Return the SQL of the last day of each award's term, 0 where it was undone by then."""
        wanted = ledger.Conditions(self._query(fund=cap.fund))
        wanted.add("a.entry = e.number")
        if cap.only:
            wanted.add("a.recipient_kind = ?", cap.only)
        undone = ledger.Conditions(self._query())
        undone.add("e.reverses = a.entry")
        day = "COALESCE(CAST(replace(a.term_to, '-', '') AS BIGINT), 0)"
        sql = (
            "SELECT a.ref AS bucket, CASE WHEN EXISTS (SELECT 1 FROM entries e"
            f"{undone.where()}) THEN 0 ELSE {day} END AS held FROM entries e, awards a"
            f"{wanted.where()}"
        )
        return sql, [*undone.parameters, *wanted.parameters]

    def _member(self, cap: CapSet, bucket: str) -> int:
        """Return what one recipient held in a bucket of a cap that counts recipients."""
        of, _, recipient = bucket.rpartition("|")
        wanted = f"{of}|{recipient}" if cap.per else recipient
        member = cap.replace(measure="amount", per=(*cap.per, "recipient"))
        each, values = self._sums(member, wanted)
        row = self.session.row(
            f"SELECT g.held FROM ({each}) g WHERE g.bucket = ?", [*values, wanted]
        )
        return int(row[0]) if row else 0

    def _holdings(self, fund: str) -> Iterator[AwardEntry]:
        for recorded in ledger.entries(self.session, self._query(fund=fund)):
            if isinstance(recorded.entry, AwardEntry) and recorded.entry.held():
                yield recorded.entry


def _in_order(held: Mapping[str, int], order: str, most: int | None) -> list[tuple[str, int]]:
    """Return buckets the fullest first; of equals the last by code where the order says so."""
    last_first = order.endswith("1 DESC")
    found = sorted(held.items(), reverse=last_first)
    return sorted(found, key=lambda one: -one[1])[:most]
