"""What raw SQL leaves behind an entry that is otherwise as it should be: refused, or found."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import contents, findings
from tests.store.test_guards import COUNTED, Attack, Raw, forged
from tests.store.test_told_and_written import STEP, told
from vru_ledger.actions.checking.forms import unheard_of
from vru_ledger.domain.chain import entry_of, link

NEW = {
    **{"kind": "allocate", "fund": "ALPHA", "recipient": "SITE", "recipient_kind": "a-and-e"},
    **{"amount_pence": 100, "award": "ALPHA-0005"},
}


@pytest.fixture
def raw(database_place: str) -> Iterator[Raw]:
    raw = Raw(database_place)
    yield raw
    raw.connection.close()
    raw.database.close()


def an_award(raw: Raw) -> Attack:
    return forged(raw, 100, caps=COUNTED)


def retold(statement: str, **changes: Any) -> str:
    """Return the INSERT of an entry with its text changed, under the hash of it."""
    found = re.search(r"'(\{.*\})', '([0-9a-f]{64})', '([0-9a-f]{64})'", statement)
    assert found
    fact = {**json.loads(found[1]), **changes}
    text = json.dumps(
        {name: value for name, value in fact.items() if value is not None},
        sort_keys=True,
        separators=(",", ":"),
    )
    return statement.replace(found[0], f"'{text}', '{found[2]}', '{link(found[2], text)}'")


def who_holds_what_is_not_counted(raw: Raw) -> Attack:
    """A cap on recipients is then lowered while everybody stays, and somebody else fits in."""
    only_caps = COUNTED.replace("scope IN ('cap', 'member')", "scope = 'cap'")
    return forged(raw, 100, caps=only_caps)


def somebody_else_is_counted(raw: Raw) -> Attack:
    """What SITE gets makes NEW a recipient who is there already, and so not a new one."""
    statements = an_award(raw)
    statements.insert(
        -2,
        "INSERT INTO balances VALUES ('member', 'ALPHA', 'ALPHA-AE', '|NEW', 100, 0, NULL, 0, 21)",
    )
    return statements


def named(ref: str, number: int) -> Callable[[Raw], Attack]:
    def attack(raw: Raw) -> Attack:
        entry, award, *rest = an_award(raw)
        entry = retold(entry.replace("'ALPHA-0005'", f"'{ref}'"), award=ref)
        award = award.replace("'ALPHA-0005', 'ALPHA', 5", f"'{ref}', 'ALPHA', {number}")
        return [entry, award, *(one.replace("'ALPHA-0005'", f"'{ref}'") for one in rest)]

    return attack


def without_a_term(raw: Raw) -> Attack:
    """A cap on ends counts no day of an award that never ends."""
    entry, award, *rest = an_award(raw)
    ends = "'ALPHA-0005', 20230331, NULL"
    assert any(ends in one for one in rest)
    return [
        retold(entry, term_to=None),
        award.replace("'2023-03-31')", "NULL)"),
        *(one.replace(ends, "'ALPHA-0005', 0, NULL") for one in rest),
    ]


def before_it_began(raw: Raw) -> Attack:
    entry, award, *rest = an_award(raw)
    award = award.replace("NULL, '2023-03-31')", "'2024-01-01', '2023-03-31')")
    return [retold(entry, term_from="2024-01-01"), award, *rest]


def a_stage_that_moves_before_its_award_is_there(raw: Raw) -> Attack:
    """Nothing is known of it yet, so its stage would stay where it is."""
    entry, award, *rest = an_award(raw)
    [stage] = [one for one in rest if "WHERE name = 'committed'" in one]
    rest.remove(stage)
    return [entry, stage.replace("held + 100", "held + 0"), award, *rest]


def with_more(statement: str) -> Callable[[Raw], Attack]:
    def attack(raw: Raw) -> Attack:
        statements = an_award(raw)
        statements.insert(-2, statement)
        return statements

    return attack


BALANCE = "a balance is of a stage, an award, a recipient, a cap or a line"
HANDS: dict[str, tuple[Callable[[Raw], Attack], str]] = {
    "leave out who holds what": (
        who_holds_what_is_not_counted,
        "every cap counts an award",
    ),
    "count somebody else": (somebody_else_is_counted, "moves by what its entry moves"),
    "give an award a name of its own": (named("JUNK", 5), "an award is what its entry says"),
    "name it like another fund's": (named("BETA-0005", 5), "an award is what its entry says"),
    "take all numbers that there are": (
        named("ALPHA-9223372036854775807", 2**63 - 1),
        "an award is what its entry says",
    ),
    "let it never end": (without_a_term, "every cap counts an award"),
    "let it end before it begins": (before_it_began, "an award is what its entry says"),
    "move a stage before the award is there": (
        a_stage_that_moves_before_its_award_is_there,
        "moves by what its entry moves",
    ),
    "begin a stage that is none": (
        with_more("INSERT INTO balances VALUES ('stage', 'ALPHA', 'x', 'x', 0, 0, NULL, 0, 21)"),
        BALANCE,
    ),
    "begin a stage without a floor": (
        with_more(
            "INSERT INTO balances VALUES ('stage', 'ALPHA', 'payable', 'x', 0, NULL, NULL, 0, 21)"
        ),
        BALANCE,
    ),
    "begin a bucket of no cap": (
        with_more("INSERT INTO balances VALUES ('cap', 'ALPHA', 'x', 'x', 0, NULL, NULL, 0, 21)"),
        BALANCE,
    ),
}


def test_an_award_told_again_is_one(raw: Raw):
    """Otherwise the refusals below would prove nothing."""
    entry, *rest = an_award(raw)
    assert raw.attack([retold(entry, purpose="doors"), *rest], keep=True) is None
    assert findings(raw.database) == []


@pytest.mark.parametrize("hand", HANDS)
def test_nobody_can(raw: Raw, hand: str):
    attack, says = HANDS[hand]
    before = contents(raw.database)
    refused = raw.attack(attack(raw), keep=True)
    assert refused is not None
    assert re.search(says, refused), refused
    assert contents(raw.database) == before


def test_one_statement_writes_no_turnover_beside_its_folio(on_postgresql: Raw):
    """Reports as of a day add turnovers up: one too many was money from nothing."""
    moved = (
        "SELECT count(*) FROM (SELECT 1 FROM entries e JOIN movements m ON m.entry = e.number"
        " GROUP BY substr(e.dated, 1, 7), m.fund, m.stage, m.source, m.fy, m.area"
        " HAVING sum(m.pence) <> 0) t"
    )
    folio = "INSERT INTO folios SELECT 1, 1, 20, {} RETURNING number, turnovers"
    assert on_postgresql.attack([folio.format(f"({moved})")]) is None
    refused = on_postgresql.attack(
        [
            f"WITH f AS ({folio.format(f'1 + ({moved})')}) INSERT INTO turnovers"
            " SELECT number, turnovers, '2021-04', 'ALPHA', 'unallocated', 'HO', '', '', 900000"
            " FROM f"
        ]
    )
    assert refused is not None
    assert "a folio turns over what its entries move" in refused


def test_a_field_that_is_told_twice_is_refused(on_postgresql: Raw):
    """Some would read the first, some the last."""
    entry, *rest = an_award(on_postgresql)
    twice = retold(entry).replace('"area":"E1"', '"area":"E2","area":"E1"')
    found = re.search(r"'(\{.*\})', '([0-9a-f]{64})', '([0-9a-f]{64})'", twice)
    assert found
    twice = twice.replace(found[3], link(found[2], found[1]))
    refused = on_postgresql.attack([twice, *rest], keep=True)
    assert refused is not None
    assert "holds what its kind holds" in refused


@pytest.fixture(scope="module")
def on_postgresql(postgres_server: Any) -> Iterator[Raw]:
    url = postgres_server.create_database()
    raw = Raw(url)
    yield raw
    raw.connection.close()
    raw.database.close()
    postgres_server.drop_database(url)


def test_check_finds_what_was_recorded_at_no_moment(tmp_path: Any):
    raw = Raw(str(tmp_path / "ledger.db"))
    statement = told(raw, {**STEP, "milestone": "met", "recorded_at": "yesterday"})
    assert raw.attack([statement], keep=True) is None
    said = [one for one in findings(raw.database) if "yesterday" in one]
    assert said == [
        "fact-impossible entry 21: it is recorded at 'yesterday', which is no moment"
    ], said
    raw.connection.close()
    raw.database.close()


UNHEARD_OF: dict[str, dict[str, Any]] = {
    "its fy is '2021/23', which is no financial year": {"fy": "2021/23"},
    "money of no year is lent to no year": {"unassigned_pence": 1},
    "close gives money of 2021/22 to no year": {
        **{"kind": "close", "fy": "2021/22", "unassigned_pence": 1},
    },
    "'JUNK-5' is not the name of an award of ALPHA": {"award": "JUNK-5"},
    "'ALPHA-0099' is not the name of an award of ALPHA": {"award": "ALPHA-0099"},
    "the term of ALPHA-0005 ends before it begins": {
        **{"term_from": "2024-01-01", "term_to": "2023-03-31"},
    },
}


@pytest.mark.parametrize("sentence", UNHEARD_OF)
def test_check_says_what_no_entry_says(sentence: str):
    entry = entry_of({**NEW, **UNHEARD_OF[sentence]})
    assert list(unheard_of(entry, 21)) == [sentence]


def test_check_has_nothing_to_say_of_an_award_as_it_should_be():
    whole = {**NEW, "fy": "1999/00", "unassigned_pence": 1, "term_to": "2023-03-31"}
    assert list(unheard_of(entry_of(whole), 21)) == []
