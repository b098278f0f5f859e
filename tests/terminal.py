"""A terminal for commands under test: what a program draws when it sees one."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LINES = 50
END_OF_INPUT = b"\x04"


def show_on_terminal(
    command: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
    columns: int,
    stdin: str = "",
    timeout: float = 60,
) -> tuple[str, int]:
    """Run `command` on a terminal of its own; return what it drew and its exit code.

    Line ends are plain newlines. Typed input is not echoed. Raises TimeoutExpired.
    """
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
        manners = termios.tcgetattr(theirs)
        manners[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, manners)
        os.write(ours, stdin.encode() + END_OF_INPUT)  # A question gets an answer, or an end.
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={"TERM": "xterm", "COLUMNS": str(columns), **env},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    with contextlib.closing(os.fdopen(ours, "rb", buffering=0)) as screen:
        try:
            drawn = _read_all(screen.fileno(), time.monotonic() + timeout)
            exit_code = process.wait(5)
        except (TimeoutError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise subprocess.TimeoutExpired(command, timeout) from None
    return drawn.decode("utf-8", "backslashreplace").replace("\r\n", "\n"), exit_code


def _read_all(screen: int, until: float) -> bytes:
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([screen], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        try:
            part = os.read(screen, 65536)
        except OSError:  # How Linux says that nobody holds the other end any more.
            part = b""
        if not part:
            return b"".join(parts)
        parts.append(part)
