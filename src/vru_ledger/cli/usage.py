"""What Typer complains of, said as one of ours, with what to type instead where that is plain."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from vru_ledger.domain.text import shown
from vru_ledger.errors import BadInput, ReasonMissing

_BEFORE_THE_COMMAND = ("--db", "--as", "--wait")
_AWARD = re.compile(r"[A-Za-z][\w.-]*-\d+", re.ASCII)


def usage(error: Any, words: Sequence[str]) -> BadInput:
    """Return the complaint about `words`, by default with the command's own help as the way on."""
    said = str(error.format_message()).strip().rstrip(".")
    path = error.ctx.command_path if error.ctx else "vru-ledger"
    command = error.ctx.command if error.ctx else None
    option = str(getattr(error, "option_name", ""))
    # Of '-50k' Typer knows its beginning alone, as that of short options in one word.
    typed = next((word for word in words if option and word.startswith(option)), option)
    if re.match(r"-[£(]?[\d.]", typed):
        return BadInput(f"AMOUNT: {shown(typed[:40])!r} is below zero; an amount is above zero")
    if type(error).__name__ == "NoSuchOption":
        return _no_such_option(option, getattr(error, "possibilities", None), path, words)
    if found := re.match(r"No such command '(.*?)'(?:\.|$)", said, re.DOTALL):
        return _no_such_command(found[1], command, error.ctx, words)
    if found := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", said, re.DOTALL):
        return _too_many(found[1], command, path)
    if said == "Missing option '--reason'":
        return ReasonMissing(path.removeprefix("vru-ledger "))
    said = re.sub(
        r"^Invalid value for (?:'[^']*' / )*'([^']*)'(?: \(env var: '[^']*'\))?: ", r"\1: ", said
    )
    said = re.sub(r"is not a valid (float|int|integer)( range)?$", "is not a number", said)
    said = re.sub(r"is not in the range (\S+?)<=x<=(\S+)$", r"is not from \1 to \2", said)
    return BadInput(f"{said[:1].lower()}{said[1:]}", f"{path} --help")


def _no_such_option(
    option: str, near: Sequence[str] | None, path: str, words: Sequence[str]
) -> BadInput:
    name = option.partition("=")[0]
    if name in _BEFORE_THE_COMMAND and path != "vru-ledger":
        return BadInput(f"{name} goes before the command", _moved(name, words))
    said = f"no such option: {shown(option[:80])}"
    begun = [one for one in near or () if one.startswith(name)]
    likely = begun or get_close_matches(name, near or (), 3, 0.7)
    if likely:
        said += f"; did you mean {' or '.join(sorted(likely))}?"
    return BadInput(said, f"{path} --help")


def _moved(name: str, words: Sequence[str]) -> str:
    """Return the command line with an option and its value brought to the front."""
    at = next(at for at, word in enumerate(words) if word.partition("=")[0] == name)
    many = 1 if "=" in words[at] else 2
    moved = list(words[at : at + many])
    if "://" in "".join(moved):
        return f"write it like vru-ledger {name} ADDRESS COMMAND"
    return shlex.join(["vru-ledger", *moved, *words[:at], *words[at + many :]])


def _no_such_command(typed: str, group: Any, ctx: Any, words: Sequence[str]) -> BadInput:
    """Return that a word is no command, with the one that it is likely to be."""
    path = ctx.command_path if ctx else "vru-ledger"
    known = list(group.list_commands(ctx)) if group else []
    said = f"no such command {shown(typed[:80])!r}"
    if near := get_close_matches(typed.casefold(), known, 1, 0.7):
        return BadInput(f"{said}; did you mean {near[0]}?", f"{path} --help")
    if "show" in known and re.search(r"[A-Z0-9]", typed):
        return BadInput(said, f"to see one: {path} show {shlex.quote(shown(typed[:80]))}")
    return BadInput(said, f"{path} --help")


def _too_many(extra: str, command: Any, path: str) -> BadInput:
    """Return that there are words too many: mostly of a name that needs quotes."""
    said = f"{shown(extra[:80])!r} is more than {path.removeprefix('vru-ledger ')} takes"
    filters = {name for one in command.params for name in one.opts} if command else set()
    if _AWARD.fullmatch(extra) and "--award" in filters:
        return BadInput(said, f"{path} --award {shlex.quote(extra)}")
    return BadInput(said, f"a name of several words goes in quotes; see {path} --help")
