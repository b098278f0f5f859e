"""A small process that starts others and says what each one cost.

Linux counts the memory of whoever starts a process towards that process's peak, so the one that
starts them imports next to nothing. It reads one JSON object a line and answers with one.
"""

import json
import os
import sys
import time
from typing import Any


def started(words: list[str], env: dict[str, str], out: str, terminal: bool) -> tuple[int, int]:
    """Start a program; return its process and, if it has one, our end of its terminal."""
    null = os.open(os.devnull, os.O_RDONLY)
    screen = -1
    if terminal:
        screen, shown = os.openpty()
        errors = os.dup(shown)
    else:
        shown = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        errors = os.open(f"{out}.err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    streams = [
        (os.POSIX_SPAWN_DUP2, ours, theirs) for theirs, ours in enumerate((null, shown, errors))
    ]
    process = os.posix_spawn(words[0], words, env, file_actions=streams, setsid=True)
    for one in (null, shown, errors):
        os.close(one)
    return process, screen


def drawn(screen: int, out: str) -> None:
    """Keep what a program draws on its terminal until it has ended."""
    with open(out, "wb") as file:
        while True:
            try:
                part = os.read(screen, 65_536)
            except OSError:  # How Linux says that nobody holds the other end any more.
                break
            if not part:
                break
            file.write(part)
    os.close(screen)


def measured(asked: dict[str, Any]) -> dict[str, float]:
    """Run one program to its end."""
    os.chdir(asked["folder"])
    begun = time.perf_counter()
    process, screen = started(asked["words"], asked["env"], asked["out"], asked["terminal"])
    if screen >= 0:
        drawn(screen, asked["out"])
    _, status, used = os.wait4(process, 0)
    return {
        "wall": time.perf_counter() - begun,
        "cpu": used.ru_utime + used.ru_stime,
        "mib": used.ru_maxrss / 1024,
        "exit_code": os.waitstatus_to_exitcode(status),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(measured(json.loads(line))), flush=True)
