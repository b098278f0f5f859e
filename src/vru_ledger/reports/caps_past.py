"""Caps as they stood then: counted from the entries of that time, since balances only say now."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.caps import Bounds, bounds, changes_of
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.query import Query
from vru_ledger.domain.stages import AUTHORITY
from vru_ledger.position import EMPTY, Balance, Key
from vru_ledger.store import authority, ledger
from vru_ledger.store.database import Session


class _Position(dict[Key, Balance]):
    """A position in which what nothing has touched is empty."""

    def __missing__(self, key: Key) -> Balance:
        return EMPTY


class Then:
    """What caps held at the time that a query asks for (`as_of`, `known_at`)."""

    def __init__(self, session: Session, query: Query) -> None:
        times = Query(fund=query.fund, as_of=query.as_of, known_at=query.known_at)
        self._caps: dict[str, dict[str, CapSet]] = {}
        self._authority: dict[str, int] = {}
        self._held: dict[tuple[str, str], dict[str, int]] = {}
        # A new cap counts the past too, so all caps are gathered before anything is counted.
        for recorded in ledger.entries(
            session,
            Query(fund=times.fund, kind=CapSet.KIND, as_of=times.as_of, known_at=times.known_at),
        ):
            if isinstance(recorded.entry, CapSet):
                self._caps.setdefault(recorded.entry.fund, {})[recorded.entry.cap] = recorded.entry
        self._raised = [
            one
            for one in authority.overrides(session)
            if (query.known_at is None or one.entry <= query.known_at)
            and (query.as_of is None or one.in_force(query.as_of))
        ]
        self._count(session, times)

    def _count(self, session: Session, times: Query) -> None:
        position = _Position()
        for recorded in ledger.entries(session, times):
            caps = self._caps.get(getattr(recorded.entry, "fund", ""), {})
            for key, change in changes_of(recorded.entry, caps, position).items():
                if key.scope in ("cap", "member"):
                    position[key] = Balance(position[key].held + change, None)
                elif key.scope == "stage" and key.name == AUTHORITY:
                    self._authority[key.fund] = self._authority.get(key.fund, 0) + change
        for key, balance in position.items():
            if key.scope == "cap":
                self._held.setdefault((key.fund, key.name), {})[key.bucket] = balance.held

    def caps(self, fund: str) -> list[tuple[CapSet, Bounds]]:
        """Return every cap that was set by then, or one fund's, by fund and code."""
        return [
            (cap, bounds(cap, self._authority.get(of, 0)))
            for of, caps in sorted(self._caps.items())
            if fund in ("", of)
            for _, cap in sorted(caps.items())
        ]

    def fullest(self, cap: CapSet, most: int) -> list[tuple[str, int]]:
        """Return a cap's fullest buckets and what they held, of equals the last by code."""
        held = self._held.get((cap.fund, cap.cap), {})
        return sorted(held.items(), key=lambda row: (row[1], row[0]), reverse=True)[:most]

    def buckets(self, cap: CapSet) -> Iterator[tuple[str, int]]:
        """Yield all of a cap's buckets, the fullest first."""
        held = self._held.get((cap.fund, cap.cap), {})
        return iter(sorted(held.items(), key=lambda row: (-row[1], row[0])))

    def held(self, cap: CapSet, bucket: str) -> int:
        """Return what one bucket held, 0 if nothing had touched it."""
        return self._held.get((cap.fund, cap.cap), {}).get(bucket, 0)

    def raised(self) -> dict[tuple[str, str], int]:
        """Return the pence by which overrides then in force raised buckets."""
        from vru_ledger.reports.caps import summed

        return summed(self._raised)
