"""The command without its start: a process that has imported everything forks for each run.

Real commands are run by README and tour, and by most other tests. Of the thousands of commands of
the other pages, each played on a file and again on PostgreSQL, most was importing; as it was where
a test takes many commands to say something of figures. Those ask for the fixture `forked`.
"""

import io
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from tests.command import NOTHING, Outcome, environment

CLIENT = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as there:
    there.connect(sys.argv[1])
    asked = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(there, [len(asked).to_bytes(8, "big")], [0, 1, 2])
    there.sendall(asked)
    told = there.recv(1)
os._exit(told[0] if told else 70)
"""
"""What a shell runs where it does more than start one command: `Forked.run` does without."""


class Forked:
    """A process that runs commands, and the words by which a shell asks it to."""

    def __init__(self) -> None:
        """Start it. Returns when everything is imported."""
        # A socket's path may have 107 bytes, so pytest's own folders are too deep.
        self._folder = TemporaryDirectory(prefix="vru-forked-")
        self._place = f"{self._folder.name}/forked"
        self._client = Path(self._folder.name, "client.py")
        self._client.write_text(CLIENT, "utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", self._place],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    @property
    def command(self) -> str:
        """What a shell types for `vru-ledger`."""
        return f'"{sys.executable}" -I -S "{self._client}" "{self._place}"'

    def run(
        self, words: list[str], folder: Path, env: Mapping[str, str], timeout: float
    ) -> tuple[str, int]:
        """Run one command with nothing on stdin: both streams in order, and its exit code.

        Raises subprocess.TimeoutExpired.
        """
        with open(os.devnull, "rb") as nothing, TemporaryFile() as said:
            code = self._code(words, folder, env, timeout, [nothing, said, said])
            return _told(said), code

    def outcome(
        self,
        words: Sequence[str | Path],
        folder: Path,
        *,
        stdin: str = "",
        env: Mapping[str, str] = NOTHING,
        timeout: float = 60,
    ) -> Outcome:
        """Run one command as `command.run` does. Raises subprocess.TimeoutExpired."""
        with TemporaryFile() as given, TemporaryFile() as said, TemporaryFile() as complained:
            given.write(stdin.encode())
            given.seek(0)
            asked = [str(word) for word in words]
            streams = [given, said, complained]
            code = self._code(asked, folder, environment(folder, env), timeout, streams)
            return Outcome(code, _told(said), _told(complained))

    def _code(
        self,
        words: list[str],
        folder: Path,
        env: Mapping[str, str],
        timeout: float,
        streams: Sequence[IO[bytes]],
    ) -> int:
        asked = json.dumps([words, str(folder), dict(env)]).encode()
        with socket.socket(socket.AF_UNIX) as there:
            there.settimeout(timeout)
            there.connect(self._place)
            length = len(asked).to_bytes(8, "big")
            socket.send_fds(there, [length], [stream.fileno() for stream in streams])
            there.sendall(asked)
            try:
                told = there.recv(1)
            except TimeoutError:
                raise subprocess.TimeoutExpired(words, timeout) from None
        return told[0] if told else 70

    def stop(self) -> None:
        """Stop it."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


def _told(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "backslashreplace")


def serve(place: str) -> None:
    """Run commands, each in a process of its own, until somebody stops us."""
    import vru_ledger

    for found in pkgutil.walk_packages(vru_ledger.__path__, "vru_ledger."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody waits for them here.
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            asking, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _run(asking)
            asking.close()


def _run(asking: socket.socket) -> None:
    """Be the command: with the streams, the folder, the words and the environment asked for."""
    code = 1
    try:
        length, streams, _, _ = socket.recv_fds(asking, 8, 3)
        words, folder, settings = json.loads(_all(asking, int.from_bytes(length, "big")))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for place, stream in enumerate(streams):
            os.dup2(stream, place)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(settings)
        time.tzset()
        sys.argv = ["vru-ledger", *words]
        sys.stdin, sys.stdout, sys.stderr = (_text(place) for place in range(3))
        code = _left()
    finally:
        asking.sendall(bytes([code]))
        os._exit(code)


def _left() -> int:
    """Run the command that `sys.argv` names, and return what it leaves with."""
    from vru_ledger.cli.main import run

    try:
        run()
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        # As they are by now: a command whose output is lost has put another in its place.
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return 0


def _text(place: int) -> Any:
    """Return a standard stream as Python makes it."""
    terminal = os.isatty(place)
    file: Any = open(place, "rb" if place == 0 else "wb", buffering=-1, closefd=False)  # noqa: SIM115 (to the end)
    errors = "backslashreplace" if place == 2 else "strict"
    return io.TextIOWrapper(
        file,
        "utf-8",
        errors=errors,
        line_buffering=terminal or place == 2,
        write_through=place == 2,
    )


def _all(asking: socket.socket, length: int) -> bytes:
    told = b""
    while len(told) < length:
        told += asking.recv(length - len(told))
    return told


if __name__ == "__main__":
    serve(sys.argv[1])
