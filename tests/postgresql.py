"""A PostgreSQL server of our own for the tests: in a temporary folder, on a free port.

Started once for each process of tests, and only where a test asks for it. Skipped where PostgreSQL
is not installed, which is a failure where everything is required (``GOODDAY_REQUIRE=all``).
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

USER, PASSWORD = "goodday", "Zebedee-Secret-9434765919"
# It does not run as root; Debian's own user for it, or nobody.
_UNPRIVILEGED = ("postgres", "nobody")


def _binary(name: str) -> str | None:
    found = shutil.which(name)
    if found is not None and Path(found).resolve().with_name("postgres").exists():
        return str(Path(found).resolve())
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(newest[0]) if newest else None


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    folder: Path

    def url(self, database: str) -> str:
        """The URL of one of its databases, with the password in it."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of a database with nothing in it."""
        name = f"store_{uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def processes(self) -> list[int]:
        """Every process of it: the first one, and those that serve connections or write."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        return [main, *_children_of(main)]

    def fill_disk(self, beyond: int | None) -> None:
        """No file of it can grow beyond so many bytes, as on a disk that is full; None: it can."""
        limit = "unlimited" if beyond is None else beyond
        for process in self.processes():
            if _runs(process):
                _as_somebody(_needed("prlimit"), f"--pid={process}", f"--fsize={limit}:unlimited")

    def hang_up(self) -> None:
        """End every connection to it, whatever is being done on it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    def kill(self) -> None:
        """As if the power went: no process of it says goodbye."""
        theirs = self.processes()
        for process in theirs:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for _ in range(500):  # until their memory is let go of
            if not any(_runs(process) for process in theirs):
                break
            time.sleep(0.02)
        # Where nobody has asked yet how they ended, they seem to be there.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        _as_somebody(
            _needed("pg_ctl"), "start", "--wait", "--silent", "--timeout=60",
            "--pgdata", str(self.folder / "data"), "--log", str(self.folder / "log"),
        )  # fmt: skip

    def stop(self) -> None:
        """Stop it now."""
        _as_somebody(
            _needed("pg_ctl"), "stop", "--mode=immediate", "--silent",
            "--pgdata", str(self.folder / "data"),
        )  # fmt: skip


def _children_of(process: int) -> list[int]:
    """The processes that one has begun; each is in a group of its own."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_the_name = stat.read_text().rpartition(")")[2].split()
            if int(after_the_name[1]) == process:
                found.append(int(stat.parent.name))
    return found


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _needed(name: str) -> str:
    found = _binary(name) or shutil.which(name)
    assert found is not None
    return found


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in names)


def _as_somebody(*command: str) -> None:
    done = subprocess.run(
        command,
        user=_user(),
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def running(*, lasting: bool = False) -> Generator[Server]:
    """A server; what does not last is quicker, and lost with the machine but not with a process."""
    missing = [name for name in ("initdb", "pg_ctl") if _binary(name) is None]
    if missing or sys.platform == "win32":
        pytest.skip("PostgreSQL is not installed here")
    fast = Path("/dev/shm") if not lasting and os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="goodday-pg-", dir=fast))
    server = Server(_free_port(), folder)
    try:
        user = _user()
        if user is not None:
            shutil.chown(folder, user)
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)  # in a folder that only its owner can enter
        _as_somebody(
            _needed("initdb"), "--no-sync", "--encoding=UTF8", "--locale=C",
            "--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password}",
            "--pgdata", str(folder / "data"),
        )  # fmt: skip
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(
                f"port = {server.port}\nlisten_addresses = '127.0.0.1'\n"
                f"unix_socket_directories = ''\nmax_connections = 60\nshared_buffers = '16MB'\n"
                f"fsync = {'on' if lasting else 'off'}\n"
            )
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
