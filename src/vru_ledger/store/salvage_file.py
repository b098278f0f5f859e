"""Entries found in the bytes of a damaged file, whatever else of it can still be understood.

An entry's text stands right before its two hashes, and the hash proves the text. So nothing needs
to be trusted: no header, no schema, no index, no page that leads to another. A text that was too
long for its page goes on in others, which SQLite's file format says how to follow
(https://www.sqlite.org/fileformat2.html, sections 1.5 and 1.6).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import BinaryIO

from vru_ledger.domain.chain import sha256
from vru_ledger.store.entry_texts import EntryText
from vru_ledger.store.ledger import Head
from vru_ledger.store.new_file import HIDDEN
from vru_ledger.store.sqlite import connect

_HASHES = re.compile(rb"(?<=\})([0-9a-f]{64})([0-9a-f]{64})")
_BEGINS = b'{"'
_MOST_BEGINNINGS = 3_000
"""Braces that are tried as the beginning of one text; a registration has one for each record."""

_LEAF = 13
"""The kind of page that rows of a table with numbers stand in."""

_PAGE_SIZES = tuple(1 << power for power in range(9, 17))
_USUAL_PAGE = 4_096


class DamagedFile:
    """A file that was a ledger, read page by page."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(0, 2)
        self.size = file.tell()
        file.seek(0)
        header = file.read(100)
        told = int.from_bytes(header[16:18], "big") if len(header) == 100 else 0
        told = 65_536 if told == 1 else told
        self.page = told if told in _PAGE_SIZES else _USUAL_PAGE
        reserved = header[20] if len(header) == 100 else 0
        self._usable = self.page - (reserved if reserved <= self.page - 480 else 0)

    def entries(self, on_share: Callable[[float], None] | None = None) -> Iterator[EntryText]:
        """Yield every entry whose text its hash proves, as it lies; some may come twice."""
        pages = -(-self.size // self.page)
        for number in range(1, pages + 1):
            page = self._read(number)
            yield from _proved(page)
            for row in self._long_rows(page, 100 if number == 1 else 0):
                yield from _proved(row)
            if on_share and number % 1_000 == 0:
                on_share(number / pages)

    def _read(self, number: int) -> bytes:
        if number < 1:
            return b""
        self._file.seek((number - 1) * self.page)
        return self._file.read(self.page)

    def _long_rows(self, page: bytes, begins: int) -> Iterator[bytes]:
        """Yield the rows of a page that go on in others, as far as they can be followed."""
        if len(page) < begins + 8 or page[begins] != _LEAF:
            return
        cells = int.from_bytes(page[begins + 3 : begins + 5], "big")
        most = self._usable - 35
        least = (self._usable - 12) * 32 // 255 - 23
        for at in range(begins + 8, min(begins + 8 + 2 * cells, len(page) - 1), 2):
            cell = int.from_bytes(page[at : at + 2], "big")
            length, cell = _varint(page, cell)
            _, cell = _varint(page, cell)
            if not most < length <= self.size:
                continue
            here = least + (length - least) % (self._usable - 4)
            here = here if here <= most else least
            following = int.from_bytes(page[cell + here : cell + here + 4], "big")
            yield page[cell : cell + here] + self._rest(following, length - here)

    def _rest(self, number: int, length: int) -> bytes:
        """Return what stands in a chain of pages that each name the next; less if it breaks off."""
        parts, seen = [], set()
        while number and length > 0 and number not in seen:
            seen.add(number)
            page = self._read(number)
            part = page[4 : 4 + min(length, self._usable - 4)]
            parts.append(part)
            length -= len(part)
            number = int.from_bytes(page[:4], "big") if part else 0
        return b"".join(parts)


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """Read a number of one to nine bytes; return it and where it ends."""
    value = 0
    for count in range(9):
        if at >= len(page):
            return 0, at
        byte = page[at]
        at += 1
        if count == 8:
            return value << 8 | byte, at
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at


def _proved(found: bytes) -> Iterator[EntryText]:
    """Yield each text in `found` that is followed by two hashes, the second of which proves it."""
    for match in _HASHES.finditer(found):
        previous, hash_ = match[1], match[2].decode()
        end = begin = match.start()
        for _ in range(_MOST_BEGINNINGS):
            begin = found.rfind(_BEGINS, 0, begin + 1 if begin < end else end)
            if begin < 0:
                break
            if sha256()(previous + found[begin:end]).hexdigest() == hash_:
                if text := _text(found[begin:end], previous.decode(), hash_):
                    yield text
                break


def _text(fact: bytes, previous_hash: str, hash_: str) -> EntryText | None:
    try:
        said = fact.decode()
        number = json.loads(said)["number"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return EntryText(number, said, previous_hash, hash_) if type(number) is int else None


@contextmanager
def settled(place: str, folder: str) -> Iterator[tuple[str, Head]]:
    """Yield a path to read instead of `place`, and the head that the file tells, 0 if it cannot.

    Where a journal was left, file and journal are copied into `folder`, and what was never
    acknowledged is undone in the copy. What is at `place` is never touched.
    """
    left = [ending for ending in ("-journal", "-wal") if os.path.exists(f"{place}{ending}")]
    with tempfile.TemporaryDirectory(dir=folder or ".", prefix=HIDDEN) as apart:
        # SQLite may write to what it reads: to a copy, always.
        copy = os.path.join(apart, "copy.db")
        shutil.copyfile(place, copy)
        for ending in left:
            shutil.copyfile(f"{place}{ending}", f"{copy}{ending}")
        yield copy, _head_told(copy)


def _head_told(copy: str) -> Head:
    with suppress(sqlite3.Error, ValueError, TypeError), closing(connect(copy)) as connection:
        [(number, hash_)] = connection.execute("SELECT number, hash FROM head").fetchall()
        if "-wal" in " ".join(os.listdir(os.path.dirname(copy))):
            connection.execute("PRAGMA journal_mode=DELETE")
        if type(number) is int and number >= 0 and type(hash_) is str and len(hash_) == 64:
            return Head(number, hash_)
    return Head(0, "")
