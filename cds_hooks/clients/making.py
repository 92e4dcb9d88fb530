"""Keys and tokens for the other side: what a client needs in order to call, made the safe way."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from cds_hooks.clients.keys import Algorithm

Jwk = dict[str, object]
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


class KeyFileError(Exception):
    """A private key that cannot be used; the end of a sentence about it."""


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """A private key as a JWK, and what is public of it. Never shown, logged or kept by us."""

    private: Jwk

    @property
    def public_set(self) -> Jwk:
        """The JWK Set to hand over."""
        public = {name: value for name, value in self.private.items() if name not in _PRIVATE}
        return {"keys": [public]}


def new_pair(algorithm: Algorithm) -> Pair:
    """A new key with a kid of its own."""
    if algorithm == "ES384":
        made = ECAlgorithm.to_jwk(generate_private_key(SECP384R1()), as_dict=True)
    else:
        made = RSAAlgorithm.to_jwk(generate_rsa(65_537, 3072), as_dict=True)
    made.pop("key_ops", None)
    return Pair({**made, "kid": secrets.token_hex(8), "alg": algorithm, "use": "sig"})


def read_pair(text: bytes) -> Pair:
    """The private key in a file that was made here. Raises KeyFileError."""
    try:
        found = json.loads(text)
        kid, algorithm = found["kid"], found["alg"]
        if algorithm not in ("ES384", "RS384") or not isinstance(kid, str) or "d" not in found:
            raise KeyError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise KeyFileError("is not a private key from goodday client keygen") from None
    return Pair(found)


def sign(pair: Pair, claims: Mapping[str, object]) -> str:
    """A token with these claims. Raises KeyFileError."""
    algorithm = str(pair.private["alg"])
    try:
        key = jwt.PyJWK(pair.private, algorithm=algorithm).key
        if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
            raise KeyFileError("is not a private key")
        headers = {"kid": pair.private["kid"]}
        return jwt.encode(dict(claims), key, algorithm=algorithm, headers=headers)
    except (PyJWTError, ValueError, TypeError):
        raise KeyFileError("is not a private key that can sign") from None


def new_assertion(pair: Pair, client_id: str, address: str, now: int) -> str:
    """Who we are, for one request of a token at this address: good for five minutes, the longest
    that SMART backend services allow. Raises KeyFileError.
    """
    return sign(
        pair,
        {
            "iss": client_id,
            "sub": client_id,
            "aud": address,
            "iat": now,
            "exp": now + 300,
            "jti": secrets.token_urlsafe(24),
        },
    )


def new_token(pair: Pair, issuer: str, address: str, now: int, minutes: int) -> str:
    """A token for one call of one address, from now on for so many minutes. Raises KeyFileError."""
    return sign(
        pair,
        {
            "iss": issuer,
            "aud": address,
            "iat": now,
            "exp": now + minutes * 60,
            "jti": secrets.token_urlsafe(24),
        },
    )
