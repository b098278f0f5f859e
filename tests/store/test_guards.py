"""Raw SQL, by somebody who owns the ledger, passes no cap and changes nothing that was written."""

import re
import sqlite3
import sys
from collections.abc import Iterator
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from tests.builders import POUND, REGISTER, contents, findings, give, with_everything
from vru_ledger.domain.chain import fact_of, link
from vru_ledger.domain.entries import Allocation
from vru_ledger.domain.money import Pence
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, is_url

Attack = list[str]

# Numbers of with_everything(): 20 entries; MYENDS' part is played by ALPHA. Entry 8 set ALPHA-EACH,
# 19 cut it, 14 set BETA-FUND; 15, 16, 17 and 20 are awards of ALPHA, 18 is BETA's.
COLUMNS = {
    "entries": {
        **{"number": "99", "kind": "'fund'", "fund": "'BETA'", "award": "'X'"},
        **{"recipient": "'TWO'", "amount_pence": "1", "movements": "9", "dated": "'2020-01-01'"},
        **{"recorded_at": "'x'", "actor": "'x'", "reason": "'x'", "decision": "'x'"},
        **{'"key"': "'x'", "fact": "'x'", "previous_hash": "'x'", "hash": f"'{'0' * 64}'"},
    },
    "movements": {
        **{"entry": "15", "n": "9", "fund": "'BETA'", "source": "'CR'", "fy": "'2022/23'"},
        **{"award": "'BETA-0001'", "recipient": "'TWO'", "area": "'E2'"},
        **{"stage": "'payable'", "pence": "1"},
    },
    "awards": {
        **{"ref": "'X'", "fund": "'BETA'", "number": "99", "entry": "18", "recipient": "'TWO'"},
        **{"recipient_kind": "'x'", "area": "'E2'", "bcu": "'x'", "source": "'CR'", "fy": "'x'"},
        **{"purpose": "'x'", "title": "'x'", "term_from": "NULL", "term_to": "'2099-03-31'"},
    },
    "balances": {
        **{"scope": "'stage'", "fund": "'BETA'", "name": "'x'", "bucket": "'x'", "held": "0"},
        **{"floor": "-1", "ceiling": "NULL", "grandfathered": "999999999", "entry": "20"},
    },
    "caps": {
        **{"code": "'x'", "fund": "'BETA'", "measure": "'recipients'", "cap_limit": "999999999"},
        **{"per": "''", "only_kind": "'x'", "severity": "'warn'", "tolerance": "999999999"},
        **{"tolerance_bp": "10000", "citation": "'x'", "bound": "999999999"},
        **{"ceiling": "999999999", "entry": "20"},
    },
    "head": {"id": "2", "number": "19", "hash": f"'{'0' * 64}'"},
}
WHERE = {
    "entries": "number = 16",
    "movements": "entry = 16 AND n = 2",
    "awards": "ref = 'ALPHA-0002'",
    "balances": "scope = 'cap' AND name = 'ALPHA-EACH' AND bucket = 'SITE'",
    "caps": "code = 'ALPHA-EACH'",
    "head": "id = 1",
}
BUCKET = f"UPDATE balances SET held = 0 {{}} WHERE {WHERE['balances']}"

PLAIN: dict[str, Attack] = {
    **{
        f"change {table}.{column}": [f"UPDATE {table} SET {column} = {value} WHERE {WHERE[table]}"]
        for table, columns in COLUMNS.items()
        for column, value in columns.items()
    },
    **{f"remove one of {table}": [f"DELETE FROM {table} WHERE {WHERE[table]}"] for table in WHERE},
    **{f"remove all of {table}": [f"DELETE FROM {table}"] for table in WHERE},
    # A balance, moved with no entry, or under the name of one that is done.
    "empty a cap's bucket": [BUCKET.format("")],
    "empty a cap's bucket in the name of a later entry": [BUCKET.format(", entry = 19")],
    "empty a cap's bucket in the name of the newest entry": [BUCKET.format(", entry = 20")],
    "empty a cap's bucket in the name of an entry to come": [BUCKET.format(", entry = 21")],
    "empty every cap's buckets": ["UPDATE balances SET held = 0, entry = 20 WHERE scope = 'cap'"],
    "forget who was counted": [
        "UPDATE balances SET held = 0, entry = 20 WHERE scope = 'member' AND entry < 20"
    ],
    "count somebody beforehand": [
        "INSERT INTO balances VALUES ('member', 'ALPHA', 'ALPHA-AE', '|NEW', 1, 0, NULL, 0, 20)"
    ],
    "make authority": [
        "UPDATE balances SET held = held + 1000000, entry = 20"
        " WHERE scope = 'stage' AND fund = 'ALPHA' AND name = 'unallocated' AND bucket = 'HO||'"
    ],
    "make authority of a new year": [
        "INSERT INTO balances VALUES ('stage', 'ALPHA', 'unallocated', 'HO|2022/23|',"
        " 1000000, 0, NULL, 0, 20)"
    ],
    "put pence into an award": [
        "UPDATE balances SET held = held + 1, entry = 20"
        " WHERE scope = 'award' AND bucket = 'ALPHA-0002'"
    ],
    # A ceiling, raised with no entry, or under the name of another.
    "raise a ceiling in the name of the entry that set it": [
        "UPDATE caps SET ceiling = ceiling + 1 WHERE code = 'ALPHA-EACH'"
    ],
    "raise a ceiling in the name of another cap's entry": [
        "UPDATE caps SET cap_limit = 999999999, bound = 999999999, ceiling = 999999999, entry = 19"
        " WHERE code = 'ALPHA-FUND'"
    ],
    "raise a ceiling in the name of another kind of entry": [
        "UPDATE caps SET ceiling = 999999999, entry = 20 WHERE code = 'ALPHA-FUND'"
    ],
    "raise a ceiling in the name of an entry to come": [
        "UPDATE caps SET ceiling = 999999999, entry = 21 WHERE code = 'ALPHA-FUND'"
    ],
    "let a cap only warn in the name of another cap's entry": [
        "UPDATE caps SET severity = 'warn', entry = 19 WHERE code = 'ALPHA-FUND'"
    ],
    "raise a bucket's own ceiling": [
        f"UPDATE balances SET ceiling = 999999999, entry = 20 WHERE {WHERE['balances']}"
    ],
    "take a bucket's ceiling away": [
        f"UPDATE balances SET ceiling = NULL, entry = 20 WHERE {WHERE['balances']}"
    ],
    "call a bucket grandfathered": [
        f"UPDATE balances SET grandfathered = 999999999, entry = 20 WHERE {WHERE['balances']}"
    ],
    "begin a bucket with a ceiling of its own": [
        "INSERT INTO balances VALUES ('cap', 'ALPHA', 'ALPHA-EACH', 'NEW', 0, NULL, 999, 0, 20)"
    ],
    "begin a bucket without a ceiling": [
        "INSERT INTO balances VALUES ('cap', 'ALPHA', 'ALPHA-EACH', 'NEW', 0, NULL, NULL, 0, 20)"
    ],
    "begin a bucket that is grandfathered": [
        "INSERT INTO balances VALUES ('cap', 'ALPHA', 'ALPHA-EACH', 'NEW', 0, NULL, 300000, 9, 20)"
    ],
    "begin a bucket below zero": [
        "INSERT INTO balances VALUES ('cap', 'ALPHA', 'ALPHA-EACH', 'NEW', -9, NULL, 300000, 0, 20)"
    ],
    "set a cap with no entry": [
        "INSERT INTO caps VALUES ('NEW', 'ALPHA', 'amount', 9, '', '', 'stop', NULL, NULL, '', 9,"
        " 9, 20)"
    ],
    "set a cap in the name of another cap's entry": [
        "INSERT INTO caps VALUES ('NEW', 'ALPHA', 'amount', 9, '', '', 'stop', NULL, NULL, '', 9,"
        " 9, 19)"
    ],
    # Movements and awards that no entry makes.
    "add a movement beyond an entry's count": [
        "INSERT INTO movements VALUES (16, 3, 'ALPHA', 'HO', '', NULL, NULL, '', 'unallocated', 9)"
    ],
    "add a movement before an entry's first": [
        "INSERT INTO movements VALUES (16, 0, 'ALPHA', 'HO', '', NULL, NULL, '', 'unallocated', 9)"
    ],
    "add a movement to an entry that moves nothing": [
        "INSERT INTO movements VALUES (1, 1, 'ALPHA', 'HO', '', NULL, NULL, '', 'unallocated', 9)"
    ],
    "add a movement to an entry to come": [
        "INSERT INTO movements VALUES (21, 1, 'ALPHA', 'HO', '', NULL, NULL, '', 'unallocated', 9)"
    ],
    "add a movement twice": [
        "INSERT INTO movements SELECT * FROM movements WHERE entry = 16 AND n = 1"
    ],
    "add an award that no entry made": [
        "INSERT INTO awards VALUES ('BETA-0009', 'BETA', 9, 20, 'ONE', 'charity', 'E1', 'BCU-1',"
        " '', '', '', '', NULL, NULL)"
    ],
    "add an award to an older entry of the same fund": [
        "INSERT INTO awards VALUES ('BETA-0009', 'BETA', 9, 18, 'ONE', 'charity', 'E1', 'BCU-1',"
        " '', '', '', '', NULL, NULL)"
    ],
    "add an award of a number that is taken": [
        "INSERT INTO awards VALUES ('X-0001', 'BETA', 1, 18, 'ONE', 'charity', 'E1', 'BCU-1',"
        " '', '', '', '', NULL, NULL)"
    ],
    # The register, which says who is listed, of which kind, and what a name means.
    **{f"remove one of {table}": [f"DELETE FROM {table} WHERE entry > 0"] for table in REGISTER},
    "open a closed fund": ["UPDATE funds SET closed = 0 WHERE code = 'BETA'"],
    "open a closed fund in the name of the newest entry": [
        "UPDATE funds SET closed = 0, entry = 20 WHERE code = 'BETA'"
    ],
    "list somebody": ["INSERT INTO listings VALUES ('BETA', 'SITE', 20)"],
    "list somebody in the name of who listed others": [
        "INSERT INTO listings VALUES ('BETA', 'SITE', 2)"
    ],
    "make a recipient of another kind": ["UPDATE recipients SET kind = 'charity', entry = 20"],
    "let a name mean somebody else": [
        "UPDATE recipients SET folded = 'nobody', entry = 20 WHERE code = 'ONE'"
    ],
    "give a recipient another code": ["UPDATE recipients SET code = 'NEW', entry = 20"],
    "begin a bucket of a cap that is not there": [
        "INSERT INTO balances VALUES ('cap', 'ALPHA', 'NONE', '', 0, NULL, NULL, 0, 20)"
    ],
    "count somebody for a cap that is not there": [
        "INSERT INTO balances VALUES ('member', 'ALPHA', 'NONE', '|ONE', 1, 0, NULL, 0, 20)"
    ],
    # The head and the chain.
    "move the head on": ["UPDATE head SET number = 21"],
    "move the head back": [
        "UPDATE head SET number = 19, hash = (SELECT hash FROM entries WHERE number = 19)"
    ],
    "make a second head": ["INSERT INTO head VALUES (2, 20, 'x')"],
}
_ENTRY = (
    'number, kind, fund, amount_pence, movements, recorded_at, actor, reason, decision, "key",'
    " fact, previous_hash, hash"
)


def entry_like_16(number: str, previous: str, key: str = "NULL") -> str:
    return (
        f"INSERT INTO entries ({_ENTRY}) SELECT {number}, kind, fund, amount_pence, movements,"
        f" recorded_at, actor, reason, decision, {key}, fact, {previous}, '{'1' * 64}'"
        " FROM entries WHERE number = 16"
    )


HEAD = "(SELECT hash FROM head)"
PLAIN |= {
    "append an entry that leaves a gap": [entry_like_16("22", HEAD)],
    "append an entry in the past": [entry_like_16("0", HEAD)],
    "append an entry of a number that is taken": [entry_like_16("16", HEAD)],
    "append an entry that follows no head": [entry_like_16("21", f"'{'2' * 64}'")],
    "append an entry that forks the chain": [
        entry_like_16("21", "(SELECT hash FROM entries WHERE number = 18)")
    ],
    "append an entry with a key that was used": [entry_like_16("21", HEAD, "'K1'")],
    "append an entry without a hash": [entry_like_16("21", HEAD).replace("1" * 64, "")],
}
ON_SQLITE: dict[str, Attack] = {
    **{
        f"{verb} one of {table}": [f"{verb} INTO {table} SELECT * FROM {table} WHERE {where}"]
        for verb in ("INSERT OR REPLACE", "REPLACE")
        for table, where in WHERE.items()
    },
    **{
        f"replace one of {table} by itself, changed": [
            f"UPDATE OR REPLACE {table} SET {column} = {value} WHERE {WHERE[table]}"
        ]
        for table, column, value in (
            ("entries", "number", "17"),
            ("movements", "n", "1"),
            ("awards", "ref", "'ALPHA-0001'"),
            ("balances", "bucket", "'ONE'"),
            ("caps", "code", "'ALPHA-FUND'"),
            ("head", "id", "1"),
        )
    },
    "replace an entry by its key": [
        entry_like_16("21", HEAD, "'K1'").replace("INSERT", "INSERT OR REPLACE", 1)
    ],
    "ignore the rule of the chain": [
        entry_like_16("22", HEAD).replace("INSERT", "INSERT OR IGNORE", 1)
    ],
    "move a balance whatever the constraints say": [
        "PRAGMA ignore_check_constraints=ON",
        f"UPDATE balances SET held = ceiling + 1 WHERE {WHERE['balances']}",
    ],
}
ON_POSTGRESQL: dict[str, Attack] = {
    **{f"truncate {table}": [f"TRUNCATE {table} CASCADE"] for table in WHERE},
    "replace an entry on conflict": [
        entry_like_16("16", HEAD) + " ON CONFLICT (number) DO UPDATE SET fact = 'x'"
    ],
    "replace a balance on conflict": [
        f"INSERT INTO balances SELECT * FROM balances WHERE {WHERE['balances']}"
        " ON CONFLICT (scope, fund, name, bucket) DO UPDATE SET held = 0"
    ],
    "merge into balances": [
        f"MERGE INTO balances USING (SELECT 1) one ON {WHERE['balances']}"
        " WHEN MATCHED THEN UPDATE SET held = 0"
    ],
    "move a balance in a join": [
        "UPDATE balances SET held = 0 FROM caps WHERE balances.name = caps.code"
    ],
}

EVERY = [
    *((dialect, name) for dialect in ("sqlite", "postgresql") for name in PLAIN),
    *(("sqlite", name) for name in ON_SQLITE),
    *(("postgresql", name) for name in ON_POSTGRESQL),
]


class Raw:
    """Somebody's own connection to a ledger: no pragma of ours, nothing but SQL."""

    def __init__(self, place: str) -> None:
        self.database: Database = with_everything(place, overridden=False)
        self.connection: Any
        if is_url(place):
            import psycopg

            self.connection = psycopg.connect(place, autocommit=True)
            self.errors: Any = psycopg.Error
        else:
            # As any tool opens it: foreign keys and recursive triggers are off.
            self.connection = sqlite3.connect(place, isolation_level=None)
            self.errors = sqlite3.Error

    def attack(self, statements: Attack, *, keep: bool = False) -> str | None:
        """Run statements as one transaction. Return how it was refused, None if it was not.

        Nothing is deferred to the commit, so unless told what succeeded is rolled back, and the
        next attack finds the ledger as it was.
        """
        try:
            self.connection.execute("BEGIN")
            changed = 0
            for statement in statements:
                changed += max(0, self.connection.execute(statement).rowcount)
            assert changed, f"{statements} touches nothing, so it proves nothing"
            if keep:
                self.connection.execute("COMMIT")
                self.connection.execute("BEGIN")
        except self.errors as error:
            return str(error)
        finally:
            self.connection.execute("ROLLBACK")
        return None


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raw]:
    raw = Raw(str(tmp_path_factory.mktemp("guarded") / "ledger.db"))
    yield raw
    raw.connection.close()
    raw.database.close()


@pytest.fixture(scope="module")
def on_postgresql(postgres_server) -> Iterator[Raw]:
    url = postgres_server.create_database()
    raw = Raw(url)
    yield raw
    raw.connection.close()
    raw.database.close()
    postgres_server.drop_database(url)


@pytest.mark.parametrize(("dialect", "name"), EVERY)
def test_raw_sql_cannot(dialect: str, name: str, request: pytest.FixtureRequest):
    raw: Raw = request.getfixturevalue(f"on_{dialect}")
    before = contents(raw.database)
    statements = {**PLAIN, **ON_SQLITE, **ON_POSTGRESQL}[name]
    refused = raw.attack(statements)
    assert refused is not None, f"nothing stopped {statements}"
    assert "no such" not in refused, refused
    assert "does not exist" not in refused, refused
    assert not re.search(r"syntax error|has \d+ columns|ambiguous", refused), refused
    assert contents(raw.database) == before


def test_the_attacks_are_many():
    sys.stdout.write(f"{len(EVERY)} attacks by raw SQL, {len(PLAIN)} of them on both databases\n")
    assert len(EVERY) >= 200


@pytest.fixture
def raw(database_place: str) -> Iterator[Raw]:
    raw = Raw(database_place)
    yield raw
    raw.connection.close()
    raw.database.close()


def forged(
    raw: Raw, pence: int, *, caps: str, recipient: str = "SITE", after: ledger.Head | None = None
) -> Attack:
    """Write an award of ALPHA by hand, all but what becomes of the caps: `caps` is that.

    The first statement is its entry, the last two are its movements.
    """
    with raw.database.read() as session:
        head = after or ledger.head(session)
    ref = f"ALPHA-{head.number - 15:04}"
    number = head.number + 1
    new = Allocation(
        fund="ALPHA",
        recipient=recipient,
        recipient_kind="a-and-e",
        amount_pence=Pence(pence),
        award=ref,
        area="E1",
        bcu="BCU-1",
        source="HO",
        purpose="doors",
        term_to=date(2023, 3, 31),
    )
    fact = fact_of(new, number, "Mallory", "2021-04-01T09:00:00Z")
    hash_ = link(head.hash, fact)
    keys = "scope = 'stage' AND fund = 'ALPHA' AND bucket"
    return [
        "INSERT INTO entries VALUES"
        f" ({number}, 'allocate', 'ALPHA', NULL, '{ref}', '{recipient}', NULL, {pence}, 2,"
        " 'unallocated', 'committed', NULL, NULL, NULL,"
        f" '2021-04-01T09:00:00Z', 'Mallory', '', '', NULL, '{fact}', '{head.hash}', '{hash_}')",
        "INSERT INTO awards VALUES"
        f" ('{ref}', 'ALPHA', {head.number - 15}, {number}, '{recipient}', 'a-and-e', 'E1',"
        " 'BCU-1', 'HO', '', 'doors', '', NULL, '2023-03-31')",
        f"UPDATE balances SET held = held - {pence}, entry = {number}"
        f" WHERE name = 'unallocated' AND {keys} = 'HO||'",
        f"UPDATE balances SET held = held + {pence}, entry = {number}"
        f" WHERE name = 'committed' AND {keys} = 'HO||E1'",
        f"INSERT INTO balances VALUES ('award', 'ALPHA', 'committed', '{ref}',"
        f" {pence}, 0, NULL, 0, {number})",
        *([caps.format(number=number, pence=pence)] if caps else []),
        f"INSERT INTO balances VALUES ('cap', 'ALPHA', 'ALPHA-ENDS', '{ref}', 20230331, NULL,"
        f" 20230331, 0, {number})",
        f"INSERT INTO balances VALUES ('cap', 'ALPHA', 'ALPHA-ONE', '{ref}', {pence}, NULL, NULL,"
        f" 0, {number})",
        f"UPDATE balances SET held = held + {pence}, entry = {number} WHERE scope = 'recipient'"
        f" AND fund = 'ALPHA' AND name = 'committed' AND bucket = '{recipient}'",
        f"INSERT INTO movements VALUES ({number}, 1, 'ALPHA', 'HO', '', NULL, NULL, '',"
        f" 'unallocated', {-pence})",
        f"INSERT INTO movements VALUES ({number}, 2, 'ALPHA', 'HO', '', '{ref}',"
        f" '{recipient}', 'E1', 'committed', {pence})",
    ]


COUNTED = (
    "UPDATE balances SET held = held + CASE WHEN scope = 'cap'"
    " AND name IN ('ALPHA-AE', 'ALPHA-PLACE') THEN 0"
    " ELSE {pence} END, entry = {number} WHERE scope IN ('cap', 'member') AND fund = 'ALPHA'"
    " AND bucket IN ('', 'SITE', 'E1|HO', 'doors', '|SITE', 'E1|HO|SITE')"
    " AND (name = 'ALPHA-SHARE') = (bucket = 'doors')"
)


def test_a_forged_award_that_no_cap_counts_is_refused(raw: Raw):
    before = contents(raw.database)
    refused = raw.attack(forged(raw, 100, caps=""))
    assert refused is not None
    assert "every cap counts an award" in refused
    assert contents(raw.database) == before


def test_a_forged_award_over_a_cap_is_refused(raw: Raw):
    before = contents(raw.database)
    refused = raw.attack(forged(raw, 500 * POUND, caps=COUNTED))
    assert refused is not None
    assert re.search("check constraint", refused, re.IGNORECASE)
    assert contents(raw.database) == before


def two_at_once(raw: Raw, pence: int = 500 * POUND, counted: str = "") -> tuple[Attack, Attack]:
    """Write two awards of SITE by hand, the first over a cap unless told, the second of a penny."""
    with raw.database.read() as session:
        head = ledger.head(session)
    first = forged(raw, pence, caps="")
    hash_ = first[0].rpartition("', '")[2].removesuffix("')")
    after = ledger.Head(head.number + 1, hash_)
    return first, forged(raw, 1, caps=counted or COUNTED, after=after)


def test_an_entry_that_the_next_one_is_counted_in_place_of_is_refused(raw: Raw):
    """Two at once: the balances of caps move past the first in the name of the second."""
    before = contents(raw.database)
    first, second = two_at_once(raw)
    refused = raw.attack(
        [first[0], second[0], *first[1:-2], *second[1:-2], *first[-2:], *second[-2:]], keep=True
    )
    assert refused is not None
    assert re.search("moves by what its entry moves|when the one before it is whole", refused)
    assert contents(raw.database) == before


def test_what_a_cap_counts_is_not_written_past_an_entry_that_is_half_closed(on_postgresql: Raw):
    """One of its movements is there, the award's is not, and the cap moves for the next one."""
    raw = on_postgresql
    first, second = two_at_once(raw)
    [count] = [one for one in second if one.startswith("UPDATE balances SET held = held + CASE")]
    rest = [one for one in second[1:-2] if one != count]
    begun = [first[0], second[0], *first[1:-2], *rest]
    refused = raw.attack([*begun, first[-2], count, first[-1], *second[-2:]], keep=True)
    assert refused is not None
    assert "a balance moves by what its entry moves" in refused


def test_an_award_that_comes_after_its_counting_passes_no_cap(raw: Raw):
    attack = forged(raw, 500 * POUND, caps=COUNTED)
    late = [attack[0], *attack[2:-2], attack[1], *attack[-2:]]
    assert raw.attack(late) is not None, "over its cap"


WHOLE = "an entry begins when the one before it is whole"
"""What a file says of two at once: there the second entry does not even begin."""


def test_an_award_that_comes_after_the_next_one_was_counted_is_refused(raw: Raw):
    """A cap's balance, worked out while the first had no award, would leave it out for ever."""
    before = contents(raw.database)
    first, second = two_at_once(raw)
    counted = [one for one in second if "'cap'" in one]
    refused = raw.attack([first[0], second[0], second[1], *counted, first[1]], keep=True)
    server = raw.database.driver.dialect == "postgresql"
    assert refused is not None
    assert ("an award is what its entry says" if server else WHOLE) in refused, "its number too"
    assert contents(raw.database) == before


def test_movements_are_written_in_the_order_of_their_entries_or_refused(on_postgresql: Raw):
    """On a server several are open at once, and the newest movement tells from where on."""
    raw = on_postgresql
    first, second = two_at_once(raw, 1, counted=COUNTED.replace("{pence}", "2"))
    moves = {21: first[-2:], 22: second[-2:]}
    begun = [first[0], second[0], *first[1:-2], *second[1:-2]]
    refused = {}
    for order in sorted(set(permutations((21, 21, 22, 22)))):
        left = {number: list(rows) for number, rows in moves.items()}
        refused[order] = raw.attack([*begun, *(left[number].pop(0) for number in order)])
    assert refused.pop((21, 21, 22, 22)) is None
    assert len(refused) == 5
    for order, said in refused.items():
        assert said is not None, order
        assert "movements follow one another as their entries do" in said, order


def test_a_forged_award_that_is_counted_as_nothing_is_at_least_found(raw: Raw):
    """Whoever writes an entry by hand can lie to the balances; the entry speaks all the same."""
    lie = COUNTED.replace("ELSE {pence}", "ELSE 0")
    refused = raw.attack(forged(raw, 500 * POUND, caps=lie), keep=True)
    assert refused is not None or any(
        one.startswith("rule-broken entry 21:") for one in findings(raw.database)
    )


def test_after_all_the_attacks_the_ledger_goes_on(raw: Raw):
    for name, statements in PLAIN.items():
        assert raw.attack(statements) is not None, name
    assert give(raw.database, "ALPHA", "TWO", 1, source="CR").recorded.number == 21
    assert findings(raw.database) == []
