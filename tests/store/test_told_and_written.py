"""What raw SQL writes beside an entry's text: columns, awards, movements and balances."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import POUND, WHEN, contents, rows
from tests.store.test_guards import COUNTED, Attack, Raw, forged
from vru_ledger.store import ledger
from vru_ledger.store.soundness import ENTRY_NAMES


@pytest.fixture
def raw(database_place: str) -> Iterator[Raw]:
    raw = Raw(database_place)
    yield raw
    raw.connection.close()
    raw.database.close()


def told(raw: Raw, fact: dict[str, Any], **columns: Any) -> str:
    """Insert an entry by hand: any text, under the hash of it, and columns as it says or not."""
    with raw.database.read() as session:
        head = ledger.head(session)
    envelope = {"number": head.number + 1, "actor": "Mallory", "recorded_at": WHEN}
    text = json.dumps({**envelope, **fact}, sort_keys=True, separators=(",", ":"))
    given = {**envelope, **json.loads(text)}
    cells: dict[str, Any] = {name: given.get(name) for name in ENTRY_NAMES}
    for name in ("fund", "from_stage", "to_stage", "reason", "decision"):
        cells[name] = cells[name] or ""
    cells |= {
        "amount_pence": given.get("amount_pence", 0),
        "movements": 0,
        "fact": text,
        "previous_hash": head.hash,
        "hash": hashlib.sha256((head.hash + text).encode()).hexdigest(),
        **columns,
    }
    quoted = [
        "NULL" if cell is None else str(cell) if isinstance(cell, int) else f"'{cell}'"
        for cell in cells.values()
    ]
    return f"INSERT INTO entries VALUES ({', '.join(quoted)})"


def an_award(raw: Raw) -> Attack:
    return forged(raw, 100, caps=COUNTED)


def test_an_award_that_is_written_by_hand_in_every_detail_is_one(raw: Raw):
    """Otherwise the refusals below would prove nothing."""
    assert raw.attack(an_award(raw), keep=True) is None


def changed(at: int, what: str, to: str) -> Callable[[Raw], Attack]:
    def attack(raw: Raw) -> Attack:
        statements = an_award(raw)
        assert what in statements[at], statements[at]
        statements[at] = statements[at].replace(what, to)
        return statements

    return attack


def money_from_nothing(raw: Raw) -> Attack:
    return [
        told(raw, {"kind": "paper", "paper": "x", "at": 20, "head": "x"}, movements=1),
        "UPDATE balances SET held = held + 900000, entry = 21 WHERE scope = 'stage'"
        " AND fund = 'ALPHA' AND name = 'unallocated' AND bucket = 'HO||'",
        "INSERT INTO movements VALUES"
        " (21, 1, 'ALPHA', 'HO', '', NULL, NULL, '', 'unallocated', 900000)",
    ]


SAID = "an entry is what its text says"
AWARD = "an award is what its entry says"
MOVES = "a balance moves by what its entry moves"
MONEY = "money moves as its entry says"
HANDS: dict[str, tuple[Callable[[Raw], Attack], str]] = {
    "make money under an entry that moves none": (money_from_nothing, SAID),
    "give the award to somebody else in the entry's column": (
        changed(0, "'SITE', NULL", "'TWO', NULL"),
        SAID,
    ),
    "give it to somebody else in its row": (changed(1, "'SITE'", "'TWO'"), AWARD),
    "let its row be of another kind": (changed(1, "'a-and-e'", "'charity'"), AWARD),
    "let its row be of another area": (changed(1, "'E1'", "'E2'"), AWARD),
    "let its row end on another day": (changed(1, "2023-03-31", "2031-03-31"), AWARD),
    "let its cap see another end": (changed(6, "20230331, NULL", "20220331, NULL"), MOVES),
    "take less from the fund": (changed(2, "held - 100", "held - 1"), MOVES),
    "give the fund some": (changed(2, "held - 100", "held + 100"), MOVES),
    "promise more than the award": (changed(3, "held + 100", "held + 200"), MOVES),
    "take it from another line": (changed(2, "'HO||'", "'CR||'"), MOVES),
    "move less out of the fund": (changed(-2, "-100)", "-1)"), MONEY),
    "move it into the fund": (changed(-2, "-100)", "100)"), MONEY),
    "move it out of another fund": (changed(-2, "'ALPHA'", "'BETA'"), MONEY),
    "move it to another area": (changed(-1, "'E1'", "'E2'"), MONEY),
    "move it to another recipient": (changed(-1, "'SITE'", "'TWO'"), MONEY),
    "leave it open": (lambda raw: an_award(raw)[:-2], "kept with its award and all its movements"),
    "leave it half open": (
        lambda raw: an_award(raw)[:-1],
        "kept with its award and all its movements",
    ),
}


@pytest.mark.parametrize("hand", HANDS)
def test_on_a_server_nobody_can(on_postgresql: Raw, hand: str):
    attack, says = HANDS[hand]
    before = contents(on_postgresql.database)
    refused = on_postgresql.attack(attack(on_postgresql), keep=True)
    assert refused is not None
    assert re.search(f"{says}|without its balance", refused), refused
    assert contents(on_postgresql.database) == before


IN_A_FILE = {
    "make money under an entry that moves none": "an entry of this kind moves no money",
    "give it to somebody else in its row": "an award belongs to the entry that makes it",
    "let its row be of another kind": "of its recipient and area what the register does",
    "give the award to somebody else in the entry's column": "belongs to the entry that makes it",
    "let its row be of another area": MOVES,
    "let its row end on another day": MOVES,
    "move it to another recipient": "an award's money moves as its entry says",
    "let its cap see another end": MOVES,
    "take less from the fund": MOVES,
    "give the fund some": MOVES,
    "promise more than the award": MOVES,
    "take it from another line": MOVES,
    "move less out of the fund": MONEY,
    "move it into the fund": MONEY,
    "move it out of another fund": "no movement without its balance",
    "move it to another area": "no movement without its balance",
}
"""What a file refuses too, which has no function that reads a text as JSON: the others check finds.

Nor is anything asked there at a commit.
"""


@pytest.mark.parametrize("hand", HANDS)
def test_in_a_file_it_is_refused_or_found(on_sqlite: Raw, hand: str):
    attack, _ = HANDS[hand]
    before = contents(on_sqlite.database)
    statements = attack(on_sqlite)
    if hand in IN_A_FILE:
        refused = on_sqlite.attack(statements, keep=True)
        assert refused is not None
        assert IN_A_FILE[hand] in refused
        assert contents(on_sqlite.database) == before
    else:
        assert on_sqlite.attack(statements) is None, "say in SECURITY.md that a file refuses it"


STEP = {
    **{"kind": "milestone", "fund": "ALPHA", "award": "ALPHA-0001", "recipient": "ONE"},
    **{"recipient_kind": "charity", "amount_pence": 0},
}
HOLDS = "an entry's text holds what its kind holds, and nothing else"
JUNK: dict[str, tuple[dict[str, Any], str]] = {
    "a field that its kind does not know": ({**STEP, "junk": 1}, HOLDS),
    "a kind that is none": ({**STEP, "kind": "junk"}, HOLDS),
    "text where an amount is": ({**STEP, "amount_pence": "0"}, HOLDS),
    "a part of a penny": ({**STEP, "amount_pence": 0.5}, HOLDS),
    "an amount that no column can hold": ({**STEP, "amount_pence": 10**30}, HOLDS),
    "nothing where text is": ({**STEP, "reason": None}, HOLDS),
    "a day that is none": ({**STEP, "dated": "today"}, HOLDS),
    "a step that names no award": (
        {name: value for name, value in STEP.items() if name != "award"},
        HOLDS,
    ),
    "a payment planned for no period": (
        {**STEP, "kind": "profile", "instalments": [{"period": "soon", "amount_pence": 1}]},
        HOLDS,
    ),
    "a payment planned that is no payment": (
        {**STEP, "kind": "profile", "instalments": [1]},
        HOLDS,
    ),
    "a record of no table": ({"kind": "register", "records": [{"table": "x"}]}, HOLDS),
    "a record with a field too many": (
        {
            "kind": "register",
            "records": [{"table": "listings", "fund": "A", "recipient": "B", "x": 1}],
        },
        HOLDS,
    ),
    "a step of an award that is not there": ({**STEP, "award": "ALPHA-0099"}, SAID),
    "a step of somebody else's award": ({**STEP, "recipient": "TWO"}, SAID),
    "an undoing that says another kind": (
        {**STEP, "kind": "reverse", "reverses": 15, "was": "pay"},
        "an entry is reversed once, by its opposite",
    ),
    "an undoing of nothing": (
        {**STEP, "kind": "reverse", "was": "pay"},
        "an entry is reversed once, by its opposite",
    ),
    "a moment that is none": ({**STEP, "recorded_at": "yesterday"}, HOLDS),
    "a financial year that is none": ({**STEP, "fy": "2021/23"}, HOLDS),
    "a change asked for that nobody can make": (
        {"kind": "propose-authority", "fund": "ALPHA", "amount_pence": 0, "what": "paper"},
        SAID,
    ),
    "a change asked for of a fund that is not there": (
        {"kind": "propose-authority", "fund": "NONE", "amount_pence": 0, "what": "vire"},
        SAID,
    ),
    "money of a year that is given to no year": (
        {**{**STEP, "kind": "close", "amount_pence": POUND}, "unassigned_pence": POUND},
        SAID,
    ),
    "a write-off by another name": (
        {
            **{**STEP, "kind": "amend", "amount_pence": POUND},
            **{"from_stage": "recoverable", "to_stage": "disbursed"},
        },
        SAID,
    ),
}


@pytest.mark.parametrize("junk", JUNK)
def test_on_a_server_no_entry_is_kept_that_no_program_can_read(on_postgresql: Raw, junk: str):
    fact, says = JUNK[junk]
    statement = told(
        on_postgresql,
        fact,
        **({"reverses": fact.get("reverses", 0)} if fact["kind"] == "reverse" else {}),
        movements=2 if fact.get("amount_pence") == POUND else 0,
        amount_pence=fact["amount_pence"] if fact.get("amount_pence") == POUND else 0,
    )
    refused = on_postgresql.attack([statement], keep=True)
    assert refused is not None
    assert says in refused or "date" in refused, refused


def test_columns_of_an_undoing_that_its_text_does_not_have_are_refused(on_postgresql: Raw):
    """An entry that undoes another keeps everybody else from undoing it."""
    fact = {"kind": "reverse", "fund": "ALPHA", "amount_pence": 0, "reverses": 9}
    refused = on_postgresql.attack([told(on_postgresql, fact)], keep=True)
    assert refused is not None
    assert HOLDS in refused


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raw]:
    raw = Raw(str(tmp_path_factory.mktemp("told") / "ledger.db"))
    yield raw
    raw.connection.close()
    raw.database.close()


@pytest.fixture(scope="module")
def on_postgresql(postgres_server: Any) -> Iterator[Raw]:
    url = postgres_server.create_database()
    raw = Raw(url)
    yield raw
    raw.connection.close()
    raw.database.close()
    postgres_server.drop_database(url)


def test_a_text_of_this_kind_without_the_junk_is_kept(on_postgresql: Raw):
    """Otherwise the refusals above would prove nothing."""
    names = "recipient, recipient_kind, area, bcu, source, fy, purpose"
    [made] = rows(on_postgresql.database, f"SELECT {names} FROM awards WHERE ref = 'ALPHA-0001'")
    fact = {**STEP, **dict(zip(names.split(", "), made, strict=True)), "milestone": "met"}
    assert on_postgresql.attack([told(on_postgresql, fact)]) is None
