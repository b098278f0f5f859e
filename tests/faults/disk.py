"""A disk as POSIX promises it: what was not synced may be there after a power cut, or in part."""

import random
from collections.abc import Iterator, Mapping

from tests.faults.shim import Operation

SECTOR = 512
WAYS = ("kept", "lost", "names", "data", "torn")
"""What a power cut leaves of what was not synced: all, nothing, only names, only data, some."""


class Disk:
    """The files of a folder: what is durable, and what the system may still lose."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._contents = [bytearray(data) for data in files.values()]
        self._durable = {name: at for at, name in enumerate(files)}
        self._now = dict(self._durable)
        self._unsynced: dict[int, list[Operation]] = {}
        self._renamed: list[tuple[str, int | None]] = []

    def put(self, done: Operation) -> None:
        """Let an operation happen."""
        file = self._now.get(done.path)
        match done.kind:
            case "C":
                self._contents.append(bytearray())
                self._name(done.path, len(self._contents) - 1)
            case "W" | "T" if file is not None:
                self._unsynced.setdefault(file, []).append(done)
            case "S" if file is not None:
                for one in self._unsynced.pop(file, ()):
                    _write(self._contents[file], one)
            case "U":
                self._name(done.path, None)
            case "R":
                self._name(done.path, None)
                self._name(done.other, file)
            case "D":
                _rename(self._durable, self._renamed)
                self._renamed = []

    def may_lose(self) -> bool:
        """Say whether a power cut now could leave anything but what is there."""
        return bool(self._renamed or any(self._unsynced.values()))

    def after_power_cut(self, way: str, chance: random.Random) -> dict[str, bytes]:
        """Return the files that are there when the power is back."""
        names = dict(self._durable)
        most = len(self._renamed)
        _rename(
            names,
            self._renamed[
                : {"kept": most, "names": most, "torn": chance.randint(0, most)}.get(way, 0)
            ],
        )
        left = {}
        for name, file in names.items():
            content = bytearray(self._contents[file])
            for one in self._unsynced.get(file, ()):
                if way in ("kept", "data"):
                    _write(content, one)
                elif way == "torn" and (fate := chance.random()) < 0.7:
                    _write(content, one, chance if fate > 0.4 and one.kind == "W" else None)
            left[name] = bytes(content)
        return left

    def _name(self, path: str, file: int | None) -> None:
        _rename(self._now, [(path, file)])
        self._renamed.append((path, file))


def _rename(names: dict[str, int], changes: list[tuple[str, int | None]]) -> None:
    for path, file in changes:
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


def _write(content: bytearray, done: Operation, torn: random.Random | None = None) -> None:
    """Write or truncate; of a torn write each sector has reached the disk, or has not."""
    if done.kind == "T":
        del content[done.offset :]
        content.extend(bytes(done.offset - len(content)))
        return
    end = done.offset + len(done.data)
    content.extend(bytes(max(0, end - len(content))))
    for first, last in _sectors(done.offset, end):
        if torn is None or torn.random() < 0.5:
            content[first:last] = done.data[first - done.offset : last - done.offset]


def _sectors(offset: int, end: int) -> Iterator[tuple[int, int]]:
    for sector in range(offset - offset % SECTOR, end, SECTOR):
        yield max(sector, offset), min(sector + SECTOR, end)
