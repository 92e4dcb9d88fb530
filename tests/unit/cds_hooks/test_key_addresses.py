"""A client's keys at an address: one time for everything, and no connection to a neighbour."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from socket import create_server, socket
from threading import Event, Thread
from time import monotonic

import pytest

from cds_hooks.clients import keys
from cds_hooks.clients.keys import KeysError, fetch


@contextmanager
def key_host(says: Callable[[socket, Event], None]) -> Generator[tuple[int, list[int]]]:
    """A host that answers as it likes: its port, and who connected."""
    over, met = Event(), list[int]()
    with create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            with suppress(OSError):
                wire, _ = door.accept()
                met.append(1)
                with wire:
                    wire.settimeout(5)
                    wire.recv(65_536)
                    says(wire, over)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield door.getsockname()[1], met
        finally:
            over.set()


def drips_headers(wire: socket, over: Event) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.05):
        wire.sendall(b"X: a\r\n")


def drips_a_body(wire: socket, over: Event) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
    while not over.wait(0.05):
        wire.sendall(b" ")


@pytest.mark.parametrize("says", [drips_headers, drips_a_body])
def test_a_host_that_drips_is_left_in_time(
    says: Callable[[socket, Event], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_SECONDS", 0.5)
    with key_host(says) as (port, met):
        began = monotonic()
        with pytest.raises(KeysError):
            fetch(f"http://127.0.0.1:{port}/jwks.json", local=True)
        assert monotonic() - began < 2.5
        assert met


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_neighbour_is_not_connected_to_by_number_or_by_name(host: str) -> None:
    def nothing(_wire: socket, _over: Event) -> None:
        return None

    with key_host(nothing) as (port, met):
        with pytest.raises(KeysError):
            fetch(f"https://{host}:{port}/jwks.json")
        assert not met
