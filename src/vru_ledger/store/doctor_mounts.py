"""Where a file lies: on which kind of file system, and who holds it locked, as Linux tells."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre"),
        *("gfs2", "ocfs2", "9p", "davfs", "beegfs", "vboxsf", "prl_fs", "drvfs"),
    )
)
"""File systems that another machine serves: a lock may not be one there, nor a sync."""


class Mount(NamedTuple):
    """A file system: the folder that it is mounted on, its kind, and whether it is read-only."""

    folder: str
    kind: str
    read_only: bool

    @property
    def network(self) -> bool:
        """Say whether its files may lie on another machine; FUSE mostly means that they do."""
        return self.kind in NETWORK or self.kind.startswith("fuse.")


def mount_of(path: str, mountinfo: Iterable[str] | None = None) -> Mount | None:
    """Return the file system that a path is on, None where nobody can say.

    `mountinfo` are the lines of /proc/self/mountinfo: see proc(5).
    """
    if mountinfo is None:
        try:
            with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as file:
                mountinfo = file.readlines()
        except OSError:
            return None
    best: Mount | None = None
    for line in mountinfo:
        first, _, second = line.partition(" - ")
        fields, more = first.split(), second.split()
        if len(fields) < 6 or len(more) < 3:
            continue
        folder = _unescaped(fields[4])
        inside = path == folder or path.startswith(folder.rstrip("/") + "/")
        # Of two on the same folder the later one hides the earlier.
        if inside and (best is None or len(folder) >= len(best.folder)):
            options = (*fields[5].split(","), *more[2].split(","))
            best = Mount(folder, more[0], "ro" in options)
    return best


def _unescaped(folder: str) -> str:
    """Return a folder's name, in which the kernel writes spaces and such as numbers."""
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        folder = folder.replace(code, letter)
    return folder


def holders(path: str) -> list[str]:
    """Return the processes that hold a lock on a file, like 'process 4711 (vru-ledger)'."""
    try:
        inode = os.stat(path).st_ino
        with open("/proc/locks", encoding="utf-8") as file:
            lines = file.readlines()
    except OSError:
        return []
    found = set()
    for line in lines:
        fields = line.split()
        # 1: POSIX ADVISORY WRITE 4711 08:01:131 1073741825 1073741825
        if len(fields) >= 6 and fields[5].rpartition(":")[2] == str(inode) and fields[4] != "-1":
            found.add(int(fields[4]))
    return [f"process {number}{_called(number)}" for number in sorted(found - {os.getpid()})]


def _called(number: int) -> str:
    try:
        with open(f"/proc/{number}/comm", encoding="utf-8", errors="replace") as file:
            return f" ({file.read().strip()})"
    except OSError:
        return ""
