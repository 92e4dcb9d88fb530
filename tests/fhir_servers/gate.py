"""What stands in front of a FHIR server in a hospital: who has no token does not come through.

A token is good for some kinds of resources and, where a test says so, for some requests only. What
comes through is passed on as it is, and what comes back too; unless a test says what goes wrong
with the next ones.
"""

import json
import re
import secrets
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

# patient/Observation.read (SMART 1), user/*.rs (SMART 2).
_SCOPE = re.compile(r"(?:patient|user|system)/(\*|[A-Za-z]+)\.(read|write|\*|[cruds]+)(?:\?.*)?")
_LOCAL = "127.0.0.1"


class Wrong(StrEnum):
    """What goes wrong with one request."""

    LATER = "429, with a second to wait"
    UNWELL = "503, with a second to wait"
    UNWELL_AFTER = "503, and it was done"
    CUT_BEFORE = "cut, and nothing was done"
    CUT_AFTER = "cut, and it was done"
    CUT_IN_ANSWER = "cut in the middle of the answer"
    LATE = "no answer in time, and it is done after"
    HALF = "500, and half of it was done"
    EACH = "each by itself, as in a batch"
    NOTHING = "nothing goes wrong"


@dataclass(frozen=True)
class Asked:
    """One request that somebody made, and the status that they got."""

    method: str
    target: str
    token: str
    status: int


@dataclass
class _Grant:
    scopes: tuple[str, ...]
    left: int | None

    def allows(self, resource: str, letter: str) -> bool:
        """Whether any scope lets one read (``r``) or search (``s``) resources of this type."""
        for scope in self.scopes:
            found = _SCOPE.fullmatch(scope)
            if found is None or found[1] not in ("*", resource):
                continue
            if found[2] in ("read", "*") or (found[2] != "write" and letter in found[2]):
                return True
        return False


@dataclass
class Gate:
    """The way to one FHIR server: its address, the tokens given out, and what was asked."""

    upstream: int
    address: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])
    # What goes wrong with the next transactions, one after the other, and with the next looks.
    wrong: deque[Wrong] = field(default_factory=deque[Wrong])
    wrong_looks: deque[Wrong] = field(default_factory=deque[Wrong])
    late: float = 0.0  # seconds after which what is late is done
    slow: float = 0.0  # seconds that each transaction takes longer
    meanwhile: Callable[[], None] | None = None  # what happens while the next one is on its way
    minds: str | None = None  # a transaction in which this stands is not taken; "": none is
    _grants: dict[str, _Grant] = field(default_factory=dict[str, _Grant])

    def token(self, scope: str = "patient/*.rs", good_for: int | None = None) -> str:
        """A new token with these scopes, which expires after so many requests, or not at all."""
        token = secrets.token_urlsafe(24)
        self._grants[token] = _Grant(tuple(scope.split()), good_for)
        return token

    def refusal(self, token: str, target: str) -> tuple[int, str, str] | None:
        """The status, the code and the words for who does not come through."""
        grant = self._grants.get(token)
        if grant is None:
            return 401, "login", "No valid token was sent."
        if grant.left is not None:
            if grant.left == 0:
                return 401, "expired", "The token has expired."
            grant.left -= 1
        parts = urlsplit(target).path.strip("/").split("/")[1:]
        # A further page of a search may be named by a number only; the search itself was allowed.
        if parts and not grant.allows(parts[0], "r" if len(parts) > 1 else "s"):
            return 403, "forbidden", "The scope of the token does not cover this."
        return None


@contextmanager
def before(upstream: int) -> Generator[Gate]:
    """A gate on a port of its own, before the FHIR server on this port."""
    gate = Gate(upstream)

    class Through(_Through):
        at = gate

    server = _Server((_LOCAL, 0), Through)
    gate.address = f"http://{_LOCAL}:{server.server_port}/fhir"
    thread = Thread(target=server.serve_forever, name="gate", daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    # Any: as the base class has it, whoever asked and their address.
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever was killed before the answer came is nothing to tell."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Through(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    at: Gate

    def do_GET(self) -> None:
        """A read or a search."""
        looks = self.at.wrong_looks
        self._answer(None, looks.popleft() if looks else Wrong.NOTHING)

    def do_POST(self) -> None:
        """A transaction."""
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # whoever sent it is not there any more
            self.close_connection = True
            return
        wrong = self.at.wrong.popleft() if self.at.wrong else Wrong.NOTHING
        meanwhile, self.at.meanwhile = self.at.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        time.sleep(self.at.slow)
        self._answer(body, wrong)

    def _answer(self, sent: bytes | None, wrong: Wrong) -> None:
        bearer = self.headers.get("Authorization", "")
        token = bearer.removeprefix("Bearer ") if bearer.startswith("Bearer ") else ""
        refused = self.at.refusal(token, self.path)
        if refused is not None:
            status, code, words = refused
            self._say(status, "application/fhir+json", _outcome(code, words), token)
            return
        if wrong in (Wrong.LATER, Wrong.UNWELL):
            status = 429 if wrong is Wrong.LATER else 503
            self._say(status, "application/fhir+json", _outcome("throttled", "Later."), token)
            return
        if sent is not None and self.at.minds is not None and self.at.minds.encode() in sent:
            self._say(422, "application/fhir+json", _outcome("processing", "No."), token)
            return
        if wrong is Wrong.CUT_BEFORE:
            self._cut(token)
            return
        if wrong is Wrong.LATE:
            self._cut(token)
            time.sleep(self.at.late)
            self._passed_on(sent)
            return
        if wrong is Wrong.HALF:
            self._passed_on(_half(sent))
            self._say(500, "application/fhir+json", _outcome("exception", "Oh."), token)
            return
        if wrong is Wrong.EACH:
            sent = _as_batch(sent)
        status, kind, body = self._passed_on(sent)
        if wrong is Wrong.CUT_AFTER:
            self._cut(token)
        elif wrong is Wrong.UNWELL_AFTER:
            self._say(503, "application/fhir+json", _outcome("transient", "Oh."), token)
        else:
            self._say(status, kind, body, token, cut=wrong is Wrong.CUT_IN_ANSWER)

    def _say(self, status: int, kind: str, body: bytes, token: str, *, cut: bool = False) -> None:
        self.at.asked.append(Asked(self.command, self.path, token, status))
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Bearer error="invalid_token"')
        if status in (429, 503):
            self.send_header("Retry-After", "1")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self._hang_up()

    def _cut(self, token: str) -> None:
        self.at.asked.append(Asked(self.command, self.path, token, 0))
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def _passed_on(self, sent: bytes | None = None) -> tuple[int, str, bytes]:
        connection = HTTPConnection(_LOCAL, self.at.upstream, timeout=60)
        kept = ("accept", "cache-control", "prefer", "host", "content-type")
        headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
        try:
            connection.request(self.command, self.path, sent, headers)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written: what was asked stands in the list."""


def _half(sent: bytes | None) -> bytes:
    bundle = json.loads(sent or b"")
    return json.dumps({**bundle, "entry": bundle["entry"][: len(bundle["entry"]) // 2]}).encode()


def _as_batch(sent: bytes | None) -> bytes:
    return json.dumps({**json.loads(sent or b""), "type": "batch"}).encode()


def _outcome(code: str, words: str) -> bytes:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
