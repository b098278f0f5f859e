"""Two who write and two who read, each with a connection, against a model: on both databases."""

import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.builders import ACTOR, DAY, WHEN, cap, findings, funded, give, ledger_of, registered
from tests.torture import many
from vru_ledger.actions.reverse import Told, reverse
from vru_ledger.domain.register import Recipient
from vru_ledger.errors import AlreadyThere, BadInput, EntryRefused, LedgerBusy
from vru_ledger.store.database import Database, Session, is_url
from vru_ledger.store.opening import open_database

if TYPE_CHECKING:
    from tests.postgres import Server

WRITERS = st.integers(0, 1)
RECIPIENTS = ("R1", "R2", "R3")
TOTAL, EACH = 900, 400
DONE: Counter[str] = Counter()
WANTED = {"allocated", "refused", "undone", "met", "read", "looked again"}


def machine(places: Any) -> type[RuleBasedStateMachine]:
    """Return the machine whose every ledger is made where `places` says next."""

    class TwoConnections(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.place = str(next(places))
            ledger_of(
                registered(*(Recipient(code=one, name=one, kind="charity") for one in RECIPIENTS)),
                *funded("F", 1_000),
                cap("F-ALL", "amount", TOTAL, fund="F"),
                cap("F-EACH", "amount", EACH, fund="F", per=("recipient",)),
                place=self.place,
            ).close()
            self.open = ExitStack()
            self.writers = [open_database(self.place, wait=0.05) for _ in range(2)]
            self.readers = [open_database(self.place, wait=0.05) for _ in range(2)]
            self.reading: dict[int, tuple[ExitStack, Session, Any]] = {}
            self.held: dict[int, tuple[str, int]] = {}
            self.first = self.newest = self.head(self.writers[0])

        def teardown(self) -> None:
            if not hasattr(self, "held"):
                return
            for stack, *_ in self.reading.values():
                stack.close()
            assert findings(self.writers[0]) == []
            for database in (*self.writers, *self.readers):
                database.close()
            DONE["ledgers"] += 1

        def head(self, database: Database) -> int:
            with database.read() as session:
                return int(session.rows("SELECT number FROM head")[0][0])

        def blocked(self) -> bool:
            """On SQLite who reads keeps others from committing; they wait, and then give up."""
            return bool(self.reading) and not is_url(self.place)

        @rule(
            who=WRITERS,
            recipient=st.sampled_from(RECIPIENTS),
            pence=st.integers(1, 120) | st.just(EACH + 1),
        )
        def allocate(self, who: int, recipient: str, pence: int) -> None:
            own = sum(p for one, p in self.held.values() if one == recipient)
            fits = own + pence <= EACH and sum(p for _, p in self.held.values()) + pence <= TOTAL
            try:
                done = give(self.writers[who], "F", recipient, pence)
            except EntryRefused:
                assert not fits
                DONE["refused"] += 1
            except LedgerBusy:
                assert self.blocked()
                DONE["gave up waiting for a reader"] += 1
            else:
                assert fits
                assert done.recorded.number == self.newest + 1
                self.newest += 1
                self.held[self.newest] = (recipient, pence)
                DONE["allocated"] += 1

        @precondition(lambda self: self.newest > self.first)
        @rule(who=WRITERS, which=st.integers(0, 100))
        def undo(self, who: int, which: int) -> None:
            # Two of three are entries that can be undone.
            possible = [*self.held] if which % 3 and self.held else []
            possible = possible or [*range(self.first + 1, self.newest + 1)]
            number = possible[which % len(possible)]
            told = Told(reason="a mistake", dated=DAY)
            try:
                reverse(self.writers[who], number, told, actor=ACTOR, recorded_at=WHEN)
            except (AlreadyThere, EntryRefused):
                assert number not in self.held
            except LedgerBusy:
                assert self.blocked()
            except BadInput:
                assert number not in self.held
            else:
                del self.held[number]
                self.newest += 1
                DONE["undone"] += 1

        @precondition(lambda self: not self.blocked())
        @rule(who=WRITERS, pence=st.integers(1, 300))
        def meet(self, who: int, pence: int) -> None:
            """While one writes, the other is told so, and nothing of theirs is written."""

            def work(session: Session) -> int:
                session.run("UPDATE head SET number = number WHERE 1 = 0")
                with pytest.raises(LedgerBusy):
                    give(self.writers[1 - who], "F", "R1", pence)
                return 1

            assert self.writers[who].write(work, keep=False) == 1
            DONE["met"] += 1

        @rule(which=WRITERS)
        def start_reading(self, which: int) -> None:
            if which not in self.reading:
                stack = ExitStack()
                session = stack.enter_context(self.readers[which].read())
                self.reading[which] = (stack, session, self.seen(session))
                DONE["read"] += 1

        @precondition(lambda self: self.reading)
        @rule(which=WRITERS)
        def look_again(self, which: int) -> None:
            if which in self.reading:
                _, session, seen = self.reading[which]
                assert self.seen(session) == seen, "a report saw two moments"
                DONE["looked again"] += 1

        @precondition(lambda self: self.reading)
        @rule(which=WRITERS)
        def stop_reading(self, which: int) -> None:
            if which in self.reading:
                self.reading.pop(which)[0].close()

        def seen(self, session: Session) -> Any:
            return (
                session.rows("SELECT number, hash FROM head"),
                session.rows("SELECT count(*), max(hash) FROM entries"),
                session.rows(
                    "SELECT name, bucket, held FROM balances WHERE scope = 'cap'"
                    " ORDER BY name, bucket"
                ),
            )

        @invariant()
        def both_see_what_was_acknowledged(self) -> None:
            if not hasattr(self, "place") or self.reading:
                return
            held: dict[str, int] = {}
            for recipient, pence in self.held.values():
                held[recipient] = held.get(recipient, 0) + pence
            for database in self.writers:
                with database.read() as session:
                    found = session.rows(
                        "SELECT bucket, held FROM balances WHERE name = 'F-EACH' AND held > 0"
                    )
                    assert dict(found) == held
                assert self.head(database) == self.newest

    return TwoConnections


def run(places: Any, examples: int) -> None:
    DONE.clear()
    for _ in range(5):
        run_state_machine_as_test(
            machine(places),
            settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
        )
        # Which rules a run chooses is left to chance: nearly always one run does all.
        if {*DONE} >= WANTED:
            break
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(DONE.items()))
    sys.stdout.write(f"{told}\n")
    assert {*DONE} >= WANTED


def test_on_sqlite_two_connections_never_disagree_with_the_model(tmp_path: Path):
    files = (tmp_path / f"{number}.db" for number in range(10**6))
    run(files, many(20, 2_000))


def test_on_postgresql_two_connections_never_disagree_with_the_model(postgres_server: "Server"):
    addresses = (postgres_server.create_database() for _ in range(10**6))
    run(addresses, many(8, 500))
