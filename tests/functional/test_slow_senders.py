"""Clients that send slowly or stop in the middle, over real sockets: nobody else notices."""

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import create_connection, socket
from time import monotonic, sleep

import pytest

from cds_hooks.clients.callers import MOST_AT_THE_DOOR
from cds_hooks.clock import now
from cds_hooks.traffic import MOST_AT_WORK
from tests.callers import PUBLIC_URL, Caller, a_pair, bearer, registered
from tests.fhir_builders import COPD_RULE
from tests.served import VIEW, Running, piloting, serving

pytestmark = pytest.mark.long

CALL = f"/cds-services/good-day-{VIEW}"
US = Caller()
OTHER = Caller("other", "https://ehr.other.example", a_pair("other"))
WITHIN = 3.0
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Running]:
    monkeypatch.setenv("GOODDAY_ARRIVE_WITHIN", str(WITHIN))
    piloting(tmp_path / "practice", COPD_RULE)
    clients = registered(tmp_path / "practice", US.table(), OTHER.table())
    with serving(tmp_path, tmp_path / "practice", "--clients", str(clients)) as open_now:
        yield open_now


@contextmanager
def half_sent(running: Running, how_many: int) -> Generator[list[socket]]:
    """Calls of ours with good tokens, each past the door, and one byte of a thousand each."""
    with ExitStack() as stack:
        wires: list[socket] = []
        while len(wires) < how_many:
            # No more at once than may wait at the door: what is asked of here comes after it.
            few = [
                stack.enter_context(create_connection(("127.0.0.1", running.port), timeout=20))
                for _ in range(min(how_many - len(wires), MOST_AT_THE_DOOR // 2))
            ]
            for wire in few:
                token = US.token(PUBLIC_URL + CALL, now())
                head = f"POST {CALL} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                head += f"Authorization: Bearer {token}\r\nContent-Length: 1000\r\n"
                wire.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
            for wire in few:
                assert wire.recv(len(GO_ON)) == GO_ON
                wire.sendall(b"{")
            wires += few
        yield wires


def everything(wire: socket) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    while part := wire.recv(65_536):
        received += part
    return received


def test_bodies_that_do_not_come_lock_nobody_out_and_are_408_after_a_while(
    running: Running,
) -> None:
    with half_sent(running, MOST_AT_WORK + 10) as wires:
        for caller in (OTHER, US):
            token = caller.token(PUBLIC_URL + "/cds-services", now())
            assert running.send("GET", "/cds-services", headers=bearer(token)).status == 200
            token = caller.token(PUBLIC_URL + CALL, now())
            # Read as a call, though not one that can be answered; and not told to come again.
            assert running.post(CALL, {"hook": VIEW}, **bearer(token)).status == 400
        for wire in wires:
            head, _, body = everything(wire).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 408 ")
            assert json.loads(body)["issue"][0]["code"] == "timeout"
    assert "goodday_calls_at_work 0.0" in running.send("GET", "/metrics").text


def test_a_client_that_hangs_up_in_the_middle_is_no_fault_of_ours(running: Running) -> None:
    with half_sent(running, 2):
        pass
    counted = f'goodday_calls_total{{kind="call",service="good-day-{VIEW}",status="hung up"}} 2.0'
    for _ in range(100):
        if counted in running.send("GET", "/metrics").text:
            break
        sleep(0.05)
    figures = running.send("GET", "/metrics").text
    assert counted in figures
    assert '5xx"' not in figures
    assert running.wrote().count('{"event":"hung-up"}') == 2
    assert "fault" not in running.wrote()


def test_a_head_of_more_than_64_KiB_is_431_and_its_connection_is_closed(running: Running) -> None:
    for line in (b"X: " + b"a" * 65_536, b"\r\n".join([b"X: " + b"a" * 1000] * 70)):
        said = running.raw(b"GET /health/live HTTP/1.1\r\nHost: a\r\n" + line + b"\r\n\r\n")
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 431 ")
        assert json.loads(body)["issue"][0]["code"] == "too-long"
    fits = b"GET /health/live HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 60_000 + b"\r\n\r\n"
    assert running.raw(fits).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("endless", ["one header", "many headers", "trailers"])
def test_a_head_that_never_ends_is_cut_off_early(running: Running, endless: str) -> None:
    start = b"POST /health/live HTTP/1.1\r\nHost: a\r\n"
    if endless == "trailers":
        start += b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n"
    piece = b"a" * 65_536 if endless == "one header" else b"X: aaaaaaaaaa\r\n" * 4096
    sent = 0
    with create_connection(("127.0.0.1", running.port), timeout=20) as wire:
        wire.sendall(start + (b"X: " if endless == "one header" else b""))
        with suppress(ConnectionError):
            for _ in range(1000):
                wire.sendall(piece)
                sent += len(piece)
    assert sent < 20_000_000  # a little more than sockets hold by themselves, of 65 MB
    assert running.send("GET", "/health/live").status == 200


@pytest.mark.parametrize(
    "begins",
    [
        b"",
        b"GET /health/live HTTP/1.1\r\nHost",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nGET /h",
        b"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{",
    ],
    ids=["nothing", "a head", "a second head", "a body that nobody reads"],
)
def test_a_connection_on_which_nothing_gets_whole_is_closed(
    running: Running, begins: bytes
) -> None:
    started = monotonic()
    with create_connection(("127.0.0.1", running.port), timeout=0.2) as wire:
        wire.sendall(begins)
        while True:
            try:
                if not wire.recv(65_536):
                    break
            except TimeoutError:
                if begins:
                    with suppress(ConnectionError):
                        wire.sendall(b"X")  # one letter after another, for ever
            except ConnectionError:
                break
            assert monotonic() - started < 3 * WITHIN
    assert monotonic() - started > WITHIN / 2
