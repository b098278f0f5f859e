"""Whatever is typed, or lies in a file's place, the answer is one sentence and an exit code."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.builders import with_everything
from tests.conftest import MADE, Run
from vru_ledger.cli.main import main

NAUGHTY = [
    *("", " ", "\t", "\n", "\r\n", "--", "-x", "-f", "--no-such-option", "-", ".", "..", "/"),
    *("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x9b31mred", "a\x00b"),
    *("\x07", "\x08\x08", "\x7f", "a\x85b", "a\u2028b", "\u202eevil\u202c", "\u2066a\u2069"),
    *("a\u200bb", "\ufeff", "\u00ad", "\U000e0041", "\udcff", "\ud800", "a\udc80b"),
    *("[red]x[/]", "[/]", "[/red]", "[link=http://x]y[/link]", "[bold", ":smile:", "\\[x]", "\\"),
    *("'; DROP TABLE entries; --", "x' OR '1'='1", "%s", "%(x)s", "{0}", "{}", "$(id)", "`id`"),
    *("?", "NULL", "None", "NaN", "nan", "inf", "-1", "0", "1e3", "1_000", "\uff11\uff12"),
    *("9" * 5_000, "1" + ",000" * 2_000, "A" * 10_000, "é" * 5_000, "=1+1", "@SUM(A1)", "|"),
    *("2022", "2022/24", "2022-02-30", "2022-13-01", "0000-01-01", "99999-01-01", "31/02/2022"),
    *("\u0131", "ß", "ﷺ" * 40, "🏳️‍🌈", "日本", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A", "../../etc/passwd", "/dev/null"),
]
WORST = ["\x1b[31mred", "\x9b31mred", "\u202eevil", "\U000e0041", "\udcff", "[/]", "\x7f", "a\x85b"]
"""Those that are also tried where the answer is JSON."""

COMMON = [*WORST, "", " ", "--", "a\x00b", "NaN", "-1", "9" * 5_000, "A" * 10_000, "x' OR '1'='1"]
"""Those that are tried where a value is read as in many other places."""

DRY = ("--dry-run", "--reason", "r")

WRITES: dict[str, list[str]] = {
    "allocate FUND": ["allocate", "{}", "Newham", "1", *DRY],
    "allocate RECIPIENT": ["allocate", "MYENDS", "{}", "1", *DRY],
    "allocate AMOUNT": ["allocate", "MYENDS", "Newham", "{}", *DRY],
    "allocate a new RECIPIENT": [
        *("allocate", "STRONGER-FUTURES", "{}", "1", "--new-recipient", *DRY)
    ],
    "allocate --kind": [
        *("allocate", "STRONGER-FUTURES", "N", "1", "--new-recipient", "--kind={}", *DRY)
    ],
    **{
        f"allocate --{option}": [
            "allocate",
            "MYENDS",
            "Newham",
            "1",
            "--dry-run",
            f"--{option}={{}}",
        ]
        for option in (
            *("on", "fy", "term", "area", "source", "purpose", "title", "decision", "reason"),
            *("key", "format"),
        )
    },
    "allocate --from": ["allocate", "--from={}", "--dry-run"],
    "fund add CODE": ["fund", "add", "{}", "A name", "1", *DRY],
    "fund add NAME": ["fund", "add", "CODE", "{}", "1", *DRY],
    "fund add AMOUNT": ["fund", "add", "CODE", "A name", "{}", *DRY],
    **{
        f"fund add --{option}": ["fund", "add", "CODE", "A name", "1", *DRY, f"--{option}={{}}"]
        for option in (
            *("reason", "theme", "recipient", "kind", "term", "source", "fy", "on"),
            *("decision", "key"),
        )
    },
    "recipient add NAME": ["recipient", "add", "{}", "--kind", "k", *DRY],
    **{
        f"recipient add --{option}": [
            *("recipient", "add", "A name", "--kind", "k", *DRY, f"--{option}={{}}")
        ]
        for option in ("kind", "reason", "code", "area", "fund", "on", "decision", "key")
    },
    "cap set CAP": ["cap", "set", "{}", "1", *DRY],
    "cap set LIMIT of amount": ["cap", "set", "MYENDS-EACH", "{}", *DRY],
    "cap set LIMIT of recipients": ["cap", "set", "MYENDS-COUNT", "{}", *DRY],
    "cap set LIMIT of end": ["cap", "set", "MYENDS-ENDS", "{}", *DRY],
    "cap set LIMIT of share": [
        *("cap", "set", "NEW", "{}", *DRY, "--fund", "MYENDS", "--measure", "share")
    ],
    **{
        f"cap set --{option}": [
            *("cap", "set", "NEW", "1", *DRY, "--fund", "MYENDS", "--measure", "amount"),
            f"--{option}={{}}",
        ]
        for option in (
            *("fund", "measure", "per", "only", "severity", "tolerance", "reason", "on"),
            *("decision", "key"),
        )
    },
    "--as": ["--as={}", "allocate", "MYENDS", "Newham", "1", "--dry-run"],
    "--wait": ["--wait={}", "allocate", "MYENDS", "Newham", "1", "--dry-run"],
}
FILTERS = (
    *("fund", "recipient", "area", "bcu", "source", "fy", "stage", "award", "kind"),
    *("since", "until"),
)
READS: dict[str, list[str]] = {
    "COMMAND": ["{}"],
    "headroom FUND": ["headroom", "{}"],
    "headroom RECIPIENT": ["headroom", "MYENDS", "{}"],
    **{
        f"headroom --{option}": ["headroom", "MYENDS", "Newham", f"--{option}={{}}"]
        for option in ("fy", "area", "source", "purpose")
    },
    "why WHAT": ["why", "{}"],
    "why FUND.": ["why", "{}.committed"],
    "why .FIGURE": ["why", "MYENDS.{}"],
    "show ENTRY": ["show", "{}"],
    "report NAME": ["report", "{}"],
    **{
        f"report --{option}": ["report", "position", f"--{option}={{}}"]
        for option in (*FILTERS, "by", "as-of", "known-at", "format", "output")
    },
    **{f"report caps --{option}": ["report", "caps", f"--{option}={{}}"] for option in FILTERS},
    **{f"log --{option}": ["log", f"--{option}={{}}"] for option in (*FILTERS, "most", "format")},
    "fund show": ["fund", "show", "{}"],
    "fund": ["fund", "{}"],
    "recipient show": ["recipient", "show", "{}"],
    "recipient list --fund": ["recipient", "list", "--fund={}"],
    "cap show": ["cap", "show", "{}"],
    "cap list --fund": ["cap", "list", "--fund={}"],
    "check --head": ["check", "--head={}"],
    "check --seed": ["check", "--seed={}"],
    "check --format": ["check", "--format={}"],
    "check SEED": ["check", "{}"],
    "status --format": ["status", "--format={}"],
    "--db": ["--db={}", "status"],
    "doctor --db": ["--db={}", "doctor"],
    "doctor --format": ["doctor", "--format={}"],
    "doctor --with": ["doctor", "--salvage", "new/new.db", "--with={}"],
    "migrate --db": ["--db={}", "migrate"],
    "restore FILE": ["restore", "{}", "--force"],
    "init --db": ["--db={}", "init", "--seed", "no-such.yaml"],
    "init --seed": ["--db", "new.db", "init", "--seed={}"],
}
# Line feeds end lines and tabs part columns; nothing else may reach a terminal.
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(
    ledger: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Say]:
    """Run a command in this process; the ledger must be the same bytes when all are done."""
    monkeypatch.chdir(tmp_path)
    for name in ("VRU_LEDGER_DB", "VRU_LEDGER_AS", "VRU_LEDGER_WAIT", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VRU_LEDGER_NOW", MADE["VRU_LEDGER_NOW"])
    before = ledger.read_bytes()

    def say(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        said, complained = capsys.readouterr()
        return code, said, complained

    yield say
    assert ledger.read_bytes() == before
    assert not (tmp_path / "vru-ledger.db-journal").exists()


def texts_for(where: str) -> list[str]:
    """Return every naughty text for what is read in a way of its own, else the common ones.

    What names a file to be written never leaves the test's own folder, whatever the program does.
    """
    of_its_own = (
        *("FUND", "RECIPIENT", "AMOUNT", "LIMIT", "WHAT", "ENTRY", "NAME", "CODE", "CAP"),
    )
    shared = ("--reason", "--db", "--wait", "--as", "--by", "--on", "--fy", "--term", "--per")
    if ("allocate" in where and where.endswith(shared)) or any(
        word in where for word in of_its_own
    ):
        return NAUGHTY
    return NAUGHTY if where in shared else COMMON


def names_a_file_to_be_written(template: list[str]) -> bool:
    """Say whether a naughty text may come to stand where a command is told what to write."""
    places = [at for at, word in enumerate(template) if "{}" in word]
    written = [at for at in places if re.match(r"--output|-o", template[at])]
    written += [at for at in places if template[at - 1] in ("--output", "-o")]
    return bool(written) or ("init" in template and any("--db" in template[at] for at in places))


def test_no_text_that_names_a_file_to_be_written_leads_out_of_the_folder():
    """As root, a report that was aimed at /dev/null once replaced it by a file."""
    writing = [
        where
        for where, template in {**WRITES, **READS}.items()
        if names_a_file_to_be_written(template)
    ]
    assert writing == ["report --output", "init --db"]
    for where in writing:
        for text in texts_for(where):
            assert not text.startswith(("/", "~")), (where, text)
            assert ".." not in text.split("/"), (where, text)


@pytest.mark.parametrize("what", ["fifo", "device", "link to a device"])
def test_what_a_report_is_written_to_stays_what_it_is(
    ledger: Path, tmp_path: Path, run: Run, what: str
):
    """A report that was written to /dev/null by replacing it left a machine without one."""
    place = tmp_path / "place"
    if what == "fifo":
        os.mkfifo(place)
        reader = subprocess.Popen(["cat", place], stdout=subprocess.PIPE)
    else:
        device = tmp_path / "null"
        try:
            os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError:
            # Nobody but root makes devices, and nobody but root could do harm to one.
            device.symlink_to("/dev/null")
        place = device
        if what == "link to a device":
            place = tmp_path / "place"
            place.symlink_to(device)
    before = os.lstat(place)
    done = run("report", "caps", "-f", "csv", "-o", place)
    assert done.exit_code == 0, done
    after = os.lstat(place)
    assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)
    if what == "fifo":
        said, _ = reader.communicate(timeout=30)
        assert said.startswith(b"cap,")


def test_new_files_are_their_owners_alone_and_old_ones_keep_their_permissions(
    ledger: Path, tmp_path: Path, run: Run
):
    old = tmp_path / "old.csv"
    old.write_text("")
    old.chmod(0o640)
    before = os.umask(0)
    try:
        for words in (
            ("report", "position", "-o", "new.csv"),
            ("report", "position", "-o", "old.csv"),
            ("report", "pack", "-o", "pack"),
            ("--db", "other.db", "init"),
            ("backup", "copy.db"),
        ):
            done = run(*words)
            assert done.exit_code == 0, done
    finally:
        os.umask(before)
    made = [tmp_path / "new.csv", tmp_path / "other.db", tmp_path / "copy.db"]
    made += (tmp_path / "pack").iterdir()
    assert len(made) > 10
    assert {stat.S_IMODE(one.stat().st_mode) for one in made} == {0o600}
    assert stat.S_IMODE((tmp_path / "pack").stat().st_mode) == 0o700
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_report_that_is_written_through_a_link_leaves_the_link(
    ledger: Path, tmp_path: Path, run: Run
):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("folder/real.csv")
    assert run("report", "caps", "-o", "link.csv").exit_code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "folder" / "real.csv").read_text().startswith("cap,")
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["real.csv"]


def faults(say: Say, template: list[str], where: str) -> list[str]:
    """Put each naughty text into a command; return what was not answered as it should be."""
    found = []
    for text in texts_for(where):
        for more in ([], ["-f", "json"]) if text in WORST else ([],):
            words = [*(word.replace("{}", text) for word in template), *more]
            try:
                code, said, complained = say(*words)
            except Exception as error:
                found.append(f"{text[:40]!r} {more}: {type(error).__name__}: {error}"[:200])
                break
            if code not in (0, 2, 3, 4, 5, 6, 8):
                found.append(f"{text[:40]!r} {more}: exit {code}")
            # What `check` and `doctor` find is their answer, and on stdout.
            found_something = code == 4 or (code == 8 and "doctor" in words and said.strip())
            if code and not (complained.strip() or found_something):
                found.append(f"{text[:40]!r} {more}: exit {code}, and nothing said")
            for told in (said, complained):
                if match := CONTROL.search(told):
                    found.append(f"{text[:40]!r} {more}: prints {match[0]!r} in {told[:300]!r}")
                if len(told) > 60_000:
                    found.append(f"{text[:40]!r} {more}: says {len(told):,} characters")
            if "Traceback" in complained:
                found.append(f"{text[:40]!r} {more}: a traceback")
    return found


@pytest.mark.parametrize("where", WRITES)
def test_no_naughty_text_breaks_a_command_that_writes(say: Say, where: str):
    assert faults(say, WRITES[where], where) == []


@pytest.mark.parametrize("where", READS)
def test_no_naughty_text_breaks_a_command_that_reads(say: Say, where: str):
    assert faults(say, READS[where], where) == []


def test_the_naughty_texts_are_many():
    places = [*WRITES, *READS]
    many = sum(len(texts_for(where)) + len(WORST) for where in places)
    sys.stdout.write(f"{len(NAUGHTY)} texts in {len(places)} places: {many:,} commands\n")
    assert many > 3_000


NOT_AMOUNTS = [
    *("", " ", "0", "0.00", "-1", "(1)", "+1", "1.234,56", "1,23", "12,34,567", "1,2345", ",1"),
    *("1.", ".5", "1..2", "1.2.3", "1.001", "0.001", "1 000", "1'000", "1_000", "1e3", "1E3"),
    *("NaN", "inf", "0x10", "0b1", "1k5", "1kk", "1b", "k", "£", "££1", "$1", "€1", "1p", "1£"),
    *("\uff11\uff12", "\u0661", "1\u00a0000", "1\t", "\n1", "1\x00", "one", "1/2", "½", "²"),
    *("9" * 17, "9" * 5_000, "1" + ",000" * 2_000, "100000000001", "1000000.01m", "0.000001k"),
]


@pytest.mark.parametrize("amount", NOT_AMOUNTS, ids=lambda amount: repr(amount[:20]))
def test_what_is_no_amount_is_refused_as_usage(say: Say, amount: str):
    code, said, complained = say("allocate", "MYENDS", "Newham", "--", amount)
    assert (code, said) == (2, "")
    assert complained.startswith("error: ")
    assert len(complained) < 400, complained


# In processes of their own, where arguments are bytes


BYTES = [b"\xff\xfe", b"a\xed\xa0\x80", b"\x1b[2J\x1b[31m", b"\xc2\x9b31m", b"[/]", b"\xe2\x80\xae"]


@pytest.mark.parametrize("text", BYTES)
@pytest.mark.parametrize(
    "words",
    [
        [b"allocate", b"{}", b"Newham", b"1"],
        [b"allocate", b"MYENDS", b"{}", b"1"],
        [b"allocate", b"MYENDS", b"Newham", b"{}"],
        [b"show", b"{}"],
        [b"report", b"position", b"--fund", b"{}"],
        [b"--db", b"{}", b"status"],
    ],
    ids=lambda words: b" ".join(words).decode(),
)
def test_arguments_that_are_bytes_are_answered_in_words(
    ledger: Path, tmp_path: Path, words: list[bytes], text: bytes
):
    done = subprocess.run(
        [*command.COMMAND, *(word.replace(b"{}", text) for word in words)],
        cwd=tmp_path,
        env=command.environment(tmp_path),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (2, 5, 8), done
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""
    assert not CONTROL.search(done.stderr.decode("utf-8"))


def test_markup_and_escapes_in_names_are_shown_as_they_are(
    ledger: Path, run: Run, run_on_terminal: Callable[..., command.Outcome]
):
    names = ["[red]Paid[/red]", "[/]", ":smile:", "[link=http://x]y[/link]", "a\\"]
    for number, name in enumerate(names):
        words = ("--kind", "charity", "--code", f"N{number}", "--reason", name)
        done = run("recipient", "add", name, *words)
        assert done.exit_code == 0, done
        assert name in done.stdout
    for shown in (
        run("recipient", "list"),
        run("recipient", "list", "-f", "table", columns=200),
        run("log", "-n", "5"),
        run_on_terminal("recipient", "list", columns=200),
        run_on_terminal("log", "-n", "5", columns=250),
    ):
        assert shown.exit_code == 0
        for name in names:
            assert name in shown.stdout, (name, shown.stdout[-2_000:])


# What lies where the ledger should


def not_a_place(where: Path, what: str) -> Path:
    """Make something that is no ledger."""
    place = where / "place.db"
    if what == "directory":
        place.mkdir()
    elif what == "fifo":
        os.mkfifo(place)
    elif what == "empty":
        place.touch()
    elif what == "text":
        place.write_text("not a ledger\n" * 100)
    elif what == "header only":
        place.write_bytes(b"SQLite format 3\x00")
    elif what == "noise":
        place.write_bytes(b"SQLite format 3\x00" + bytes(range(256)) * 64)
    elif what == "other database":
        connection = sqlite3.connect(place)
        connection.execute("CREATE TABLE entries (number)")
        connection.execute("CREATE TABLE head (number)")
        connection.commit()
        connection.close()
    elif what == "dangling link":
        place.symlink_to(where / "nowhere")
    elif what == "link to itself":
        place.symlink_to(place)
    elif what == "device":
        place.symlink_to("/dev/zero")
    elif what == "terminal":
        place.symlink_to("/dev/null")
    elif what == "folder of a file":
        (where / "file").touch()
        return where / "file" / "place.db"
    elif what == "name too long":
        return where / ("x" * 300)
    elif what == "marked but empty":
        connection = sqlite3.connect(place)
        connection.execute("PRAGMA application_id=0x5652554C")
        connection.execute("PRAGMA user_version=1")
        connection.commit()
        connection.close()
    elif what == "newer":
        with_everything(place).close()
        connection = sqlite3.connect(place)
        connection.execute("PRAGMA user_version=99")
        connection.commit()
        connection.close()
    else:
        with_everything(place).close()
        whole = place.read_bytes()
        if what == "truncated":
            place.write_bytes(whole[: len(whole) // 2])
        elif what == "cut in a page":
            place.write_bytes(whole[: len(whole) // 2 + 100])
        elif what == "first page only":
            place.write_bytes(whole[:4096])
        elif what == "middle overwritten":
            place.write_bytes(whole[:4096] + os.urandom(len(whole) - 8192) + whole[-4096:])
        else:
            raise AssertionError(what)
    return place


PLACES = [
    *("directory", "fifo", "empty", "text", "header only", "noise", "other database"),
    *("dangling link", "link to itself", "device", "terminal", "folder of a file"),
    *("name too long", "marked but empty", "newer", "truncated", "cut in a page"),
    *("first page only", "middle overwritten"),
]
COMMANDS = [
    ["status"],
    ["allocate", "ALPHA", "ONE", "1", "--source", "HO"],
    ["report", "position"],
    ["report", "caps", "-f", "json"],
    ["log"],
    ["headroom"],
    ["show", "1"],
    ["why", "ALPHA.committed"],
    ["cap", "set", "ALPHA-FUND", "1", "--reason", "r"],
    ["check"],
]


@pytest.mark.parametrize("what", PLACES)
def test_what_is_no_ledger_is_said_to_be_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
):
    monkeypatch.chdir(tmp_path)
    place = not_a_place(tmp_path, what)
    readable = what not in ("device", "terminal", "name too long") and place.is_file()
    before = place.read_bytes() if readable else b""
    for words in COMMANDS:
        code = main(["--db", str(place), *words])
        _, complained = capsys.readouterr()
        # A page that this command does not need may be damaged without its noticing.
        damaged = what in ("truncated", "cut in a page", "middle overwritten")
        noticed = (4, 8) if words == ["check"] else (8,)
        if not damaged or words == ["check"]:
            assert code in noticed, (words, code, complained)
        else:
            assert code in (0, 2, 3, 8), (words, code, complained)
        assert "Traceback" not in complained
        if code == 8:
            assert complained.startswith(("error: ", '{\n  "error": {')), (words, complained)
    if before and what not in ("truncated", "cut in a page", "middle overwritten"):
        assert place.read_bytes() == before


def test_making_a_ledger_touches_nothing_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    for what in ("directory", "fifo", "empty", "text", "dangling link", "link to itself"):
        folder = tmp_path / what
        folder.mkdir()
        place = not_a_place(folder, what)
        before = sorted(path.name for path in folder.iterdir())
        assert main(["--db", str(place), "init"]) in (6, 8), what
        assert capsys.readouterr().err.startswith("error: ")
        assert sorted(path.name for path in folder.iterdir()) == before


UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""Root may do anything to any file, so it is run without its powers."""


def unprivileged(words: list[str], folder: Path) -> command.Outcome:
    return command.run(words, folder, program=[*UNPRIVILEGED, *command.COMMAND])


@pytest.mark.parametrize(("mode", "reads", "writes"), [(0o000, 8, 8), (0o200, 8, 8), (0o400, 0, 8)])
def test_a_ledger_without_permission_is_said_to_be_so(
    ledger: Path, tmp_path: Path, mode: int, reads: int, writes: int
):
    ledger.chmod(mode)
    read = unprivileged(["status"], tmp_path)
    written = unprivileged(["allocate", "MYENDS", "Newham", "1"], tmp_path)
    ledger.chmod(0o600)
    for done, expected in ((read, reads), (written, writes)):
        assert done.exit_code == expected, done
        assert "Traceback" not in done.stderr


def test_a_folder_without_permission_is_said_to_be_so(ledger: Path, tmp_path: Path):
    """A rollback journal is made beside the ledger, so its folder must be writable too."""
    folder = tmp_path / "closed"
    folder.mkdir()
    shutil.copy(ledger, folder / "vru-ledger.db")
    folder.chmod(0o500)
    read = unprivileged(["status"], folder)
    written = unprivileged(["allocate", "MYENDS", "Newham", "1"], folder)
    made = unprivileged(["--db", "new.db", "init"], folder)
    reported = unprivileged(["report", "caps", "-o", "caps.csv"], folder)
    folder.chmod(0o700)
    assert read.exit_code == 0, read
    for done, expected in ((written, 8), (made, 8), (reported, 2)):
        assert done.exit_code == expected, done
        assert "Traceback" not in done.stderr
    assert [path.name for path in folder.iterdir()] == ["vru-ledger.db"]


HALF_WRITTEN = """
import os, signal, sqlite3
ledger = sqlite3.connect("vru-ledger.db", isolation_level=None)
ledger.execute("PRAGMA cache_size=2")
ledger.execute("BEGIN IMMEDIATE")
ledger.execute("CREATE TABLE junk (x)")
ledger.executemany("INSERT INTO junk VALUES (?)", [("y" * 3000,)] * 1000)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("file", "folder"), [(0o600, 0o500), (0o400, 0o700)])
def test_who_may_not_undo_what_somebody_else_half_wrote_is_told_whom_to_ask(
    ledger: Path, tmp_path: Path, file: int, folder: int
):
    """A colleague was killed: nothing is damaged, and no backup is to be gone back to."""
    subprocess.run([sys.executable, "-c", HALF_WRITTEN], cwd=tmp_path, check=False)
    assert (tmp_path / "vru-ledger.db-journal").exists()
    ledger.chmod(file)
    tmp_path.chmod(folder)
    status = unprivileged(["status"], tmp_path)
    doctor = unprivileged(["doctor"], tmp_path)
    tmp_path.chmod(0o700)
    ledger.chmod(0o600)
    assert (status.exit_code, doctor.exit_code) == (8, 8)
    for said in (status.stderr, doctor.stdout):
        assert "you may not undo what was half written" in said
        assert "ask whoever may write to the file and its folder" in said
    assert "error unreadable" in doctor.stdout
    assert "restore" not in doctor.stdout
    assert unprivileged(["check"], tmp_path).exit_code == 0
    assert not (tmp_path / "vru-ledger.db-journal").exists()


def test_a_ledger_that_a_team_shares_is_still_theirs_when_it_was_restored(
    ledger: Path, tmp_path: Path, run: Run
):
    assert run("backup", "backup.db").exit_code == 0
    (tmp_path / "backup.db").chmod(0o640)
    assert run("backup", "backup.db", "--force").exit_code == 0
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o640
    for damaged in (False, True):
        if damaged:
            ledger.write_bytes(ledger.read_bytes()[:100] + os.urandom(8_000))
        ledger.chmod(0o660)
        if os.geteuid() == 0:
            os.chown(ledger, 7_001, 7_002)
        before = ledger.stat()
        done = run("restore", "backup.db", "--force")
        assert done.exit_code == 0, done
        after = ledger.stat()
        assert stat.S_IMODE(after.st_mode) == 0o660
        assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql:///nowhere?host=/nowhere",
        "postgresql://user:se%00cret@localhost:1/x",
        "postgresql://user:secret@localhost:1/x",
        "postgres://user@localhost:1/x?password=secret",
        "postgresql://user:secret@[::1/x",
        "postgresql://user:secret@localhost:notaport/x",
        "postgresql://user:secret@localhost:1/x?no_such=1",
        "postgresql://user:secret@\x1b[31m/x",
    ],
)
@pytest.mark.parametrize("word", ["status", "init"])
def test_a_server_that_is_not_there_is_said_to_be_so_without_the_password(
    capsys: pytest.CaptureFixture[str], url: str, word: str
):
    assert main(["--db", url, word]) == 8
    said, complained = capsys.readouterr()
    assert complained.startswith("error: cannot connect to ")
    assert "secret" not in said + complained
    assert not CONTROL.search(complained)


def test_naughty_text_is_answered_in_words_on_postgresql_too(
    postgres_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("VRU_LEDGER_NOW", MADE["VRU_LEDGER_NOW"])
    with_everything(postgres_url).close()
    psycopg = pytest.importorskip("psycopg")
    connect, opened = psycopg.connect, []

    def connecting(*told: Any, **more: Any) -> Any:
        opened.append(connect(*told, **more))
        return opened[-1]

    monkeypatch.setattr(psycopg, "connect", connecting)
    found = []
    for words in (
        ["allocate", "{}", "ONE", "1", "--dry-run"],
        ["allocate", "ALPHA", "{}", "1", "--dry-run"],
        ["allocate", "ALPHA", "ONE", "1", "--source", "HO", "--area={}", "--dry-run"],
        ["allocate", "ALPHA", "ONE", "1", "--source", "HO", "--key={}", "--dry-run"],
        ["report", "position", "--fund={}"],
        ["log", "--kind={}"],
        ["show", "{}"],
        ["why", "{}"],
        ["cap", "show", "{}"],
    ):
        for text in COMMON:
            # A process that ends lets go of its connection; this one goes on.
            while opened:
                opened.pop().close()
            try:
                code = main(["--db", postgres_url, *(word.replace("{}", text) for word in words)])
            except Exception as error:
                found.append(f"{words} {text[:40]!r}: {type(error).__name__}: {error}"[:200])
                continue
            told = "".join(capsys.readouterr())
            if code not in (0, 2, 3, 5, 6) or CONTROL.search(told):
                found.append(f"{words} {text[:40]!r}: exit {code}: {told[:200]!r}")
    while opened:
        opened.pop().close()
    assert found == []
