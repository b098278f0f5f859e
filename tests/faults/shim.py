"""Builds crashlog.c, and reads what it recorded: what a command did to the files of one folder."""

import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("crashlog.c")
_HEAD = struct.Struct("<cIIIIq")


class NoCompiler(Exception):
    """There is no C compiler here, so that nothing below the database can be made to fail."""


class Operation(NamedTuple):
    """One change to durable state: C(reate) W(rite) T(runcate) S(ync) U(nlink) R(ename) D(ir sync).

    `end` is how many bytes of the log there were when it had been done.
    """

    kind: str
    path: str
    other: str
    offset: int
    data: bytes
    end: int


def build(folder: Path) -> Path:
    """Compile the shim into a folder. Raises NoCompiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise NoCompiler("there is no C compiler here (Debian: apt-get install gcc libc6-dev)")
    library = folder / "crashlog.so"
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(SOURCE), "-ldl"],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NoCompiler(f"crashlog.c does not compile here: {done.stderr.strip()}")
    return library


def operations(log: Path) -> Iterator[Operation]:
    """Yield what was done, in the order in which it was."""
    raw = log.read_bytes()
    at = 0
    while at + _HEAD.size <= len(raw):
        kind, _, first, second, length, offset = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        path = raw[at : at + first].decode()
        other = raw[at + first : at + first + second].decode()
        at += first + second
        data = raw[at : at + length]
        at += length
        yield Operation(kind.decode(), path, other, offset, data, at)
