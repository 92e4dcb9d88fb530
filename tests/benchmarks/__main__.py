"""One 300-resource request against the floor, both served by uvicorn, in one run: CPU ratios.

CPU is the server process's own, user and system, read from /proc; wall time is not compared.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from tests.benchmarks.bodies import for_person, request

RESOURCES = 300
REQUESTS = 200
ROUNDS = 7
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A server that runs, and how to call it."""

    process: subprocess.Popen[bytes]
    port: int
    ready_after: float

    def post(self, path: str, body: bytes) -> bytes:
        """Call it once."""
        return self.post_all(path, [body])

    def post_all(self, path: str, bodies: list[bytes]) -> bytes:
        """Call it many times over one connection; the last answer.

        A plain socket that sends head and body at once: a client that sends them apart waits for
        the other side's delayed acknowledgement, and an idle processor measures badly.
        """
        content = b""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answers = connection.makefile("rb")
            for body in bodies:
                head = (
                    f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                    "Content-Type: application/json\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n"
                )
                connection.sendall(head.encode() + body)
                content = _answer(answers, path)
        return content

    def cpu(self) -> float:
        """CPU seconds that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Resident memory in MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _answer(answers: BufferedReader, path: str) -> bytes:
    status = int(answers.readline().split()[1])
    length = 0
    while line := answers.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    content = answers.read(length)
    if status != 200:
        raise SystemExit(f"{path} answered {status}")
    return content


@contextmanager
def served(command: list[str], port: int, path: str) -> Generator[Server]:
    """Start a server, wait for its first answer, and stop it in the end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
                connection.request("GET", path)
                connection.getresponse().read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - began > 30:
                    raise SystemExit(f"{command[0]} did not start") from None
                time.sleep(0.02)
        yield Server(process, port, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(10)


def measure(server: Server, path: str, bodies: list[bytes]) -> float:
    """CPU milliseconds a request."""
    before = server.cpu()
    server.post_all(path, bodies)
    return (server.cpu() - before) / len(bodies) * 1000


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        practice = Path(folder, "practice")
        practice.mkdir()
        (practice / "practice.yaml").write_text(
            "name: Benchmark\ninvented: yes\npilots: [copd-self-management, results-ahead]\n"
        )
        goodday = [
            str(Path(sys.executable).parent / "goodday"), "serve", "--port", "8471",
            "--practice", str(practice), "--data", str(Path(folder, "data")),
        ]  # fmt: skip
        floor = [sys.executable, "-m", "tests.benchmarks.floor", "8472"]
        with served(goodday, 8471, "/cds-services") as ours, served(floor, 8472, "/") as theirs:
            print(
                f"start to first answer: {ours.ready_after:.2f} s"
                f" (floor {theirs.ready_after:.2f} s)"
            )
            connection = http.client.HTTPConnection("127.0.0.1", 8471)
            connection.request("GET", "/cds-services")
            services = json.loads(connection.getresponse().read())["services"]
            number = 0
            for service in services:
                path = f"/cds-services/{service['id']}"
                for words, offered in (("nothing to say", True), ("a card", False)):
                    body = request(service["prefetch"], service["hook"], RESOURCES, offered=offered)
                    cards = len(
                        json.loads(ours.post(path, for_person(body, 999_999 - number)))["cards"]
                    )
                    assert cards == (not offered), (service["hook"], words)
                    ratios: list[float] = []
                    mine: list[float] = []
                    for _ in range(ROUNDS):
                        bodies = [for_person(body, number + n) for n in range(REQUESTS)]
                        number += REQUESTS
                        floor_ms = measure(theirs, path, bodies)
                        our_ms = measure(ours, path, bodies)
                        mine.append(our_ms)
                        ratios.append(our_ms / floor_ms)
                    print(
                        f"{service['hook']:17} {words:15} {len(body) / 1000:4.0f} kB"
                        f"  {statistics.median(mine):.2f} ms CPU"
                        f"  ratio to the floor {statistics.median(ratios):.2f}"
                        f" ({min(ratios):.2f} to {max(ratios):.2f})"
                    )
            print(
                f"memory after {number} requests: {ours.memory():.0f} MB"
                f" (floor {theirs.memory():.0f} MB)"
            )


if __name__ == "__main__":
    main()
