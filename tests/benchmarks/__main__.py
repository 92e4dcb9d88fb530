"""One 300-resource request against the floor, both served by uvicorn, in one run: CPU ratios.

CPU is the server process's own, all threads, user and system, as the scheduler counts it; wall time
is not compared. An answer with a card is kept on disk before it leaves, so it is compared twice:
with the floor, and with a floor that keeps as much.
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
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from tests.benchmarks.bodies import for_person, request

RESOURCES = 300
REQUESTS = 200
ROUNDS = 7


@dataclass
class Server:
    """A server that runs, and how to call it."""

    process: subprocess.Popen[bytes]
    port: int
    ready_after: float

    def post(self, path: str, body: bytes) -> bytes:
        """Call it once."""
        return self.post_all(path, [body])

    def post_all(self, path: str, bodies: list[bytes], tokens: Sequence[str] = ()) -> bytes:
        """Call it many times over one connection, with a token each if there are; the last answer.

        A plain socket that sends head and body at once: a client that sends them apart waits for
        the other side's delayed acknowledgement, and an idle processor measures badly.
        """
        content = b""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answers = connection.makefile("rb")
            for body, token in zip(bodies, tokens or [""] * len(bodies), strict=True):
                head = (
                    f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                    "Content-Type: application/json\r\n"
                    + (f"Authorization: Bearer {token}\r\n" if token else "")
                    + f"Content-Length: {len(body)}\r\n\r\n"
                )
                connection.sendall(head.encode() + body)
                content = _answer(answers, path)
        return content

    def cpu(self) -> float:
        """CPU seconds that the threads of the process have used."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

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


def _ratio(mine: Sequence[float], floor: Sequence[float]) -> str:
    """Of the middle rounds, and of the least disturbed: what else runs only ever adds."""
    middle = statistics.median(m / f for m, f in zip(mine, floor, strict=True))
    return f"{middle:.2f} (undisturbed {min(mine) / min(floor):.2f})"


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        practice = Path(folder, "practice")
        practice.mkdir()
        (practice / "practice.yaml").write_text(
            "name: Benchmark\ninvented: yes\npilots: [copd-self-management, results-ahead]\n"
        )
        goodday = [
            str(Path(sys.executable).parent / "goodday"), "serve", "--open", "--port", "8471",
            "--practice", str(practice), "--data", str(Path(folder, "data")),
        ]  # fmt: skip
        rows = str(Path(folder, "floor.sqlite"))
        floor = [sys.executable, "-m", "tests.benchmarks.floor", "8472", rows]
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
                    rounds: list[tuple[float, float, float]] = []
                    for _ in range(ROUNDS):
                        bodies = [for_person(body, number + n) for n in range(REQUESTS)]
                        number += REQUESTS
                        floors = [measure(theirs, path, bodies)]
                        floors.append(measure(theirs, f"/kept{path}", bodies) if cards else 1.0)
                        rounds.append((measure(ours, path, bodies), floors[0], floors[1]))
                    mine, bare, kept = zip(*rounds, strict=True)
                    print(
                        f"{service['hook']:17} {words:15} {len(body) / 1000:4.0f} kB"
                        f"  {statistics.median(mine):.2f} ms CPU, at least {min(mine):.2f}"
                        f"\n{'':10}to the floor {_ratio(mine, bare)}"
                        + (f"; to one that keeps as much {_ratio(mine, kept)}" if cards else "")
                    )
            print(
                f"memory after {number} requests: {ours.memory():.0f} MB"
                f" (floor {theirs.memory():.0f} MB)"
            )


if __name__ == "__main__":
    main()
