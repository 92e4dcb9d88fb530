"""A client's public keys: from a JWK Set that was handed over, or from the one address of it.

Only P-384 and RSA keys are ever used, each with the one algorithm that is its own, so that no token
can choose how it is verified. Moments are seconds since 1970; what waits, blocks.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Literal, cast

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from fhir_adapters.server import NoRoute, document

Algorithm = Literal["ES384", "RS384"]
Public = EllipticCurvePublicKey | RSAPublicKey

# A set that was fetched is fresh for an hour, and the last good one is used for a day.
FRESH, LASTS = 3600.0, 86_400.0
# A key that is not known yet is looked for at most once in a minute.
BETWEEN_LOOKS = 60.0
MOST_BYTES = 256 * 1024
MOST_SECONDS = 4.0
LEAST_BITS, MOST_BITS = 2048, 8192
# What is public of a key; the rest of it is not even looked at.
_PUBLIC = {"EC": ("kty", "crv", "x", "y"), "RSA": ("kty", "n", "e")}


class KeysError(Exception):
    """A JWK Set that cannot be used; the end of a sentence about it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One public key and the one algorithm that it is for."""

    kid: str
    algorithm: Algorithm
    public: Public


def read_keys(text: bytes) -> tuple[Key, ...]:
    """The keys of a JWK Set, as JSON. Raises KeysError."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise KeysError("is not JSON") from None
    return keys_of(found)


def keys_of(jwks: object) -> tuple[Key, ...]:
    """The keys of a JWK Set that can sign for us; others in it are left out. Raises KeysError."""
    listed = _member(jwks, "keys")
    if not isinstance(listed, list):
        raise KeysError('is not a JWK Set: an object with a list called "keys"')
    keys: dict[str, Key] = {}
    for jwk in cast("list[object]", listed):  # what is in it is looked at next
        key = _key(jwk)
        if key is None:
            continue
        if key.kid in keys:
            raise KeysError("has two keys with the same kid; each needs one of its own")
        keys[key.kid] = key
    if not keys:
        raise KeysError("has no key for ES384 (P-384) or RS384 (RSA) with a kid")
    return tuple(keys.values())


def _key(jwk: object) -> Key | None:
    if _member(jwk, "d") is not None or _member(jwk, "k") is not None:
        raise KeysError("holds a private key or a shared secret; give the public JWK Set alone")
    kid, kty = _member(jwk, "kid"), _member(jwk, "kty")
    algorithm: Algorithm
    if kty == "EC" and _member(jwk, "crv") == "P-384":
        algorithm = "ES384"
    elif kty == "RSA":
        algorithm = "RS384"
    else:
        return None
    meant_for = (_member(jwk, "use") or "sig", _member(jwk, "alg") or algorithm)
    if meant_for != ("sig", algorithm) or not isinstance(kid, str) or not kid:
        return None
    try:
        public = PyJWK(
            {name: _member(jwk, name) for name in _PUBLIC[str(kty)]}, algorithm=algorithm
        ).key
    except (PyJWTError, ValueError, TypeError, AttributeError):
        raise KeysError("has a key in which something is missing or wrong") from None
    if isinstance(public, RSAPublicKey):
        if not LEAST_BITS <= public.key_size <= MOST_BITS or public.public_numbers().e != 65_537:
            raise KeysError("has an RSA key that is not of 2048 to 8192 bits with e 65537")
        return Key(kid, algorithm, public)
    if isinstance(public, EllipticCurvePublicKey):
        return Key(kid, algorithm, public)
    return None


def _member(of: object, name: str) -> object:
    if not isinstance(of, Mapping):
        return None
    return cast("Mapping[object, object]", of).get(name)  # a mapping of whatever was written


def fetch(address: str, *, local: bool = False) -> bytes:
    """What is at an address, in one time for everything. Raises KeysError.

    ``local``: it may be on one's own machine or network.
    """
    wanted = document(address, local=local, within=MOST_SECONDS, most=MOST_BYTES)
    try:
        return asyncio.run(wanted)
    except NoRoute:
        raise KeysError("cannot be reached") from None


class KeyRing:
    """The keys of one client, by kid; those at an address are fetched when they are needed."""

    def __init__(
        self,
        keys: tuple[Key, ...] = (),
        jku: str = "",
        fetched: Callable[[str], bytes] = fetch,
    ) -> None:
        self.jku = jku
        self._keys = {key.kid: key for key in keys}
        self._fetched = fetched
        self._good = self._tried = float("-inf")
        self._lock = Lock()

    def find(self, kid: str, now: float) -> Key | None:
        """The key of that name; None where there is none, or it was last seen too long ago."""
        if self.jku and now - self._good > LASTS:
            return None
        return self._keys.get(kid)

    def wants_a_look(self, kid: str, now: float) -> bool:
        """Whether to fetch: a kid that is not known, or keys that are no longer fresh.

        True at most once in a minute, whatever is asked for.
        """
        if not self.jku or (self.find(kid, now) is not None and now - self._good < FRESH):
            return False
        with self._lock:
            if now - self._tried < BETWEEN_LOOKS:
                return False
            self._tried = now
        return True

    def look(self, now: float) -> bool:
        """Fetch the keys; whether it went well. The last good ones stay where it did not."""
        try:
            keys = read_keys(self._fetched(self.jku))
        except KeysError:
            return False
        self._keys = {key.kid: key for key in keys}
        self._good = now
        return True
