"""A JWK Set on a port of the kit's own: keys that can be fetched, and that nobody agreed on."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from cds_hooks.conformance.shapes import Json
from cds_hooks.conformance.signing import Key


@dataclass(slots=True)
class Served:
    """Where the keys are, and how often they were asked for."""

    address: str
    asked: int = 0


@contextmanager
def keys_served(key: Key, kid: str, algorithm: str) -> Generator[Served]:
    """The public half of a key under its kid, while the context lasts."""
    body = json.dumps({"keys": [_jwk(key) | {"kid": kid, "alg": algorithm, "use": "sig"}]}).encode()
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked += 1
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what comes here is counted."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.address = f"http://127.0.0.1:{server.server_port}/jwks.json"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def _jwk(key: Key) -> Json:
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return RSAAlgorithm.to_jwk(public, as_dict=True)
    return ECAlgorithm.to_jwk(public, as_dict=True)
