"""What stands in front of a FHIR server in a hospital: who has no token does not come through.

A token is good for some kinds of resources and, where a test says so, for some requests only. What
comes through is passed on as it is, and what comes back too.
"""

import json
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

# patient/Observation.read (SMART 1), user/*.rs (SMART 2).
_SCOPE = re.compile(r"(?:patient|user|system)/(\*|[A-Za-z]+)\.(read|write|\*|[cruds]+)(?:\?.*)?")
_LOCAL = "127.0.0.1"


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

    server = ThreadingHTTPServer((_LOCAL, 0), Through)
    server.daemon_threads = True
    gate.address = f"http://{_LOCAL}:{server.server_port}/fhir"
    thread = Thread(target=server.serve_forever, name="gate", daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Through(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    at: Gate

    def do_GET(self) -> None:
        """A read or a search."""
        sent = self.headers.get("Authorization", "")
        token = sent.removeprefix("Bearer ") if sent.startswith("Bearer ") else ""
        refused = self.at.refusal(token, self.path)
        if refused is None:
            status, kind, body = self._passed_on()
        else:
            status, code, words = refused
            kind, body = "application/fhir+json", _outcome(code, words)
        self.at.asked.append(Asked("GET", self.path, token, status))
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Bearer error="invalid_token"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _passed_on(self) -> tuple[int, str, bytes]:
        connection = HTTPConnection(_LOCAL, self.at.upstream, timeout=60)
        kept = ("accept", "prefer", "host")
        headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
        try:
            connection.request("GET", self.path, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written: what was asked stands in the list."""


def _outcome(code: str, words: str) -> bytes:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
