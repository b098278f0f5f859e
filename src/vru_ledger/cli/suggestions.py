"""Suggested commands, written so that they work when pasted: with the --db and --as given here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from vru_ledger.cli.words import WORDS

_READING = (
    *("status", "headroom", "why", "report", "log", "show", "check"),
    *("backup", "restore", "migrate", "doctor"),
)
"""Commands in nobody's name."""

_COMMAND = re.compile(
    rf"vru-ledger (?P<word>{'|'.join(word for words in WORDS.values() for word in words)})\b"
    r"(?P<second> (?:list|show)\b)?"
)
_WITHOUT_PASSWORD = re.compile(
    r"postgres(ql)?://([\w.~-]+@)?[\w.-]*(:\d+)?(/[\w.~-]*)?", re.ASCII | re.IGNORECASE
)


def pasted(words: list[str]) -> Callable[[str], str]:
    """Return what gives each `vru-ledger COMMAND` in a text the options that `words` begin with.

    What the environment says needs not be said again. An address that may hold a password is
    never repeated.
    """
    place, name = _given(words)
    from_environment = place is not None and not _may_be_shown(place)

    def with_options(found: re.Match[str]) -> str:
        said = ["vru-ledger"]
        if place is not None and not from_environment:
            said += ["--db", shlex.quote(place)]
        if name is not None and found["word"] not in _READING and not found["second"]:
            said += ["--as", shlex.quote(name)]
        return " ".join([*said, found["word"]]) + (found["second"] or "")

    def rewrite(text: str) -> str:
        if text.endswith(" --help"):
            return text
        return _COMMAND.sub(with_options, text)

    return rewrite


def place_left_out(words: list[str]) -> str:
    """Say how to give a place that is not repeated, if that is so: its address has a password."""
    place, _ = _given(words)
    if place is None or _may_be_shown(place):
        return ""
    return "with VRU_LEDGER_DB set to the address that you gave"


def hint_pasted(hint: str, words: list[str]) -> str:
    """Return a hint whose commands can be pasted, or says what they need."""
    needed = place_left_out(words) if _COMMAND.search(hint) else ""
    return pasted(words)(hint) + (f" ({needed})" if needed else "")


def _given(words: list[str]) -> tuple[str | None, str | None]:
    """Return what was given as --db and as --as; None where it was not."""
    found: dict[str, str] = {}
    left = iter(words)
    for word in left:
        if not word.startswith("--"):
            break
        option, is_whole, value = word.partition("=")
        found[option] = value if is_whole else next(left, "")
    return found.get("--db"), found.get("--as")


def _may_be_shown(place: str) -> bool:
    from vru_ledger.store.database import is_url

    return not is_url(place) or bool(_WITHOUT_PASSWORD.fullmatch(place))
