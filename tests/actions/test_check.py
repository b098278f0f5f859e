"""Whatever is changed behind the ledger's back, `check` finds it and names it; and nothing else."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from tests.builders import (
    POUND,
    REGISTER,
    TABLES,
    cap,
    carefully,
    contents,
    findings,
    give,
    ledger_of,
    record,
    registered,
    rows,
    with_everything,
)
from vru_ledger.actions.check import check
from vru_ledger.domain.chain import GENESIS, link
from vru_ledger.domain.register import Headline
from vru_ledger.errors import BadInput, LedgerUnusable
from vru_ledger.store import sqlite
from vru_ledger.store.database import Database
from vru_ledger.store.opening import open_database

# They are tampered with through SQLite, by its own means.
pytestmark = pytest.mark.usefixtures("in_memory")

NOT_EVIDENCE = {("head", "id"), ("balances", "entry")}
"""The head's id is 1 and can be nothing else. A balance's entry says which guard let it move last;
nothing is computed from it, and one that does not exist is a foreign key that leads nowhere."""

Tamper = Callable[[sqlite3.Connection], object]

KEYS = {
    "entries": ("number",),
    "movements": ("entry", "n"),
    "awards": ("ref",),
    "balances": ("scope", "fund", "name", "bucket"),
    "caps": ("code",),
    "head": ("id",),
    "listings": ("fund", "recipient"),
    "overrides": ("entry",),
}
"""What finds one row of a table; of the others its code does."""


@pytest.fixture(scope="module")
def sound() -> Iterator[Database]:
    database = with_everything()
    yield database
    database.close()


@cache
def unguarded(sound: Database) -> tuple[sqlite3.Connection, list[Any]]:
    """Return a copy of a ledger that no guard looks at, to copy in turn, and its guards."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    sound.driver.connection.backup(copy)
    guards = copy.execute("SELECT * FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for _, name, *_ in guards:
        copy.execute(f"DROP TRIGGER {name}")
    return copy, guards


def tampered(sound: Database, tamper: Tamper) -> Database:
    """Copy a ledger, tamper with it while no guard looks, and put the guards back."""
    made, guards = unguarded(sound)
    copy = sqlite.in_memory()
    connection = copy.driver.connection
    made.backup(connection)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    tamper(connection)
    connection.execute("PRAGMA ignore_check_constraints=OFF")
    # All at one go: forty times CREATE TRIGGER takes as long as the check that follows.
    connection.execute("PRAGMA writable_schema=ON")
    connection.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", guards)
    connection.execute("PRAGMA writable_schema=RESET")
    return copy


def statement(sql: str, *parameters: Any) -> Tamper:
    """Tamper by one statement."""
    return lambda connection: connection.execute(sql, parameters)


def rewritten(change: Callable[[int, dict[str, Any]], object]) -> Tamper:
    """Tamper with facts as somebody does who knows the chain: every hash fits afterwards."""
    return lambda connection: rewrite(connection, change)


def found_in(sound: Database, tamper: Tamper, **more: Any) -> list[str]:
    """Return what `check` finds after tampering: the same with every short cut and with none."""
    database = tampered(sound, tamper)
    try:
        found = findings(database, **more)
        with carefully():
            assert sorted(findings(database, **more)) == sorted(found)
        return found
    finally:
        database.close()


def columns_of(table: str) -> list[tuple[str, str, str]]:
    """Return the columns of a table of every made ledger: table, column and type."""
    database = ledger_of()
    told = database.driver.connection.execute(f"PRAGMA table_info({table})").fetchall()
    database.close()
    return [(table, name, kind) for _, name, kind, *_ in told]


def places(table: str, row: dict[str, Any]) -> list[str]:
    """Return what a finding must name, any of it, when this row is changed."""
    if table == "entries":
        return [f"entry {row['number']}:", f"number-gap {row['number'] or ''}"]
    if table in ("movements", "awards"):
        return [f"entry {row['entry']}:"]
    if table == "balances":
        return [f"{row['fund']} {row['name']} {row['bucket']}".rstrip()]
    if table == "head":
        return ["the head"]
    keys = KEYS.get(table, ("code",))
    return [" ".join(str(row[key]) for key in keys)]


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        one
        for table in (*TABLES, *REGISTER)
        for one in columns_of(table)
        if one[:2] not in NOT_EVIDENCE
    ],
)
def test_a_changed_column_is_found_and_named(sound: Database, table: str, column: str, kind: str):
    keys = KEYS.get(table, ("code",))
    names = [name for _, name, _ in columns_of(table)]
    silent = []
    there = [
        dict(zip(names, row, strict=True))
        for row in rows(
            sound, f"SELECT {', '.join(f'{chr(34)}{n}{chr(34)}' for n in names)} FROM {table}"
        )
    ]
    assert there, f"the ledger has nothing in {table}"
    for row in there[:: len(there) // 4 + 1]:  # Every row: tests/test_tampering.py.
        was = row[column]
        if kind == "INTEGER":
            others = [(was or 0) + 1, (was or 0) - 1, *([None] if was is not None else [])]
        else:
            others = [f"{was or ''}x", "", None]
        for other in others:
            if other == was or (other is None and column in keys):
                continue
            where = " AND ".join(f"{key} = ?" for key in keys)
            sql = f'UPDATE OR REPLACE {table} SET "{column}" = ? WHERE {where}'

            def tamper(connection: sqlite3.Connection, sql=sql, other=other, row=row) -> None:
                try:
                    connection.execute(sql, [other, *(row[key] for key in keys)])
                except sqlite3.IntegrityError as error:
                    raise Impossible(str(error)) from None

            try:
                found = found_in(sound, tamper)
            except Impossible:
                continue
            said = " ".join(found)
            if not any(
                place in said
                for place in places(table, row) + places(table, {**row, column: other})
            ):
                silent.append(f"{places(table, row)[0]} {column} {was!r} -> {other!r}: {found}")
    assert silent == []


class Impossible(Exception):
    """The database itself does not store such a thing (NOT NULL, STRICT)."""


def test_a_sound_ledger_has_no_finding(sound: Database):
    done = check(sound)
    assert (done.findings, done.sound) == ([], True)
    assert (done.entries, done.number) == (21, 21)


@pytest.mark.parametrize("printed", ["0", "0123456", "…", " ", "g" * 64, "0" * 65])
def test_what_is_too_short_to_prove_anything_is_no_head(sound: Database, printed: str):
    with pytest.raises(BadInput, match="is not a hash"):
        check(sound, head=printed)


def test_a_head_is_known_as_it_is_printed(sound: Database):
    hash_ = check(sound).hash
    for printed in (hash_, hash_.upper(), f"{hash_[:12]}…", f" {hash_[:8]}... "):
        assert check(sound, head=printed).sound


def test_where_nothing_was_tampered_with_nothing_is_found(sound: Database):
    assert found_in(sound, lambda _: None) == []


def test_checking_changes_nothing(sound: Database):
    before = contents(sound)
    check(sound)
    assert contents(sound) == before


@pytest.mark.parametrize("number", range(1, 22))
def test_a_removed_entry_is_found(sound: Database, number: int):
    def remove(connection: sqlite3.Connection) -> None:
        for table, column in (("movements", "entry"), ("awards", "entry"), ("entries", "number")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))

    found = found_in(sound, remove)
    expected = "head-differs" if number == 21 else f"number-gap entry {number + 1}"
    assert any(one.startswith(expected) for one in found), found


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("movements", "entry = 15 AND n = 1"),
        ("movements", "entry = 20 AND n = 2"),
        ("awards", "ref = 'ALPHA-0004'"),
        ("awards", "ref = 'BETA-0001'"),
    ],
)
def test_a_removed_part_of_an_entry_is_found(sound: Database, table: str, where: str):
    found = found_in(sound, statement(f"DELETE FROM {table} WHERE {where}"))
    assert any(one.startswith(f"{table[:-1]}-differs") for one in found), found


@pytest.mark.parametrize("table", ["balances", "caps", *REGISTER])
def test_each_removed_row_beside_the_entries_is_found(sound: Database, table: str):
    keys = KEYS.get(table, ("code",))
    for key in rows(sound, f"SELECT {', '.join(keys)} FROM {table}"):
        where = " AND ".join(f"{name} = ?" for name in keys)
        sql = f"DELETE FROM {table} WHERE {where}"
        found = found_in(sound, statement(sql, *key))
        named = key[0] if len(keys) == 1 else " ".join(key).strip()
        assert any(named in one for one in found), (key, found)


@pytest.mark.parametrize("table", ["movements", "awards", "balances", "caps", *REGISTER])
def test_an_invented_row_is_found(sound: Database, table: str):
    names = [name for _, name, _ in columns_of(table)]
    changed = {
        "movements": {"n": "99"},
        "awards": {"ref": "'ALPHA-0099'", "number": "99"},
        "balances": {"bucket": "bucket || 'z'"},
    }.get(table, {name: f"{name} || 'Z'" for name in (*KEYS.get(table, ("code",))[:1], "folded")})
    told = ", ".join(changed.get(name, f'"{name}"') for name in names)
    sql = f"INSERT INTO {table} SELECT {told} FROM {table} WHERE entry > 0 LIMIT 1"
    assert found_in(sound, statement(sql)) != []


def test_two_swapped_entries_are_found(sound: Database):
    def swap(connection: sqlite3.Connection) -> None:
        facts = dict(connection.execute("SELECT number, fact FROM entries"))
        for number, other in ((15, 16), (16, 15)):
            connection.execute(
                "UPDATE entries SET fact = ? WHERE number = ?", (facts[other], number)
            )

    found = found_in(sound, swap)
    for number in (15, 16):
        assert any(one.startswith(f"fact-changed entry {number}:") for one in found)


def test_two_swapped_numbers_are_found(sound: Database):
    def swap(connection: sqlite3.Connection) -> None:
        for old, new in ((15, -1), (16, 15), (-1, 16)):
            connection.execute("UPDATE entries SET number = ? WHERE number = ?", (new, old))

    found = found_in(sound, swap)
    assert any(one.startswith("chain-broken entry 15:") for one in found), found


def rewrite(
    connection: sqlite3.Connection, change: Callable[[int, dict[str, Any]], object]
) -> None:
    """Change facts and make every hash after them fit, as somebody who knows the chain would."""
    before = GENESIS
    for number, fact in connection.execute(
        "SELECT number, fact FROM entries ORDER BY number"
    ).fetchall():
        told = json.loads(fact)
        change(number, told)
        fact = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        hash_ = link(before, fact)
        connection.execute(
            "UPDATE entries SET fact = ?, previous_hash = ?, hash = ? WHERE number = ?",
            (fact, before, hash_, number),
        )
        before = hash_
    connection.execute("UPDATE head SET hash = ?", (before,))


def test_a_rewritten_amount_whose_hashes_fit_is_found_by_everything_beside_it(sound: Database):
    def one_pound_more(number: int, told: dict[str, Any]) -> None:
        if number == 20:
            told["amount_pence"] += POUND

    found = found_in(sound, rewritten(one_pound_more))
    codes = {one.split()[0] for one in found}
    assert {"column-differs", "movement-differs", "balance-differs"} <= codes


def test_a_past_that_was_rewritten_whole_is_found_by_a_head_that_was_printed():
    first, second = (with_everything() for _ in range(2))
    head = check(first).hash
    assert check(second, head=head).findings == []
    give(first, "ALPHA", "SITE", 100 * POUND, source="HO", title="truth")
    give(second, "ALPHA", "SITE", 100 * POUND, source="HO", title="a lie")
    told = check(first).hash
    assert check(second).findings == []
    [finding] = check(second, head=told).findings
    assert finding.code == "head-not-on-chain"
    assert told in finding.message


def test_a_tail_that_was_cut_off_cleanly_is_found_by_a_head_that_was_printed():
    database = with_everything()
    old = sqlite.in_memory()
    database.driver.connection.backup(old.driver.connection)
    give(database, "ALPHA", "SITE", 100 * POUND, source="HO")
    head = check(database).hash
    assert check(database, head=head[:8]).findings == []
    assert [one.code for one in check(old).findings] == []
    assert [one.code for one in check(old, head=head[:8]).findings] == ["head-not-on-chain"]


def test_a_tail_whose_entry_alone_was_cut_off_is_found(sound: Database):
    def cut(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM entries WHERE number >= 20")
        connection.execute(
            "UPDATE head SET number = 19, hash = (SELECT hash FROM entries WHERE number = 19)"
        )

    found = found_in(sound, cut)
    codes = {one.split()[0] for one in found}
    assert {"movement-extra", "award-extra", "balance-differs", "foreign-key"} <= codes


def test_every_head_that_ever_was_is_on_the_chain(sound: Database):
    for (hash_,) in rows(sound, "SELECT hash FROM entries"):
        assert check(sound, head=hash_).findings == []
        assert check(sound, head=hash_[:8]).findings == []


def test_an_entry_that_breaks_a_cap_is_found_even_if_all_else_fits():
    """An award over a cap is written with every hash, movement and balance as it should be."""
    database, stricter = (with_everything() for _ in range(2))
    for one in (database, stricter):
        record(one, cap("ALPHA-TIGHT", "amount", 100 * POUND, per=("recipient",), severity="track"))
    give(database, "ALPHA", "SITE", 200 * POUND, source="HO")

    def tighten(number: int, told: dict[str, Any]) -> None:
        if told.get("cap") == "ALPHA-TIGHT":
            told["severity"] = "stop"

    found = found_in(database, rewritten(tighten))
    assert any(one.startswith("rule-broken entry 23:") and "ALPHA-TIGHT" in one for one in found), (
        found
    )


def test_an_award_to_somebody_that_a_closed_fund_does_not_list_is_found(sound: Database):
    def instead(number: int, told: dict[str, Any]) -> None:
        if number == 18:
            told["recipient"] = "SITE"

    found = found_in(sound, rewritten(instead))
    assert any(one.startswith("rule-broken entry 18:") and "Beta Fund" in one for one in found)


HOSTILE: list[Any] = [None, "", "\x00", -1, 1.5, True, 2**70, ["x"], {}, "2022-99-99"]


@pytest.mark.parametrize("number", [1, 3, 8, 12, 15])
def test_a_forged_fact_of_any_shape_is_found_and_never_a_traceback(sound: Database, number: int):
    """The hashes fit, so where nothing else speaks the head that was printed does."""
    head = check(sound).hash
    [(fact,)] = rows(sound, "SELECT fact FROM entries WHERE number = ?", number)
    failed = []
    for name in [*json.loads(fact), "unknown"]:
        for value in HOSTILE:

            def forge(at: int, told: dict[str, Any], name=name, value=value) -> None:
                if at == number:
                    told[name] = value

            if json.loads(fact).get(name, None) == value:
                continue
            try:
                found = found_in(sound, rewritten(forge), head=head)
            except Exception as error:
                failed.append(f"{name} = {value!r}: {type(error).__name__}: {error}")
                continue
            if not found:
                failed.append(f"{name} = {value!r}: nothing found")
    assert failed == []


@pytest.mark.parametrize("record_at", range(3))
def test_a_forged_record_of_the_register_is_found_and_never_a_traceback(
    sound: Database, record_at: int
):
    failed = []
    head = check(sound).hash
    [(fact,)] = rows(sound, "SELECT fact FROM entries WHERE number = 1")
    for name in [*json.loads(fact)["records"][record_at], "unknown"]:
        for value in HOSTILE:

            def forge(at: int, told: dict[str, Any], name=name, value=value) -> None:
                if at == 1:
                    told["records"][record_at][name] = value

            try:
                found = found_in(sound, rewritten(forge), head=head)
            except Exception as error:
                failed.append(f"{name} = {value!r}: {type(error).__name__}: {error}")
                continue
            if not found:
                failed.append(f"{name} = {value!r}: nothing found")
    assert failed == []


@pytest.mark.parametrize(
    "fact",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        "1",
        '{"kind":"allocate"}',
        '{"kind":[]}',
        "[" * 100_000,
        "{" * 9,
    ],
)
def test_a_fact_that_is_no_entry_is_found_and_never_a_traceback(sound: Database, fact: str):
    def forge(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE entries SET fact = ? WHERE number = 16", (fact,))

    found = found_in(sound, forge)
    assert any(one.startswith("fact-changed entry 16:") for one in found)
    assert any(one.startswith("fact-unreadable entry 16:") for one in found)


def test_text_that_is_not_utf8_is_found_and_never_a_traceback(sound: Database):
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE entries SET fact = CAST(x'ff7b7d' AS TEXT) WHERE number = 16")

    with pytest.raises(LedgerUnusable, match="damaged"):
        found_in(sound, spoil)


@pytest.mark.parametrize("table", [*TABLES, *REGISTER])
def test_a_table_that_is_gone_is_found_and_never_a_traceback(
    tmp_path, table: str, run: Callable[..., Any]
):
    with_everything(tmp_path / "vru-ledger.db").close()
    connection = sqlite3.connect(tmp_path / "vru-ledger.db")
    connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    done = run("check")
    assert done.exit_code in (4, 8), done
    assert "Traceback" not in done.stderr


def test_each_guard_that_is_gone_is_named(sound: Database):
    guards = rows(sound, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    assert len(guards) >= 17
    for (guard,) in guards:
        copy = sqlite.in_memory()
        sound.driver.connection.backup(copy.driver.connection)
        copy.driver.connection.execute(f"DROP TRIGGER {guard}")
        assert findings(copy) == [f"guard-missing : the guard {guard} is gone or switched off"]
        copy.close()


def test_a_guard_that_was_replaced_by_one_that_lets_everything_pass_is_named(sound: Database):
    copy = sqlite.in_memory()
    sound.driver.connection.backup(copy.driver.connection)
    copy.driver.connection.execute("DROP TRIGGER entries_stay")
    copy.driver.connection.execute(
        "CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT 1; END"
    )
    assert any("entries_stay" in one for one in findings(copy))
    copy.close()


def test_a_trigger_that_is_not_ours_is_named(sound: Database):
    copy = sqlite.in_memory()
    sound.driver.connection.backup(copy.driver.connection)
    copy.driver.connection.execute(
        "CREATE TRIGGER quietly AFTER INSERT ON entries BEGIN UPDATE funds SET closed = 0; END"
    )
    assert any("quietly" in one for one in findings(copy))
    copy.close()


def test_damaged_pages_are_found_and_never_a_traceback(tmp_path, run: Callable[..., Any]):
    path = tmp_path / "vru-ledger.db"
    with_everything(path).close()
    whole = path.read_bytes()
    size = int.from_bytes(whole[16:18], "big")
    seen = set()
    for page in range(1, len(whole) // size):
        path.write_bytes(whole[: page * size] + b"\xa5" * size + whole[(page + 1) * size :])
        try:
            database = open_database(str(path))
            try:
                codes = {one.code for one in check(database).findings}
            finally:
                database.close()
        except Exception as error:
            codes = {type(error).__name__}
        seen |= codes
        assert codes, f"page {page} is damaged and nothing was found"
        assert codes <= {"database-damaged", "LedgerUnusable", "LedgerDamaged"} or codes, codes
    assert seen <= {"database-damaged", "LedgerUnusable", "LedgerDamaged"}, seen


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE movements DISABLE TRIGGER movements_stay",
        "DROP TRIGGER entries_stay ON entries",
        "ALTER TABLE balances DISABLE TRIGGER ALL",
    ],
)
def test_a_guard_that_is_off_on_postgresql_is_named(postgres_url: str, statement: str):
    database = with_everything(postgres_url)
    assert findings(database) == []
    database.driver.connection.execute(statement)
    named = {one.split(": the guard ")[1].split()[0] for one in findings(database)}
    expected = {word for word in statement.split() if "_" in word}
    assert named >= expected
    assert named
    database.close()


POSTGRESQL_TAMPERING = {
    "entries": "UPDATE entries SET amount_pence = amount_pence + 1 WHERE number = 16",
    "fact": "UPDATE entries SET fact = replace(fact, 'doors', 'floor') WHERE number = 16",
    "movements": "UPDATE movements SET pence = pence + 1 WHERE entry = 16 AND n = 1",
    "awards": "UPDATE awards SET recipient = 'TWO' WHERE entry = 16",
    "balances": "UPDATE balances SET held = held - 1 WHERE scope = 'cap' AND bucket = 'TWO'",
    "caps": "UPDATE caps SET ceiling = ceiling + 1 WHERE code = 'ALPHA-EACH'",
    "head": "UPDATE head SET hash = repeat('0', 64)",
    "funds": "UPDATE funds SET closed = 0 WHERE code = 'BETA'",
    "removed": "DELETE FROM movements WHERE entry = 20",
}


@pytest.mark.parametrize("what", POSTGRESQL_TAMPERING)
def test_tampering_on_postgresql_is_found(postgres_url: str, what: str):
    database = with_everything(postgres_url)
    connection = database.driver.connection
    connection.execute("SET session_replication_role = replica")  # No guard looks.
    connection.execute(POSTGRESQL_TAMPERING[what])
    connection.execute("SET session_replication_role = origin")
    assert findings(database) != []
    database.close()


def test_a_thousand_entries_of_the_register_are_checked_without_a_finding():
    headlines = [Headline(code=f"H{n}", name=f"Number {n}", amount_pence=n) for n in range(1_000)]
    database = ledger_of(registered(*headlines))
    assert findings(database) == []


@pytest.mark.parametrize("number", [-(2**63), -1, 10**9, 2**63 - 1])
@pytest.mark.parametrize(
    "table_column", ["awards.number", "awards.entry", "movements.entry", "balances.entry"]
)
def test_a_number_far_from_all_others_is_found_and_never_a_traceback(
    sound: Database, table_column: str, number: int
):
    table, column = table_column.split(".")

    def tamper(connection: Any) -> None:
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE {column} = (SELECT min({column}) FROM {table})",
            (number,),
        )

    assert found_in(sound, tamper) != []
