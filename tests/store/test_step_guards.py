"""Steps forged by raw SQL: what the database itself refuses, and what check finds of the rest."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from tests.builders import ACTOR, DAY, POUND, WHEN, contents, findings, give, with_everything
from vru_ledger.actions.award import StepRequest, of_award_fields, take
from vru_ledger.actions.reverse import Told, reverse
from vru_ledger.domain.chain import fact_of, link
from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.money import Pence
from vru_ledger.domain.steps import STEPS
from vru_ledger.position import stage_changes
from vru_ledger.store import awards, ledger, soundness
from vru_ledger.store.database import Database, is_url
from vru_ledger.store.journal import entry_row, movement_rows


def with_steps(place: str) -> Database:
    """Make a ledger in which awards of ALPHA have come to something.

    ALPHA-0001 (ONE) has £300 payable and £200 disbursed, ALPHA-0002 (SITE) is only committed,
    ALPHA-0003 and ALPHA-0004 (TWO) share a line, and ALPHA-0005 (TWO) is proposed by Ada.
    Entry 25 is undone by entry 26.
    """
    database = with_everything(place, overridden=False)
    give(database, "ALPHA", "TWO", 100 * POUND, source="CR", propose=True)

    def step(kind: str, award: str, pounds: int, **more: Any) -> None:
        request = StepRequest(
            kind=kind,
            award=award,
            dated=DAY,
            amount_pence=Pence(pounds * POUND),
            reason="because",
            **more,
        )
        take(database, [request], actor=ACTOR, recorded_at=WHEN)

    step("claim", "ALPHA-0001", 500)
    step("pay", "ALPHA-0001", 200)
    step("amend", "ALPHA-0003", 50, lower=True)
    step("claim", "ALPHA-0003", 40)
    told = Told(reason="a slip", dated=DAY)
    reverse(database, 25, told, actor=ACTOR, recorded_at=WHEN)
    step("claim", "ALPHA-0003", 100)
    return database


class Forger:
    """Somebody who writes to a ledger by hand, with the chain as it should be."""

    def __init__(self, place: str) -> None:
        self.database = with_steps(place)
        self.connection: Any
        if is_url(place):
            import psycopg

            self.connection = psycopg.connect(place, autocommit=True)
            self.errors: Any = psycopg.Error
        else:
            self.connection = sqlite3.connect(place, isolation_level=None)
            self.errors = sqlite3.Error

    def step(self, kind: str, award: str, pounds: int, **more: Any) -> AwardEntry:
        """Make a step as the program would."""
        with self.database.read() as session:
            made = awards.made(session, award)
        assert made is not None
        told: dict[str, Any] = {**of_award_fields(made), "reason": "because", **more}
        entry: AwardEntry = STEPS[kind](amount_pence=Pence(pounds * POUND), **told)
        return entry

    def forge(
        self,
        entry: AwardEntry,
        *,
        actor: str = "Mallory",
        columns: Mapping[str, Any] | None = None,
        without: Sequence[str] = (),
        caps: Sequence[str] = (),
        keep: bool = False,
    ) -> str | None:
        """Write an entry and all that belongs to it; return how it was refused, None if it was not.

        `columns` are lies in the row of the entry, `without` scopes of balances that are left as
        they are, `caps` what becomes of the caps instead of what should ({number} is the entry's).
        """
        with self.database.read() as session:
            head = ledger.head(session)
        number = head.number + 1
        fact = fact_of(entry, number, actor, WHEN)
        moved = movement_rows(entry, number)
        hash_ = link(head.hash, fact)
        row = entry_row(entry, number, len(moved), WHEN, actor, fact, head.hash, hash_)
        cells = dict(zip(ENTRY, row, strict=True)) | dict(columns or {})
        grows = entry.held()
        statements = [f"INSERT INTO entries VALUES ({_cells(cells.values())})"]
        for key, change in stage_changes(entry.movements()).items():
            if key.scope not in without:
                where = f"scope = '{key.scope}' AND fund = '{key.fund}' AND name = '{key.name}'"
                statements += [
                    f"INSERT INTO balances SELECT '{key.scope}', '{key.fund}', '{key.name}',"
                    f" '{key.bucket}', {change}, 0, NULL, 0, {number} WHERE NOT EXISTS"
                    f" (SELECT 1 FROM balances WHERE {where} AND bucket = '{key.bucket}')",
                    f"UPDATE balances SET held = held + {change}, entry = {number}"
                    f" WHERE {where} AND bucket = '{key.bucket}' AND entry < {number}",
                ]
        if "cap" not in without and grows and not caps:
            # No award here is a recipient's first or last, so nobody is counted anew.
            counted = (
                "SELECT 1 FROM cap_buckets c JOIN caps ON caps.code = c.cap"
                f" WHERE c.award = '{entry.award}' AND c.cap = balances.name"
            )
            statements += [
                "UPDATE balances SET held = held"
                " + CASE (SELECT measure FROM caps WHERE code = name)"
                f" WHEN 'end' THEN 0 WHEN 'recipients' THEN 0 ELSE {grows} END, entry = {number}"
                f" WHERE scope = 'cap' AND EXISTS ({counted} AND c.bucket = balances.bucket)",
                f"UPDATE balances SET held = held + {grows}, entry = {number}"
                f" WHERE scope = 'member' AND EXISTS ({counted}"
                f" AND c.bucket || '|{entry.recipient}' = balances.bucket)",
            ]
        statements += [one.format(number=number, award=entry.award) for one in caps]
        statements += [f"INSERT INTO movements VALUES ({_cells(one)})" for one in moved]
        try:
            self.connection.execute("BEGIN")
            for statement in statements:
                self.connection.execute(statement)
            self.connection.execute("COMMIT" if keep else "ROLLBACK")
        except self.errors as error:
            self.connection.execute("ROLLBACK")
            said = str(error)
            assert not re.search("syntax|no such|does not exist|columns", said), (said, statements)
            return said
        return None


ENTRY = soundness.ENTRY_NAMES


def _cells(values: Any) -> str:
    return ", ".join(
        "NULL"
        if value is None
        else str(value)
        if isinstance(value, int)
        else "'" + str(value).replace("'", "''") + "'"
        for value in values
    )


@pytest.fixture
def forger(database_place: str) -> Iterator[Forger]:
    forger = Forger(database_place)
    assert findings(forger.database) == []
    yield forger
    forger.connection.close()
    forger.database.close()


def test_a_step_that_is_forged_in_every_detail_is_a_step(forger: Forger):
    """Otherwise the refusals below would prove nothing."""
    assert forger.forge(forger.step("pay", "ALPHA-0001", 100), keep=True) is None
    assert findings(forger.database) == []


MOVES_AS_SAID = (
    "moves by what its entry moves|money moves as its entry says|an entry is what its text says"
)
ROUNDABOUT = {"from_stage": "payable", "to_stage": "disbursed"}


def attacks(forger: Forger) -> dict[str, tuple[AwardEntry, dict[str, Any], str]]:
    """Return what is forged, how, and what the database says to it."""
    step = forger.step
    gone = {"from_stage": "committed", "to_stage": "unallocated"}
    more = {"from_stage": "unallocated", "to_stage": "committed"}
    back = {"from_stage": "payable", "to_stage": "committed", "was": "claim"}
    lower_another = (
        "UPDATE balances SET held = held - 10000, entry = {number} WHERE scope = 'cap'"
        " AND name = 'ALPHA-EACH' AND bucket = 'SITE'",
    )
    lower_twice = (
        "UPDATE balances SET held = held - 20000, entry = {number} WHERE scope = 'cap'"
        " AND name = 'ALPHA-EACH' AND bucket = 'TWO'",
    )
    raise_another = (
        "UPDATE balances SET held = held + 10000, entry = {number} WHERE scope = 'cap'"
        " AND name = 'ALPHA-EACH' AND bucket = 'TWO'",
    )
    check = "(?i)check constraint|violates check"
    its_own = "an award's money moves with its balance"
    return {
        "pay what was not claimed": (step("pay", "ALPHA-0002", 100), {}, check),
        "pay it out of another's claims": (
            step("pay", "ALPHA-0004", 50),
            {"without": ("award",)},
            its_own,
        ),
        "pay more than was claimed": (step("pay", "ALPHA-0001", 301), {}, check),
        "claim more than was promised": (step("claim", "ALPHA-0002", 2_601), {}, check),
        "claim it out of another's award": (
            step("claim", "ALPHA-0004", 101),
            {"without": ("award",)},
            its_own,
        ),
        "pay before need what another was promised": (
            step("advance", "ALPHA-0004", 101),
            {"without": ("award",)},
            its_own,
        ),
        "receive what was not demanded": (
            step("recover", "ALPHA-0001", 1),
            {"without": ("cap",)},
            check,
        ),
        "reject a claim that is not there": (step("reject-claim", "ALPHA-0002", 1), {}, check),
        "demand what was not paid": (step("clawback", "ALPHA-0002", 1), {}, check),
        "approve what one proposed": (
            step("approve", "ALPHA-0005", 100),
            {"actor": ACTOR},
            "nobody approves what they proposed",
        ),
        "approve it by another name": (
            step("approve", "ALPHA-0005", 100),
            {"actor": ACTOR, "columns": {"kind": "assent"}},
            "nobody approves what they proposed",
        ),
        "approve part of what one proposed": (
            step("approve", "ALPHA-0005", 1),
            {"actor": ACTOR},
            "nobody approves what they proposed",
        ),
        "undo what was undone": (
            step("reverse", "ALPHA-0003", 40, **back, reverses=25),
            {"without": ("award", "recipient")},
            "an entry is reversed once, by its opposite",
        ),
        "undo an undoing": (
            step("reverse", "ALPHA-0003", 40, from_stage="committed", to_stage="payable").replace(
                reverses=26, was="reverse"
            ),
            {},
            "an entry is reversed once, by its opposite",
        ),
        "undo part of an entry": (
            step("reverse", "ALPHA-0001", 499, **back, reverses=22),
            {},
            "an entry is reversed once, by its opposite",
        ),
        "undo the entry of another award": (
            step(
                "reverse", "ALPHA-0001", 50, from_stage="unallocated", to_stage="committed"
            ).replace(reverses=24, was="amend"),
            {},
            "an entry is reversed once, by its opposite",
        ),
        "undo an entry the same way round": (
            step("reverse", "ALPHA-0001", 200, **ROUNDABOUT, reverses=23, was="pay"),
            {},
            "an entry is reversed once, by its opposite",
        ),
        "undo an entry that is to come": (
            step("reverse", "ALPHA-0001", 200, **ROUNDABOUT, reverses=28, was="pay"),
            {},
            "an entry is reversed once, by its opposite",
        ),
        "lower another's use of a cap": (
            step("amend", "ALPHA-0003", 100, **gone),
            {"caps": lower_another},
            "a balance moves by what its entry moves",
        ),
        "lower one's own use of a cap twice over": (
            step("amend", "ALPHA-0003", 100, **gone),
            {"caps": lower_twice},
            "a balance moves by what its entry moves",
        ),
        "lower a cap's use where nothing is given back": (
            step("pay", "ALPHA-0001", 100),
            {
                "caps": (
                    "UPDATE balances SET held = held - 10000, entry = {number} WHERE scope = 'cap'"
                    " AND name = 'ALPHA-EACH' AND bucket = 'ONE'",
                )
            },
            "a balance moves by what its entry moves",
        ),
        "grow past a cap": (step("amend", "ALPHA-0002", 3_000, **more, purpose="doors"), {}, check),
        "grow with no cap counting it": (
            step("amend", "ALPHA-0003", 100, **more),
            {"without": ("cap",)},
            "every cap counts an award",
        ),
        "grow at another's expense": (
            step("amend", "ALPHA-0003", 100, **more),
            {"caps": raise_another},
            "every cap counts an award",
        ),
        "move another award's money": (
            step("pay", "ALPHA-0001", 100),
            {"columns": {"award": "ALPHA-0002"}},
            MOVES_AS_SAID,
        ),
        "move more than the entry says": (
            step("pay", "ALPHA-0001", 100),
            {"columns": {"amount_pence": 1}},
            MOVES_AS_SAID,
        ),
        "move it somewhere else than the entry says": (
            step("pay", "ALPHA-0001", 100),
            {"columns": {"to_stage": "recoverable"}},
            MOVES_AS_SAID,
        ),
    }


def test_no_forged_step_passes_the_guards(forger: Forger):
    before = contents(forger.database)
    for name, (entry, how, says) in attacks(forger).items():
        refused = forger.forge(entry, **how)
        assert refused is not None, f"nothing stopped: {name}"
        assert re.search(says, refused), f"{name}: {refused}"
    assert contents(forger.database) == before


def test_what_a_forger_can_write_is_found(forger: Forger):
    """That an award may not go this way is for check to find, and in a file what a text says."""
    tampered: dict[str, tuple[AwardEntry, str]] = {
        "a decision about nothing": (
            forger.step("reject", "ALPHA-0005", 0),
            "ALPHA-0005 has nothing proposed",
        ),
        "a suspension of what is only proposed": (
            forger.step("suspend", "ALPHA-0005", 0),
            "ALPHA-0005 is proposed",
        ),
        "a resumption of what was not suspended": (
            forger.step("resume", "ALPHA-0001", 0),
            "ALPHA-0001 is active",
        ),
        "a step of another fund": (
            forger.step("claim", "ALPHA-0002", 0).replace(fund="BETA"),
            "its fund is 'BETA'",
        ),
        "a step of an award that is not there": (
            forger.step("suspend", "ALPHA-0002", 0).replace(award="ALPHA-0099"),
            "ALPHA-0099 was no award then",
        ),
        "a step with other properties": (
            forger.step("suspend", "ALPHA-0002", 0).replace(recipient_kind="charity"),
            "recipient_kind is 'charity'",
        ),
    }
    for what, (entry, says) in tampered.items():
        with forger.database.read() as session:
            number = ledger.head(session).number + 1
        refused = forger.forge(entry, keep=True)
        if forger.database.driver.dialect == "postgresql" and what.startswith("a step "):
            assert refused is not None, what
            assert "an entry is what its text says" in refused, what
            continue
        assert refused is None, what
        found = [one for one in findings(forger.database) if f"entry {number}:" in one]
        assert any(one.startswith("rule-broken") and says in one for one in found), (what, found)


@pytest.mark.parametrize(
    ("pounds", "columns"),
    [(0, {}), (0, {"from_stage": "", "to_stage": ""}), (1, {})],
    ids=["nothing", "nothing from nowhere", "a part"],
)
def test_who_withdraws_less_than_they_proposed_does_not_approve_the_rest(
    forger: Forger, pounds: int, columns: dict[str, Any]
):
    """What decides a proposal has moved all of its money, not just called itself a decision."""
    withdrawn = forger.step("withdraw", "ALPHA-0005", pounds)
    first = forger.forge(withdrawn, actor=ACTOR, columns=columns, keep=True)
    rest = forger.step("approve", "ALPHA-0005", 100 - pounds)
    refused = forger.forge(rest, actor=ACTOR, keep=True)
    assert refused is not None, first
    assert "nobody approves what they proposed" in refused


def test_an_entry_undone_twice_is_found_where_no_guard_stood_by(tmp_path):
    """Whoever drops the guards and the index leaves a second reversal behind."""
    place = str(tmp_path / "ledger.db")
    forger = Forger(place)
    forger.connection.execute("DROP TRIGGER entries_reverse")
    forger.connection.execute("DROP INDEX entries_reversed")
    second = forger.step(
        "reverse", "ALPHA-0001", 500, from_stage="payable", to_stage="committed", was="claim"
    ).replace(reverses=22)
    first = forger.step(
        "reverse", "ALPHA-0001", 200, from_stage="disbursed", to_stage="payable", was="pay"
    ).replace(reverses=23)
    assert forger.forge(first, keep=True) is None
    assert forger.forge(second, keep=True) is None
    again = forger.step(
        "reverse", "ALPHA-0003", 50, from_stage="unallocated", to_stage="committed", was="amend"
    ).replace(reverses=24)
    assert forger.forge(again, keep=True) is None
    assert forger.forge(again, keep=True) is None
    found = findings(forger.database)
    assert any("entry 31:" in one and "was undone before, by entry 30" in one for one in found), (
        found
    )
    forger.connection.close()
    forger.database.close()


def test_the_ledger_goes_on_after_the_forgeries(forger: Forger):
    for entry, how, _ in attacks(forger).values():
        assert forger.forge(entry, **how) is not None
    request = StepRequest(kind="approve", award="ALPHA-0005", dated=date(2021, 5, 1))
    take(forger.database, [request], actor="Bob", recorded_at=WHEN)
    assert findings(forger.database) == []


def test_raw_sql_cannot_touch_a_step_that_was_written(forger: Forger):
    before = contents(forger.database)
    for column, value in (
        ("from_stage", "'unallocated'"),
        ("to_stage", "'unallocated'"),
        ("reverses", "21"),
        ("reverses", "NULL"),
    ):
        with pytest.raises(forger.errors, match="an entry is never changed"):
            forger.connection.execute(f"UPDATE entries SET {column} = {value} WHERE number = 26")
    assert contents(forger.database) == before
