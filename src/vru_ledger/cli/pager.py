"""Long output on a terminal, shown page by page as git does it: by PAGER, or by less."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import IO, TextIO, cast

_LESS = "less"
_MANNERS = "FRX"
"""How less behaves, unless LESS says otherwise: it ends at once if all fits, and keeps colours."""


def shows(output: TextIO) -> bool:
    """Show all of `output` by the pager; False if there is none, or none is wanted.

    Nothing is printed then. Who leaves the pager early has seen enough.
    """
    command = os.environ.get("PAGER", _LESS).strip()
    if command in ("", "cat"):
        return False
    environment = {**os.environ, "LESS": os.environ.get("LESS", _MANNERS), "LESSCHARSET": "utf-8"}
    try:
        pager = subprocess.Popen(  # noqa: S603 (whoever sets PAGER is who is typing)
            # A shell, as git does it: PAGER may hold options.
            command if command != _LESS else [_LESS],
            shell=command != _LESS,
            stdin=subprocess.PIPE,
            env=environment,
        )
    except OSError:
        return False
    # Ctrl-C belongs to the pager while it runs.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        sys.stdout.flush()
        _feed(pager, output)
        return pager.wait() != _NOT_FOUND
    finally:
        signal.signal(signal.SIGINT, before)


_NOT_FOUND = 127
"""How a shell ends that knows no such command: the output is still to be printed."""


def _feed(pager: subprocess.Popen[bytes], output: TextIO) -> None:
    output.seek(0)
    stdin = cast(IO[bytes], pager.stdin)
    try:
        while block := output.read(1 << 16):
            stdin.write(block.encode("utf-8", "backslashreplace"))
        stdin.close()
    except BrokenPipeError:
        return
