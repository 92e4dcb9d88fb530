"""Connections as uvicorn keeps them, with a bound on what comes before a body, and on its time."""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cds_hooks import logs
from cds_hooks.refusals import outcome

MOST_HEAD = 64 * 1024  # bytes of a head, or of what is neither head nor body after it
_CHUNK = 24  # bytes that may stand before and after each piece of a body that comes in pieces
_TOO_LONG = "The head of the request is larger than 64 KiB."


def connections_within(seconds: float) -> type[HttpToolsProtocol]:
    """Connections for uvicorn, each closed where a head is not whole in so many seconds.

    So is one on which a body goes on for as long after it was answered. A head that is too long is
    answered with 431.
    """

    class Connection(_Connection):
        within = seconds

    return Connection


class _Connection(HttpToolsProtocol):
    """Counts what is not body, between one body and the next."""

    within = 5.0
    _besides = 0
    _in_head = True
    _whole = True
    _deadline: asyncio.TimerHandle | None = None

    # asyncio names the widest sort of transport here, and uvicorn the narrower one that it needs.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn - TCP
        """From here on a head is waited for."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count, and let nobody go on who has sent too much."""
        self._besides += len(data)
        super().data_received(data)
        if self._besides > MOST_HEAD:
            self._too_long()
        elif self._in_head and not self._whole and self._deadline is None:
            self._wait()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._whole = True, False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole; one that came in a single piece is counted here."""
        self._in_head = False
        self._wait_no_more()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MOST_HEAD or self.transport.is_closing():
            self._too_long()
            return
        super().on_headers_complete()
        self._besides = max(0, self._besides - size)

    def on_chunk_header(self) -> None:
        """A piece of a body begins."""
        self._besides = max(0, self._besides - _CHUNK)

    def on_body(self, body: bytes) -> None:
        """What is body is counted by whoever reads it."""
        self._besides = max(0, self._besides - len(body))
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """All of a request is here."""
        self._whole = True
        self._besides = 0
        self._wait_no_more()
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request was answered; the rest of it is not waited for long."""
        super().on_response_complete()
        if not self._whole:
            self._wait()

    def _answering(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._wait_no_more()
        self._deadline = self.loop.call_later(self.within, self._too_late)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self._answering():
            self._wait()  # the request before it is still being answered
        elif not self.transport.is_closing():
            logs.event("refused", status=408, reason="HeadTooSlow")
            self.transport.close()

    def _too_long(self) -> None:
        if self.transport.is_closing():
            return
        logs.event("refused", status=431, reason="HeadTooLong")
        if not self._answering():
            says = outcome(431, "too-long", _TOO_LONG)
            lines = [b"HTTP/1.1 431 Request Header Fields Too Large"]
            lines += [name + b": " + value for name, value in says.raw_headers]
            lines += [b"connection: close", b"", bytes(says.body)]
            self.transport.write(b"\r\n".join(lines))
        self.transport.close()
