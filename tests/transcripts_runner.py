"""Plays the pages that people read: runs each command shown and puts in what it really says.

A page is Markdown. In a fenced block that opens with `console`, a line `$ COMMAND` is run by
bash, and what follows is what it says (both streams, in order), then `[exit N]` unless that
is 0. A command that ends with a backslash goes on in lines that start with `> `. All blocks
of a page share one folder, shown as /home/ada/ledger; nothing else carries over. `python` is the
one that vru-ledger runs on. Besides `console`:

    console terminal        on a terminal 100 columns wide; `terminal=60`: 60 columns
    console no-run          only shown
    yaml file=seed.yaml     any language: the block is first written to that file
"""

import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.command import NOTHING, environment
from tests.forked import Forked
from tests.terminal import show_on_terminal

COLUMNS = 100
COMMAND = f'"{sys.executable}" -m vru_ledger'
LEDGER = "vru-ledger.db"
SHOWN_FOLDER = "/home/ada/ledger"
SETTINGS = {
    "NO_COLOR": "1",
    "VRU_LEDGER_AS": "Ada Analyst",
    "VRU_LEDGER_NOW": "2026-11-22T12:00:00Z",
}

_FENCE = re.compile(r"( *)(`{3,}|~{3,}) *([^`]*)")
_STYLES = re.compile(r"\x1b\[[0-9;]*m")
_SUGGESTION = re.compile(r"""vru-ledger (?:'[^']*'|[^'";,(]|,(?! ))+""")
_SETTINGS_OF = re.compile(r"""((?:export )?(?:\w+=(?:"[^"]*"|[^\s;]*);? )+)vru-ledger""")
# One command whose words mean to bash just what they say: starting bash would change nothing.
_ALONE = re.compile(r"""vru-ledger(?: +(?:[\w£.,:/@%+=-]|(?<!\S)'[^']*'(?!\S)|"[^"$`\\!]*")+)*""")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class PageError(Exception):
    """A page cannot be played as it is written; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it starts, and its lines from fence to fence as they stand."""

    line: int
    lines: Sequence[str]

    @property
    def indent(self) -> str:
        """What stands before the fence."""
        return self._opening[1]

    @property
    def fence(self) -> str:
        """The backticks or tildes."""
        return self._opening[2]

    @property
    def language(self) -> str:
        """The first word after the fence."""
        return self._opening[3].partition(" ")[0]

    @property
    def options(self) -> dict[str, str]:
        """The other words after the fence, as name and value."""
        words = self._opening[3].split()[1:]
        return {name: value for name, _, value in (word.partition("=") for word in words)}

    @property
    def inside(self) -> list[str]:
        """The lines between the fences, without the block's indent."""
        return [line.removeprefix(self.indent) for line in self.lines[1:-1]]

    @property
    def _opening(self) -> re.Match[str]:
        found = _FENCE.fullmatch(self.lines[0])
        assert found is not None
        return found

    def with_inside(self, inside: Sequence[str]) -> "Block":
        """Return the block with other lines between the same fences."""
        indented = [f"{self.indent}{line}" if line else "" for line in inside]
        return Block(self.line, [self.lines[0], *indented, self.lines[-1]])


def parts(page: str) -> Iterator[str | Block]:
    """Yield a page's lines, and its fenced blocks whole. Raises PageError."""
    numbered = enumerate(page.removesuffix("\n").split("\n"), start=1)
    for number, line in numbered:
        opening = _FENCE.fullmatch(line)
        if opening is None:
            yield line
            continue
        lines = [line]
        for _, inside in numbered:
            lines.append(inside)
            if inside.strip().startswith(opening[2]):
                break
        else:
            raise PageError(f"line {number}: this block is never closed")
        yield Block(number, lines)


Suggested = Callable[[str, str, int], None]
"""Told of each suggestion of a command that failed: the command, the suggestion, its exit code."""


def play(
    page: str,
    timeout: float = 60,
    *,
    place: str = "",
    more: Mapping[str, str] = NOTHING,
    forked: Forked | None = None,
    suggested: Suggested | None = None,
) -> str:
    """Return the page as it would read if everything it shows were true. Raises PageError.

    With a `place`, the ledger that commands use unless told is there, and is shown by the name of
    the file that it would be otherwise. `more` is added to the environment. With `forked`, commands
    are run without their start. `suggested` has every command tried that a failure suggests, on a
    copy of the page's folder: not with a `place`, which is no part of it.
    """
    with (
        # As long as the name it is shown by, so that what is drawn around it stays in line.
        TemporaryDirectory(prefix="ada", dir="/tmp") as home,
        TemporaryDirectory() as programs,
    ):
        _write_program(Path(programs, "vru-ledger"), forked.command if forked else COMMAND)
        _write_program(Path(programs, "python"), f'"{sys.executable}"')
        env = environment(Path(home), {**SETTINGS, "COLUMNS": str(COLUMNS)})
        env |= {**more, "PATH": f"{programs}:{more.get('PATH', env['PATH'])}"}
        if place:
            env["VRU_LEDGER_DB"] = place
            # A page may name the file for what it must not be: a table to read, a plan to write.
            with closing(sqlite3.connect(Path(home, LEDGER))) as file:
                file.execute("CREATE TABLE nobody_uses_this (x)")
        lines: list[str] = []
        for part in parts(page):
            if isinstance(part, str):
                lines.append(part)
                continue
            try:
                lines += _played(part, Path(home), env, timeout, forked, suggested).lines
            except PageError as error:
                raise PageError(f"line {part.line}: {error}") from None
    return "".join(f"{line}\n" for line in lines)


def _write_program(place: Path, command: str) -> None:
    place.write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
    place.chmod(0o755)


def _played(
    block: Block,
    home: Path,
    env: dict[str, str],
    timeout: float,
    forked: Forked | None,
    suggested: Suggested | None,
) -> Block:
    if "file" in block.options:
        _write(home, block.options["file"], block.inside)
        return block
    if block.language != "console":
        return block
    if unknown := set(block.options) - {"terminal", "no-run"}:
        raise PageError(f"a console block has no option {min(unknown)!r}")
    if "no-run" in block.options:
        return block
    inside: list[str] = []
    for command in commands(block.inside):
        first, *more = command.split("\n")
        inside += [f"$ {first}", *(f"> {line}" for line in more)]
        shown = _said(command, block, home, env, timeout, forked)
        for line in shown:
            if line.startswith("$ ") or line.strip().startswith(block.fence):
                raise PageError(f"{first!r} says {line!r}, which a page cannot hold")
        inside += shown
        if suggested:
            given = _SETTINGS_OF.match(command)
            for words in suggestions(shown):
                again = f"{given[1] if given else ''}{words}"
                suggested(command, words, _tried(again, home, env, timeout, forked))
    return block.with_inside(inside)


def suggestions(shown: Sequence[str]) -> Iterator[str]:
    """Yield each command that a failure suggests: what stands under its first line, or in it."""
    if not shown or not shown[-1].startswith("[exit "):
        return
    for line in shown:
        if line.startswith(("  ", "error: ", "refused: ")):
            for found in _SUGGESTION.finditer(line):
                yield found[0].rstrip(")")


def _tried(
    words: str, home: Path, env: dict[str, str], timeout: float, forked: Forked | None
) -> int:
    """Return the exit code of a command, run where it can change nothing of the page."""
    with TemporaryDirectory() as elsewhere:
        copy = Path(elsewhere, "copy")
        shutil.copytree(home, copy, symlinks=True)
        return _piped(words, copy, {**env, "HOME": str(copy)}, timeout, forked)[1]


def commands(inside: Sequence[str]) -> Iterator[str]:
    """Yield the commands of a console block, each with its continued lines."""
    if inside and not inside[0].startswith("$ "):
        raise PageError("a console block starts with a command: $ ...")
    lines = iter(inside)
    for line in lines:
        if not line.startswith("$ "):
            continue
        command = line.removeprefix("$ ")
        while command.endswith("\\"):
            more = next(lines, "")
            if not more.startswith("> "):
                raise PageError(f"{command!r} goes on in a line that starts with '> '")
            command += "\n" + more.removeprefix("> ")
        yield command


def _said(
    command: str,
    block: Block,
    home: Path,
    env: dict[str, str],
    timeout: float,
    forked: Forked | None,
) -> list[str]:
    try:
        if "terminal" in block.options:
            columns = int(block.options["terminal"] or COLUMNS)
            own = {**env, "COLUMNS": str(columns)}
            text, code = show_on_terminal(
                ["bash", "-c", command], folder=home, env=own, columns=columns, timeout=timeout
            )
            text = "\n".join(line.rstrip() for line in _STYLES.sub("", text).split("\n"))
        else:
            text, code = _piped(command, home, env, timeout, forked)
    except subprocess.TimeoutExpired:
        raise PageError(f"{command!r} does not end") from None
    # A control character would be invisible in the page, and could hide the rest.
    text = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    text = text.replace(str(home), SHOWN_FOLDER)
    if place := env.get("VRU_LEDGER_DB"):
        text = text.replace(place.partition("?")[0], LEDGER)
    lines = text.removesuffix("\n").split("\n") if text else []
    if code < 0:
        code = 128 - code  # As a shell reports a signal.
    return [*lines, f"[exit {code}]"] if code else lines


def _piped(
    command: str, home: Path, env: dict[str, str], timeout: float, forked: Forked | None
) -> tuple[str, int]:
    if forked and _ALONE.fullmatch(command):
        return forked.run(shlex.split(command)[1:], home, env, timeout)
    with subprocess.Popen(
        ["bash", "-c", command],
        cwd=home,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # And whatever it has started.
            raise
    return output.decode("utf-8", "backslashreplace"), process.returncode


def _write(home: Path, name: str, lines: Sequence[str]) -> None:
    place = (home / name).resolve()
    if not place.is_relative_to(home.resolve()) or place == home.resolve():
        raise PageError(f"file={name} is outside the page's folder")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
