"""Names and sentences that people type: what may be stored, how names match, how they are shown."""

from __future__ import annotations

import re
from typing import Literal

LONGEST_NAME = 120
LONGEST_SENTENCE = 2_000

_CODE = r"[A-Z0-9](?:[A-Z0-9-]{0,38}[A-Z0-9])?"
# Controls, surrogates, direction marks and overrides, what takes no room on the screen, and what is
# no character at all.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
    + "]"
)
# What is unsafe although Python calls it printable; from U+E0000 on, nothing is taken for plain.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    "\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07"
    "\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f"
)


def _is_plain(text: str) -> bool:
    # Nearly all text is, and needs no pattern: compiling it costs a fifth of a bare start.
    return text.isprintable() and (
        text.isascii() or (_UNSEEN.isdisjoint(text) and max(text) < "\U000e0000")
    )


def parse_name(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a name with its spaces collapsed and in NFC. Raises ValueError if it could deceive."""
    if not _is_plain(text) and (found := re.search(_UNSAFE, text)):
        raise ValueError(
            f"character {found.start() + 1} is U+{ord(found[0]):04X}, which cannot be seen or "
            "steers the terminal; type the name again by hand"
        )
    name = _normal("NFC", " ".join(text.split()))
    if not name:
        raise ValueError("it is empty")
    if len(name) > longest:
        raise ValueError(f"it has {len(name):,} characters; the most is {longest:,}")
    return name


def parse_sentence(text: str) -> str:
    """Return a reason, title or reference, as `parse_name` does but up to 2,000 characters."""
    return parse_name(text, LONGEST_SENTENCE)


def parse_purpose(text: str) -> str:
    """Return what money is for, in the one form in which a cap `per purpose` counts it.

    'Youth  Work' and 'youth work' are one purpose: neither can have a limit of its own. Raises
    ValueError as `parse_sentence` does, and for a '|'.
    """
    purpose = fold(fold(parse_sentence(text)))
    if "|" in purpose:
        raise ValueError("it holds a '|', which parts what caps count per")
    return purpose


def parse_code(text: str) -> str:
    """Return a code in capitals: letters, digits and hyphens. Raises ValueError."""
    code = text.strip(" ")
    if not re.fullmatch(_CODE, code, re.ASCII | re.IGNORECASE):
        raise ValueError(
            f"{shown(text[:60])!r} is not a code: letters A to Z, digits and hyphens, at most 40"
        )
    return code.upper()


def fold(text: str) -> str:
    """Return the form in which two names that read alike are equal: 'tower  HAMLETS'."""
    return _normal("NFKC", " ".join(text.split())).casefold().replace(" & ", " and ")


def is_same(one: str, other: str) -> bool:
    """Say whether two names read alike: 'Ada  Analyst' and 'ada analyst' are one person."""
    return one == other or fold(one) == fold(other)


def likeness(text: str) -> str:
    """Return what is left of a name when all is taken away that a reader may overlook.

    Two names that differ only in case, spaces, punctuation, accents, '&' for 'and', or letters of
    another alphabet that look the same, are alike: 'St Mary's' and 'ST. MARYS'.
    """
    folded = fold(text).replace("&", " and ")
    if folded.isascii():
        return "".join([one for one in folded if one.isalnum()]) or folded
    import unicodedata

    plain = unicodedata.normalize("NFKD", folded).translate(str.maketrans(_LOOK_LATIN, _LATIN))
    kept = [
        one
        for one in plain
        if unicodedata.category(one)[0] in "LMN" and not "\u0300" <= one <= "\u036f"
    ]
    return unicodedata.normalize("NFKC", "".join(kept)) or folded


_LOOK_LATIN = (
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458"
    "\u0455\u04bb\u0501\u051b\u051d\u04cf\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc"
    "\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131\u0251\u0261\u0142\u00f8\u0111\u0585\u0578"
)
"""Cyrillic, Greek and other small letters that look like one of the Latin alphabet."""

_LATIN = "abekmhopctyxijshdqwlabezhikmnoptyxiaglodon"
"""The letters that they look like."""


def _normal(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize(form, text)


def shown(text: str) -> str:
    """Return text safe for a terminal: what would steer it is written as \\uXXXX."""
    if _is_plain(text):
        return text
    return re.sub(_UNSAFE, lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"


def scripts(text: str) -> set[str]:
    """Return the alphabets that the letters of `text` come from: {'LATIN', 'CYRILLIC'}."""
    if text.isascii():
        return {"LATIN"}
    import unicodedata

    return {
        unicodedata.name(character, "UNKNOWN").split()[0]
        for character in text
        if character.isalpha()
    }


def word_of_two_alphabets(text: str) -> str:
    """Return the first word with Latin letters and others that look like them, or nothing."""
    if text.isascii():
        return ""
    for word in _normal("NFKC", text).split():
        found = scripts(word)
        if "LATIN" in found and found & {"CYRILLIC", "GREEK", "ARMENIAN"}:
            return word
    return ""


def code_from(name: str) -> str:
    """Make a code from a name: 'St Mary's Hospital' gives 'ST-MARYS-HOSPITAL'. May be empty."""
    plain = _normal("NFKD", name).encode("ascii", "ignore").decode().upper()
    return "-".join(re.findall(r"[A-Z0-9]+", plain.replace("'", "")))[:40].strip("-")
