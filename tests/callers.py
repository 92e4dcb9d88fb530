"""Clients with keys of their own, the list that registers them, and the tokens they sign."""

import base64
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import jwt
from jwt import PyJWK
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.clients.callers import Clients
from cds_hooks.clients.keys import Algorithm
from cds_hooks.clients.making import Pair, new_pair, sign
from cds_hooks.settings import Settings
from rules.rule import Library
from tests.served import NOW, Json, Surgery, a_store, in_force_once

PUBLIC_URL = "https://good-day.example/hooks"


@cache
def a_pair(which: str, algorithm: Algorithm = "ES384") -> Pair:
    """A key pair; the same for the same name, since RSA keys take their time."""
    del which
    return new_pair(algorithm)


@dataclass(frozen=True)
class Caller:
    """A client: how it is registered, and the key it signs with."""

    name: str = "st-marys"
    issuer: str = "https://ehr.st-marys.example"
    pair: Pair = field(default_factory=lambda: a_pair("st-marys"))

    # Any: each setting has a type of its own, which reading the list checks.
    def table(self, **settings: Any) -> str:
        """The [[client]] table that registers it; a setting that is None is left out."""
        values: dict[str, Any] = {  # Any: as above
            "name": self.name,
            "issuer": self.issuer,
            "algorithms": [self.pair.private["alg"]],
            "keys": self.pair.public_set,
            **settings,
        }
        given = {key: value for key, value in values.items() if value is not None}
        return "\n".join(
            ["[[client]]", *(f"{key} = {toml(value)}" for key, value in given.items())]
        )

    def claims(self, address: str, at: datetime = NOW, **changed: object) -> Json:
        """What a token for one call of an address says; a claim that is None is left out."""
        now = int(at.timestamp())
        claims = {
            "iss": self.issuer, "aud": address, "iat": now, "exp": now + 300,
            "jti": str(uuid4()), **changed,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, address: str, at: datetime = NOW, **changed: object) -> str:
        """A token for one call of an address."""
        return sign(self.pair, self.claims(address, at, **changed))


def signer(caller: Caller) -> Callable[[str, datetime], str]:
    """Signs tokens for calls of an address, each good once, and reads the key only once.

    To read an RSA key takes 0.2 seconds, since it is checked.
    """
    algorithm, kid = str(caller.pair.private["alg"]), caller.pair.private["kid"]
    key = PyJWK(caller.pair.private, algorithm=algorithm)

    def signed(address: str, at: datetime) -> str:
        return jwt.encode(
            caller.claims(address, at), key, algorithm=algorithm, headers={"kid": kid}
        )

    return signed


def toml(value: object) -> str:
    """A value in TOML, on one line."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)  # a table has no other keys
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in members.items()) + "}"
    if isinstance(value, list):
        parts = cast("list[object]", value)  # of whatever
        return "[" + ", ".join(map(toml, parts)) + "]"
    return json.dumps(value)


def a_list(*tables: str, public_url: str = PUBLIC_URL) -> str:
    """The text of a clients.toml."""
    return "\n\n".join([f"public_url = {toml(public_url)}", *tables]) + "\n"


def registered(folder: Path, *tables: str, public_url: str = PUBLIC_URL) -> Path:
    """A clients.toml in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "clients.toml"
    path.write_text(a_list(*tables, public_url=public_url), encoding="utf-8")
    return path


@contextmanager
def guarded(folder: Path, library: Library, *tables: str) -> Generator[Surgery]:
    """The app over a library, for the clients in these tables alone."""
    store = folder / "store"
    path = registered(folder, *tables)
    told: list[Surgery] = []
    app = create_app(
        Settings(data=store, clients=path),
        in_force_once(library),
        a_store(store),
        Clients.read(path, store),
        clock=lambda: told[0].clock(),
    )
    with TestClient(app, base_url="http://behind-a-proxy.internal") as client:
        told.append(Surgery(client, store))
        yield told[0]


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def well_signed(caller: Caller, claims: Json, **header: object) -> str:
    """A token with any claims and header at all, signed by the right key; ... leaves one out."""
    algorithm = str(caller.pair.private["alg"])
    named = {"typ": "JWT", "alg": algorithm, "kid": caller.pair.private["kid"], **header}
    named = {name: value for name, value in named.items() if value is not ...}
    signed = f"{encoded(named)}.{encoded(claims)}"
    jwk = PyJWK(caller.pair.private, algorithm=algorithm)
    return f"{signed}.{unpadded(jwk.Algorithm.sign(signed.encode(), jwk.key))}"


def unpadded(data: bytes) -> str:
    """Base64 as JOSE spells it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encoded(value: object) -> str:
    """JSON, as a part of a token."""
    return unpadded(json.dumps(value).encode())
