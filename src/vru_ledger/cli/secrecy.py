"""Passwords that were typed in a command line are taken out of the list of processes."""

from __future__ import annotations

import sys

from vru_ledger.store.database import is_url, masked


def hide_addresses(words: list[str]) -> None:
    """Let other people's `ps` show an address without what may be a password.

    Linux shows what stands in the memory where the process began with its words; elsewhere nothing
    is done. The words that Python has of them stay as they are.
    """
    if sys.platform != "linux" or not any(map(_address, words)):
        return
    import ctypes

    try:
        with open("/proc/self/stat", "rb") as file:
            # The name before may hold anything, also a bracket.
            fields = file.read().rpartition(b")")[2].split()
        first, last = int(fields[45]), int(fields[46])
        shown = ctypes.string_at(first, last - first)
        for word in words:
            address = _address(word)
            place = shown.find(b"\0" + word.encode(errors="surrogateescape") + b"\0")
            if place >= 0 and address:
                start = place + 1 + len(word.encode(errors="surrogateescape"))
                length = len(address.encode(errors="surrogateescape"))
                kept = masked(address).encode(errors="surrogateescape")[:length]
                ctypes.memmove(first + start - length, kept.ljust(length, b"\0"), length)
    except (OSError, ValueError, IndexError):
        return  # A kernel that does not say where: it is no reason not to do what was asked.


def _address(word: str) -> str:
    """Return the address that a word is or gives as an option, nothing if there is none."""
    option, _, value = word.partition("=")
    if option.startswith("--"):
        return value if is_url(value) else ""
    return word if is_url(word) else ""


def without_addresses(text: str, words: list[str]) -> str:
    """Return a text in which no address stands that these words gave, but for what may be shown."""
    for word in words:
        if address := _address(word):
            text = text.replace(address, masked(address))
    return text
