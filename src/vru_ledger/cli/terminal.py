"""The terminal: the only file that knows the clock, who is typing, and how wide the screen is."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from vru_ledger.domain.text import parse_name, shown
from vru_ledger.errors import (
    BadInput,
    EntryRefused,
    LedgerError,
    LedgerUnsound,
    MapUnsound,
    OutputLost,
    RowsRejected,
    SeedUnsound,
)

if TYPE_CHECKING:
    from vru_ledger.store.database import Database

Value = TypeVar("Value")

NARROWEST = 40
_FORMAT = r"-f=?(.+)|--format=(.+)"


class Terminal:
    """Where a command runs: which ledger, in whose name, and for how long it waits."""

    __slots__ = ("named", "place", "wait")

    def __init__(self, place: str, named: str, wait: float) -> None:
        self.place = place
        self.named = named
        self.wait = wait

    def open(self) -> Database:
        """Open the ledger. Raises LedgerUnusable if there is none."""
        from vru_ledger.store.opening import open_database

        database = open_database(self.place, wait=self.wait, on_wait=say_waiting)
        _opened.append(database)
        return database

    def shown_place(self) -> str:
        """Return the ledger's place as it may be shown: an address without its password."""
        from vru_ledger.store.database import masked

        return masked(self.place)

    def actor(self) -> str:
        """Return who is typing: as told, or the user of this computer.

        On a team's ledger, once it is open, who the server says. Raises BadInput, NotPermitted.
        """
        named = read(parse_name, "--as", self.named) if self.named else ""
        if named := _opened[-1].writer(named) if _opened else named:
            return named
        return read(parse_name, "your user name", _user())

    def is_named(self) -> bool:
        """Say whether somebody said who is typing, or a server knows."""
        return bool(self.named or (_opened and _opened[-1].user))

    def now(self) -> datetime:
        """Return the moment, in UTC. VRU_LEDGER_NOW states it for pages that are compared."""
        stated = os.environ.get("VRU_LEDGER_NOW", "")
        if not stated:
            return datetime.now(UTC).replace(microsecond=0)
        try:
            return datetime.fromisoformat(stated).astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadInput(
                f"VRU_LEDGER_NOW is {shown(stated)!r}, not a moment like 2026-11-22T12:00:00Z"
            ) from None

    def recorded_at(self) -> str:
        """Return the moment as entries keep it: '2026-11-22T12:00:00Z'."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def today(self) -> date:
        """Return the day where this computer is."""
        if os.environ.get("VRU_LEDGER_NOW"):
            return self.now().date()
        return date.today()


given: list[str] = []
"""The words of this command line: suggested commands begin with the same options."""

_opened: list[Database] = []


def let_go() -> None:
    """Close what this command has opened, so that a server is not left to wait for it."""
    while _opened:
        _opened.pop().close()


def _user() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return os.environ.get("USER") or os.environ.get("USERNAME") or "unknown"


def say_waiting() -> None:
    """Say that somebody else is writing, or still reading, and that we wait for them."""
    say_aside("waiting: somebody else is using the ledger ...")


def read(parse: Callable[[str], Value], what: str, typed: str) -> Value:
    """Return what somebody typed as `parse` reads it. Raises BadInput naming the argument."""
    try:
        return parse(typed)
    except ValueError as problem:
        raise BadInput(f"{what}: {shown(str(problem))}") from None


def width() -> int:
    """Return how many columns the screen has."""
    import shutil

    return max(NARROWEST, shutil.get_terminal_size((100, 24)).columns)


def height() -> int:
    """Return how many lines the screen has."""
    import shutil

    return shutil.get_terminal_size((100, 24)).lines


def on_terminal() -> bool:
    """Say whether somebody is looking, rather than another program."""
    return sys.stdout.isatty()


def in_colour() -> bool:
    """Say whether colour is wanted: on a terminal, unless NO_COLOR is set."""
    return on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Held:
    """What a command has to print, held until its ledger is let go of.

    Whoever reads slowly, in a pager, would otherwise keep every writer waiting. The first
    megabytes are held in memory, the rest in a file without a name.
    """

    MOST_IN_MEMORY = 4_000_000

    def __init__(self) -> None:
        self._file: TextIO = io.StringIO()
        self._length = self._lines = 0
        self.paged = False
        """Whether it is shown page by page where it is longer than the screen."""

    def write(self, text: str) -> int:
        """Hold some text."""
        self._length += len(text)
        self._lines += text.count("\n")
        if self._length > self.MOST_IN_MEMORY and isinstance(self._file, io.StringIO):
            import tempfile

            before = self._file.getvalue()
            self._file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115 (until the process ends)
            self._file.write(before)
        return self._file.write(text)

    def flush(self) -> None:
        """Do nothing: a file needs this."""

    def isatty(self) -> bool:
        """Return False: nobody sees this yet."""
        return False

    def deliver(self) -> None:
        """Print what was held, and forget it."""
        if self.paged and self._lines >= height() and on_terminal():
            from vru_ledger.cli import pager

            if pager.shows(self._file):
                self.forget()
                return
        self._file.seek(0)
        while block := self._file.read(1 << 16):
            sys.stdout.write(block)
        sys.stdout.flush()
        self.forget()

    def forget(self) -> None:
        """Hold nothing: what a command began to print before it failed is not an answer."""
        self._file, self._length, self._lines = io.StringIO(), 0, 0
        self.paged = False


held = Held()
"""What this command has to print when it is done."""


def prepare_streams() -> None:
    """Make sure that printing cannot fail for the sake of a letter, or because nobody listens."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (to the end)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print data to stdout."""
    sys.stdout.write(f"{shown(text)}\n")


def say_receipt(text: str, entry: int) -> None:
    """Print that entry number `entry` is recorded. Raises OutputLost if nobody can read it."""
    try:
        say(text)
        sys.stdout.flush()
    except OSError as error:
        discard_output()
        raise OutputLost(
            f"entry {entry} is recorded; only this message could not be written ({error.strerror})",
            f"see it: vru-ledger show {entry}",
        ) from None


def discard_output() -> None:
    """Let what is still to be printed go nowhere, so that Python does not complain of it too."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (until the process ends)


def say_aside(text: str) -> None:
    """Print what is not data, line by line, to stderr."""
    sys.stdout.flush()
    sys.stderr.write("".join(f"{shown(line)}\n" for line in text.splitlines()))
    sys.stderr.flush()


_OVERLONG = re.compile(r"\S{1001,}")
"""A word that nobody typed and nobody reads to its end."""


def _cut(word: re.Match[str]) -> str:
    return f"{word[0][:200]}…"


def report_failure(error: LedgerError, words: list[str]) -> int:
    """Say what failed and what to do, as text or as JSON where `words` ask for that.

    A command that is suggested works when it is pasted: it names the ledger that `words` name.
    """
    from vru_ledger.cli.secrecy import without_addresses
    from vru_ledger.cli.suggestions import hint_pasted, pasted, place_left_out

    error.message = _OVERLONG.sub(_cut, without_addresses(error.message, words))
    error.hint = _OVERLONG.sub(_cut, hint_pasted(without_addresses(error.hint, words), words))
    if isinstance(error, EntryRefused):
        commands = [pasted(words)(command) for command in error.refusal.commands]
        error.refusal = error.refusal.replace(commands=commands)
    if wants_json(words):
        import json

        told = {
            "error": {
                "code": error.code,
                "message": error.message,
                **error.details(),
                "hint": error.hint or None,
            }
        }
        sys.stdout.flush()
        text = json.dumps(told, ensure_ascii=False, indent=2)
        if any(shown(line) != line for line in text.split("\n")):
            text = json.dumps(told, indent=2).replace("\x7f", "\\u007f")
        sys.stderr.write(f"{text}\n")
    elif isinstance(error, EntryRefused):
        from vru_ledger.cli.refusal import refusal_text

        said = refusal_text(error.refusal, width())
        needed = place_left_out(words)
        say_aside(f"{said}\n  ({needed})" if needed else said)
    else:
        text = error.message
        if isinstance(error, RowsRejected | SeedUnsound | MapUnsound | LedgerUnsound):
            text = "\n".join([text, *_rows(error.findings)])
        hint = f"\n  {error.hint}" if error.hint else ""
        say_aside(f"error: {text}{hint}")
    return int(error.exit_code)


def _rows(findings: Sequence[Any]) -> Iterator[str]:
    """Yield what is wrong with each row, and what to do about it unless that was just said."""
    said = ""
    for finding in findings:
        yield "  " + ": ".join(said for said in (finding.place(), finding.message) if said)
        if finding.remedy and finding.remedy != said and finding.row:
            yield f"    {finding.remedy}"
        said = finding.remedy


def wants_json(words: list[str]) -> bool:
    """Say whether a command line asks for JSON, even if it cannot be understood otherwise."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        if word in ("-f", "--format"):
            asked = following
        elif match := re.fullmatch(_FORMAT, word):
            asked = match[1] or match[2]
        else:
            continue
        return asked in ("json", "jsonl")
    return False
