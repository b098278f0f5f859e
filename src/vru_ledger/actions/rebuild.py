"""A ledger written again from the texts of its entries: same chain, everything else worked out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from vru_ledger.actions.record import Recorder
from vru_ledger.actions.rows import FLUSH_EVERY
from vru_ledger.caps import changes_of, keys_of
from vru_ledger.domain.chain import entry_of
from vru_ledger.domain.entries import (
    Allocation,
    AuthorityEntry,
    CapSet,
    Entry,
    Funding,
    Marker,
    Registration,
)
from vru_ledger.domain.overrides import CapOverride
from vru_ledger.errors import LedgerDamaged, LedgerError
from vru_ledger.position import Key
from vru_ledger.store.database import Session
from vru_ledger.store.entry_texts import EntryText
from vru_ledger.store.ledger import Head


class NotCarried(LedgerDamaged):
    """An entry cannot stand in a ledger of this program. Holds its number."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(
            f"entry {number} cannot be carried over: {why}",
            "only the entries are evidence: keep this file, and see vru-ledger doctor",
        )
        self.number = number


class Rebuild:
    """The end of a new ledger's chain, to which entries are put as they were written.

    What an entry moves is worked out from its text, and the database's guards hold it to that;
    whether it was allowed is judged by the `check` that must follow. `kept` is the newest entry
    that is written: what waits is lost if NotCarried is raised. Every `flush_every` entries what
    waits is written; with 1 nothing is lost, and it takes three times as long.
    """

    def __init__(self, session: Session, flush_every: int = FLUSH_EVERY) -> None:
        self._session = session
        self._recorder = Recorder(session, "", "")
        self._flush_every = flush_every
        self._waiting = 0
        self.kept = self._head()
        session.run("SAVEPOINT kept")

    def _head(self) -> Head:
        return Head(self._recorder.journal.number, self._recorder.journal.hash)

    def put(self, text: EntryText) -> None:
        """Put one entry after those before it. Raises NotCarried."""
        number, fact, previous_hash, hash_ = text
        if (number, previous_hash) != (self._head().number + 1, self._head().hash):
            raise NotCarried(number, f"it does not follow entry {self._head().number}")
        try:
            told = json.loads(fact)
            entry = entry_of(told)
            self._recorder.actor = told["actor"]
            self._recorder.recorded_at = told["recorded_at"]
            self._put(entry)
        except (ValueError, KeyError, TypeError, RecursionError, LedgerError) as problem:
            raise NotCarried(number, str(problem)[:200]) from None
        except self._session.errors as problem:
            self._session.run("ROLLBACK TO kept")
            raise NotCarried(number, str(problem)[:200]) from None
        if self._head().hash != hash_:
            raise NotCarried(number, "its hash is not that of its text")
        self._waiting += 1
        if self._waiting >= self._flush_every:
            self.flush()

    def flush(self) -> None:
        """Write what waits. Raises NotCarried if the database's guards refuse it."""
        try:
            self._recorder.journal.flush()
        except self._session.errors as problem:
            self._session.run("ROLLBACK TO kept")
            raise NotCarried(self._head().number, str(problem)[:200]) from None
        self._session.run("RELEASE kept")
        self._session.run("SAVEPOINT kept")
        self._waiting = 0
        self.kept = self._head()

    def _put(self, entry: Entry) -> None:
        recorder = self._recorder
        if isinstance(entry, Registration):
            recorder.put_register(entry)
        elif isinstance(entry, CapSet):
            recorder.put_cap(entry)
        elif isinstance(entry, Marker):
            recorder.put_marker(entry)
        elif isinstance(entry, CapOverride):
            recorded = recorder.append(entry, {})
            ceiling = recorder.state(entry.fund).bounds[entry.cap].ceiling
            key = Key("cap", entry.fund, entry.cap, entry.bucket)
            recorder.journal.put_override(entry, recorded.number, key, ceiling)
        elif isinstance(entry, Funding | AuthorityEntry):
            recorder.put_authority_again(entry)
        else:
            state = recorder.state(entry.fund)
            new = entry.award if isinstance(entry, Allocation) else ""
            keys = keys_of(entry, state.caps)
            position = recorder.journal.load(keys, state.caps, state.bounds, new)
            recorder.append(entry, changes_of(entry, state.caps, position))


def rebuild(
    session: Session,
    texts: Iterable[EntryText],
    on_entries: Callable[[int], None] | None = None,
) -> Head:
    """Put all entries into a new ledger, and return its head. Raises NotCarried."""
    whole = Rebuild(session)
    for count, text in enumerate(texts, 1):
        whole.put(text)
        if on_entries and count % 20_000 == 0:
            on_entries(count)
    whole.flush()
    return whole.kept
