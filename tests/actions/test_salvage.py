"""What a damaged file still proves is saved, what is lost is said, and nothing is invented."""

import json
import random
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders import findings, with_everything
from tests.conftest import Run
from vru_ledger.actions.salvage import Salvaged, salvage
from vru_ledger.domain.chain import link
from vru_ledger.errors import AlreadyThere, BadInput, FileUnreadable, LedgerUnusable
from vru_ledger.store.opening import open_database

WHO: dict[str, Any] = {"actor": "Ada", "recorded_at": "2026-11-22T12:00:00Z"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a ledger with something in every table."""
    place = tmp_path_factory.mktemp("whole") / "a.db"
    with_everything(place).close()
    return place.read_bytes()


def chain_in(place: Path) -> list[tuple[int, str, str, str]]:
    """Return number, text and hashes of every entry."""
    with closing(sqlite3.connect(place)) as connection:
        return connection.execute(
            "SELECT number, fact, previous_hash, hash FROM entries ORDER BY number"
        ).fetchall()


def saved(folder: Path, content: bytes, *others: Path) -> tuple[Salvaged, Path]:
    """Salvage a file of this content into a new one."""
    for left in folder.glob("new.db*"):
        left.unlink()
    damaged = folder / "damaged.db"
    damaged.write_bytes(content)
    done = salvage(str(damaged), str(folder / "new.db"), others=[str(one) for one in others], **WHO)
    assert damaged.read_bytes() == content
    return done, folder / "new.db"


def must_be_true(done: Salvaged, new: Path, original: list[tuple[int, str, str, str]]) -> None:
    """Assert that all that was saved was there, and that the rest is said to be lost."""
    assert chain_in(new) == original[: done.number]
    database = open_database(str(new))
    assert findings(database) == []
    database.close()
    lost = {number for first, last in done.gaps for number in range(first, last + 1)}
    stranded = []
    if done.beyond_file:
        stranded = [
            json.loads(line)
            for line in Path(done.beyond_file).read_text(encoding="utf-8").splitlines()
        ]
    assert len(stranded) == done.beyond
    for one in stranded:
        assert link(one["previous_hash"], one["fact"]) == one["hash"]
        assert tuple(one.values()) in original
    told = set(range(1, done.number + 1)) | lost | {one["number"] for one in stranded}
    assert told == set(range(1, done.newest + 1))
    if done.certain:
        assert done.newest == len(original)


def test_of_a_sound_ledger_nothing_is_lost(tmp_path: Path, whole: bytes):
    done, new = saved(tmp_path, whole)
    assert done.whole
    must_be_true(done, new, chain_in(tmp_path / "damaged.db"))


def test_whatever_page_is_lost_all_that_can_be_read_is_saved(tmp_path: Path, whole: bytes):
    (tmp_path / "whole.db").write_bytes(whole)
    original = chain_in(tmp_path / "whole.db")
    page = int.from_bytes(whole[16:18], "big")
    pages = len(whole) // page
    complete = entries = 0
    for number in range(pages):
        zeroed = whole[: number * page] + bytes(page) + whole[(number + 1) * page :]
        done, new = saved(tmp_path, zeroed)
        must_be_true(done, new, original)
        complete += done.number == len(original)
        entries += len(original) - sum(last - first + 1 for first, last in done.gaps)
    sys.stdout.write(
        f"{pages} pages zeroed one at a time: {complete} times every entry was saved; "
        f"{entries:,} of {pages * len(original):,} entries were read\n"
    )
    assert complete > pages // 2


def test_a_file_that_was_cut_short_anywhere_gives_what_it_has(tmp_path: Path, whole: bytes):
    (tmp_path / "whole.db").write_bytes(whole)
    original = chain_in(tmp_path / "whole.db")
    tried = empty = 0
    for size in range(0, len(whole), 4_001):
        tried += 1
        try:
            done, new = saved(tmp_path, whole[:size])
        except LedgerUnusable:
            empty += 1
            assert not (tmp_path / "new.db").exists()
            continue
        must_be_true(done, new, original)
    sys.stdout.write(f"cut at {tried} places: {tried - empty} gave entries, {empty} had none\n")
    assert 0 < empty < tried


def test_flipped_bits_lose_an_entry_and_never_change_one(tmp_path: Path, whole: bytes):
    (tmp_path / "whole.db").write_bytes(whole)
    original = chain_in(tmp_path / "whole.db")
    chance = random.Random(4)
    complete = 0
    for _ in range(60):
        flipped = bytearray(whole)
        for _ in range(20):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        done, new = saved(tmp_path, bytes(flipped))
        must_be_true(done, new, original)
        complete += done.number == len(original)
    sys.stdout.write(f"60 times 20 bits flipped: {complete} times every entry was saved\n")


def test_a_backup_fills_what_is_missing(tmp_path: Path, whole: bytes, run: Run, ledger: Path):
    older = Path(shutil.copy(ledger, tmp_path / "older.db"))
    for _ in range(2):
        assert run("allocate", "MYENDS", "Newham", "1", "--on", "2021-05-01").exit_code == 0
    original = chain_in(ledger)
    content = ledger.read_bytes()
    at = content.index((original[4][2] + original[4][3]).encode())
    page = at // 4096 * 4096
    content = content[:page] + bytes(4096) + content[page + 4096 :]
    done, new = saved(tmp_path, content)
    assert done.gaps
    assert done.number < 30
    assert not done.whole
    done, new = saved(tmp_path, content, older)
    assert done.whole
    assert done.from_others > 0
    assert chain_in(new) == original


def test_another_ledgers_entries_are_never_mixed_in(tmp_path: Path, run: Run, ledger: Path):
    """Both begin with the same seed, and part at entry 31."""
    other = Path(shutil.copy(ledger, tmp_path / "other.db"))
    for place, amount in ((ledger, "1"), (other, "2")):
        for _ in range(3):
            words = ("allocate", "MYENDS", "Newham", amount, "--on", "2021-05-01")
            assert run("--db", place, *words).exit_code == 0
    original = chain_in(ledger)
    content = ledger.read_bytes()
    lost = original[30][3].encode()
    damaged = content.replace(original[30][1].encode(), b" " * len(original[30][1].encode()))
    assert damaged.count(lost) == content.count(lost)
    done, new = saved(tmp_path, damaged, other)
    assert chain_in(new) == original[:30]
    assert "another ledger's" in done.stopped
    assert done.beyond == 2


def test_what_was_never_acknowledged_is_not_saved(tmp_path: Path, ledger: Path):
    """A copy of a ledger and its journal, taken while somebody had written half of an entry."""
    writing = sqlite3.connect(ledger, isolation_level=None)
    writing.execute("PRAGMA cache_size=1")
    writing.execute("BEGIN IMMEDIATE")
    number, hash_ = writing.execute("SELECT number, hash FROM head").fetchone()
    fact = json.dumps({"kind": "x", "number": number + 1, "pad": "y" * 20_000})
    for (name,) in writing.execute(
        "SELECT name FROM sqlite_master WHERE type='trigger'"
    ).fetchall():
        writing.execute(f"DROP TRIGGER {name}")
    writing.execute(
        "INSERT INTO entries (number, kind, fund, amount_pence, movements, from_stage, to_stage,"
        " recorded_at, actor, reason, decision, fact, previous_hash, hash)"
        " VALUES (?, 'x', '', 0, 0, '', '', '', '', '', '', ?, ?, ?)",
        (number + 1, fact, hash_, link(hash_, fact)),
    )
    for ending in ("", "-journal"):
        shutil.copy(f"{ledger}{ending}", tmp_path / f"half.db{ending}")
    writing.execute("ROLLBACK")
    writing.close()
    before = {path.name: path.read_bytes() for path in tmp_path.glob("half.db*")}
    assert len(before) == 2
    done = salvage(str(tmp_path / "half.db"), str(tmp_path / "new.db"), **WHO)
    assert done.whole
    assert done.number == number
    assert {path.name: path.read_bytes() for path in tmp_path.glob("half.db*")} == before


def test_entries_that_no_rule_lets_pass_end_the_chain(tmp_path: Path, whole: bytes):
    """Somebody who can hash can forge a text; what the database's guards refuse is not saved."""
    place = tmp_path / "forged.db"
    place.write_bytes(whole)
    with closing(sqlite3.connect(place)) as connection, connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        row = connection.execute(
            "SELECT number, fact, previous_hash FROM entries WHERE kind = 'allocate'"
            " ORDER BY number DESC"
        ).fetchone()
        told = json.loads(row[1])
        told["amount_pence"] = 10**14
        fact = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        connection.execute(
            "UPDATE entries SET fact = ?, hash = ? WHERE number = ?",
            (fact, link(row[2], fact), row[0]),
        )
    done, new = saved(tmp_path, place.read_bytes())
    assert done.number == row[0] - 1
    assert f"entry {row[0]} cannot be carried over" in done.stopped
    assert len(chain_in(new)) == done.number


def test_what_cannot_be_salvaged_is_said(tmp_path: Path, whole: bytes):
    (tmp_path / "there.db").write_bytes(whole)
    (tmp_path / "notes.txt").write_text("notes")
    there, new = str(tmp_path / "there.db"), str(tmp_path / "new.db")
    with pytest.raises(AlreadyThere):
        salvage(there, there, **WHO)
    with pytest.raises(FileUnreadable):
        salvage(str(tmp_path / "none.db"), new, **WHO)
    with pytest.raises(FileUnreadable):
        salvage(str(tmp_path), new, **WHO)
    with pytest.raises(LedgerUnusable, match="no entry can be read"):
        salvage(str(tmp_path / "notes.txt"), new, **WHO)
    with pytest.raises(BadInput):
        salvage("postgresql://nowhere/ledger", new, **WHO)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "there.db"]
