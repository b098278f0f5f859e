"""The power fails, a disk is full, a disk is broken: acknowledged is there once, batches whole."""

import random
import re
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests import command
from tests.builders import findings
from tests.command import Outcome
from tests.faults import shim
from tests.faults.disk import WAYS, Disk
from tests.torture import TIMES, many
from vru_ledger.store.opening import open_database

DAY = ("--on", "2021-04-01")
BATCH = 300

Command = Sequence[str]
WORK: tuple[Command, ...] = (
    ("allocate", "MYENDS", "Newham", "100k", "--key", "K1", *DAY),
    ("claim", "MYENDS-0001", "50k", "--key", "K2", *DAY),
    ("pay", "MYENDS-0001", "20k", "--key", "K3", *DAY),
    ("amend", "MYENDS-0001", "+5k", "--reason", "More", "--key", "K4", *DAY),
    ("allocate", "AE-YOUTH", "Ward 9", "1k", "--new-recipient", "--kind", "a-and-e", "--key", "K5"),
    ("vire", "CBT", "DIVERT", "10k", "--source", "NATIONAL", "--reason", "Moved", "--key", "K6"),
    ("reverse", "33", "--reason", "Paid twice", "--key", "K7", "--on", "2021-04-02"),
)
"""Commands that write, each with a key and after those before it."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return shim.build(tmp_path_factory.mktemp("shim"))
    except shim.NoCompiler as why:
        pytest.skip(str(why))


def watched(folder: Path, library: Path, words: Command, **more: str) -> Outcome:
    """Run a command whose changes below `folder` go through the shim."""
    env = {"LD_PRELOAD": str(library), "CRASHLOG_DIR": str(folder), **more}
    return command.run(["--db", folder / "vru-ledger.db", *words], folder, env=env)


def keys(file: Path) -> list[str]:
    """Return the keys of all entries; the file is sound as far as the database can tell."""
    ledger = sqlite3.connect(file)
    try:
        assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [key for (key,) in ledger.execute('SELECT "key" FROM entries WHERE "key" <> \'\'')]
    finally:
        ledger.close()


def soundly(file: Path) -> None:
    """See that everything in a ledger can be worked out again."""
    database = open_database(str(file))
    try:
        assert findings(database) == []
    finally:
        database.close()


def test_after_a_power_cut_at_any_moment_everything_acknowledged_is_there_once(
    ledger: Path, tmp_path: Path, library: Path
):
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    folder = tmp_path / "watched"
    folder.mkdir()
    file = Path(shutil.copy(ledger, folder))
    log = tmp_path / "log"
    log.touch()
    disk = Disk({str(file): file.read_bytes()})
    told: list[tuple[int, str]] = []
    lines = [f"MYENDS,Brent,{1 + n % 9}.{n % 90 + 10},B{n}" for n in range(BATCH)]
    (tmp_path / "batch.csv").write_text("\n".join(["fund,recipient,amount,key", *lines]))
    batch = ("allocate", "--from", str(tmp_path / "batch.csv"), *DAY)
    for words in (*WORK, batch):
        done = watched(folder, library, words, CRASHLOG_FILE=str(log))
        assert done.exit_code == 0, done
        told.append((log.stat().st_size, "BATCH" if words is batch else words[-1 - _after(words)]))
    count = Counter[str]()
    tried = set[int]()
    rounds = many(1, 12)
    for done_ in shim.operations(log):
        disk.put(done_)
        acknowledged = {key for end, key in told if end <= done_.end}
        ways = WAYS if disk.may_lose() else WAYS[:1]
        for way in (*ways, *("torn",) * (rounds + 1)):
            files = disk.after_power_cut(way, chance)
            looked = hash((frozenset(files.items()), frozenset(acknowledged)))
            if looked in tried:
                count["the same again"] += 1
                continue
            tried.add(looked)
            count["disks"] += 1
            there = _reborn(files, tmp_path / "reborn", file.name)
            batched = sum(key.startswith("B") for key in there)
            assert batched in (0, BATCH), f"seed {seed}: {batched} of a batch, {way}"
            singles = [key for key in there if not key.startswith("B")]
            single = [*singles, *(["BATCH"] if batched else [])]
            assert len(single) == len({*single}), f"seed {seed}: twice, {way}: {single}"
            assert acknowledged <= {*single}, f"seed {seed}: lost {acknowledged - {*single}}, {way}"
            if count["disks"] % 25 == 0:
                soundly(tmp_path / "reborn" / file.name)
                count["checked whole"] += 1
        count["moments"] += 1
    assert count["disks"] > 500
    sys.stdout.write(f"power cuts: {dict(count)}, none damaged, nothing lost (seed {seed})\n")


def _after(words: Command) -> int:
    """Return how many words follow a command's key."""
    return len(words) - 2 - words.index("--key")


def _reborn(files: dict[str, bytes], folder: Path, name: str) -> list[str]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, content in files.items():
        (folder / Path(path).name).write_bytes(content)
    return keys(folder / name)


SOME = WORK if TIMES > 1 else WORK[:1] + WORK[4:6]


@pytest.mark.parametrize("kind", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("lasts", [False, True], ids=["once", "from-then-on"])
def test_whatever_write_a_disk_refuses_the_same_command_again_records_once(
    ledger: Path, tmp_path: Path, library: Path, kind: str, lasts: bool
):
    folder = tmp_path / "watched"
    folder.mkdir()
    file = folder / "vru-ledger.db"
    before = tmp_path / "before.db"
    shutil.copy(ledger, before)
    step = 1 if TIMES > 1 else 24
    count = Counter[str]()
    for words in WORK:
        after = tmp_path / "after.db"
        if words in SOME:
            log = tmp_path / f"{words[0]}.log"
            _fresh(folder, before)
            assert watched(folder, library, words, CRASHLOG_FILE=str(log)).exit_code == 0
            shutil.copy(file, after)
            done = len(list(shim.operations(log)))
            count["operations"] += done
            for at in range(1 + count["faults"] % step, done + 1, step):
                _fresh(folder, before)
                fault = {"FAULT_AT": str(at), "FAULT_KIND": kind}
                fault |= {"FAULT_STICKY": "1"} if lasts else {}
                count["faults"] += 1
                _answered(watched(folder, library, words, **fault), count)
                again = command.run(["--db", file, *words], folder)
                assert again.exit_code == 0, (at, words, again)
                assert keys(file).count(words[-1 - _after(words)]) == 1
                if count["faults"] % 5 == 0:
                    soundly(file)
        else:
            _fresh(folder, before)
            assert command.run(["--db", file, *words], folder).exit_code == 0
            shutil.copy(file, after)
        shutil.copy(after, before)
    sys.stdout.write(f"{kind}, {'for good' if lasts else 'once'}: {dict(count)}\n")
    assert count["refused"] > 10


def _fresh(folder: Path, ledger: Path) -> None:
    for left in folder.iterdir():
        left.unlink()
    shutil.copy(ledger, folder / "vru-ledger.db")


def _recorded(done: Outcome) -> bool:
    return bool(re.match(r"entry \d+: ", done.stdout))


def _answered(done: Outcome, count: Counter[str]) -> None:
    """See that a failure is one sentence with its exit code, and never a traceback."""
    assert "Traceback" not in done.stderr, done
    assert done.exit_code in (8, 0), done
    if done.exit_code == 0:
        # The disk failed where nothing of the entry is at stake, such as removing a journal.
        count["went through"] += 1
        return
    assert done.stderr.startswith("error: "), done
    assert not _recorded(done), done
    count["refused"] += 1
    count["said that the outcome is unknown"] += "--key" in done.stderr


MAKING: dict[str, tuple[Command, str]] = {
    "init": (("--db", "{}/new.db", "init"), "new.db"),
    "backup": (("backup", "{}/backup.db"), "backup.db"),
    "restore": (("--db", "{}/restored.db", "restore", "good.db"), "restored.db"),
    "copy": (("copy", "good.db", "{}/copied.db"), "copied.db"),
    "salvage": (("--db", "good.db", "doctor", "--salvage", "{}/saved.db"), "saved.db"),
    "migrate": (("migrate",), "vru-ledger.db.before-migrate"),
    "report": (("report", "caps", "-o", "{}/caps.csv"), "caps.csv"),
}
"""Commands that make a file, and its name."""


@pytest.mark.parametrize("what", MAKING)
def test_whatever_write_a_disk_refuses_no_file_is_half_made_and_the_ledger_is_as_it_was(
    ledger: Path, tmp_path: Path, library: Path, what: str
):
    words, name = MAKING[what]
    folder = tmp_path / "watched"
    folder.mkdir()
    shutil.copy(ledger, tmp_path / "good.db")
    if what == "migrate":
        with closing(sqlite3.connect(ledger)) as connection:
            connection.execute("DROP TRIGGER entries_stay")
    shutil.move(ledger, tmp_path / "before.db")
    words = [word.format(folder) for word in words]
    if "--db" not in words:
        words = ["--db", str(folder / "vru-ledger.db"), *words]

    def tried(**more: str) -> Outcome:
        for left in folder.iterdir():
            left.unlink()
        shutil.copy(tmp_path / "before.db", folder / "vru-ledger.db")
        env = {"LD_PRELOAD": str(library), "CRASHLOG_DIR": str(folder), **more}
        return command.run(words, tmp_path, env=env)

    log = tmp_path / "all.log"
    assert tried(CRASHLOG_FILE=str(log)).exit_code == 0
    operations = len(list(shim.operations(log)))
    refused = 0
    places = range(1, operations + 1, 1 if TIMES > 1 else max(1, operations // 12))
    for at in places:
        done = tried(FAULT_AT=str(at), FAULT_KIND="ENOSPC", FAULT_STICKY="1")
        assert "Traceback" not in done.stderr, (at, done)
        assert done.exit_code in (0, 2, 8), (at, done)
        assert "good.db" not in done.stderr, "what is only read is not full"
        refused += done.exit_code != 0
        with closing(sqlite3.connect(folder / "vru-ledger.db")) as there:
            assert there.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if done.exit_code and "may be there" not in done.stderr:
            # A disk that lets nothing be removed either keeps the whole copy that was made.
            half = (folder / name).exists()
            assert not half or (what == "migrate" and keys(folder / name) == []), (at, done)
    sys.stdout.write(f"{what}: {len(places)} of {operations} operations refused, {refused} said\n")
    assert refused
