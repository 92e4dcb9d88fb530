"""Servers as processes of their own: started, called by many at once, measured, and stopped.

CPU is the server process's own, all threads, user and system, as the scheduler counts it.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path
from threading import Barrier

from tests.running import GOODDAY

_LONGEST = 60.0  # seconds to wait for anything
_AT_REST = 0.005  # seconds in which a server ends what it does behind an answer


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs. ``ready_after``: seconds from its start to its first answer."""

    process: subprocess.Popen[bytes]
    port: int
    ready_after: float

    def cpu(self) -> float:
        """CPU seconds that the threads of the process have used."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        """Resident memory in MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True, slots=True)
class Took:
    """What a number of calls took: CPU milliseconds of the server, each; how long it was in all."""

    cpu: float
    seconds: float
    waits: tuple[float, ...]  # milliseconds to each answer
    answers: tuple[bytes, ...]


@contextmanager
def served(command: Sequence[str], path: str = "/") -> Generator[Server]:
    """Start a server, wait for its first answer, and stop it in the end. {port} is a free one."""
    port = _free_port()
    words = [word.replace("{port}", str(port)) for word in command]
    began = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - began > _LONGEST:
                raise SystemExit(f"did not start: {' '.join(words)}")
            time.sleep(0.02)
        yield Server(process, port, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(10)


def goodday(practice: Path, data: Path, *options: str) -> list[str]:
    """The command that serves a practice."""
    return [
        GOODDAY, "serve", "--port", "{port}", "--practice", str(practice), "--data", str(data),
        *options,
    ]  # fmt: skip


def floor(rows: Path, keys: Path) -> list[str]:
    """The command that serves the floors."""
    return [sys.executable, "-m", "tests.benchmarks.floor", "{port}", str(rows), str(keys)]


def message(path: str, body: bytes, token: str = "") -> bytes:
    """A whole request, head and body: a client that sends them apart waits for the other side's
    delayed acknowledgement, and an idle processor measures badly.
    """
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + (f"Authorization: Bearer {token}\r\n" if token else "")
        + f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ask(server: Server, messages: Sequence[bytes], clients: int = 1) -> Took:
    """Send them from so many clients at once, each over one connection and one after the other.

    The clock starts when every connection has had an answer to something else.
    """
    began: list[float] = []
    ready = Barrier(clients, lambda: began.extend((server.cpu(), time.perf_counter())), _LONGEST)
    with ThreadPoolExecutor(clients) as pool:
        shares = [messages[n::clients] for n in range(clients)]
        done = list(pool.map(partial(_one_client, server.port, ready), shares))
    seconds = time.perf_counter() - began[1]
    time.sleep(_AT_REST)
    cpu = (server.cpu() - began[0]) / len(messages) * 1000
    every = [one for share in done for one in share]
    return Took(cpu, seconds, tuple(w for w, _ in every), tuple(a for _, a in every))


def ratio(mine: Sequence[Took], others: Sequence[Took]) -> tuple[float, float]:
    """How many times as much CPU: in the middle round, and between the least disturbed ones.

    What else runs only ever adds, so the least of both says what there is to say of them.
    """
    middle = statistics.median(m.cpu / o.cpu for m, o in zip(mine, others, strict=True))
    return middle, least(mine) / least(others)


def least(rounds: Sequence[Took]) -> float:
    """CPU milliseconds of a call in the round that was disturbed least."""
    return min(took.cpu for took in rounds)


def _one_client(port: int, ready: Barrier, messages: Sequence[bytes]) -> list[tuple[float, bytes]]:
    with socket.create_connection(("127.0.0.1", port), _LONGEST) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = connection.makefile("rb")
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        read_answer(answers)
        ready.wait()
        return [_call(connection, answers, each) for each in messages]


def _call(connection: socket.socket, answers: BufferedReader, sent: bytes) -> tuple[float, bytes]:
    began = time.perf_counter()
    connection.sendall(sent)
    status, content = read_answer(answers)
    if status != 200:
        raise SystemExit(f"{sent[:60]!r} was answered with {status}: {content[:200]!r}")
    return (time.perf_counter() - began) * 1000, content


def read_answer(answers: BufferedReader) -> tuple[int, bytes]:
    """The status and the body of the next answer on a connection."""
    status = int(answers.readline().split()[1])
    length = 0
    while line := answers.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return status, answers.read(length)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
